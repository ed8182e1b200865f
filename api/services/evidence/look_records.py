"""A second look as WARC records: the picture, the text that is shown and the elements as a browser drew them."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from api.exceptions import BlobDamaged, BlobMissing, EvidenceMissing
from api.services.evidence.gather import Piece
from api.services.evidence.members import Member
from api.store.blobs import BlobStore
from api.store.tables.looks import Look

# As crawlers that drive browsers name what they keep beside the responses.
VIEW, TEXT, DOM = "urn:view:", "urn:text:", "urn:dom:"
# Where a record that is made for the export was before: in no file of the archive.
NO_FILE = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a look kept: its name in the archive, its type and its digest."""

    uri: str
    media_type: str
    sha256: str


def parts_of(look: Look) -> tuple[Part, ...]:
    """Give what a look kept, the picture first."""
    kept = (
        (VIEW, "image/jpeg", look.screenshot_sha256),
        (TEXT, "text/plain; charset=utf-8", look.text_sha256),
        (DOM, "text/html; charset=utf-8", look.html_sha256),
    )
    return tuple(Part(name + look.final_url, kind, sha256) for name, kind, sha256 in kept if sha256 is not None)


def look_pieces(blobs: BlobStore, look: Look) -> tuple[Piece, ...]:
    """Give the look's parts as records of type `resource`; EvidenceMissing when one is gone or damaged."""
    try:
        return tuple(_piece(look, part, blobs.load(part.sha256)) for part in parts_of(look))
    except (BlobMissing, BlobDamaged) as problem:
        raise EvidenceMissing(f"what a browser saw of {look.final_url} cannot be had: {problem}") from problem


def _piece(look: Look, part: Part, payload: bytes) -> Piece:
    record_id = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{look.id} {part.uri}')}"
    date = _iso(look.looked_at)
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    headers = {"WARC-Record-ID": f"<{record_id}>", "WARC-Date": date, "WARC-Payload-SHA256": part.sha256}
    record = writer.create_warc_record(
        part.uri,
        "resource",
        payload=BytesIO(payload),
        length=len(payload),
        warc_content_type=part.media_type,
        warc_headers_dict=headers,
    )
    writer.write_record(record)
    told = record.rec_headers
    assert isinstance(told, StatusAndHeaders)
    packed = out.getvalue()
    member = Member(0, len(packed), {str(name).lower(): str(value) for name, value in told.headers}, payload)
    return Piece(NO_FILE, member, packed)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
