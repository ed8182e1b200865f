"""Everything the case page shows, put together from the store, the policy and what was typed so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from api.console.captured_text import Paragraph, Row, lay_out
from api.console.cards import Card, cards
from api.console.changes import Changes, block_texts, compare
from api.console.filters import Wanted
from api.console.places import placed
from api.console.screenshot import Seen, seen_by_browser
from api.console.timeline import Event, timeline
from api.console.visitor import Here
from api.store.console_people import case_events, reviewer_names, stretch_of_critical
from api.store.kinds import Scope
from api.store.queries.cases import CaseDetail, read_case
from api.store.queries.queue import list_queue, position
from api.store.queries.similar import Similar, read_similar
from api.store.scopes import scope_key
from api.store.tables.audit import AuditEvent
from classifier.labels import Family, Severity
from classifier.page import at_prevalence

TIME_FOR_A_BREAK = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person has chosen and written, by fingerprint of the finding, so that it outlives a new verdict."""

    findings: Mapping[str, str] = field(default_factory=dict)
    decision: str = ""
    reason: str = ""
    scope: str = Scope.URL.value
    note: str = ""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely it is that the page holds a finding of a family, at the prevalence that is set."""

    family: Family
    probability: float
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry of the audit log with its actor's name."""

    event: AuditEvent
    actor: str


@dataclass(frozen=True, slots=True)
class CaseGlance:
    """A case as the preview shows it."""

    detail: CaseDetail
    severity: Severity
    likelihoods: tuple[Likelihood, ...]
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case page."""

    glance: CaseGlance
    paragraphs: tuple[Paragraph, ...]
    changes: Changes | None
    similar: Similar
    seen: Seen
    signals: tuple[tuple[Row, str], ...]
    events: tuple[Event, ...]
    log: tuple[LogLine, ...]
    reaches: Mapping[Scope, str]
    is_other_policy: bool
    needs_break: bool

    @property
    def seen_number(self) -> int:
        """Give the number of the review that stands, 0 for none: a form says which one its writer had seen."""
        reviews = self.glance.detail.reviews
        return reviews[0].review.number if reviews else 0


def glance_at(here: Here, case_id: str) -> CaseGlance:
    """Read a case; NotFound when there is none of that id."""
    detail = read_case(here.session, here.desk.blobs, case_id)
    verdict = detail.verdict
    prevalence = here.prevalence
    return CaseGlance(
        detail=detail,
        severity=list(Severity)[detail.case.severity_rank],
        likelihoods=tuple(
            Likelihood(
                family,
                at_prevalence(verdict.families.get(family.value, 0.0), prevalence),
                family.value in verdict.flagged,
            )
            for family in Family
        ),
        cards=cards(detail.findings, here.desk.policy, verdict.as_of),
    )


def view_case(here: Here, case_id: str) -> CaseView:
    """Read a case and lay it out; NotFound when there is none of that id."""
    glance = glance_at(here, case_id)
    detail, document = glance.detail, glance.detail.document
    stretch = stretch_of_critical(here.session, here.visitor.reviewer.id, here.now)
    return CaseView(
        glance=glance,
        paragraphs=tuple(lay_out(document.text, document.document.blocks, [card.span for card in glance.cards])),
        changes=_changes(detail),
        similar=read_similar(here.session, detail.page),
        seen=seen_by_browser(here.session, detail),
        signals=placed(document.document),
        events=timeline(detail),
        log=_log(here, case_id),
        reaches={scope: scope_key(detail.page.lookup_key, scope) for scope in Scope},
        is_other_policy=detail.verdict.policy_digest != here.desk.policy.digest,
        needs_break=glance.severity is Severity.CRITICAL and stretch >= TIME_FOR_A_BREAK,
    )


def next_case(here: Here, detail: CaseDetail, wanted: Wanted) -> str | None:
    """Give the id of the case after this one in the queue as filtered, from the top again at its end."""
    queue = wanted.as_filter(here.now)
    behind = list_queue(here.session, queue, after=position(detail.case), limit=1).rows
    if behind:
        return behind[0].case.id
    top = list_queue(here.session, queue, limit=1).rows
    return top[0].case.id if top and top[0].case.id != detail.case.id else None


def _changes(detail: CaseDetail) -> Changes | None:
    before, after = detail.previous, detail.document
    if before is None or before.missing or after.missing:
        return None
    return compare(block_texts(before.text, before.document.blocks), block_texts(after.text, after.document.blocks))


def _log(here: Here, case_id: str) -> tuple[LogLine, ...]:
    events = case_events(here.session, case_id)
    ids = {event.actor.removeprefix("reviewer:") for event in events}
    names = reviewer_names(here.session, sorted(ids))
    return tuple(LogLine(event, names.get(event.actor.removeprefix("reviewer:"), event.actor)) for event in events)
