"""Hostile listings: bombs, endless fields, deep nesting and torn files are bounded, told, and never raise."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.items import Page
from crawler.listings import entries
from crawler.listings.entries import MAX_FIELD, Listing
from crawler.listings.reading import read_ad_export, read_feed
from crawler.sitemaps import read_sitemap

AT = "https://a.example/f"
PAGE = Page(AT, AT, 200, datetime(2026, 11, 22, tzinfo=UTC), (), "", b"", "a", "feed")
Read = Callable[[bytes, str], Listing]
MB = 1 << 20
LOLS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
BOMBS = {
    "entities": f'<!DOCTYPE r [<!ENTITY l0 "lol">{LOLS}]><rss><item><title>&l11;</title></item></rss>',
    "outside": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_entities_are_never_expanded(bomb: str) -> None:
    listing = read_feed(bomb.encode(), "application/xml")
    assert listing.entries == ()
    assert "it declares entities or attributes of its own" in listing.problems[0]
    assert "it declares entities" in read_sitemap(bomb.encode()).problems[0]


def test_a_gzip_bomb_is_refused_unread() -> None:
    bomb = gzip.compress(b"<rss><item><title>" + b"a" * (64 * MB))
    for listing in (read_feed(bomb, ""), read_ad_export(bomb, "")):
        assert listing == Listing(problems=("it unpacks to over 200 times its size and was refused",))
    assert read_sitemap(bomb).locations == ()
    assert "refused" in read_sitemap(bomb).problems[0]


def test_several_gzip_members_are_one_sitemap() -> None:
    start, end = (
        b"<urlset><url><loc>https://a.example/1</loc></url>",
        b"<url><loc>https://a.example/2</loc></url></urlset>",
    )
    found = read_sitemap(gzip.compress(start) + gzip.compress(end)).locations
    assert [one.url for one in found] == ["https://a.example/1", "https://a.example/2"]


@pytest.mark.parametrize(
    ("read", "before", "after"),
    [
        (read_feed, "<rss><item><title>t</title><description>", "</description></item></rss>"),
        (read_feed, "id\ttitle\tdescription\n1\tt\t", "\n2\tnext\tfine\n"),
        (read_feed, '{"@type": "Product", "name": "t", "description": "', '"}'),
        (read_ad_export, 'id,headline,body\n1,t,"', '"\n2,next,fine\n'),
        (read_ad_export, '[{"title": "t", "body": "', '"}]'),
        (read_ad_export, '{"title": "next", "body": "fine"}\n{"title": "t", "body": "', '"}\n'),
    ],
)
def test_a_field_of_100_mb_is_cut_or_left_out_and_the_rest_is_read(read: Read, before: str, after: str) -> None:
    body = (before + "a" * (100 * MB) + after).encode()
    tracemalloc.start()
    try:
        listing = read(body, "")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max((len(entry.markup) for entry in listing.entries), default=0) <= MAX_FIELD + 20
    assert [entry.cut for entry in listing.entries if entry.title == "t"] in ([], [True])
    assert listing.problems or any(entry.cut for entry in listing.entries)
    if "next" in before + after:
        assert "next" in [entry.title for entry in listing.entries]
    assert peak < 7 * len(body)


@pytest.mark.parametrize(
    ("read", "body", "sentence"),
    [
        (read_feed, "<rss>" + "<item>" * 100_000, "nested more than 128 deep"),
        (read_feed, "<a>" * 400_000, "nested more than 128 deep"),
        (read_feed, "[" * 100_000, "nested too deep"),
        (read_ad_export, '{"a":' * 100_000, "nested too deep"),
        (read_ad_export, "[" + "{}," * 500_000 + "{}]", "more than 400,000 lists and objects"),
        (read_feed, '<html><script type="application/ld+json">' + "[" * 100_000, "nested too deep"),
        (read_feed, "<html>" + "<script" * 400_000, "without a list of products"),
        (read_feed, "<rss>" + "<![CDATA[" * 400_000, "no valid XML"),
        (read_feed, "<rss>" + "&x" * 400_000, "no valid XML"),
    ],
)
def test_what_is_deep_or_endless_is_told_and_left(read: Read, body: str, sentence: str) -> None:
    listing = read(body.encode(), "")
    assert any(sentence in problem for problem in listing.problems), listing.problems
    assert listing.entries == ()


def test_more_entries_than_the_most_are_told() -> None:
    rows = "".join(f"{n}\theading {n}\n" for n in range(30_000))
    listing = read_feed(f"id\ttitle\n{rows}".encode(), "")
    assert len(listing.entries) == entries.MAX_ENTRIES == 20_000
    assert listing.problems == ("only the first 20,000 entries were read; split the listing into several",)


def test_a_thousand_faults_are_told_in_a_few_sentences() -> None:
    listing = read_ad_export(b'{"title": "a"}\n' + b"{torn\n" * 1_000, "")
    assert (len(listing.problems), listing.problems[-1]) == (21, "and 980 more")


@pytest.mark.parametrize("read", [read_feed, read_ad_export])
def test_nul_bytes_and_halves_of_characters_harm_nothing(read: Read) -> None:
    ads = 'id,title,description\n1,"a\0b",\x0b\n'
    (entry,) = read(ads.encode(), "text/csv").entries
    assert entry.title == "ab"
    told = json.dumps([{"@type": "Product", "name": "half \ud800", "title": "half \ud800", "description": "x"}])
    (entry,) = read(told.encode(), "application/json").entries
    (page,) = entries.entry_pages(PAGE, Listing((entry,)), 5)
    assert "half \ufffd" in page.body.decode()


def test_big_numbers_stay_as_they_are_written() -> None:
    listing = read_ad_export(('[{"id": ' + "9" * 10_000 + ', "title": "t", "price": 45.00}]').encode(), "")
    assert listing.entries[0].facts == (("Price", "45.00"),)
    assert listing.entries[0].identity == "9" * 10_000


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(str.encode)
    | st.text("<>[]{}\"',:\t\nitemld&;!", max_size=80).map(str.encode)
)
@example(b"<?xml version='1.0' encoding='base64'?><rss/>")
@example(b"<rss><channel><title>")
@example(b"<item><link href='x'/></item>")
@example(b'{"@type": {"@type": []}, "offers": {"itemOffered": [[]]}}')
@example(b'{"data": {"a": 1}}')
@example(b'title,"\n')
def test_no_bytes_break_the_reading_of_listings(body: bytes) -> None:
    for listing in (read_feed(body, ""), read_ad_export(body, "")):
        pages = list(entries.entry_pages(PAGE, listing, 10))
        assert len(pages) <= len(listing.entries)
        assert all(page.body.startswith(b"<!doctype html>") for page in pages)
