"""Pages that are no HTML: lines of text, strings of JSON, feeds."""

import pytest

from crawler.extraction.extract import extract_html


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"one\n\n  two  three\n", "text/plain", "one\ntwo three"),
        (b'{"a": ["x", {"b": 2.5}], "c": null}', "application/json", "x\nb: 2.5"),
        (b'{"a": broken', "application/json", '{"a": broken'),
        (b'{"a": 1}\n{"a": 2}\n', "application/ld+json", '{"a": 1}\n{"a": 2}'),
        (b"[" * 50_000, "application/json", "[" * 50_000),
        (b"<r><x>one</x><y>two</y></r>", "text/xml", "one\ntwo"),
        (b"<rss><title>A</title><title>B</title></rss>", "application/rss+xml", "A\nB"),
        (b"<d><![CDATA[<p>one <b>two</b></p>]]></d>", "application/xml", "one two"),
        (b"<d>&lt;p&gt;one&lt;/p&gt; AT&amp;amp;T</d>", "application/atom+xml", "one\nAT&T"),
        (b"<!doctype html><p>one</p>two", "application/xml", "one\ntwo"),
    ],
)
def test_a_body_of_this_type_gives_this_text(body, content_type, text):
    assert extract_html(body, content_type=content_type).text == text


def test_a_json_of_more_values_than_a_reader_would_see_is_read_as_text():
    body = "[" + ",".join(["1"] * 100_001) + "]"
    assert extract_html(body, content_type="application/json").text == body


def test_no_title_of_a_feed_is_hidden():
    feed = "<rss><title>Notes</title><item><title>One</title></item><item><title>Two</title></item></rss>"
    blocks = extract_html(feed, content_type="application/rss+xml").blocks
    assert [(block.kind, block.hidden) for block in blocks] == [
        ("title", False),
        ("heading", False),
        ("heading", False),
    ]
