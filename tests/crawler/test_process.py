"""The job's handle on a fetcher: every target is answered once, whatever the site or the system does."""

import gzip
import os
import subprocess
import sys
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.exceptions import FetcherDied
from crawler.items import FetchFailure, Page, Target
from crawler.process import CrawlProcess
from tests.crawler.loopback import (
    Loopback,
    Odd,
    Reply,
    altered_fetcher,
    fetch,
    make_policy,
    make_source,
    never_done,
    redirect,
)


def endless(handler: BaseHTTPRequestHandler, content_type: str = "") -> None:
    """Send a body without end, in chunks."""
    handler.send_response(200)
    if content_type:
        handler.send_header("Content-Type", content_type)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
    except OSError:
        pass


def endless_video(handler: BaseHTTPRequestHandler) -> None:
    """Send a video without end."""
    endless(handler, "video/mp4")


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"ketamine for")


def talkative(handler: BaseHTTPRequestHandler) -> None:
    """Send megabytes of headers before two bytes of body."""
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    for number in range(300):
        handler.send_header(f"X-{number}", "\xff" * 12_000)
    handler.end_headers()
    handler.wfile.write(b"ok")


LIST = b"".join(b"<tr><td>item %d<td>%d EUR" % (number, number * 37 % 990) for number in range(12_000))
ODD_PAGES: dict[str, Reply | Odd] = {
    "/ok": Reply(b"<p>hello", headers={"Content-Type": "text/html; charset=utf-8"}),
    "/gone": Reply(b"it is gone", status=410),
    "/broken": Reply(b"it is broken", status=500),
    "/moved": redirect("/moved/again", 301),
    "/moved/again": redirect("http://www.site.localhost:{port}/ok"),
    "/away": redirect("http://other.localhost:{port}/ok"),
    "/round": redirect("/round"),
    "/file": redirect("file:///etc/passwd"),
    "/endless": endless,
    "/bomb": Reply(gzip.compress(b"0" * 2_000_000), headers={"Content-Encoding": "gzip"}),
    "/huge": Reply(b"x" * 300_000),
    "/fits": Reply(b"y" * 200_000),
    "/huge-list": Reply(LIST, headers={"Content-Type": "text/html"}),
    "/packed-list": Reply(gzip.compress(LIST), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}),
    "/packed-members": Reply(
        gzip.compress(LIST[:9]) + gzip.compress(LIST[9:]),
        headers={"Content-Type": "text/html", "Content-Encoding": "gzip"},
    ),
    "/deflated-list": Reply(
        zlib.compress(LIST, wbits=-zlib.MAX_WBITS), headers={"Content-Type": "text/html", "Content-Encoding": "deflate"}
    ),
    "/packed-huge": Reply(os.urandom(300_000), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}),
    "/video": Reply(b"x" * 300_000, headers={"Content-Type": "video/mp4"}),
    "/endless-video": endless_video,
    "/slow": never_done,
    "/cut": cut_off,
    "/zipped": Reply(gzip.compress(b"<p>packed"), headers={"Content-Encoding": "gzip"}),
    "/talkative": talkative,
    "/cookies": Reply(b"set", headers={"Set-Cookie": "id=1"}),
}


