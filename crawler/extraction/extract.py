"""`extract(page) -> Document`: the one way into this package, a pure function that raises on no input."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bs4.exceptions import ParserRejectedMarkup

from crawler.extraction import flat, plain, reference, walker
from crawler.extraction.blocks import BlockBuilder
from crawler.extraction.decoding import Decoded, clean, decode, unpack, without_surrogates
from crawler.extraction.events import PageEvents
from crawler.extraction.gaps import TRUNCATED, Evidence, gaps
from crawler.extraction.language import detect
from crawler.extraction.media import Medium, medium
from crawler.extraction.pieces import Piece
from crawler.extraction.prescan import prescan
from crawler.extraction.signals import find_signals
from crawler.items import Block, Document, Page
from crawler.likeness import simhash

EXTRACTOR_VERSION: Final = "2"
"""Raised whenever the text of any page could come out differently."""

_MAX_TITLE: Final = 500
_THIN_TEXT: Final = 40
_THIN_MARKUP: Final = 2_000
_MAX_SECOND_LOOK: Final = 1_000_000
_READERS: Final[dict[Medium, Callable[[str, PageEvents], None]]] = {
    Medium.TEXT: plain.walk_text,
    Medium.JSON: plain.walk_json,
    Medium.XML: plain.walk_xml,
}


def extract(page: Page) -> Document:
    """What a reader of the page sees; the charset comes from its headers, then from its bytes.

    A page that broke off, or was cut at the limit of what is fetched, says so in not_seen.
    """
    header = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    content_type = header or page.content_type
    document = extract_html(page.body, url=page.final_url or page.url, content_type=content_type)
    if page.truncated and TRUNCATED not in document.not_seen:
        return replace(document, not_seen=(TRUNCATED, *document.not_seen))
    return document


def extract_html(
    html: bytes | str, *, url: str = "", content_type: str = "text/html", charset: str | None = None
) -> Document:
    """The Document of a body, despite the name of any text type; bytes that hold no text give not_seen "not_html"."""
    if isinstance(html, str):
        truncated = False
        decoded = Decoded(clean(html), "")
        kind = medium(html[:1024].encode("utf-8", "replace"), content_type)
    else:
        body, truncated = unpack(html)
        kind = medium(body, content_type)
        decoded = decode(body, content_type, charset) if kind is not Medium.BINARY else Decoded("", "")
    if kind is Medium.BINARY:
        not_seen = (TRUNCATED, "not_html") if truncated else ("not_html",)
        return Document(url, "", "", (), "", not_seen=not_seen, extractor_version=EXTRACTOR_VERSION)
    if kind is Medium.HTML:
        builder, reader = _read_html(decoded.text, url)
    else:
        builder, reader = _built(_READERS[kind], decoded.text, url), kind.value
    return _document(builder, url, decoded, reader, truncated)


def _read_html(markup: str, url: str) -> tuple[BlockBuilder, str]:
    """The page as read by the fastest way that is safe for it, and the name of that way."""
    shape = prescan(markup)
    if shape.fits_walker:
        builder = _built(walker.walk, markup, url)
        thin = _THIN_MARKUP < len(markup) <= _MAX_SECOND_LOOK and len(builder.visible_text()) < _THIN_TEXT
        if not (thin and shape.fits_reference):
            return builder, "walker"
    if shape.fits_reference:
        try:
            return _built(reference.walk, markup, url), "reference"
        except ParserRejectedMarkup:
            pass
    return _built(flat.walk, markup, url), "flat"


def _built(walk: Callable[[str, PageEvents], None], text: str, url: str) -> BlockBuilder:
    builder = BlockBuilder(url, _unclosed_comment(text))
    walk(text, builder)
    return builder


def _unclosed_comment(markup: str) -> str:
    """The inside of the comment that runs to the end of the markup, if one does."""
    last = markup.rfind("<!--")
    if last < 0 or markup.find("-->", last) >= 0:
        return ""
    closed = max(markup.rfind("-->"), markup.rfind("--!>"), 0)
    opened = markup.find("<!--", closed)
    return markup[opened + 4 :].strip() if opened >= 0 else ""


def _document(builder: BlockBuilder, url: str, decoded: Decoded, reader: str, truncated: bool) -> Document:
    pieces = builder.finish()
    visible = builder.visible_text()
    text = without_surrogates("\n".join(piece.text for piece in pieces))
    facts = builder.facts
    language, readable = detect(visible, facts.attributes.get("lang", ""))
    evidence = Evidence(
        visible=visible,
        markup_length=len(decoded.text),
        images=facts.images,
        passwords=facts.passwords,
        scripts=builder.scripts,
        script_length=builder.script_length,
        truncated=truncated or builder.keeper.truncated,
        readable=readable,
    )
    return Document(
        url=url,
        title=_title(builder, pieces),
        text=text,
        blocks=_blocks(pieces),
        language=language,
        signals=find_signals(text),
        links=facts.links.links,
        nofollow_links=facts.nofollow_links,
        attributes=_attributes(builder, decoded.charset, reader),
        not_seen=gaps(evidence),
        extractor_version=EXTRACTOR_VERSION,
        simhash=simhash(text),
    )


def _attributes(builder: BlockBuilder, charset: str, reader: str) -> dict[str, str]:
    """What the page declares and how it is built, then how it was read."""
    template = builder.skeleton.fingerprint
    built = {"template": template} if template else {}
    return {**builder.facts.gathered, **built, "charset": charset, "extractor": reader}


def _title(builder: BlockBuilder, pieces: list[Piece]) -> str:
    titles = [piece.text for piece in builder.keeper.titles]
    heading = next((piece.text for piece in pieces if piece.kind == "heading" and not piece.hidden), "")
    title = titles[0] if titles else builder.facts.attributes.get("og:title") or heading
    return without_surrogates(title[:_MAX_TITLE])


def _blocks(pieces: list[Piece]) -> tuple[Block, ...]:
    """The pieces with their places in the text, one character between two."""
    blocks: list[Block] = []
    start = 0
    for text, kind, region, tag, hidden in pieces:
        end = start + len(text)
        blocks.append(Block(start, end, kind, region, tag, hidden))
        start = end + 1
    return tuple(blocks)
