"""A small world for the console: pages with blocks and findings, captured, judged and decided on a clock of its own."""

import shutil
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.console.desk import Desk
from api.services.people import add_reviewer, issue_link
from api.services.reviews import NewReview, record_review
from api.services.sampling import PrevalenceGauge, Sample
from api.services.tokens import draw_base62
from api.services.triage import case_id, file_verdict
from api.services.trials import Trials
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.commands.captures import Answered, Place, save_captures
from api.store.commands.judgements import Judgement, settle_judgements
from api.store.commands.looks import look_id, save_look
from api.store.engine import reading, writing
from api.store.ids import derived_id
from api.store.kinds import Decision, LookKind, Role, RunState, Scope, SourceRunState, TargetState
from api.store.queries.verdicts import list_findings
from api.store.scopes import scope_hash
from api.store.tables.cases import Case, Review
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, SitePage
from api.store.tables.people import Reviewer
from api.store.tables.runs import CrawlTarget, Run, SourceRun
from api.store.tables.sources import StoredSource
from classifier.page import TRAINED_PREVALENCE
from classifier.policy import PolicyPack, load_policy
from crawler.items import Page
from tests.api.console.drafts import SHOP, Site, key_of

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY = b"k" * 32
# A grey JPEG of one pixel.
PICTURE = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5"
    "PTgyPC4zNDL/wAALCAABAAEBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQR"
    "BRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4"
    "eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEB"
    "AAA/ACv/2Q=="
)
NO_SAMPLE = Sample(0.0)


@cache
def known_policy() -> PolicyPack:
    """Give the policy pack, read once."""
    return load_policy()


@dataclass
class Clock:
    """Time that only tests move."""

    at: datetime = START

    def __call__(self) -> datetime:
        """Give the time."""
        return self.at

    def go(self, **length: float) -> None:
        """Let time pass."""
        self.at += timedelta(**length)


