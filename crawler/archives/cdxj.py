"""CDXJ, the index of web archives, written and read as text; Common Crawl's and our own alike."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.archives.places import RecordPlace
from crawler.listings.entries import Listing, Problems
from crawler.scope import host_of

CONTENT_TYPE = "text/x-cdxj"
# A line of the index that tells what of the archive could not be read.
PROBLEM = "!problem "
MAX_LINE = 16_384
# A page in a language of people; pictures, styles and scripts are no pages.
READABLE = re.compile(
    r"(?:text/(?!css|javascript)|application/(?:xhtml|xml|json|ld\+json|rss|atom)|unk$|$)", re.IGNORECASE
)
LINE = re.compile(r"(\S+) (\d{1,17}) (\{.*\})\s*")


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """One line of an index: a capture of a URL and where its record lies; `filename` as the index has it."""

    url: str
    timestamp: str
    status: str
    mime: str
    filename: str
    offset: int
    length: int

    @property
    def shows_a_page(self) -> bool:
        """Whether the record may hold a page: readable, and neither a redirect nor a revisit."""
        answered = self.status in ("", "-") or (self.status.isdigit() and not 300 <= int(self.status) < 400)
        return answered and READABLE.match(self.mime) is not None and bool(host_of(self.url))


def write_index(records: Iterable[IndexedRecord], problems: Iterable[str]) -> bytes:
    """Write an index, problems first, then the records in their order."""
    lines = [PROBLEM + json.dumps(sentence) for sentence in problems]
    for one in records:
        told = {
            "url": one.url, "mime": one.mime, "status": one.status, "length": str(one.length),
            "offset": str(one.offset), "filename": one.filename,
        }  # fmt: skip
        lines.append(f"{_sort_key(one.url)} {one.timestamp} {json.dumps(told)}")
    return "\n".join([*lines, ""]).encode()


def read_index(lines: Iterable[bytes], problems: Problems) -> Iterator[IndexedRecord]:
    """Read the lines of an index, each of at most MAX_LINE bytes; what is no line of one is told and left out."""
    for number, raw in enumerate(lines, start=1):
        line = raw[: MAX_LINE + 1].decode("utf-8", "replace").strip("\ufeff\r\n")
        if line.startswith(PROBLEM):
            problems.add(_problem(line))
        elif line.strip() and not line.startswith(("!", " CDX")):
            record = _record(line)
            if record is None:
                problems.add(f"line {number} is no line of a CDXJ index and was left out")
            else:
                yield record


def read_index_listing(body: bytes, folder: Path) -> Listing:
    """Give the places of the pages in an index of files in `folder`: of each URL its newest capture, in order."""
    problems = Problems()
    newest: dict[str, IndexedRecord] = {}
    for record in read_index(body.splitlines(), problems):
        known = newest.get(record.url)
        if record.shows_a_page and (known is None or record.timestamp > known.timestamp):
            newest[record.url] = record
    places = (RecordPlace(folder / one.filename, one.offset, one.length).url for one in newest.values())
    return Listing(links=tuple(places), problems=problems.told())


def _record(line: str) -> IndexedRecord | None:
    match = LINE.fullmatch(line) if len(line) <= MAX_LINE else None
    if match is None:
        return None
    try:
        told = json.loads(match[3])
        return IndexedRecord(
            url=str(told["url"]),
            timestamp=match[2],
            status=str(told.get("status", "")),
            mime=str(told.get("mime-detected") or told.get("mime", "")),
            filename=str(told["filename"]),
            offset=int(told["offset"]),
            length=int(told.get("length", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _problem(line: str) -> str:
    try:
        return str(json.loads(line.removeprefix(PROBLEM)))
    except (ValueError, RecursionError):
        return line


def _sort_key(url: str) -> str:
    """Give the URL as indexes sort it: host labels from the last to the first, then the path."""
    scheme, _, rest = url.lower().partition("://")
    host, slash, path = rest.partition("/")
    key = ",".join(reversed(host.partition(":")[0].split("."))) + ")" + slash + path
    return "".join(key.split()) if scheme and rest else "-"
