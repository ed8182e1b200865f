"""What a listing is read into: entries with text of their own, links to crawl, and a sentence for what was not read."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import escape

from crawler.extraction.decoding import clean
from crawler.items import Page

# What one listing may hold; the rest of it is told in a sentence.
MAX_ENTRIES = 20_000
MAX_FIELD = 50_000
MAX_FACTS = 40
MAX_LINKS = 20
MAX_PROBLEMS = 20
MAX_QUOTED = 80
SPACES = re.compile(r"\s+")
# What stands for an entry behind the URL of its listing; no server is ever asked for it.
MARK = "#entry-"


@dataclass(frozen=True, slots=True)
class Entry:
    """One offer, post or ad: plain title and facts (name, value), `markup` as HTML, links as they are written.

    identity: what the listing calls it, the same in the next export; cut: some of its text was left out.
    """

    identity: str
    title: str
    markup: str = ""
    links: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    cut: bool = False

    @property
    def has_text(self) -> bool:
        """Whether there is anything to judge."""
        return bool(self.title or self.markup.strip() or self.facts)


@dataclass(frozen=True)
class Listing:
    """What was read of a listing; `problems` are sentences, in order, for what could not be read.

    is_page: it is also a page that people look at, to be judged as a whole. following: addresses of its next pages.
    """

    entries: tuple[Entry, ...] = ()
    links: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    is_page: bool = False
    following: tuple[str, ...] = ()

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing at all could be read."""
        return bool(self.problems) and not self.entries and not self.links

    @classmethod
    def of(cls, entries: Iterable[Entry], problems: "Problems") -> "Listing":
        """Give the listing of entries, up to MAX_ENTRIES, with their links in order."""
        kept: list[Entry] = []
        for entry in entries:
            if len(kept) == MAX_ENTRIES:
                problems.add(f"only the first {MAX_ENTRIES:,} entries were read; split the listing into several")
                break
            kept.append(entry)
        links = dict.fromkeys(link for entry in kept for link in entry.links)
        return cls(tuple(entry for entry in kept if entry.has_text), tuple(links), problems.told())


class Problems:
    """Sentences on what could not be read, the first few in full and the rest counted."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._more = 0

    def add(self, sentence: str) -> None:
        """Take a sentence down."""
        if len(self._first) < MAX_PROBLEMS:
            self._first.append(sentence)
        else:
            self._more += 1

    def told(self) -> tuple[str, ...]:
        """Give the sentences."""
        return (*self._first, f"and {self._more:,} more") if self._more else tuple(self._first)


def entry_pages(page: Page, listing: Listing, most: int) -> Iterator[Page]:
    """Give each entry, up to `most`, as a page by itself; equal entries give equal bytes, whenever they are read."""
    place = page.final_url.partition("#")[0]
    seen: set[str] = set()
    for entry in listing.entries:
        url = place + MARK + _digest(entry)
        if url in seen:
            continue
        if len(seen) == most:
            return
        seen.add(url)
        yield replace(
            page,
            url=url,
            final_url=url,
            headers=(),
            content_type="text/html; charset=utf-8",
            body=_html(entry).encode(),
            truncated=entry.cut,
            # The bytes of an entry are ours; the archive holds those of its listing.
            records=(),
            sent_head=0,
            sent_body=0,
        )


def line(text: str) -> str:
    """Make one line of a text: single spaces, nothing before and after, at most MAX_FIELD characters."""
    return SPACES.sub(" ", text[:MAX_FIELD]).strip()


def quoted(text: str) -> str:
    """Quote a stranger's words in a sentence, shortened and printable."""
    return repr(text[:MAX_QUOTED] + ("…" if len(text) > MAX_QUOTED else ""))


def as_markup(text: str) -> str:
    """Give plain text as HTML, its line ends kept."""
    return escape(text, quote=False).replace("\n", "<br>\n")


def _digest(entry: Entry) -> str:
    name = entry.identity or (entry.links[0] if entry.links else f"{entry.title}\n{entry.markup}")
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _html(entry: Entry) -> str:
    """Write an entry down as a person would see it: title, facts, text, and where it leads."""
    lines = ["<!doctype html>", '<meta charset="utf-8">', f"<h1>{escape(entry.title, quote=False)}</h1>"]
    lines += [f"<p>{escape(name)}: {escape(value, quote=False)}</p>" for name, value in entry.facts]
    # A comment or an element left open in a stranger's markup must not swallow the links below, so they come first.
    lines += [f'<p><a href="{escape(link)}">{escape(link, quote=False)}</a></p>' for link in entry.links]
    return clean("\n".join([*lines, f"<div>{entry.markup}</div>", ""]))
