"""Whatever a page does, the scanner answers: hostile input, lost and overdrawn processes, many callers at once."""

import gzip
import itertools
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.exceptions import ScannerUnavailable
from api.judging.reading import Job, Kind
from api.judging.scanner import Scanner, ScanResult
from api.judging.worker import serve
from classifier.labels import Family, Outcome
from crawler.items import Page

TODAY = date(2026, 11, 21)
SALE = Family.ILLICIT_SALE
OFFER = "Buy ketamine online without a prescription. Add to cart, pay in Bitcoin, stealth shipping."
PLAIN = "The library opens at nine and closes at six. Children are welcome on Saturdays."
MEGABYTES = 1_000_000
# Far more words than a second of CPU time can read, no two passages alike.
HEAVY = " ".join(f"ketamine page {number} may help people number {number * 7}." for number in range(120_000))


def page(body: bytes, content_type: str = "text/html") -> Page:
    """A fetched page with these bytes."""
    now = datetime(2026, 11, 21, tzinfo=UTC)
    return Page("http://a.example/", "http://a.example/", 200, now, (), content_type, body, "test", "site")


def is_judged(result: ScanResult) -> bool:
    """Whether the input was read."""
    return result.document is not None and result.error == "" and "not_read" not in result.verdict.degraded


def children() -> set[int]:
    """Process ids of the judging processes that this process has now."""
    return {int(child.pid or 0) for child in multiprocessing.active_children()}


class Telling(str):
    """A text that tells when it is on its way to another process, where it is a text like others."""

    def __init__(self, _text: str) -> None:
        self.is_handed_over = threading.Event()

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        self.is_handed_over.set()
        return str, (str(self),)


@pytest.fixture
def short(model_folder: Path) -> Iterator[Scanner]:
    """One process that may use one CPU second a job."""
    with Scanner(model_folder, workers=1, cpu_seconds=1) as running:
        yield running


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * MEGABYTES,
        "<b><i>" * (5 * MEGABYTES // 6),
        "<table><tr><td>" * (MEGABYTES // 3),
        "<!--" * MEGABYTES,
        "<p " + "a=b " * MEGABYTES,
        "&amp;" * MEGABYTES,
        "<script>" + "x" * MEGABYTES,
    ],
    ids=["div", "inline", "tables", "comments", "attributes", "entities", "script"],
)
def test_five_megabytes_of_markup_are_read(scanner: Scanner, html: str) -> None:
    assert is_judged(scanner.scan_html(html, as_of=TODAY))


def test_an_empty_page_is_not_clear_and_an_empty_text_is(scanner: Scanner) -> None:
    empty_page = scanner.scan_page(page(b""), TODAY)
    assert is_judged(empty_page)
    assert empty_page.verdict.outcome is Outcome.UNCLEAR
    assert scanner.scan_text("", as_of=TODAY).verdict.outcome is Outcome.CLEAR


def test_invalid_utf_8_is_read_around(scanner: Scanner) -> None:
    result = scanner.scan_page(page(b"<p>\xff\xfe\xed\xa0\x80 " + OFFER.encode() + b" \xc3"), TODAY)
    assert is_judged(result)
    assert result.verdict.flagged == (SALE,)


