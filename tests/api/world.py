"""A small world to test with: sources, pages as they change from week to week, verdicts, reviewers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from api.services.people import add_reviewer
from api.services.reviews import NewReview, record_review
from api.services.sampling import Sample
from api.services.triage import case_id, file_verdict
from api.store.blobs import BlobStore
from api.store.commands.captures import Answered, Place, save_captures
from api.store.commands.frontier import add_targets, mark_fetched, target_id
from api.store.commands.judgements import Judgement, settle_judgements
from api.store.commands.sources import seed_sources
from api.store.engine import reading, writing
from api.store.ids import derived_id
from api.store.kinds import Decision, Role, Scope
from api.store.queries.verdicts import list_findings
from api.store.scopes import scope_hash
from api.store.tables.cases import Case, Review
from api.store.tables.pages import SitePage
from api.store.tables.people import Reviewer
from api.store.tables.runs import CrawlTarget, Run, SourceRun
from classifier.labels import Family, Label, Outcome, Severity
from classifier.types import Finding, Note, Reason, Verdict
from crawler.canonical import lookup_key
from crawler.extraction.signals import find_signals
from crawler.items import Block, Document, Page, Target
from crawler.sources import Source

MONDAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
SHOP = Source(name="shop", spider="site", start_urls=("http://shop.example/",))


@dataclass(frozen=True)
class Said:
    """A finding to be: a label on a quote of the text."""

    quote: str
    label: Label = Label.SALE_OFFER
    severity: Severity = Severity.HIGH
    score: float = 0.9


NO_SAMPLE = Sample(0.0)


@dataclass
class World:
    """Writes to a store what a crawl would; each visit is a week after the one before."""

    engine: Engine
    blobs: BlobStore
    sample: Sample = NO_SAMPLE
    weeks: int = field(default=0, init=False)

    @property
    def now(self) -> datetime:
        """The time of the latest visit."""
        return MONDAY + timedelta(weeks=self.weeks)

    def visit(
        self,
        pages: Mapping[str, tuple[str, Sequence[Said]]],
        *,
        source: Source = SHOP,
        model: str = "model-1",
        policy: str = "policy-1",
        degraded: Sequence[str] = (),
        language: str = "en",
    ) -> None:
        """Capture pages (URL to text and findings) and judge them, in one run."""
        self.weeks += 1
        with writing(self.engine) as session:
            seed_sources(session, [source], MONDAY)
            run = Run(id=derived_id("run", self.weeks), as_of=self.now, started_at=self.now)
            session.add(run)
            session.flush()
            visit = SourceRun(id=derived_id("visit", run.id, source.name), run_id=run.id, source=source.name)
            session.add(visit)
            session.flush()
            for url, (text, findings) in pages.items():
                verdict = self.verdict(text, findings, model=model, policy=policy, degraded=degraded)
                self._capture(session, visit, url, text, verdict, language)

    def verdict(
        self,
        text: str,
        findings: Sequence[Said],
        *,
        model: str = "model-1",
        policy: str = "policy-1",
        degraded: Sequence[str] = (),
    ) -> Verdict:
        """Give a verdict: a violation with findings of medium severity or above, unclear when degraded, else clear."""
        counted = [said for said in findings if said.severity.rank >= Severity.MEDIUM.rank]
        flagged = tuple(family for family in Family if any(said.label.family is family for said in counted))
        outcome = Outcome.VIOLATION if flagged else Outcome.UNCLEAR if degraded else Outcome.CLEAR
        return Verdict(
            outcome=outcome,
            families={family: _probability(family, counted) for family in Family},
            flagged=flagged,
            severity=max((said.severity for said in counted), key=lambda s: s.rank, default=Severity.NONE),
            substances=("ketamine",) if findings else (),
            findings=tuple(_finding(text, said) for said in findings),
            notes=(Note("US-05", "offer to sell"),) if flagged else (),
            degraded=tuple(degraded),
            model_digest=model,
            policy_digest=policy,
            as_of=self.now.date(),
        )

    def case(self, url: str) -> Case:
        """Give the case of a page."""
        with reading(self.engine) as session:
            return session.exec(select(Case).where(Case.id == case_id(scope_hash(lookup_key(url))))).one()

    def cases(self) -> list[Case]:
        """List every case by id."""
        with reading(self.engine) as session:
            return list(session.exec(select(Case).order_by(Case.id)))

    def page(self, url: str) -> SitePage:
        """Give the row of a page."""
        with reading(self.engine) as session:
            return session.exec(select(SitePage).where(SitePage.id == scope_hash(lookup_key(url)))).one()

    def reviewer(self, name: str = "heron", role: Role = Role.REVIEWER) -> Reviewer:
        """Give a reviewer of that name, added when missing."""
        with writing(self.engine) as session:
            known = session.exec(select(Reviewer).where(Reviewer.name == name)).first()
            return known or add_reviewer(session, name=name, role=role, actor="operator", now=self.now)

    def review(
        self,
        url: str,
        decision: Decision,
        *,
        findings: Mapping[str, Decision] | None = None,
        scope: Scope = Scope.URL,
        note: str = "",
        seen_number: int | None = None,
    ) -> Review:
        """Decide the case of a page as it stands; `findings` maps quotes to decisions."""
        case, reviewer = self.case(url), self.reviewer()
        with writing(self.engine) as session:
            ids = {row.quote: row.id for row in list_findings(session, case.verdict_id)}
            new = NewReview(
                case_id=case.id,
                verdict_id=case.verdict_id,
                decision=decision,
                findings={ids[quote]: said for quote, said in (findings or {}).items()},
                note=note,
                scope=scope,
                seen_number=seen_number,
            )
            return record_review(session, reviewer, new, now=self.now)

    def _capture(
        self, session: Session, visit: SourceRun, url: str, text: str, verdict: Verdict, language: str
    ) -> None:
        add_targets(session, visit.id, [Target(url)], most=1000, admit=lambda _: True)
        target = session.exec(select(CrawlTarget).where(CrawlTarget.id == target_id(visit.id, url))).one()
        page = Page(
            url=url,
            final_url=url,
            status=200,
            fetched_at=self.now,
            headers=(("ETag", '"1"'),),
            content_type="text/html",
            body=text.encode("utf-8", "surrogatepass"),
            source=visit.source,
            spider="site",
        )
        blob = self.blobs.save(page.body)
        place = Place(url, lookup_key(url), ((url, lookup_key(url)),))
        (kept,) = save_captures(session, visit, [Answered(page, place, target, blob, len(page.body))])
        mark_fetched(session, target)
        site_page = session.get_one(SitePage, kept.capture.page_id)
        judgement = Judgement(kept.capture, site_page, _document(url, text, language), blob, verdict)
        (settled,) = settle_judgements(session, [judgement], self.now)
        file_verdict(session, settled.verdict, self.now, self.sample)


def _document(url: str, text: str, language: str) -> Document:
    """Give a document whose first line is a heading and whose further lines are items."""
    blocks, start = [], 0
    for number, line in enumerate(text.split("\n")):
        kind, tag = ("heading", "h1") if number == 0 else ("item", "li")
        blocks.append(Block(start, start + len(line), kind, "main", tag))
        start += len(line) + 1
    signals = find_signals(text)
    return Document(url, text.split("\n")[0], text, tuple(blocks), language, signals, extractor_version="1")


def _finding(text: str, said: Said) -> Finding:
    start = text.index(said.quote)
    return Finding(
        label=said.label,
        family=said.label.family,
        start=start,
        end=start + len(said.quote),
        quote=said.quote,
        score=said.score,
        severity=said.severity,
        severity_reason="",
        topic=None if said.label.family is Family.ILLICIT_SALE else "E-FAST",
        rules=("US-05",),
        substance="ketamine",
        reasons=(Reason("sale", 1.5),),
    )


def _probability(family: Family, said: Sequence[Said]) -> float:
    return max((one.score for one in said if one.label.family is family), default=0.01)
