"""From a saved page to the next targets: within the source, bounded, and never into a trap."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.discovery import next_targets, path_pattern, start_targets
from crawler.items import Page, Target
from crawler.scope import Scope
from crawler.sitemaps import read_sitemap, robots_sitemaps
from crawler.sources import Source

SHOP = Source("shop", "site", ("https://www.shop.example/",), max_depth=2)
MAPPED = Source("mapped", "sitemap", ("https://shop.example/",), max_depth=3)
HOME = "https://www.shop.example/"


def page(url: str = HOME, body: bytes = b"", status: int = 200) -> Page:
    """Give a page that answered at its own URL."""
    return Page(url, url, status, datetime(2026, 11, 22, tzinfo=UTC), (), "text/html", body, "shop", "site")


def found(links: list[str], source: Source = SHOP, at: str = HOME, body: bytes = b"") -> list[str]:
    """Give the URLs that follow from links or a body."""
    return [target.url for target in next_targets(source, Target(at), page(at, body), links)]


def test_links_of_the_site_and_its_subdomains_are_followed_in_order_once() -> None:
    links = ["/b", "https://shop.example/a#top", "https://blog.shop.example/", "/b#x", "?page=2", HOME, "#top"]
    assert found(links) == [
        "https://www.shop.example/b",
        "https://shop.example/a",
        "https://blog.shop.example/",
        "https://www.shop.example/?page=2",
    ]


def test_links_elsewhere_or_of_another_kind_are_left() -> None:
    links = ["https://other.example/", "https://notshop.example/", "https://shop.example.org/", "mailto:a@shop.example"]
    links += [
        "javascript:void(0)",
        "ftp://shop.example/",
        "https://shop.example@evil.example/",
        "http://[bad/",
        "data:,x",
    ]
    assert found([*links, "https://user:pass@shop.example/", "https://shop.example:x/", "https://"]) == []


def test_files_and_links_that_act_are_left() -> None:
    files = ["/a.jpg", "/b.PDF", "/c.zip", "/style.css", "/app.js", "/feed.rss", "/clip.mp4"]
    acts = ["/logout", "/sign-out", "/wp-login.php", "/?add-to-cart=7", "/cart?remove_item=1", "/p?action=delete&id=1"]
    acts += ["/post?replytocom=9", "/add_to_cart/7", "/user/register"]
    traps = ["/" + "a/" * 4, "/" + "/".join(map(str, range(17))), "/?" + "&".join(f"k{n}=1" for n in range(9))]
    assert found(files + acts + traps) == []
    assert len(found(["/cart", "/product.html", "/p?action=view", "/login-help", "/archive.php?id=7"])) == 5


def test_one_address_is_one_target_however_it_is_written() -> None:
    links = ["HTTPS://Shop.Example:443/a", "https://shop.example/a?utm_source=x&gclid=1", " https://shop.example/a "]
    assert found(links) == ["https://shop.example/a"]
    assert found(["/a?x=1&utm_medium=mail&y=%20"]) == ["https://www.shop.example/a?x=1&y=+"]


def test_a_calendar_cannot_run_away() -> None:
    days = [f"/calendar/2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    assert len(found(days)) == 60
    assert len(found(days, at="https://www.shop.example/calendar/2026-11-22")) == 12


def test_path_patterns_join_numbers_and_values_but_not_words() -> None:
    assert path_pattern("http://a.example/p/12?b=1&a=2") == path_pattern("http://a.example/p/7?a=x&b=y")
    assert path_pattern("http://a.example/p/red") != path_pattern("http://a.example/p/blue")


def test_depth_and_status_end_the_way() -> None:
    links = ["/a"]
    assert next_targets(SHOP, Target(HOME, depth=1), page(), links) == (Target("https://www.shop.example/a", depth=2),)
    assert next_targets(SHOP, Target(HOME, depth=2), page(), links) == ()
    assert next_targets(SHOP, Target(HOME), page(status=404), links) == ()
    assert len(next_targets(SHOP, Target(HOME), page(status=304), links)) == 1


def test_a_url_list_leads_nowhere_and_starts_with_exactly_its_urls() -> None:
    source = Source("ads", "url_list", ("https://ad.example/x?utm_source=a", "https://ad.example"))
    assert found(["/a"], source, "https://ad.example/x") == []
    assert start_targets(source) == (Target("https://ad.example/x?utm_source=a"), Target("https://ad.example/"))


def test_a_sitemap_source_starts_at_robots_or_where_it_is_told() -> None:
    assert start_targets(MAPPED) == (Target("https://shop.example/robots.txt"),)
    told = Source("told", "sitemap", ("https://shop.example/maps/all.xml.gz",))
    assert start_targets(told) == (Target("https://shop.example/maps/all.xml.gz"),)


def test_the_sitemap_lines_of_robots_are_followed_within_the_site() -> None:
    body = b"User-agent: *\nSITEMAP: https://shop.example/one.xml\n sitemap:/two.xml # x\nSitemap: https://cdn.example/3.xml"
    assert found([], MAPPED, "https://shop.example/robots.txt", body) == [
        "https://shop.example/one.xml",
        "https://shop.example/two.xml",
    ]


INDEX = b"""\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc> https://shop.example/a.xml.gz </loc><lastmod>2026-11-01</lastmod></sitemap>
<sitemap><loc>https://other.example/b.xml</loc></sitemap></sitemapindex>"""
URLS = b"""<urlset xmlns:image="urn:i"><url><loc>https://shop.example/p?a=1&amp;b=2</loc>
<image:image><image:loc>https://shop.example/i</image:loc></image:image></url>
<url><loc><![CDATA[https://shop.example/q]]></loc></url><url><loc>https://shop.example/r?x&y</loc></url>
<url><loc>https://shop.example/photo.jpg</loc></url></urlset>"""