def test_every_kind_of_answer_comes_back_once() -> None:
    with Loopback(ODD_PAGES) as web:
        urls = {path: web.url(path, "site.localhost") for path in ODD_PAGES}
        policy = make_policy(web, timeout_seconds=4.0, max_bytes=200_000)
        targets = [*urls.values(), urls["/ok"] + "?" + "x" * 3000, "http://a..b/"]
        targets += ["ftp://site.localhost/x", "no url", "http://[::1", "http://\ud800.localhost/", "http://a b/"]
        answers = fetch(make_source("site", urls["/ok"]), policy, targets)
        asked = list(web.asked)
    failed = {url: answer.reason for url, answer in answers.items() if isinstance(answer, FetchFailure)}
    assert failed == {
        urls["/away"]: "offsite_redirect",
        urls["/round"]: "redirects",
        urls["/file"]: "redirects",
        urls["/bomb"]: "too_large",
        urls["/video"]: "too_large",
        urls["/endless-video"]: "too_large",
        urls["/packed-huge"]: "too_large",
        urls["/talkative"]: "too_large",
        urls["/slow"]: "timeout",
        urls["/ok"] + "?" + "x" * 3000: "invalid_url",
        "http://a..b/": "dns",
        "ftp://site.localhost/x": "invalid_url",
        "no url": "invalid_url",
        "http://[::1": "invalid_url",
        "http://\ud800.localhost/": "invalid_url",
        "http://a b/": "invalid_url",
    }
    pages = {path: answers[url] for path, url in urls.items() if isinstance(answers[url], Page)}
    assert {path: (page.status, page.body) for path, page in pages.items() if isinstance(page, Page)} == {
        "/ok": (200, b"<p>hello"),
        "/gone": (410, b"it is gone"),
        "/broken": (500, b"it is broken"),
        "/moved": (200, b"<p>hello"),
        "/moved/again": (200, b"<p>hello"),
        "/cut": (200, b"ketamine for"),
        "/zipped": (200, b"<p>packed"),
        "/cookies": (200, b"set"),
        "/endless": (200, b"x" * 200_000),
        "/huge": (200, b"x" * 200_000),
        "/huge-list": (200, LIST[:200_000]),
        "/packed-list": (200, LIST[:200_000]),
        "/packed-members": (200, LIST[:200_000]),
        "/deflated-list": (200, LIST[:200_000]),
        "/fits": (200, b"y" * 200_000),
    }
    cut = {path for path, page in pages.items() if isinstance(page, Page) and page.truncated}
    assert cut == {"/cut", "/endless", "/huge", "/huge-list", "/packed-list", "/packed-members", "/deflated-list"}
    assert not [name for name in asked if name.startswith("other.localhost")]
    moved, broken_off, away = answers[urls["/moved"]], answers[urls["/cut"]], answers[urls["/away"]]
    assert isinstance(moved, Page)
    assert isinstance(broken_off, Page)
    zipped = answers[urls["/zipped"]]
    assert isinstance(zipped, Page)
    assert isinstance(away, FetchFailure)
    assert moved.redirects == (urls["/moved"], urls["/moved/again"])
    assert moved.final_url == urls["/ok"].replace("site.localhost", "www.site.localhost")
    assert (moved.source, moved.spider, moved.content_type) == ("tested", "site", "text/html; charset=utf-8")
    assert zipped.sent_body == len(gzip.compress(b"<p>packed")) > len(zipped.body)
    assert (moved.sent_body, broken_off.sent_body, moved.sent) == (8, 12, moved.sent_head + 8)
    assert away.detail == urls["/ok"].replace("site.localhost", "other.localhost")


def test_a_url_list_follows_redirects_to_other_hosts() -> None:
    with Loopback({"/ad": redirect("http://landing.localhost:{port}/"), "/": Reply(b"landed")}) as web:
        answers = fetch(make_source("url_list", web.url("/ad")), make_policy(web), [web.url("/ad")])
        page = answers[web.url("/ad")]
        assert isinstance(page, Page)
        assert (page.body, page.final_url) == (b"landed", web.url("/", "landing.localhost"))


def test_validators_and_identity_are_sent_and_not_modified_is_a_page() -> None:
    with Loopback({"/page": Reply(status=304, headers={"ETag": '"7"'})}) as web:
        target = Target(web.url("/page"), depth=3, etag='"7"', last_modified="Mon, 02 Nov 2026 06:00:00 GMT")
        page = fetch(make_source("site", web.url("/")), make_policy(web), [target])[target.url]
        sent = web.headers["127.0.0.1/page"]
    assert isinstance(page, Page)
    assert (page.status, page.body, page.depth, page.sent_body) == (304, b"", 3, 0)
    assert page.sent_head > len('HTTP/1.1 304 Not Modified ETag: "7"')
    assert sent["if-none-match"] == '"7"'
    assert sent["if-modified-since"] == "Mon, 02 Nov 2026 06:00:00 GMT"
    assert sent["user-agent"] == "rxwarden/1 (+test@rxwarden.example)"
    assert not sent.keys() & {"cookie", "referer", "authorization"}


def test_targets_can_be_sent_while_answers_are_read_and_the_same_url_twice() -> None:
    with Loopback({f"/{number}": Reply(b"%d" % number) for number in range(4)}) as web:
        with CrawlProcess(make_source("site", web.url("/0")), make_policy(web)) as fetcher:
            fetcher.send(Target(web.url("/0")))
            fetcher.send(Target(web.url("/0"), depth=1))
            bodies: list[bytes] = []
            for answer in fetcher:
                assert isinstance(answer, Page)
                bodies.append(answer.body)
                if len(bodies) <= 3:
                    fetcher.send(Target(web.url(f"/{len(bodies)}")))
            assert list(fetcher) == []
            fetcher.send(Target(web.url("/3")))
            assert len(list(fetcher)) == 1
        assert sorted(bodies) == [b"0", b"0", b"1", b"2", b"3"]


