"""Writes a WACZ: records, their index and a list of pages in one ZIP, each file under its digest."""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlsplit

from api.services.evidence.gather import Piece
from api.services.evidence.members import BLANK

VERSION = "1.1.1"
ARCHIVE = "archive/data.warc.gz"
INDEX = "indexes/index.cdxj"
PAGES = "pages/pages.jsonl"
PACKAGE = "datapackage.json"
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Shown:
    """The page that a WACZ is about; `seen_at` is the moment of the record that holds its payload."""

    id: str
    url: str
    title: str
    seen_at: datetime


def write_wacz(
    out: BinaryIO, pieces: Sequence[Piece], page: Shown, files: Mapping[str, bytes], *, software: str, now: datetime
) -> None:
    """Write the package; `files` are put in beside what the format asks for, by their path."""
    contents = {
        ARCHIVE: b"".join(piece.packed for piece in pieces),
        INDEX: index(pieces).encode(),
        PAGES: _pages(page).encode(),
        **files,
    }
    package = _package(contents, page, software, now)
    digest = json.dumps({"path": PACKAGE, "hash": _hash(package)}).encode()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in (*contents.items(), (PACKAGE, package), ("datapackage-digest.json", digest)):
            member = zipfile.ZipInfo(path, now.timetuple()[:6])
            member.external_attr = 0o600 << 16
            # Readers reach into the records by offset, so those stay as they are.
            packing = zipfile.ZIP_STORED if path == ARCHIVE else zipfile.ZIP_DEFLATED
            archive.writestr(member, content, packing)


def index(pieces: Sequence[Piece]) -> str:
    """Give the CDXJ of the responses, sorted; a 304 has nothing to show and is left out."""
    lines, offset = [], 0
    for piece in pieces:
        line = _line(piece, offset)
        if line:
            lines.append(line)
        offset += len(piece.packed)
    return "".join(sorted(lines))


def surt(url: str) -> str:
    """Give the key that archives sort URLs by: the host turned round, then the path."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    turned = host if ":" in host or host.replace(".", "").isdigit() else ",".join(reversed(host.split(".")))
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    return f"{turned}{port}){parts.path or '/'}{query}".lower().replace(" ", "%20")


def timestamp(date: str) -> str:
    """Give the 14 digits of a WARC-Date."""
    return "".join(character for character in date if character.isdigit())[:14]


def _line(piece: Piece, offset: int) -> str:
    headers = piece.member.headers
    if headers["warc-type"] == "resource":
        return _resource_line(piece, offset)
    kind, url = headers["warc-type"], headers.get("warc-target-uri", "")
    head = piece.member.block.partition(BLANK)[0].decode("latin-1").split("\r\n")
    status = [*head[0].split(" "), ""][1]
    if kind not in ("response", "revisit") or status == "304":
        return ""
    types = [line.partition(":")[2] for line in head[1:] if line.lower().startswith("content-type:")]
    mime = (types[0] if types else "").partition(";")[0].strip() or "unk"
    told = {
        "url": url,
        "mime": "warc/revisit" if kind == "revisit" else mime,
        "status": status,
        "digest": headers.get("warc-payload-digest", "-"),
        "length": str(piece.member.length),
        "offset": str(offset),
        "filename": ARCHIVE.rpartition("/")[2],
    }
    return f"{surt(url)} {timestamp(headers['warc-date'])} {json.dumps(told)}\n"


def _resource_line(piece: Piece, offset: int) -> str:
    headers = piece.member.headers
    uri = headers["warc-target-uri"]
    told = {
        "url": uri,
        "mime": headers["content-type"].partition(";")[0],
        "status": "200",
        "digest": headers.get("warc-payload-digest", headers.get("warc-block-digest", "-")),
        "length": str(piece.member.length),
        "offset": str(offset),
        "filename": ARCHIVE.rpartition("/")[2],
    }
    return f"{uri} {timestamp(headers['warc-date'])} {json.dumps(told)}\n"


def _pages(page: Shown) -> str:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Pages"}
    line = {"id": page.id, "url": page.url, "ts": _iso(page.seen_at), "title": page.title}
    return "".join(json.dumps(one) + "\n" for one in (head, line))


def _package(contents: Mapping[str, bytes], page: Shown, software: str, now: datetime) -> bytes:
    resources = [
        {"name": path.rpartition("/")[2], "path": path, "hash": _hash(content), "bytes": len(content)}
        for path, content in contents.items()
    ]
    told = {
        "profile": "data-package",
        "wacz_version": VERSION,
        "title": page.title or page.url,
        "created": _iso(now),
        "software": software,
        "mainPageUrl": page.url,
        "mainPageDate": _iso(page.seen_at),
        "resources": resources,
    }
    return json.dumps(told, indent=1).encode()


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
