"""A look under a browser's name: only where a source allows it, and what only a browser is told becomes a case."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlmodel import col, select

from api.services.sources import permit_second_look
from api.store.engine import writing
from api.store.kinds import LookKind
from api.store.opening import open_store
from api.store.tables.audit import AuditEvent
from api.store.tables.cases import Case
from api.store.tables.looks import Look
from classifier.labels import Outcome
from crawler.sources import Source
from tests.api.jobs.conftest import Installation, make_installation
from tests.api.jobs.test_weekly_failures import kill_children
from tests.api.world import MONDAY
from tests.crawler.loopback import Loopback, Odd, Reply

REASON = "This seller is known to show crawlers a bakery."
OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon. Bread is baked twice a day."
BAKERY = "".join(f"<p>{HOURS} Loaf {number} is rye.</p>" for number in range(4))
SHOP = "".join(f"<p>{OFFER} Lot {number}. Write to t.me/pierdesk</p>" for number in range(4))
HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(text: str) -> bytes:
    return f"<!doctype html><html lang=en><title>Pier</title><h1>Pier</h1>{text}</html>".encode()


def cloaked(ours: str, theirs: str) -> Odd:
    """A page that tells browsers something else."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = page(ours if "rxwarden" in handler.headers["User-Agent"] else theirs)
        handler.send_response(200)
        handler.send_header("Content-Type", HTML["Content-Type"])
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def turning_away(ours: str) -> Odd:
    """A page that browsers do not get."""
    honest = cloaked(ours, ours)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if "rxwarden" in handler.headers["User-Agent"]:
            honest(handler)
        else:
            handler.send_error(403)

    return answer


@pytest.fixture
def pier() -> Iterator[Loopback]:
    """A seller that shows a bakery to crawlers, and one honest page beside it."""
    with Loopback({"/": cloaked(BAKERY, SHOP), "/robots.txt": Reply(b"User-agent: *\nDisallow: /private\n")}) as web:
        yield web


@pytest.fixture
def watching(pier: Loopback, small_model: Path, tmp_path: Path) -> Installation:
    installation = make_installation(tmp_path / "data", small_model, pier.endpoint)
    installation.watch(Source("pier", "site", (pier.url("/"),)))
    return installation


def allow(installation: Installation, reason: str) -> None:
    with writing(open_store(installation.settings)) as session:
        permit_second_look(session, "pier", reason, actor="operator", now=MONDAY)


def looks(installation: Installation) -> list[Look]:
    return list(installation.look(lambda session: session.exec(select(Look).order_by(col(Look.looked_at))).all()))


def outcomes(installation: Installation) -> list[Outcome]:
    return list(installation.look(lambda session: session.exec(select(Case.outcome)).all()))


def test_nobody_comes_under_another_name_without_leave(watching: Installation, pier: Loopback) -> None:
    watching.weekly()
    assert looks(watching) == []
    assert "rxwarden" in pier.headers["127.0.0.1/"]["user-agent"]
    assert Outcome.VIOLATION not in outcomes(watching)


def test_what_only_a_browser_is_told_becomes_a_case_with_what_differs(watching: Installation, pier: Loopback) -> None:
    allow(watching, REASON)
    watching.weekly()
    assert outcomes(watching) == [Outcome.VIOLATION]
    (look,) = looks(watching)
    assert (look.kind, look.is_different, look.error) == (LookKind.OTHER_AGENT, True, "")
    assert any("discreet shipping" in line for line in look.differences["added"])
    assert any("bakery" in line for line in look.differences["removed"])
    assert any("t.me/pierdesk" in line for line in look.differences["signals_added"])
    assert look.document_id is not None
    assert pier.headers["127.0.0.1/"]["user-agent"].startswith("Mozilla/5.0")


