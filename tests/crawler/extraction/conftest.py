"""Fixture folders, and ways to break a page."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

BROKEN = {"table-soup", "second-html", "early-html-end", "unclosed-tags", "stray-brackets", "truncated"}
"""Fixtures whose fault parsers mend in different ways; the words are compared all the same."""


@dataclass(frozen=True)
class Case:
    """One fixture folder: a page, how it was served, and what is expected of it."""

    name: str
    page: bytes
    served: dict[str, str]
    expected: dict[str, object]


def read_case(folder: Path) -> Case:
    served = folder / "meta.json"
    return Case(
        name=folder.name,
        page=(folder / "page.html").read_bytes(),
        served=json.loads(served.read_text()) if served.exists() else {},
        expected=json.loads((folder / "expected.json").read_text()),
    )


CASES = [read_case(folder) for folder in sorted((Path(__file__).parent / "fixtures").iterdir())]
MARKUP = {
    case.name: case.page.decode("utf-8", "replace").replace("\x00", "")
    for case in CASES
    if "text/html" in case.served.get("content_type", "text/html") and case.page.strip()
}


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    """Every fixture folder in turn."""
    return request.param


@pytest.fixture(scope="session")
def pages() -> list[str]:
    """The markup of all HTML fixtures."""
    return list(MARKUP.values())


@pytest.fixture(scope="session")
def sound_pages() -> list[str]:
    """The markup of the HTML fixtures that every parser reads alike."""
    return [page for name, page in MARKUP.items() if name not in BROKEN]


def _drop(pattern: str, share: float) -> Callable[[str, random.Random], str]:
    return lambda page, chance: re.sub(pattern, lambda tag: "" if chance.random() < share else tag[0], page)


def _insert(pieces: list[str], count: int) -> Callable[[str, random.Random], str]:
    def insert(page: str, chance: random.Random) -> str:
        for _ in range(count):
            place = page.rfind(">", 0, chance.randrange(1, len(page) + 1)) + 1
            page = page[:place] + chance.choice(pieces) + page[place:]
        return page

    return insert


MUTATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "truncated": lambda page, chance: page[: chance.randrange(len(page) // 2, len(page) + 1)],
    "end-tags-dropped": _drop(r"</(?:p|div|b|a|li|span|h\d|td|tr|ul|section)>", 0.3),
    "start-tags-dropped": _drop(r"<(?:p|div|b|a|li|span|h\d|ul|section)(?: [^>]*)?>", 0.3),
    "quotes-dropped": _drop(r'"(?=[ />])', 0.1),
    "comment-left-open": _insert(["<!-- "], 1),
    "stray-brackets": _insert(["<", "< ", "<3 ", "<>", "</>", "</ x>"], 6),
    "nul-bytes": _insert(["\x00", "a\x00b"], 6),
    "second-html": _insert(["</body></html><html><body>", "</html>", "<html lang=xx>", "</body>"], 3),
    "table-soup": _insert(["<table><tr><td>", "</td></tr></table>", "<table>", "</table>"], 4),
    "bogus-charset": lambda page, _: '<meta charset="utf-99">' + page,
    "upper-case": lambda page, _: re.sub(r"</?[a-z]+", lambda tag: tag[0].upper(), page),
}


@pytest.fixture(params=MUTATIONS)
def mutants(request: pytest.FixtureRequest) -> list[str]:
    """Every HTML fixture broken in one way, three times with different dice."""
    mutate = MUTATIONS[request.param]
    return [mutate(page, random.Random(seed)) for page in MARKUP.values() for seed in range(3)]