def test_a_truncated_gzip_is_read_as_far_as_it_goes_and_never_clear(scanner: Scanner) -> None:
    filler = " ".join(str(number) for number in range(20_000))
    packed = gzip.compress(f"<p>{PLAIN}</p><p>{filler}</p>".encode())
    result = scanner.scan_page(page(packed[: len(packed) // 2]), TODAY)
    assert result.document is not None
    assert PLAIN in result.document.text
    assert "truncated" in result.verdict.degraded
    assert result.verdict.outcome is not Outcome.CLEAR


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.HTML])
@pytest.mark.parametrize("unit", [PLAIN + " ", "a", " ", ".", " | ", "💊 "])
def test_a_line_of_two_megabytes_is_judged_to_its_end(scanner: Scanner, kind: Kind, unit: str) -> None:
    line = unit * (2 * MEGABYTES // len(unit))
    result = scanner.scan(Job(kind, f"{line}. {OFFER}", TODAY))
    assert is_judged(result)
    assert "without a prescription" in " ".join(found.quote for found in result.verdict.findings)


@pytest.mark.parametrize("body", [b"\x00" * 10_000, b"%PDF-1.7 \xff\xfe", bytes(range(256)) * 100, b"\x1f\x8b\x08"])
def test_what_is_no_page_is_not_clear(scanner: Scanner, body: bytes) -> None:
    assert scanner.scan_page(page(body), TODAY).verdict.outcome is Outcome.UNCLEAR


def test_a_page_that_was_cut_is_never_clear(scanner: Scanner) -> None:
    whole = page(f"<p>{PLAIN}".encode())
    assert scanner.scan_page(whole, TODAY).verdict.outcome is Outcome.CLEAR
    verdict = scanner.scan_page(replace(whole, truncated=True), TODAY).verdict
    assert (verdict.outcome, verdict.degraded) == (Outcome.UNCLEAR, ("truncated",))


def test_a_job_over_its_allowance_is_not_read_and_the_next_one_is(short: Scanner) -> None:
    result = short.scan_text(HEAVY, as_of=TODAY)
    assert result.document is None
    assert "CPU seconds" in result.error
    verdict = result.verdict
    assert (verdict.outcome, verdict.degraded, verdict.as_of) == (Outcome.UNCLEAR, ("not_read",), TODAY)
    assert (verdict.model_digest, verdict.policy_digest) == (short.hello.model_digest, short.hello.policy_digest)
    assert short.scan_text(OFFER, as_of=TODAY).verdict.flagged == (SALE,)


def test_what_came_before_does_not_count_against_a_job(short: Scanner) -> None:
    text = HEAVY[: len(HEAVY) // 60]
    assert all(is_judged(short.scan_text(text, as_of=TODAY)) for _ in range(12))


def test_a_process_that_was_killed_is_replaced(model_folder: Path) -> None:
    before = children()
    with Scanner(model_folder, workers=1) as scanner:
        (victim,) = children() - before
        os.kill(victim, signal.SIGKILL)
        os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
        assert scanner.scan_text(OFFER, as_of=TODAY).verdict.flagged == (SALE,)
        (successor,) = children() - before
        assert successor != victim


def test_what_was_at_hand_when_a_process_was_killed_is_read_by_its_successor(model_folder: Path) -> None:
    before = children()
    with Scanner(model_folder, workers=1) as scanner, ThreadPoolExecutor(1) as caller:
        (victim,) = children() - before
        os.kill(victim, signal.SIGSTOP)
        os.waitid(os.P_PID, victim, os.WSTOPPED | os.WNOWAIT)
        content = Telling(OFFER)
        asked = caller.submit(scanner.scan, Job(Kind.TEXT, content, TODAY))
        content.is_handed_over.wait()
        os.kill(victim, signal.SIGKILL)
        assert is_judged(asked.result())


def test_closing_ends_every_process(model_folder: Path) -> None:
    before = children()
    with Scanner(model_folder, workers=2) as scanner:
        assert len(children() - before) == 2
        scanner.scan_text(PLAIN, as_of=TODAY)
    assert children() <= before


def test_closing_ends_a_process_at_work_and_tells_all_who_wait_for_it(model_folder: Path) -> None:
    before = children()
    with ThreadPoolExecutor(3) as callers:
        with Scanner(model_folder, workers=1) as scanner:
            (silent,) = children() - before
            os.kill(silent, signal.SIGSTOP)
            asked = [callers.submit(scanner.scan_text, OFFER, as_of=TODAY) for _ in range(3)]
        for one in asked:
            with pytest.raises(ScannerUnavailable, match="were ended"):
                one.result()
    assert children() <= before


def test_a_process_whose_job_died_meanwhile_ends_without_a_word(model_folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    reader = context.Process(target=serve, args=(theirs, model_folder, 15), daemon=True)
    reader.start()
    theirs.close()
    ours.recv()
    ours.send(Job(Kind.TEXT, OFFER, TODAY))
    ours.close()
    reader.join()
    assert reader.exitcode == 0


def test_a_process_never_hears_an_interrupt_not_even_while_it_starts(model_folder: Path) -> None:
    before = children()
    with Scanner(model_folder, workers=1) as scanner:
        (asked,) = children() - before
        blocked = next(line for line in Path(f"/proc/{asked}/status").read_text().splitlines() if "SigBlk" in line)
        assert int(blocked.split()[1], 16) & 1 << (signal.SIGINT - 1)
        assert is_judged(scanner.scan_text(PLAIN, as_of=TODAY))
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_without_a_model_the_scanner_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ScannerUnavailable, match="rxwarden train"):
        Scanner(tmp_path, workers=1)


def test_a_scanner_whose_model_goes_away_and_returns_recovers(model_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(model_folder, model)
    before = children()
    with Scanner(model, workers=1) as scanner:
        model.rename(tmp_path / "away")
        (victim,) = children() - before
        os.kill(victim, signal.SIGKILL)
        os.waitid(os.P_PID, victim, os.WEXITED | os.WNOWAIT)
        with pytest.raises(ScannerUnavailable):
            scanner.scan_text(OFFER, as_of=TODAY)
        (tmp_path / "away").rename(model)
        assert scanner.scan_text(OFFER, as_of=TODAY).verdict.flagged == (SALE,)


def test_many_callers_at_once_each_get_their_own_answer(scanner: Scanner) -> None:
    texts = [f"{PLAIN} Room {number}." if number % 2 else f"{OFFER} Parcel {number}." for number in range(80)]
    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(lambda text: scanner.scan_text(text, as_of=TODAY), texts))
    assert [result.document.text for result in results if result.document] == texts
    assert [SALE in result.verdict.flagged for result in results] == [number % 2 == 0 for number in range(80)]


def test_results_come_in_the_order_of_the_jobs_and_only_some_are_taken_ahead(scanner: Scanner) -> None:
    taken: list[int] = []

    def endless() -> Iterator[Job]:
        for number in itertools.count():
            taken.append(number)
            yield Job(Kind.TEXT, f"{PLAIN * (5 - number % 5)} {number}", TODAY)

    results = list(itertools.islice(scanner.scan_all(endless()), 20))
    texts = [result.document.text for result in results if result.document]
    assert [int(text.rsplit(" ", 1)[1]) for text in texts] == list(range(20))
    assert len(taken) < 40


def test_pages_and_text_are_judged_alike(scanner: Scanner) -> None:
    on_page = scanner.scan_page(page(f"<p>{OFFER}</p>".encode()), TODAY)
    assert on_page.document is not None
    assert on_page.document.url == "http://a.example/"
    assert on_page.verdict.flagged == scanner.scan_text(OFFER, as_of=TODAY).verdict.flagged == (SALE,)