def test_what_only_a_browser_was_told_stands_until_a_browser_is_told_otherwise(
    watching: Installation, pier: Loopback
) -> None:
    allow(watching, REASON)
    pier.pages["/"] = cloaked(BAKERY, SHOP)
    watching.weekly()
    # What we are told changes, and whoever comes as a browser is turned away.
    pier.pages["/"] = turning_away(f"<p>{HOURS}</p>")
    watching.weekly(1)
    assert outcomes(watching) == [Outcome.VIOLATION]
    assert [look.is_different for look in looks(watching)] == [True, False]
    assert "403" in looks(watching)[1].error
    # Nobody may ask as a browser any more, and what we are told changes once more.
    allow(watching, "")
    pier.pages["/"] = turning_away(f"<p>{HOURS} {HOURS}</p>")
    (report,) = watching.weekly(2).sources
    assert (outcomes(watching), report.new_flags) == ([Outcome.VIOLATION], 0)
    allow(watching, REASON)
    pier.pages["/"] = cloaked(f"<p>{HOURS}</p>", f"<p>{HOURS}</p>")
    watching.weekly(3)
    assert Outcome.VIOLATION not in outcomes(watching)


@pytest.mark.parametrize(("theirs", "content_type"), [("", "text/html"), ("%PDF-1.7", "application/pdf")])
def test_an_answer_of_which_nothing_can_be_seen_takes_nothing_back(
    watching: Installation, pier: Loopback, theirs: str, content_type: str
) -> None:
    allow(watching, REASON)
    watching.weekly()
    honest = cloaked(f"<p>{HOURS}</p>", f"<p>{HOURS}</p>")

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if "rxwarden" in handler.headers["User-Agent"]:
            honest(handler)
        else:
            handler.send_response(200)
            handler.send_header("Content-Type", content_type)
            handler.end_headers()
            handler.wfile.write(theirs.encode())

    pier.pages["/"] = answer
    for week in (1, 2):
        watching.weekly(week)
        assert outcomes(watching) == [Outcome.VIOLATION]
    assert ["unseen" in look.error for look in looks(watching)] == [False, True, True]
    pier.pages["/"] = honest
    watching.weekly(3)
    assert Outcome.VIOLATION not in outcomes(watching)


def test_a_page_whose_own_bytes_stay_the_same_is_compared_each_week(watching: Installation, pier: Loopback) -> None:
    allow(watching, REASON)
    told = []
    for week, theirs in enumerate((BAKERY, SHOP, SHOP, BAKERY)):
        pier.pages["/"] = cloaked(BAKERY, theirs)
        (report,) = watching.weekly(week).sources
        told.append((Outcome.VIOLATION in outcomes(watching), report.new_flags))
    assert told == [(False, 0), (True, 1), (True, 0), (False, 0)]
    assert [look.is_different for look in looks(watching)] == [False, True, True, False]


def test_a_page_that_tells_all_the_same_is_recorded_as_such(watching: Installation, pier: Loopback) -> None:
    pier.pages["/"] = cloaked(f"<p>{HOURS}</p><p>12 visitors</p>", f"<p>{HOURS}</p><p>13 visitors</p>")
    allow(watching, REASON)
    watching.weekly()
    (look,) = looks(watching)
    assert (look.is_different, look.document_id, look.error) == (False, None, "")
    assert Outcome.VIOLATION not in outcomes(watching)


def test_a_fetcher_that_dies_on_the_way_is_told_and_what_was_not_asked_for_is_not_claimed(
    watching: Installation, pier: Loopback
) -> None:
    honest = cloaked(f"<p>{HOURS}</p>", f"<p>{HOURS}</p>")

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if "rxwarden" not in handler.headers["User-Agent"]:
            kill_children(b"crawler.child")
        honest(handler)

    pier.pages["/"] = answer
    allow(watching, REASON)
    (one,) = watching.weekly().sources
    assert (one.error, one.failed) == ("", 0)
    (told,) = [sentence for sentence in watching.heard.sentences if "under a browser's name" in sentence]
    assert told.startswith(
        "pier: 0 pages were asked for under a browser's name; 0 of them told it something else; 1 more"
    )
    assert looks(watching) == []


def test_leave_and_its_end_are_in_the_audit_log(watching: Installation) -> None:
    allow(watching, REASON)
    allow(watching, "")
    events = watching.look(lambda session: session.exec(select(AuditEvent).order_by(AuditEvent.number)).all())  # type: ignore[arg-type]
    told = [(event.action, REASON in event.details) for event in events if "second_look" in event.action]
    assert told == [("source.second_look", True), ("source.second_look_end", False)]
    watching.weekly()
    assert looks(watching) == []
