"""A fixture is a folder: page.html, how it was served (meta.json), and what extraction gives (expected.json)."""

from crawler.extraction.extract import extract_html
from crawler.items import Document


def described(document: Document) -> dict[str, object]:
    """A Document as a person would write it down: one line a block, with its text."""
    return {
        "title": document.title,
        "language": document.language,
        "not_seen": list(document.not_seen),
        "blocks": [
            f"{of.kind} {of.region} {of.tag}{' hidden' * of.hidden}: {document.text[of.start : of.end]}"
            for of in document.blocks
        ],
        "signals": [f"{signal.kind}: {signal.value}" for signal in document.signals],
        "links": list(document.links),
        "attributes": dict(document.attributes),
    }


def test_a_page_gives_exactly_the_document_written_down_for_it(case):
    assert described(extract_html(case.page, **case.served)) == case.expected


def test_blocks_are_in_order_and_cover_the_text_up_to_one_line_end_between_two(case):
    document = extract_html(case.page, **case.served)
    assert "\n".join(document.text[block.start : block.end] for block in document.blocks) == document.text
    assert all(one.end + 1 == two.start for one, two in zip(document.blocks, document.blocks[1:], strict=False))


def test_every_signal_is_the_text_at_its_place(case):
    document = extract_html(case.page, **case.served)
    assert [document.text[signal.start : signal.end] for signal in document.signals] == [
        signal.value for signal in document.signals
    ]


def test_the_same_bytes_give_the_same_document(case):
    assert extract_html(case.page, **case.served) == extract_html(case.page, **case.served)
