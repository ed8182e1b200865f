"""What a Document says of a page beside its text: where it stands, what was not seen, and how it came to be."""

from datetime import UTC, datetime

import pytest

from crawler.extraction.extract import EXTRACTOR_VERSION, extract, extract_html
from crawler.items import Page


def page_of(body: bytes, **fields: object) -> Page:
    served = {
        "url": "https://lamp.example/old",
        "final_url": "https://lamp.example/new/",
        "status": 200,
        "fetched_at": datetime(2026, 5, 4, tzinfo=UTC),
        "headers": (("Content-Type", "text/html; charset=windows-1251"),),
        "content_type": "text/html",
        "source": "test",
        "spider": "site",
    }
    return Page(body=body, **{**served, **fields})


def test_a_page_is_read_with_its_header_and_its_final_address():
    document = extract(page_of('<p>Лампа</p><a href="oil">oil</a>'.encode("cp1251")))
    assert document.text == "Лампа\noil"
    assert document.url == "https://lamp.example/new/"
    assert document.links == ("https://lamp.example/new/oil",)
    assert document.extractor_version == EXTRACTOR_VERSION


def test_a_page_without_headers_is_read_by_its_content_type():
    assert extract(page_of(b"a <b> c", headers=(), content_type="text/plain")).text == "a <b> c"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 \x00\x01", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "text/html"),
        (b"PK\x03\x04\x14\x00", "application/zip"),
        (b"\x00\x01\x02\x03" * 50, "application/octet-stream"),
        (b"function lamp() {}", "application/javascript"),
    ],
)
def test_bytes_that_hold_no_text_are_not_seen(body, content_type):
    document = extract_html(body, content_type=content_type)
    assert (document.text, document.not_seen) == ("", ("not_html",))


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "application/octet-stream", ""])
def test_markup_is_read_whatever_it_is_called(content_type):
    assert extract_html(b"<!doctype html><p>lamp</p>", content_type=content_type).text == "lamp"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Lamp</title><h1>Row</h1>", "Lamp"),
        ('<meta property="og:title" content="Lamp"><h1>Row</h1>', "Lamp"),
        ("<h1 hidden>No</h1><h1>Lamp</h1>", "Lamp"),
        ("<p>Lamp</p>", ""),
    ],
)
def test_the_title_is_the_first_of_title_open_graph_and_heading(page, title):
    assert extract_html(page).title == title


@pytest.mark.parametrize(
    ("page", "not_seen"),
    [
        ("", ("empty",)),
        ("<img src=a.png>", ("image_only",)),
        ("<img src=a.png width=1 height=1>", ("empty",)),
        ("<form><input type=password></form>", ("log_in",)),
        ("<h1>Buy this domain</h1>", ("parked",)),
        ("<div id=app></div><script>" + "x();" * 900 + "</script>", ("scripted",)),
        ("<div id=app></div><script src=app.js></script>", ("scripted",)),
        ("<p>A short note.</p>", ()),
        ("<p>" + "The lamp is on the table and it is lit. " * 20 + "</p><form><input type=password></form>", ()),
    ],
)
def test_what_was_not_seen_is_said(page, not_seen):
    assert extract_html(page).not_seen == not_seen


def test_a_scripted_page_gets_a_second_look():
    page = "<div id=app></div><script>" + "x();" * 900 + "</script>"
    assert extract_html(page).attributes["extractor"] == "reference"


def test_the_attributes_say_what_the_page_declares_and_how_it_was_read():
    page = '<html lang="de"><meta name="robots" content="noindex"><link rel="canonical" href="/l"><p>Lampe</p>'
    assert extract_html(page.encode()).attributes == {
        "lang": "de",
        "robots": "noindex",
        "canonical": "/l",
        "charset": "utf-8",
        "extractor": "walker",
    }


def test_no_more_links_are_kept_than_anyone_would_follow():
    links = extract_html("".join(f'<a href="/{n}">x</a>' for n in range(3_000)), url="https://lamp.example/").links
    assert len(links) == 2_000


def test_lone_surrogates_never_reach_the_text():
    page = '<p>a\ud800b</p><script type="application/ld+json">{"name": "c\\ud800d"}</script><title>\udfff</title>'
    document = extract_html(page)
    assert document.text == "\ufffd\na\ufffdb\nc\ufffdd"
    assert document.title == "\ufffd"
