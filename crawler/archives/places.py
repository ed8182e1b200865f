"""Where things lie on this machine: file URLs, and places of records within archive files."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import url2pathname

SCHEME = "file:///"


def is_local(url: str) -> bool:
    """Tell the URL of a file on this machine from one of the web."""
    return url.startswith(SCHEME)


def local_path(url: str) -> Path:
    """Give the path that a file URL names, its fragment left out."""
    return Path(url2pathname(urlsplit(url).path))


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """One record: the bytes of a file from `offset` on, `length` of them (0: to the record's own end)."""

    path: Path
    offset: int
    length: int

    @property
    def url(self) -> str:
        """The place as a target's URL."""
        return f"{self.path.as_uri()}#offset={self.offset}&length={self.length}"


def parse_place(url: str) -> RecordPlace | None:
    """Read a record's place out of a target's URL; None for the URL of a whole file."""
    fields = parse_qs(urlsplit(url).fragment)
    try:
        offset, length = int(fields["offset"][0]), int(fields["length"][0])
    except (KeyError, ValueError):
        return None
    return RecordPlace(local_path(url), offset, length) if offset >= 0 and length >= 0 else None
