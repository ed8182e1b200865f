"""Hostile sites, each attack played by a real server: one answer with a reason, and nobody else suffers."""

import re
import tracemalloc
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from crawler.budgets import MOST_OF_A_SHAPE, VisitBudget
from crawler.discovery import next_targets, start_targets
from crawler.extraction.extract import extract
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.process import CrawlProcess
from crawler.protocol import Answer
from crawler.sitemaps import MAX_LOCATIONS, read_sitemap
from crawler.sources import Source
from tests.crawler import hostile
from tests.crawler.loopback import Loopback, Odd, Reply, make_policy, make_source

MOST_MEMORY_MB = 400
ORDINARY_PAGES = 40
HEAVY_HOSTS = 24
# What is kept of a page that is longer than is read.
CUT = {
    **dict.fromkeys(("/flood/body", "/flood/no-length"), b"x" * hostile.MAX_BYTES),
    "/flood/page": (b"<p>filler" * 1_000_000)[: hostile.MAX_BYTES],
    **dict.fromkeys(
        ("/page/too-long", "/page/too-long-packed", "/page/too-long-br"), hostile.ROWS[: hostile.MAX_BYTES]
    ),
}
# What each attack comes to; a page is given as its status and what is kept of its body.
REFUSED = {
    **dict.fromkeys(hostile.BOMBS, "too_large"),
    **dict.fromkeys(("/bomb/layers", "/bomb/no-gzip", "/bomb/no-br", "/bomb/no-zstd"), "coding"),
    **dict.fromkeys(hostile.SLOW, "timeout"),
    **{path: "too_large" for path in hostile.FLOODS if path not in CUT},
    **dict.fromkeys(hostile.GARBAGE, "connection"),
    **dict.fromkeys(hostile.REDIRECTS, "redirects"),
}
KEPT = {
    "/garbage/chunks": (200, b""),
    "/lie/longer": (200, b"<p>cut off"),
    "/lie/shorter": (200, b"<p>shorte"),
    "/lie/204": (204, b""),
    "/lie/205": (205, b"<p>a body"),
    "/lie/304": (304, b""),
    "/lie/status": (999, b"<p>a body"),
    "/lie/long-header": (200, b"<p>a body"),
    "/to/nowhere": (302, b""),
    **{f"/chain/{number}": (200, b"the end of the chain") for number in range(4, 13)},
    **{path: (200, body) for path, body in CUT.items()},
}
WHOLE = [path for path in (*hostile.LIES, *hostile.PAGES) if path not in KEPT]
ATTACKS = hostile.BOMBS | hostile.SLOW | hostile.FLOODS | hostile.GARBAGE | hostile.LIES
ATTACKS |= hostile.PAGES | hostile.REDIRECTS


def host_for(path: str) -> str:
    """Give each kind of attack a host of its own."""
    return path.strip("/").partition("/")[0] + ".localhost"


def told(answer: Answer) -> object:
    """Give the reason of a failure, or status and body of a page."""
    return answer.reason if isinstance(answer, FetchFailure) else (answer.status, answer.body)


def body_of(reply: Reply | Odd) -> bytes:
    """Give the body of a reply that is sent whole."""
    assert isinstance(reply, Reply)
    return reply.body


@dataclass
class Crawl:
    """A small job: one fetcher for several sources, each with its own frontier and budget."""

    policy: FetchPolicy
    answers: dict[str, Answer] = field(default_factory=dict)
    peak_mb: float = 0.0

    def run(self, sources: list[Source], extra: list[str]) -> None:
        """Fetch all that the sources lead to, and the extra URLs."""
        budgets = {source.name: VisitBudget(source) for source in sources}
        home = {target.url: source for source in sources for target in start_targets(source)}
        queue = deque([*map(Target, home), *map(Target, extra)])
        with CrawlProcess(make_source("url_list", "http://ordinary.localhost/"), self.policy) as fetcher:
            while queue or fetcher.unanswered:
                while queue and len(fetcher.unanswered) < 64:
                    fetcher.send(queue.popleft())
                answer = next(iter(fetcher))
                assert answer.url not in self.answers
                self.answers[answer.url] = answer
                source = home.get(answer.url)
                if source is None or not isinstance(answer, Page):
                    continue
                links = extract(answer).links if source.spider == "site" else ()
                for target in next_targets(source, Target(answer.url, answer.depth), answer, links):
                    full = sum(of is source for of in home.values()) >= source.max_pages
                    if target.url not in home and not full and budgets[source.name].admit(target):
                        home[target.url] = source
                        queue.append(target)
            self.peak_mb = peak_megabytes(fetcher.pid)