@dataclass
class World:
    """Writes to a store what crawls, models and people would; `clock` says when."""

    engine: Engine
    folder: Path
    clock: Clock = field(default_factory=Clock)
    policy: PolicyPack = field(default_factory=known_policy)
    sample: Sample = NO_SAMPLE
    prevalence: float | None = TRAINED_PREVALENCE
    runs: int = 0

    @property
    def blobs(self) -> BlobStore:
        """Where the texts are kept."""
        return BlobStore(self.folder / "blobs")

    def desk(self) -> Desk:
        """What the console is made with."""
        return Desk(
            engine=self.engine,
            blobs=self.blobs,
            warc=self.folder / "warc",
            policy=self.policy,
            forms_key=KEY,
            base_url="http://testserver",
            gauge=PrevalenceGauge(self.sample, self.prevalence),
            trials=Trials(Settings(data=self.folder, demo=True)),
            draw=draw_base62,
            now=self.clock,
        )

    def person(self, name: str = "Heron", role: Role = Role.REVIEWER) -> Reviewer:
        """Give a reviewer, added when missing."""
        with writing(self.engine) as session:
            known = session.exec(select(Reviewer).where(Reviewer.name == name)).first()
            return known or add_reviewer(session, name=name, role=role, actor="operator", now=self.clock())

    def look(
        self,
        url: str,
        picture: bytes | None,
        *,
        error: str = "",
        truncated: Sequence[str] = (),
        refused: Sequence[tuple[str, str]] = (),
        size: tuple[int, int] = (1280, 2400),
    ) -> Look:
        """Let a browser look at the newest capture of a page."""
        with writing(self.engine) as session:
            newest = select(Capture).where(Capture.final_url == url).order_by(col(Capture.fetched_at).desc())
            capture = session.exec(newest).first()
            assert capture is not None
            look = Look(
                id=look_id(capture.id, LookKind.RENDERED),
                kind=LookKind.RENDERED,
                capture_id=capture.id,
                page_id=capture.page_id,
                bytes_sha256=capture.blob_sha256,
                looked_at=self.clock(),
                agent="rxwarden/1 (+mailto:desk@example.org)",
                error=error,
            )
            if picture is not None:
                look.final_url, look.status, look.browser = url, 200, "Chromium 156.0"
                look.html_sha256, look.html_size = self.blobs.save(b"<h1>drawn</h1>"), 14
                look.text_sha256 = self.blobs.save(b"drawn")
                look.screenshot_sha256, look.screenshot_size = self.blobs.save(picture), len(picture)
                look.width, look.height = size
                look.truncated = list(truncated)
                look.refused = [{"what": what, "why": why} for what, why in refused]
                look.refused_count = len(look.refused)
            look = save_look(session, look)
            session.refresh(look)
            session.expunge(look)
            return look

    def turn_off(self, name: str) -> None:
        """Keep a person out from now on."""
        with writing(self.engine) as session:
            person = session.exec(select(Reviewer).where(Reviewer.name == name)).one()
            person.active = False
            session.add(person)

    def lose_texts(self) -> None:
        """Delete every kept text."""
        shutil.rmtree(self.folder / "blobs")

    def break_store(self) -> None:
        """Take a table away, as a database that fails half-way would."""
        with writing(self.engine) as session:
            session.connection().exec_driver_sql("ALTER TABLE review_case RENAME TO elsewhere")

    def link(self, name: str = "Heron", role: Role = Role.REVIEWER) -> str:
        """Give the path of a new sign-in link."""
        self.person(name, role)
        with writing(self.engine) as session:
            token = issue_link(session, name, draw=draw_base62, actor="operator", now=self.clock())
        return f"/sign-in?token={token}"

    def source(self, name: str, url: str, *, days: int = 7, note: str = "", error: str = "", read: bool = True) -> None:
        """Watch a source."""
        with writing(self.engine) as session:
            session.add(
                StoredSource(
                    name=name,
                    spider="site",
                    start_urls=[url],
                    jurisdiction="US",
                    cadence_days=days,
                    max_pages=200,
                    max_depth=3,
                    note=note,
                    added_at=self.clock() - timedelta(days=60),
                    last_success_at=self.clock() - timedelta(days=2) if read else None,
                    last_error=error,
                )
            )

    def run(self, sites: Sequence[Site], *, failures: Sequence[tuple[str, str]] = (), model: str = "3f9a" * 16) -> str:
        """Capture and judge pages in one run, now; `failures` are addresses with the crawler's reason."""
        self.runs += 1
        with writing(self.engine) as session:
            run = Run(id=derived_id("run", self.runs), as_of=self.clock(), started_at=self.clock())
            run.finished_at = self.clock() + timedelta(minutes=4)
            run.state = RunState.FINISHED_WITH_FAILURES if failures else RunState.FINISHED
            session.add(run)
            session.flush()
            for name in sorted({site.source for site in sites}):
                own = [site for site in sites if site.source == name]
                self._visit(session, run, name, own, failures if name == sites[0].source else (), model)
            return run.id

    def case(self, url: str = SHOP) -> Case:
        """Give the case of a page."""
        with reading(self.engine) as session:
            return session.exec(select(Case).where(Case.id == case_id(scope_hash(key_of(url))))).one()

    def reviews(self, url: str = SHOP) -> list[Review]:
        """Give the reviews of a page's case, the oldest first."""
        with reading(self.engine) as session:
            return list(
                session.exec(select(Review).where(Review.case_id == self.case(url).id).order_by(col(Review.number)))
            )

    def decide(self, url: str, decision: Decision, *, by: str = "Wren", note: str = "") -> None:
        """Record a review with the same decision on every finding."""
        case, reviewer = self.case(url), self.person(by)
        with writing(self.engine) as session:
            findings = list_findings(session, case.verdict_id)
            on_findings = {} if decision is Decision.ESCALATE else {finding.id: decision for finding in findings}
            new = NewReview(case.id, case.verdict_id, decision, on_findings, note, Scope.URL)
            record_review(session, reviewer, new, now=self.clock())

    def _visit(
        self,
        session: Session,
        run: Run,
        source: str,
        sites: Sequence[Site],
        failures: Sequence[tuple[str, str]],
        model: str,
    ) -> None:
        visit = SourceRun(
            id=derived_id("visit", run.id, source),
            run_id=run.id,
            source=source,
            state=SourceRunState.DONE,
            started_at=run.started_at,
            finished_at=run.finished_at,
            pages=len(sites),
            new_flags=len([site for site in sites if site.hits]),
            failed=len(failures),
        )
        session.add(visit)
        session.flush()
        for position, (url, reason) in enumerate(failures, len(sites)):
            session.add(_target(visit, url, position, TargetState.FAILED, reason))
        for position, site in enumerate(sites):
            self._capture(session, visit, site, position, model)

    def _capture(self, session: Session, visit: SourceRun, site: Site, position: int, model: str) -> None:
        target = _target(visit, site.url, position, TargetState.FETCHED)
        session.add(target)
        session.flush()
        blob = self.blobs.save(site.text.encode("utf-8", "surrogatepass"))
        page = Page(
            url=site.url,
            final_url=site.url,
            status=200,
            fetched_at=self.clock(),
            headers=(),
            content_type="text/html; charset=utf-8",
            body=site.text.encode("utf-8", "surrogatepass"),
            source=site.source,
            spider="site",
            ip_address="203.0.113.7",
        )
        place = Place(site.url, key_of(site.url), ((site.url, key_of(site.url)),))
        (kept,) = save_captures(session, visit, [Answered(page, place, target, blob, len(page.body))])
        verdict = site.verdict(self.policy, self.clock().date(), model)
        site_page = session.get_one(SitePage, kept.capture.page_id)
        judgement = Judgement(kept.capture, site_page, site.document(), blob, verdict)
        (settled,) = settle_judgements(session, [judgement], self.clock())
        file_verdict(session, settled.verdict, self.clock(), self.sample)


def _target(visit: SourceRun, url: str, position: int, state: TargetState, reason: str = "") -> CrawlTarget:
    return CrawlTarget(
        id=derived_id("target", visit.id, url),
        source_run_id=visit.id,
        url=url,
        depth=1,
        position=position,
        state=state,
        attempts=1,
        reason=reason,
    )
