"""robots.txt is kept: its rules, its delay, and its silence."""

from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from crawler.fetching.robots import MAX_BODY
from crawler.items import FetchFailure, Page
from tests.crawler.loopback import Loopback, Odd, Reply, altered_fetcher, fetch, make_policy, make_source, redirect


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    handler.connection.close()


def outcomes(pages: Mapping[str, Reply | Odd], urls: list[str]) -> dict[str, str]:
    """Fetch `host/path` names from one server; give `page` or the reason of the failure for each."""
    with Loopback({"/page": Reply(b"here"), "/other": Reply(b"here"), **pages}) as web:
        by_url = {web.url("/" + path, host): f"{host}/{path}" for host, _, path in (url.partition("/") for url in urls)}
        answers = fetch(make_source("url_list", *by_url), make_policy(web), list(by_url))
    return {name: getattr(answers[url], "reason", "page") for url, name in by_url.items()}


def test_rules_are_kept_and_a_missing_file_allows_everything() -> None:
    pages = {
        "rules.localhost/robots.txt": Reply(b"User-agent: *\nDisallow: /page\n"),
        "named.localhost/robots.txt": Reply(b"User-agent: rxwarden\nDisallow: /\n\nUser-agent: *\nAllow: /\n"),
        "others.localhost/robots.txt": Reply(b"User-agent: otherbot\nDisallow: /\n"),
        "wild.localhost/robots.txt": Reply(b"User-agent: *\nDisallow: /*a*e$\n"),
        "garbage.localhost/robots.txt": Reply(b"\xff\xfe\x00<html>not a robots file"),
    }
    asked = ["rules.localhost/page", "rules.localhost/other", "rules.localhost/robots.txt", "named.localhost/page"]
    asked += ["others.localhost/page", "wild.localhost/page", "garbage.localhost/page", "missing.localhost/page"]
    assert outcomes(pages, asked) == {
        "rules.localhost/page": "robots",
        "rules.localhost/other": "page",
        "rules.localhost/robots.txt": "page",
        "named.localhost/page": "robots",
        "others.localhost/page": "page",
        "wild.localhost/page": "robots",
        "garbage.localhost/page": "page",
        "missing.localhost/page": "page",
    }


def test_a_host_that_cannot_give_its_rules_is_left_alone_this_time() -> None:
    pages: dict[str, Reply | Odd] = {
        "error.localhost/robots.txt": Reply(b"User-agent: *\nAllow: /\n", status=503),
        "busy.localhost/robots.txt": Reply(status=429),
        "mute.localhost/robots.txt": hang_up,
        "loop.localhost/robots.txt": redirect("/robots.txt"),
    }
    hosts = [name.partition("/")[0] for name in pages]
    assert outcomes(pages, [f"{host}/page" for host in hosts]) == {
        "error.localhost/page": "robots",
        "busy.localhost/page": "robots",
        "mute.localhost/page": "connection",
        "loop.localhost/page": "redirects",
    }


def test_rules_are_asked_for_once_and_never_wait_for_themselves() -> None:
    rules = {"/robots.txt": redirect("/rules"), "/rules": Reply(b"User-agent: *\nDisallow: /other\n")}
    with Loopback({"/page": Reply(b"here"), "/other": Reply(b"here"), **rules}) as web:
        urls = [web.url("/page"), web.url("/page?again"), web.url("/other")]
        answers = fetch(make_source("url_list", *urls), make_policy(web), urls)
        assert isinstance(answers[urls[0]], Page)
        assert isinstance(answers[urls[2]], FetchFailure)
        assert web.asked.count("127.0.0.1/rules") == 1
        assert "127.0.0.1/other" not in web.asked


def test_a_crawl_delay_slows_its_host_alone_within_bounds(tmp_path: Path) -> None:
    command = altered_fetcher(
        tmp_path,
        """
class TellSlot:
    def __init__(self, crawler): self.crawler = crawler
    @classmethod
    def from_crawler(cls, crawler): return cls(crawler)
    def process_response(self, request, response):
        slot = self.crawler.engine.downloader.slots[request.meta["download_slot"]]
        host = request.meta["download_slot"].partition(".")[0]
        response.headers["X-Slot"] = f"{host} {slot.delay} {slot.concurrency} {slot.jitter}"
        return response

def settings_for(policy, own=settings_for):
    settings = own(policy)
    gates = settings["DOWNLOADER_MIDDLEWARES"] | {TellSlot: 999}
    return settings | {"DOWNLOADER_MIDDLEWARES": gates, "AUTOTHROTTLE_ENABLED": False}
""",
    )
    pages = {
        "calm.localhost/robots.txt": Reply(b"User-agent: rxwarden\nCrawl-delay: 0.02\n"),
        "endless.localhost/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 86400\n"),
        "/page": Reply(b"here"),
        "/away": redirect("http://beyond.localhost:{port}/page"),
    }
    with Loopback(pages) as web:
        urls = [web.url("/page", f"{host}.localhost") for host in ("calm", "endless", "eager")]
        urls.append(web.url("/away", "calm.localhost"))
        policy = make_policy(web, max_delay_seconds=0.05, per_host=3)
        answers = fetch(make_source("url_list", *urls), policy, urls, command)
    told = [dict(answer.headers).get("X-Slot") for answer in map(answers.get, urls) if isinstance(answer, Page)]
    assert told == ["calm 0.02 1 0.0", "endless 0.05 1 0.0", "eager 0.0 3 0.5", "beyond 0.0 3 0.5"]