def peak_megabytes(pid: int) -> float:
    """Give the most memory that a process has held so far."""
    status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def ordinary_site() -> dict[str, Reply | Odd]:
    """Give a site of pages that link to the next and to the front page."""
    text = "word " * 2000
    pages = {
        f"ordinary.localhost/page-{chr(97 + number // 26)}{chr(97 + number % 26)}": number
        for number in range(ORDINARY_PAGES)
    }
    links = "".join(f'<a href="{name.partition("/")[1]}{name.partition("/")[2]}">page</a>' for name in pages)
    front = Reply(f"<h1>Ordinary</h1>{links}".encode(), headers={"Content-Type": hostile.HTML})
    body = {name: Reply(f"<p>Page {number}. {text}".encode()) for name, number in pages.items()}
    return {"ordinary.localhost/": front, **body}


def test_an_ordinary_site_is_fetched_whole_beside_every_attack(capsys: pytest.CaptureFixture[str]) -> None:
    heavy = {f"heavy{number}.localhost/": hostile.PAGES["/page/packed-8-times"] for number in range(HEAVY_HOSTS)}
    traps: dict[str, Reply | Odd] = {
        "calendar.localhost/*": hostile.calendar,
        "facets.localhost/*": hostile.facets,
        "maps.localhost/*": hostile.sitemaps,
    }
    robots: dict[str, Reply | Odd] = {"/robots.txt": Reply(b"User-agent: *\nDisallow:\n")}
    with Loopback({**ordinary_site(), **heavy, **ATTACKS, **traps, **robots}) as web:
        attacks = {path: web.url(path, host_for(path)) for path in ATTACKS}
        ordinary = make_source("site", web.url("/", "ordinary.localhost"), name="ordinary")
        calendar = make_source("site", web.url("/day/0", "calendar.localhost"), name="calendar", max_depth=20)
        faceted = make_source("site", web.url("/list", "facets.localhost"), name="facets", max_depth=20)
        mapped = make_source("sitemap", web.url("/map0.xml", "maps.localhost"), name="maps", max_depth=20)
        sources = [ordinary, calendar, replace(faceted, max_pages=700), replace(mapped, max_pages=60)]
        crawl = Crawl(make_policy(web, timeout_seconds=hostile.TIMEOUT, max_bytes=hostile.MAX_BYTES, retries=1))
        heavy_urls = [web.url("/", name.rstrip("/")) for name in heavy]
        crawl.run(sources, [*attacks.values(), *heavy_urls])
    with capsys.disabled():
        print(f"\n{len(attacks)} attacks, {len(crawl.answers)} answers, fetcher's peak {crawl.peak_mb:.0f} MB")  # noqa: T201
    refused = {path: told(crawl.answers[url]) for path, url in attacks.items()}
    whole = {path: (200, body_of(ATTACKS[path])) for path in WHOLE if "packed" not in path}
    expected = {path: whole.get(path, KEPT.get(path, REFUSED.get(path))) for path in attacks}
    just_fits = (200, body_of(ATTACKS["/page/just-fits"]))
    assert refused == expected | {"/page/packed-8-times": just_fits}
    cut = {path for path, url in attacks.items() if getattr(crawl.answers[url], "truncated", False)}
    assert cut == {*CUT, "/lie/longer", "/garbage/chunks"}
    assert [told(crawl.answers[url]) for url in heavy_urls] == [just_fits] * HEAVY_HOSTS
    by_host = [url.partition("//")[2].partition(".")[0] for url in crawl.answers]
    pages = [answer for answer in crawl.answers.values() if isinstance(answer, Page) and answer.status == 200]
    assert sum("//ordinary." in page.url for page in pages) == ORDINARY_PAGES + 1
    assert by_host.count("calendar") == MOST_OF_A_SHAPE + 1
    assert MOST_OF_A_SHAPE < by_host.count("facets") <= 2 * MOST_OF_A_SHAPE + 40
    assert by_host.count("maps") == 60
    assert crawl.peak_mb < MOST_MEMORY_MB


@pytest.mark.parametrize("path", hostile.SITEMAPS)
def test_a_sitemap_bomb_is_read_within_bounds(path: str) -> None:
    body = body_of(hostile.SITEMAPS[path])
    tracemalloc.start()
    try:
        found = read_sitemap(body).locations
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found) == (MAX_LOCATIONS if path == "/many.xml" else 0)
    assert peak < 200 << 20
