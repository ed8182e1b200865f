"""The walker is held to the reference, and both to parsers that know nothing of this project."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString

from crawler.extraction import flat, reference, walker
from crawler.extraction.blocks import BlockBuilder
from crawler.extraction.decoding import clean
from crawler.extraction.events import PageEvents
from crawler.extraction.extract import extract_html
from tests.crawler.extraction.conftest import MUTATIONS

FLOOR = 0.995
WORD = re.compile(r"\w+")
Walk = Callable[[str, PageEvents], None]


def text_of(walk: Walk, markup: str) -> str:
    """Everything that one way of reading finds; the bars between the cells of a row are ours, not the page's."""
    builder = BlockBuilder("https://fixture.example/")
    walk(markup, builder)
    return "\n".join(piece.text.replace(" | ", " ") for piece in builder.finish())


def words_of(walk: Walk, markup: str) -> Counter[str]:
    return Counter(text_of(walk, markup).split())


def recall(found: Iterable[Counter[str]], wanted: Iterable[Counter[str]]) -> float:
    """The share of the wanted words that were found, over all pages."""
    pairs = list(zip(found, wanted, strict=True))
    return sum((a & b).total() for a, b in pairs) / sum(b.total() for _, b in pairs)


def share_contained(pairs: Iterable[tuple[str, list[str]]]) -> float:
    """The share of words that stand in the text beside them: parsers differ in where words part, none may be lost."""
    found = wanted = 0
    for text, words in pairs:
        squeezed = "".join(text.split())
        found += sum(word in squeezed for word in words)
        wanted += len(words)
    return found / wanted


def tree_words(markup: str, parser: str) -> list[str]:
    """Words of every text node of another parser's tree, code and styles apart."""
    soup = BeautifulSoup(markup, parser)
    for tag in soup.find_all(["script", "style"]):
        tag.decompose()
    for frame in soup.find_all("iframe"):
        # html5lib takes what stands in a frame for text; its tags are no words.
        frame.replace_with(BeautifulSoup(frame.get_text(), parser))
    nodes = (node for node in soup.descendants if isinstance(node, NavigableString))
    return [word for node in nodes if not isinstance(node, PreformattedString) for word in node.split()]


@pytest.mark.parametrize("walk", [walker.walk, flat.walk], ids=["walker", "flat"])
def test_every_way_of_reading_gives_the_words_of_the_reference_on_the_fixtures(pages, walk):
    ours, theirs = [words_of(walk, page) for page in pages], [words_of(reference.walk, page) for page in pages]
    assert recall(ours, theirs) >= FLOOR
    assert recall(theirs, ours) >= FLOOR


def test_walker_and_reference_give_the_same_pieces_on_sound_fixtures(sound_pages):
    for page in sound_pages:
        builders = [BlockBuilder("https://fixture.example/") for _ in range(2)]
        walker.walk(page, builders[0])
        reference.walk(page, builders[1])
        assert builders[0].finish() == builders[1].finish()
        assert builders[0].facts.links.links == builders[1].facts.links.links


@pytest.mark.parametrize("walk", [walker.walk, flat.walk], ids=["walker", "flat"])
def test_no_word_of_the_reference_is_lost_on_broken_pages(mutants, walk):
    pages = [clean(page) for page in mutants]
    assert share_contained((text_of(walk, page), text_of(reference.walk, page).split()) for page in pages) >= FLOOR


@pytest.mark.parametrize("parser", ["lxml", "html5lib"])
def test_no_word_of_another_parser_is_lost_on_broken_pages(mutants, parser):
    if parser == "html5lib":
        pytest.importorskip("html5lib", reason="html5lib is not installed: pip install html5lib")
    pages = [clean(page) for page in mutants]
    assert share_contained((extract_html(page).text, tree_words(page, parser)) for page in pages) >= FLOOR


def bag(words: Iterable[str]) -> Counter[str]:
    return Counter(found for word in words for found in WORD.findall(word))


@pytest.mark.parametrize("kind", MUTATIONS)
def test_ten_kinds_of_broken_real_pages_keep_the_word_bag_of_html5lib(shared, kind):
    pytest.importorskip("html5lib", reason="html5lib is not installed: pip install html5lib")
    paths = [path for path in sorted((shared / "realweb" / "docs").glob("*.html")) if path.stat().st_size < 200_000]
    pages = [
        clean(MUTATIONS[kind](path.read_text("utf-8", "replace").replace("\0", ""), random.Random(seed)))
        for seed, path in enumerate(paths[::8][:24])
    ]
    theirs = [bag(tree_words(page, "html5lib")) for page in pages]
    assert recall([bag([extract_html(page).text]) for page in pages], theirs) >= FLOOR


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "markup", ["<?xml version='1.0'?><a><b>x</b></a>", "http://lamp.example/", "page.html", "", "x"]
)
def test_the_reference_reads_what_is_hardly_html_without_a_warning(markup):
    assert text_of(reference.walk, markup) == text_of(flat.walk, markup)


@pytest.mark.parametrize("name", ["script", "style", "textarea"])
def test_a_slash_at_the_end_of_a_tag_hides_no_code_and_shows_none(name):
    markup = f"<p>a</p><{name} class='x' />var b</{name}><p>c</p>"
    assert text_of(reference.walk, markup) == text_of(walker.walk, markup)