def test_a_sitemap_index_leads_to_sitemaps_and_a_sitemap_to_pages() -> None:
    at = "https://shop.example/sitemap.xml"
    pages = ["https://shop.example/p?a=1&b=2", "https://shop.example/q", "https://shop.example/r?x&y"]
    assert found([], MAPPED, at, INDEX) == ["https://shop.example/a.xml.gz"]
    assert found([], MAPPED, at, URLS) == pages
    assert found([], MAPPED, at + ".gz", gzip.compress(URLS)) == pages
    assert found([], MAPPED, at, URLS.replace(b"<url", b"<s:url").replace(b"</url", b"</s:url")) == pages
    assert found([], MAPPED, "https://shop.example/map.txt", b"https://shop.example/t\r\nnot a url\n") == [
        "https://shop.example/t"
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body><a href='/x'>no sitemap</a></body></html>",
        b"<" * 100_000,
        b"<a>" * 100_000,
        b"\x1f\x8b broken",
        gzip.compress(b" " * (40 << 20)),
        b"\xff\xfe\x00<",
    ],
)
def test_what_is_no_sitemap_leads_nowhere(body: bytes) -> None:
    assert found([], MAPPED, "https://shop.example/sitemap.xml", body) == []


def test_a_broken_sitemap_gives_what_stands_before_the_break_and_entities_are_not_expanded() -> None:
    at = "https://shop.example/sitemap.xml"
    assert len(found([], MAPPED, at, URLS[: URLS.index(b"</urlset>")])) == 3
    assert found([], MAPPED, at, gzip.compress(URLS)[:-20])[:1] == ["https://shop.example/p?a=1&b=2"]
    bomb = b'<!DOCTYPE u [<!ENTITY a "https://shop.example/boom">]><urlset><url><loc>&a;</loc></url></urlset>'
    outside = b'<!DOCTYPE u SYSTEM "file:///etc/passwd"><urlset><url><loc>https://shop.example/ok</loc></url></urlset>'
    assert found([], MAPPED, at, bomb) == []
    assert found([], MAPPED, at, outside) == ["https://shop.example/ok"]


def test_the_scope_of_an_address_or_a_single_label_is_that_host_alone() -> None:
    scope = Scope.of(["http://127.0.0.1:8808/", "http://localhost/", "http://a.localhost/"])
    assert scope.holds("http://127.0.0.1/x")
    assert scope.holds("http://www.a.localhost/")
    assert not scope.holds("http://1.127.0.0.1/")
    assert not scope.holds("http://b.localhost/")


@given(st.lists(st.text(max_size=40) | st.text("htps:/.@[]?#&=%-www.example", max_size=60)))
@example(["http://[::1", "//[", "http://\ud800/", "https://shop.example:99999/", "http://a\u2100b.shop.example/"])
def test_no_link_breaks_discovery_or_leads_out_of_scope(links: list[str]) -> None:
    scope = Scope.of(SHOP.start_urls)
    assert all(scope.holds(url) for url in found(links))


@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda tail: b"<?xml version='1.0' " + tail))
@example(b"<?xml version='1.0' encoding='gbk'?><urlset/>")
@example(b"<?xml version='1.0' encoding='nonsense'?><urlset/>")
@example(b"<?xml version='1.0' encoding='utf-7'?><urlset/>")
@example(b"<?xml version='1.0' encoding='base64'?><urlset/>")
def test_no_bytes_break_the_reading_of_sitemaps(body: bytes) -> None:
    urls = (*(one.url for one in read_sitemap(body).locations), *robots_sitemaps(body))
    assert all(isinstance(url, str) for url in urls)
