"""Retry-After is kept: by a fetcher at work, host by host, and told to the job with host and moment."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetching.pauses import pause_asked_for
from crawler.items import FetchFailure, Pause, Target
from crawler.process import CrawlProcess
from crawler.protocol import Answer
from tests.crawler.loopback import Loopback, Reply, make_policy, make_source, redirect

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [
        (503, "120", 120),
        (429, " 7 ", 7),
        (429, "Sun, 22 Nov 2026 12:05:00 GMT", 300),
        (503, "Sun, 22 Nov 2026 13:05:00 +0100", 300),
        (429, None, 60),
        (429, "soon", 60),
        (429, "-5", 60),
        (429, "9" * 5000, 86400),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        (429, f"Fri, 31 Dec {'9' * 20} 23:59:59 GMT", 60),
        (429, f"Fri, 31 Dec 2026 23:59:59 +{'9' * 20}", 60),
    ],
)
def test_a_pause_is_read_in_seconds_or_as_a_date_and_bounded(status: int, told: str | None, seconds: int) -> None:
    headers = [] if told is None else [("retry-AFTER", told)]
    pause = pause_asked_for(status, headers, "https://Shop.example:8443/a", NOW, 86400.0)
    assert pause == Pause("shop.example", NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("status", "told"),
    [(200, "60"), (404, "60"), (503, None), (503, "soon"), (503, "0"), (429, "Fri, 31 Dec 1999 23:59:59 GMT")],
)
def test_other_answers_ask_for_no_pause(status: int, told: str | None) -> None:
    headers = [] if told is None else [("Retry-After", told)]
    assert pause_asked_for(status, headers, "https://shop.example/", NOW, 86400.0) is None


def test_a_host_that_asks_for_a_pause_gets_it_and_the_others_go_on() -> None:
    pages = {
        "tired.localhost/a": Reply(b"later", 503, {"Retry-After": "3600"}),
        "busy.localhost/a": Reply(b"later", 429),
        "broken.localhost/a": Reply(b"broken", 503),
        "dated.localhost/a": Reply(b"later", 429, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}),
        "odd.localhost/a": Reply(b"later", 503, {"Retry-After": "soon"}),
        "past.localhost/a": Reply(b"later", 429, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}),
        "rules.localhost/robots.txt": Reply(b"later", 503, {"Retry-After": "60"}),
        "/b": Reply(b"here"),
        "/to": redirect("http://tired.localhost:{port}/b"),
    }
    hosts = ("tired", "busy", "broken", "dated", "odd", "past", "rules")
    with Loopback(pages) as web:
        first = [web.url("/a", f"{host}.localhost") for host in hosts]
        second = [web.url("/b", f"{host}.localhost") for host in hosts] + [web.url("/to", "calm.localhost")]
        before = datetime.now(UTC)
        with CrawlProcess(make_source("url_list", *first), make_policy(web, max_pause_seconds=7200.0)) as fetcher:
            answers: dict[str, Answer] = {}
            for batch in (first, second):
                for url in batch:
                    fetcher.send(Target(url))
                answers |= {answer.url: answer for answer in fetcher}
        asked = list(web.asked)
    reasons = [getattr(answers[url], "reason", "page") for url in second]
    assert reasons == ["paused", "paused", "page", "paused", "page", "page", "robots", "paused"]
    assert not [name for name in asked if name in {f"{host}.localhost/b" for host in ("tired", "busy", "dated")}]
    pauses = [answer.pause for answer in map(answers.get, second) if isinstance(answer, FetchFailure)]
    waits = [(pause.host, round((pause.until - before).total_seconds() / 60)) for pause in pauses if pause is not None]
    # A date beyond the bound is cut to it; a redirect tells which host is meant.
    expected = [("tired", 60), ("busy", 1), ("dated", 120), ("rules", 1), ("tired", 60)]
    assert waits == [(f"{host}.localhost", minutes) for host, minutes in expected]