def test_thousands_of_targets_may_be_sent_before_the_first_answer_is_read() -> None:
    # Megabytes on either pipe, far more than a pipe holds, and nothing on the network.
    targets = [f"mailto:{number}" + "x" * 1500 for number in range(3000)]
    assert len(fetch(make_source("url_list", "http://example.org/"), make_policy(), targets)) == 3000


def test_requests_that_a_middleware_drops_are_answered_too(tmp_path: Path) -> None:
    command = altered_fetcher(
        tmp_path,
        """
from scrapy.exceptions import IgnoreRequest
class Drops:
    def process_request(self, request):
        if request.url.endswith("/ignored"):
            raise IgnoreRequest("not today")
        if request.url.endswith("/failed"):
            raise RuntimeError("a bug")
class Swallows:
    async def process_start(self, start):
        async for request in start:
            if not request.url.endswith("/swallowed"):
                yield request
def settings_for(policy, own=settings_for):
    settings = own(policy)
    settings["DOWNLOADER_MIDDLEWARES"] = settings["DOWNLOADER_MIDDLEWARES"] | {Drops: 50}
    settings["SPIDER_MIDDLEWARES"] = settings["SPIDER_MIDDLEWARES"] | {Swallows: 500}
    return settings
""",
    )
    with Loopback({"/page": Reply(b"here")}) as web:
        urls = [web.url(path) for path in ("/ignored", "/failed", "/swallowed", "/page")]
        answers = fetch(make_source("site", web.url("/")), make_policy(web), urls, command)
    assert [getattr(answers[url], "reason", "page") for url in urls] == ["dropped", "error", "dropped", "page"]


def test_a_fetcher_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RXWARDEN_SECRET", "http_proxy", "HTTPS_PROXY", "SCRAPY_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "x")
    tell = (sys.executable, "-c", "import os, sys; sys.exit(' '.join(sorted(os.environ)))")
    with CrawlProcess(make_source("site", "http://a.example/"), make_policy(), tell) as fetcher:
        fetcher.send(Target("http://a.example/"))
        with pytest.raises(FetcherDied, match="PYTHONPATH") as caught:
            list(fetcher)
    assert not {"RXWARDEN_SECRET", "http_proxy", "HTTPS_PROXY", "SCRAPY_SETTINGS_MODULE"} & set(
        str(caught.value).split()
    )


def test_nothing_is_sent_after_the_end() -> None:
    with CrawlProcess(make_source("site", "http://a.example/"), make_policy()) as fetcher:
        fetcher.end()
        with pytest.raises(ValueError, match="after end"):
            fetcher.send(Target("http://a.example/"))


def test_what_a_job_imports_of_this_room_loads_neither_scrapy_nor_twisted() -> None:
    modules = "discovery exceptions items process protocol scope sitemaps sources fetching.policy fetching.addresses"
    imports = "\n".join(f"import crawler.{module}" for module in [*modules.split(), "settings"])
    code = f"import sys\n{imports}\nprint({{name.partition('.')[0] for name in sys.modules}} & {{'scrapy', 'twisted'}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "set()\n"


def test_answers_that_are_here_come_at_once_and_no_more_than_asked_for() -> None:
    with Loopback({f"/{number}": Reply(b"page") for number in range(6)}) as site, started(site) as fetcher:
        assert fetcher.answers(60, 4) == ()
        for number in range(6):
            fetcher.send(Target(site.url(f"/{number}")))
        found: list[str] = []
        while fetcher.unanswered:
            some = fetcher.answers(60, 4)
            assert 1 <= len(some) <= 4
            found += [answer.url for answer in some]
    assert sorted(found) == [site.url(f"/{number}") for number in range(6)]


def test_waiting_for_an_answer_ends_when_the_time_is_over_and_nothing_is_lost() -> None:
    with Loopback({"/": Reply(b"page")}) as site, started(site) as fetcher:
        fetcher.send(Target(site.url("/")))
        assert fetcher.answers(0, 4) == ()
        assert [answer.url for answer in fetcher.answers(60, 4)] == [site.url("/")]


def started(site: Loopback) -> CrawlProcess:
    return CrawlProcess(make_source("url_list", site.url("/")), make_policy(site))
