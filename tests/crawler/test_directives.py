"""Links that ask not to be followed are left, unless the source says otherwise; what may be read is judged anyway."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.directives import links_to_follow
from crawler.extraction.extract import extract_html
from crawler.items import Page
from crawler.sources import Source

SHOP = Source("shop", "site", ("https://shop.example/",))
HOME = "https://shop.example/"
LINKS = """<p>Ketamine, 90 dollars</p><a href="/a">a</a><a rel="noopener NoFollow" href="/b">b</a>
<a rel=ugc href="/c">c</a><a rel=nofollow href="/a">a again</a>
<a rel=nofollow href="/d">d</a><a href="/d#top">d again</a>
<a rel=nofollow href=https://shop.example/b>b again</a>"""


def followed(markup: str, tag: str = "", source: Source = SHOP) -> str:
    """Give the last letters of the links that are followed."""
    headers = (("X-Robots-Tag", tag),) if tag else ()
    page = Page(HOME, HOME, 200, datetime(2026, 11, 22, tzinfo=UTC), headers, "text/html", b"", "shop", "site")
    document = extract_html(markup, url=HOME)
    assert "Ketamine, 90 dollars" in document.text
    links = links_to_follow(source, page, document.links, document.nofollow_links, "rxwarden")
    return "".join(link[-1] for link in links)


def test_a_link_with_nofollow_is_left_unless_it_is_also_said_without() -> None:
    assert followed(LINKS) == "acd"
    assert followed(LINKS, source=replace(SHOP, follow_nofollow=True)) == "abcd"


@pytest.mark.parametrize(
    ("content", "links"),
    [
        ("<meta name=robots content='noindex, nofollow'>", ""),
        ("<meta name=ROBOTS content=NONE>", ""),
        ("<meta name=rxwarden content=nofollow>", ""),
        ("<meta name=otherbot content=nofollow>", "acd"),
        ("<meta name=robots content=noindex>", "acd"),
        ("<meta name=robots content='index,follow,noarchive'>", "acd"),
        ("<meta name=robots>", "acd"),
    ],
)
def test_a_page_may_ask_for_all_its_links_and_noindex_asks_for_none(content: str, links: str) -> None:
    assert followed(content + LINKS) == links
    assert followed(content + LINKS, source=replace(SHOP, follow_nofollow=True)) == "abcd"


@pytest.mark.parametrize(
    ("tag", "links"),
    [
        ("nofollow", ""),
        ("noindex, NoFollow", ""),
        ("none", ""),
        ("rxwarden: nofollow", ""),
        ("*: none", ""),
        ("otherbot: nofollow", "acd"),
        ("noindex", "acd"),
        ("unavailable_after: 25 Jun 2027 15:00:00 PST", "acd"),
        ("max-snippet:20, nofollow", ""),
        ("nofollowed", "acd"),
        ("", "acd"),
    ],
)
def test_a_header_may_ask_the_same(tag: str, links: str) -> None:
    assert followed(LINKS, tag) == links


def test_pages_that_a_slow_reader_reads_tell_the_same() -> None:
    assert followed("<div>" * 600 + LINKS) == "acd"
    assert followed("<div>" * 60_000 + LINKS) == "acd"
