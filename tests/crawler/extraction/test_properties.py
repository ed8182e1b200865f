"""No input makes extraction fail, and every Document holds together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction import flat, reference, walker
from crawler.extraction.extract import extract_html
from crawler.extraction.tokens import tokens
from crawler.items import Document

TAGS = ["p", "div", "span", "a", "b", "li", "ul", "table", "tr", "td", "select", "option", "template", "svg"]
TAGS += ["title", "script", "style", "textarea", "noscript", "iframe"]
PIECES = st.one_of(
    st.sampled_from([f"<{slash}{tag}>" for tag in TAGS for slash in ("", "/")]),
    st.sampled_from(["<!--", "-->", "<", ">", "&amp;", "&#", '"', "<br/>", "</html>", "<td hidden>", "<a href='x'>"]),
    st.text(max_size=8),
)
MARKUP = st.lists(PIECES, max_size=40).map("".join)
TYPES = st.sampled_from(
    ["text/html", "text/plain", "application/json", "text/xml", "", "x/y; charset=utf-16", "image/gif"]
)


class Balance:
    """Counts what is open; more ends than starts fail at once."""

    def __init__(self) -> None:
        self.opened = 0

    def open(self, tag: str, attributes: object) -> None:
        assert tag == tag.lower()
        self.opened += 1

    def close(self) -> None:
        assert self.opened > 0
        self.opened -= 1

    def text(self, text: str) -> None: ...

    def comment(self, text: str) -> None: ...

    def script(self, attributes: object, text: str) -> None: ...


def assert_holds_together(document: Document) -> None:
    assert "\n".join(document.text[block.start : block.end] for block in document.blocks) == document.text
    assert all(block.start < block.end for block in document.blocks)
    assert all(one.end + 1 == two.start for one, two in zip(document.blocks, document.blocks[1:], strict=False))
    assert all(document.text[signal.start : signal.end] == signal.value for signal in document.signals)
    document.text.encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), TYPES)
def test_any_bytes_give_a_document_that_holds_together(body, content_type):
    assert_holds_together(extract_html(body, url="https://any.example/", content_type=content_type))


@settings(max_examples=200, deadline=None)
@given(MARKUP, TYPES)
def test_any_markup_gives_a_document_that_holds_together(markup, content_type):
    assert_holds_together(extract_html(markup, url="https://any.example/", content_type=content_type))


@settings(max_examples=100, deadline=None)
@given(MARKUP)
def test_every_way_of_reading_closes_what_it_opens(markup):
    for walk in (walker.walk, reference.walk, flat.walk):
        balance = Balance()
        walk(markup, balance)
        assert balance.opened == 0


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="<>/!-abp ='\"&;#", max_size=60))
def test_tokens_hold_no_text_that_the_markup_does_not(markup):
    assert sum(len(lexeme.source) for lexeme in tokens(markup)) <= len(markup)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="abcxyz", min_size=1, max_size=6), min_size=1, max_size=12))
def test_words_of_a_paragraph_come_back_in_their_order(words):
    assert extract_html(f"<p>{' '.join(words)}</p>").text == " ".join(words)
