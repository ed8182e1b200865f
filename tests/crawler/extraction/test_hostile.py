"""Pages built to exhaust a parser go to the reader that can stand them, and lose no text there."""

import pytest

from crawler.extraction.extract import extract_html
from crawler.extraction.pieces import MAX_PIECES, MAX_TEXT
from crawler.extraction.prescan import Shape, prescan

SAFE, REFERENCE_ONLY, FLAT_ONLY = Shape(True, True), Shape(False, True), Shape(False, False)

SHAPES = {
    "an ordinary page": ("<div><p>word</p></div>" * 50, SAFE),
    "a long page of items left open": ("<ul>" + "<li>word" * 9_000 + "</ul>", SAFE),
    "a long page of paragraphs left open": ("<p>word" * 20_000, SAFE),
    "a long page of tables": ("<table><tr><td>a<td>b</table>" * 5_000, SAFE),
    "nesting over 512": ("<div>" * 600, REFERENCE_ONLY),
    "nested lists": ("<ul><li>" * 400, REFERENCE_ONLY),
    "nested svg": ("<svg><g>" * 400, REFERENCE_ONLY),
    "nested templates": ("<template>" * 600, REFERENCE_ONLY),
    "depth hidden by stray end tags": ("<div></p></section>" * 9_000, REFERENCE_ONLY),
    "depth hidden by end tags in comments": ("<div><!-- </div> -->" * 9_000, REFERENCE_ONLY),
    "depth hidden by end tags in attributes": ("<div title='</div>'>" * 9_000, REFERENCE_ONLY),
    "depth hidden by end tags in scripts": ("<div><script></div></script>" * 9_000, REFERENCE_ONLY),
    "depth hidden by cells without a table": ("<td><span></td>" * 9_000, REFERENCE_ONLY),
    "depth hidden by a table": ("<div><table><td></div></table>" * 9_000, REFERENCE_ONLY),
    "scripts that hide tags": ("<div><script><!--<script></script></div>--></script>" * 9_000, REFERENCE_ONLY),
    "foreign CDATA": ("<p>x</p>" * 9_000 + "<svg><![CDATA[ </p> ]]></svg>", REFERENCE_ONLY),
    "formatting left open": ("<p>" + "".join(f"<font a{i}>" for i in range(400)) + "<p>x" * 3_000, REFERENCE_ONLY),
    "formatting with long attributes": (f"<b a='{'x' * 200_000}'>" + "<p>x" * 600, REFERENCE_ONLY),
    "thousands of attributes": ("<p " + " ".join(f"a{i}" for i in range(20_000)) + ">", REFERENCE_ONLY),
    "attributes gathered on the body": ("".join(f"<body a{i}>" for i in range(9_000)), REFERENCE_ONLY),
    "thousands of names": ("".join(f"<x{i}></x{i}>" for i in range(30_000)), REFERENCE_ONLY),
    "nesting over 20,000": ("<div>" * 25_000, FLAT_ONLY),
    "400,000 nested elements": ("<div>" * 400_000, FLAT_ONLY),
    "deep and full of stray end tags": ("<span>" * 5_000 + "</x>" * 300_000, FLAT_ONLY),
    "more tags than any page has": ("<b></b>" * 250_001, FLAT_ONLY),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_prescan_keeps_a_page_from_the_readers_that_it_would_exhaust(name):
    markup, shape = SHAPES[name]
    assert prescan(markup) == shape


@pytest.mark.parametrize(
    ("page", "reader"),
    [
        ("<div>" * 600 + "lost word", "reference"),
        ("<div>" * 60_000 + "lost word", "flat"),
        ("<ul><li>" * 30_000 + "lost word", "flat"),
        ("<div>" * 400_000 + "lost word", "flat"),
        ("<b>x</b>" * 60_000 + "lost word", "walker"),
        ("<table><tr><td>" * 30_000 + "lost word", "flat"),
        ("<div><p>" * 9_000 + "lost word" + "</div>" * 9_000, "reference"),
    ],
)
def test_the_last_words_of_a_hostile_page_are_read(page, reader):
    document = extract_html(page)
    assert document.text.endswith("lost word")
    assert document.attributes["extractor"] == reader


def test_five_megabytes_of_nested_tags_are_read():
    document = extract_html(b"<div>" * 1_000_000 + b"end of it")
    assert document.text == "end of it"


def test_one_line_of_two_megabytes_is_read_whole():
    line = "word " * 419_430
    document = extract_html(f"<html><body><p>{line}last</p></body></html>")
    assert len(document.text) == len(line) + 4
    assert "truncated" not in document.not_seen


def test_eight_megabytes_of_an_ordinary_table_are_read_to_its_last_row():
    cell = '<td class="cell number" data-sort="asc" style="padding: 2px 4px; border: 1px solid #ccc">'
    rows = "".join(f"<tr>{cell}{number}{cell}{number % 97},50 EUR" for number in range(45_000))
    assert len(rows) > 8_000_000
    document = extract_html(f"<html lang=en><table>{rows}<tr><td>the last row</table>")
    assert document.text.endswith("the last row")
    assert "truncated" not in document.not_seen


def test_text_beyond_the_limit_is_cut_off_and_said_so():
    document = extract_html("<p>" + "a" * MAX_TEXT + "</p><p>beyond</p>")
    assert len(document.text) == MAX_TEXT
    assert "truncated" in document.not_seen


def test_more_blocks_than_the_limit_lose_their_places_but_not_their_words():
    document = extract_html("<p>x</p>" * (MAX_PIECES + 5) + "<p>last words</p>")
    assert len(document.blocks) == MAX_PIECES + 1
    assert document.text.endswith("x x x x x last words")


@pytest.mark.parametrize(
    "page",
    [
        "<a " * 300_000,
        '<a href="' * 300_000,
        "<" * 1_000_000,
        "</" * 500_000,
        "<!--" * 300_000,
        "<!" * 300_000,
        "&#" + "9" * 100_000 + ";",
        "<p title=&#" + "9" * 100_000 + ";>",
        "<script><!--<script>" * 50_000,
        "<noscript>" * 100_000,
        "<iframe srcdoc='" * 100_000,
        "<span hidden>" * 100_000,
        "<plaintext>" * 100_000,
        "<p style='display:" + " " * 500_000 + "'>",
        "<svg><![CDATA[" * 50_000,
        "\x00" * 500_000,
        "<script type='application/ld+json'>" + "[" * 200_000 + "</script>",
        "<script type='application/ld+json'>" + "9" * 200_000 + "</script>",
        "<a href='http://[x'>y</a><base href='//['>",
    ],
    ids=lambda page: page[:24],
)
def test_endless_constructs_end(page):
    document = extract_html(page)
    assert len(document.text) <= MAX_TEXT
    assert document.blocks == () or document.blocks[-1].end == len(document.text)
