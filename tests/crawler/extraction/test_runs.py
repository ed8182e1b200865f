"""Inline text is one sentence unless the page sets its parts out as cards."""

import pytest

from crawler.extraction.extract import extract_html


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        ("<p>Only <span class=price>$9</span> a jar</p>", ["Only $9 a jar"]),
        ("<div><span class=title>Oil</span><span class=price>$9</span></div>", ["Oil", "$9"]),
        ("<div><span class=title>Oil</span> - <span class=price>$9</span></div>", ["Oil - $9"]),
        ("<div><span class=price>$9</span><span class=unit>/jar</span></div>", ["$9/jar"]),
        ("<div><span class=currency>$</span><span class=amount>9</span></div>", ["$9"]),
        ("<div><span>Lan</span><span>tern</span></div>", ["Lantern"]),
        ("<p>Lan<a href=/x>te</a><b>rn</b></p>", ["Lantern"]),
        ("<nav><a href=/a>Oil</a><a href=/b>Wicks</a></nav>", ["Oil", "Wicks"]),
        ("<nav><a href=/a>Oil</a> | <a href=/b>Wicks</a></nav>", ["Oil | Wicks"]),
        ("<p><span>See </span><a href=/a>Oil</a><span> and more</span></p>", ["See Oil and more"]),
        ("<a href=/a><h3>Oil</h3><span class=price>$9</span><span class=btn>Buy</span></a>", ["Oil", "$9", "Buy"]),
        ("<div><span style='display:inline-block'>Oil</span><span class=price>$9</span></div>", ["Oil", "$9"]),
        ("<p>Lan<span hidden>xx</span>tern</p>", ["Lantern", "xx"]),
        ("<p>Lan<!-- <b>xx</b> -->tern</p>", ["Lantern", "xx"]),
        ("<p>Lan<img alt='a lamp'>tern</p>", ["Lantern", "a lamp"]),
        ("<p><img alt='a lamp'>Lantern</p>", ["a lamp", "Lantern"]),
        ("one<br>two<hr>three", ["one", "two", "three"]),
    ],
)
def test_a_line_of_inline_elements_gives_these_blocks(markup, blocks):
    document = extract_html(markup)
    assert [document.text[block.start : block.end] for block in document.blocks] == blocks


@pytest.mark.parametrize(
    "markup", ["<a class='btn'>Buy</a>", "<span role=button>Buy</span>", "<div role=button>Buy</div>"]
)
def test_what_works_as_a_button_is_a_button(markup):
    assert [block.kind for block in extract_html(f"<div>{markup}</div>").blocks] == ["button"]


def test_a_row_too_long_to_be_read_at_once_stays_in_cells():
    cell = "<td>" + "word " * 100 + "</td>"
    assert [block.kind for block in extract_html(f"<table><tr>{cell * 3}</tr></table>").blocks] == ["text"] * 3