RULES = b"""\xef\xbb\xbf# groups of one agent are read as one (RFC 9309, 2.2.1)
User-Agent: RXWARDEN\r
User-agent: otherbot
Disallow: /first
\rUser-agent: *
Disallow: /

User-agent: rxwarden
Disallow: /second
Disallow: /page
Allow: /page-allowed
Disallow: /tie
Allow: /tie
Disallow: /*.pdf$
Disallow: /deep/*/secret
Allow: /deep/
Disallow: /%7Ename
Disallow:
Crawl-delay: nonsense
"""


def test_groups_wildcards_and_the_most_specific_rule_decide() -> None:
    allowed = ["page-allowed", "tie", "a.pdf?x=1", "deep/a", "else", "PAGE", ""]
    forbidden = ["first", "second", "page", "page-other", "a.pdf", "deep/a/secret", "%7Ename", "~name"]
    pages = {"/robots.txt": Reply(RULES), **{"/" + path: Reply(b"here") for path in allowed}}
    found = outcomes(pages, [f"a.localhost/{path}" for path in allowed + forbidden])
    assert {name.partition("/")[2] for name, outcome in found.items() if outcome == "page"} == set(allowed)


def test_rules_are_read_to_the_limit_and_never_half_a_rule() -> None:
    filler = b"# " + b"x" * 1021 + b"\n"
    assert len(filler) == 1024
    cut = b"User-agent: *\nDisallow: /page\n" + filler * 511
    cut += b"#" * (MAX_BODY - len(cut) - len(b"\nAllow: /pa")) + b"\nAllow: /page-beyond\n"
    pages = {
        "long.localhost/robots.txt": Reply(b"User-agent: *\nDisallow: /page\n" + filler * 600 + b"Disallow: /other\n"),
        "cut.localhost/robots.txt": Reply(cut),
        "huge.localhost/robots.txt": Reply(b"User-agent: *\nDisallow: /\n" * 400_000),
    }
    asked = ["long.localhost/page", "long.localhost/other", "cut.localhost/page", "huge.localhost/page"]
    assert outcomes(pages, asked) == {
        "long.localhost/page": "robots",
        "long.localhost/other": "page",
        "cut.localhost/page": "robots",
        "huge.localhost/page": "too_large",
    }


def test_a_host_whose_rules_do_not_come_in_time_is_left_alone() -> None:
    def hold(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.recv(1)

    pages = {"slow.localhost/robots.txt": hold, "/page": Reply(b"here")}
    with Loopback(pages) as web:
        urls = [web.url("/page", host) for host in ("slow.localhost", "calm.localhost")]
        answers = fetch(make_source("url_list", *urls), make_policy(web, timeout_seconds=1.0), urls)
        assert [getattr(answers[url], "reason", "page") for url in urls] == ["timeout", "page"]
        assert "slow.localhost/page" not in web.asked


def test_an_override_with_its_reason_holds_for_the_hosts_of_its_source_alone() -> None:
    pages = {
        "/robots.txt": Reply(b"User-agent: *\nDisallow: /\nCrawl-delay: 0.01\n"),
        "broken.localhost/robots.txt": Reply(b"later", 503),
        "/page": Reply(b"here"),
        "/away": redirect("http://other.localhost:{port}/page"),
    }
    with Loopback(pages) as web:
        own = [web.url("/page", "own.localhost"), web.url("/page", "broken.localhost")]
        away = web.url("/away", "own.localhost")
        obedient = make_source("url_list", *own)
        overridden = replace(obedient, robots_override="Written consent of the site's owner")
        assert {getattr(answer, "reason", "page") for answer in fetch(obedient, make_policy(web), own).values()} == {
            "robots"
        }
        answers = fetch(overridden, make_policy(web), [*own, away])
    assert [getattr(answers[url], "reason", "page") for url in (*own, away)] == ["page", "page", "robots"]
