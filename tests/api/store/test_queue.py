"""The queue: its order, its filters, and keyset pages that equal offset pages."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import col, select

from api.exceptions import CursorInvalid
from api.store.cursors import read_cursor, write_cursor
from api.store.engine import reading, writing
from api.store.kinds import CaseState, Decision
from api.store.queries.queue import Position, QueueFilter, count_cases, list_queue
from api.store.tables.cases import Case
from classifier.labels import Family, Label, Outcome, Severity
from crawler.sources import Source
from tests.api.world import Said, World

SALE = "ketamine crystal, 10 g"
CLAIM = "Ketamine cures depression"
TEXT = f"Harbour goods\n{SALE}\n{CLAIM}\n100 % natural_soap"
PAGES = {
    "http://shop.example/sale": (TEXT, [Said(SALE, severity=Severity.CRITICAL, score=0.97)]),
    "http://shop.example/claim": (TEXT, [Said(CLAIM, Label.CURE_OR_GUARANTEE, Severity.HIGH, 0.8)]),
    "http://shop.example/both": (
        TEXT,
        [Said(SALE, severity=Severity.HIGH, score=0.9), Said(CLAIM, Label.CURE_OR_GUARANTEE, Severity.MEDIUM, 0.6)],
    ),
    "http://shop.example/clean": (TEXT, []),
}


@pytest.fixture
def filled(world: World) -> World:
    world.visit(PAGES)
    world.visit({"http://clinic.example/es": ("Hola", [])}, source=CLINIC, degraded=["image_only"], language="es")
    return world


CLINIC = Source(name="clinic", spider="site", start_urls=("http://clinic.example/",))


def test_the_gravest_and_most_probable_come_first_and_clear_pages_never(filled: World) -> None:
    assert paths(filled, QueueFilter()) == ["/sale", "/both", "/claim", "/es"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QueueFilter(family=Family.ILLICIT_SALE), ["/sale", "/both"]),
        (QueueFilter(family=Family.UNSUPPORTED_CLAIM), ["/both", "/claim"]),
        (QueueFilter(least_severity=Severity.CRITICAL), ["/sale"]),
        (QueueFilter(outcome=Outcome.UNCLEAR), ["/es"]),
        (QueueFilter(source="clinic"), ["/es"]),
        (QueueFilter(language="es"), ["/es"]),
        (QueueFilter(text="CRYSTAL"), ["/sale", "/both"]),
        (QueueFilter(text="harbour goods cures"), ["/both", "/claim"]),
        (QueueFilter(text="clinic.example"), ["/es"]),
        (QueueFilter(text="%"), []),
    ],
)
def test_a_filter_leaves_the_rest_out(filled: World, wanted: QueueFilter, found: list[str]) -> None:
    assert paths(filled, wanted) == found


def test_states_can_be_chosen_and_decided_cases_leave_the_queue(filled: World) -> None:
    filled.review("http://shop.example/claim", Decision.CONFIRM)
    assert paths(filled, QueueFilter()) == ["/sale", "/both", "/es"]
    assert paths(filled, QueueFilter(states=(CaseState.DECIDED,))) == ["/claim"]
    assert paths(filled, QueueFilter(states=())) == ["/sale", "/both", "/claim", "/es"]


def test_only_what_changed_since_a_moment_can_be_asked_for(filled: World) -> None:
    assert paths(filled, QueueFilter(updated_since=filled.now)) == ["/es"]


def test_a_row_shows_its_strongest_finding(filled: World) -> None:
    with reading(filled.engine) as session:
        rows = list_queue(session, QueueFilter()).rows
    assert [row.strongest and row.strongest.quote for row in rows] == [SALE, SALE, CLAIM, None]


def test_cases_are_counted_by_state(filled: World) -> None:
    filled.review("http://shop.example/sale", Decision.ESCALATE)
    with reading(filled.engine) as session:
        counts = count_cases(session)
    assert counts == {CaseState.OPEN: 3, CaseState.ESCALATED: 1, CaseState.DECIDED: 0, CaseState.CLEARED: 0}


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grades=st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.1 + 0.2, 1 / 3, 0.97]), st.booleans()), max_size=14
    ),
    limit=st.integers(1, 5),
    states=st.sampled_from([(CaseState.OPEN,), (CaseState.OPEN, CaseState.DECIDED), ()]),
)
def test_keyset_pages_equal_offset_pages(
    world: World, grades: list[tuple[int, float, bool]], limit: int, states: tuple[CaseState, ...]
) -> None:
    pages = {f"http://shop.example/{number}": ("Shop\nketamine", [Said("ketamine")]) for number in range(len(grades))}
    world.visit(pages)
    with writing(world.engine) as session:
        session.connection().execute(text("UPDATE review_case SET state = 'cleared'"))
        cases = session.exec(select(Case).order_by(col(Case.id)).limit(len(grades))).all()
        for case, (rank, probability, is_open) in zip(cases, grades, strict=True):
            case.severity_rank, case.probability = rank, probability
            case.state = CaseState.OPEN if is_open else CaseState.DECIDED
            session.add(case)
    wanted = QueueFilter(states=states)
    assert list(keyset_pages(world, wanted, limit)) == list(offset_pages(world, states, limit))


def keyset_pages(world: World, wanted: QueueFilter, limit: int) -> Iterator[list[str]]:
    after: Position | None = None
    key = b"k" * 32
    while True:
        with reading(world.engine) as session:
            found = list_queue(session, wanted, after=after, limit=limit)
        if found.rows:
            yield [row.case.id for row in found.rows]
        if found.end is None:
            return
        after = read_cursor(write_cursor(found.end, key), key)


def offset_pages(world: World, states: tuple[CaseState, ...], limit: int) -> Iterator[list[str]]:
    with reading(world.engine) as session:
        cases = session.exec(select(Case)).all()
    kept = [case for case in cases if not states or case.state in states]
    kept.sort(key=lambda case: (case.severity_rank, case.probability, case.id), reverse=True)
    for start in range(0, len(kept), limit):
        yield [case.id for case in kept[start : start + limit]]


def test_a_cursor_that_was_altered_is_refused() -> None:
    cursor = write_cursor(Position(4, 0.5, "case"), b"k" * 32)
    for bad in (cursor[:-2], "x" + cursor[1:], "", "ü", write_cursor(Position(4, 0.5, "case"), b"l" * 32)):
        with pytest.raises(CursorInvalid, match="begin again"):
            read_cursor(bad, b"k" * 32)


def paths(world: World, wanted: QueueFilter) -> list[str]:
    with reading(world.engine) as session:
        return ["/" + row.page.url.rpartition("/")[2] for row in list_queue(session, wanted).rows]
