"""Real pages, which nobody here wrote, go through."""

from collections import Counter

from crawler.extraction import reference
from crawler.extraction.blocks import BlockBuilder
from crawler.extraction.extract import extract_html


def test_every_real_page_gives_text_and_blocks_that_hold_together(shared):
    paths = sorted((shared / "realweb" / "docs").glob("*.html"))
    assert len(paths) == 210
    for path in paths:
        document = extract_html(path.read_bytes(), url="https://real.example/page")
        assert document.text.strip(), path.name
        assert "\n".join(document.text[block.start : block.end] for block in document.blocks) == document.text


def test_the_walker_finds_the_words_of_the_reference_on_real_pages(shared):
    found = wanted = 0
    for path in sorted((shared / "realweb" / "docs").glob("*.html"))[::7]:
        markup = path.read_text(encoding="utf-8")
        builder = BlockBuilder("https://real.example/page")
        reference.walk(markup, builder)
        theirs = Counter(word for piece in builder.finish() for word in piece.text.split() if word != "|")
        ours = Counter(extract_html(markup).text.split())
        found += (ours & theirs).total()
        wanted += theirs.total()
    assert found / wanted >= 0.995
