"""Reads WARC files member by member, and says where one is damaged; a member is one record, packed by itself."""

import base64
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

# What our writer begins each member with: gzip, deflate, no flags, no time.
START = bytes.fromhex("1f8b080000000000")
VERSION = b"WARC/1.1\r\n"
GZIP = zlib.MAX_WBITS | 16
CHUNK = 1 << 16
# Four times the largest body that a fetcher accepts; a forged member must not fill the memory.
MAX_PLAIN = 256 << 20
BLANK = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Member:
    """A whole record: where it lies, its headers (names in lower case), its block."""

    offset: int
    length: int
    headers: Mapping[str, str]
    block: bytes

    @property
    def record_id(self) -> str:
        """The record's id without brackets."""
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def payload(self) -> bytes:
        """What follows the HTTP head of the block."""
        return self.block.partition(BLANK)[2]


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where no whole record can be read, with what its headers still say."""

    offset: int
    why: str
    headers: Mapping[str, str]

    @property
    def record_id(self) -> str:
        """The record's id without brackets; empty where it cannot be read."""
        return self.headers.get("warc-record-id", "").strip("<>")


def walk(file: BinaryIO, start: int = 0) -> Iterator[Member | Damage]:
    """Give every member from an offset on; after a damaged one, go on at the next that can be read."""
    offset = start
    while (found := read_member(file, offset)) is not None:
        yield found
        following = offset + found.length if isinstance(found, Member) else _next_start(file, offset + 1)
        if following is None:
            return
        offset = following


def read_member(file: BinaryIO, offset: int) -> Member | Damage | None:
    """Read the member at an offset; None at the end of the file."""
    file.seek(offset)
    unpacker, plain, packed = zlib.decompressobj(GZIP), bytearray(), 0
    head = file.read(len(START))
    if not head:
        return None
    if head != START:
        return Damage(offset, "it does not begin as a record does", {})
    chunk = head
    while chunk and not unpacker.eof:
        packed += len(chunk)
        try:
            plain += unpacker.decompress(chunk, MAX_PLAIN - len(plain))
        except zlib.error as problem:
            return Damage(offset, f"it cannot be unpacked ({problem})", _headers(_salvaged(file, offset)))
        if unpacker.unconsumed_tail:
            return Damage(offset, "it unpacks to more than any record has", _headers(bytes(plain)))
        chunk = b"" if unpacker.eof else file.read(CHUNK)
    if not unpacker.eof:
        return Damage(offset, "it ends in the middle", _headers(bytes(plain)))
    return _checked(offset, packed - len(unpacker.unused_data), bytes(plain))


def read_bytes(file: BinaryIO, member: Member) -> bytes:
    """Give a member as it stands in the file, packed."""
    file.seek(member.offset)
    return file.read(member.length)


def _checked(offset: int, length: int, plain: bytes) -> Member | Damage:
    """Hold a record to what it says of itself."""
    headers = _headers(plain)
    block = plain.partition(BLANK)[2].removesuffix(BLANK)
    if not headers or headers.get("content-length") != str(len(block)):
        return Damage(offset, "it is not as long as it says", headers)
    member = Member(offset, length, headers, block)
    if headers.get("warc-block-digest") != sha1(block):
        return Damage(offset, "its digest is not that of its block", headers)
    told = headers.get("warc-payload-sha256")
    if told is not None and headers["warc-type"] == "response" and told != hashlib.sha256(member.payload).hexdigest():
        return Damage(offset, "its digest is not that of its payload", headers)
    return member


def sha1(data: bytes) -> str:
    """Give the digest of WARC-Block-Digest and WARC-Payload-Digest."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode("ascii")


def _headers(plain: bytes) -> dict[str, str]:
    """Read what can be read of a record's headers."""
    if not plain.startswith(VERSION):
        return {}
    lines = plain[len(VERSION) :].partition(BLANK)[0].decode("utf-8", "replace").split("\r\n")
    return {name.lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines) if colon}


def _salvaged(file: BinaryIO, offset: int) -> bytes:
    """Give what can be unpacked before the damage; byte by byte, since a step that fails gives nothing."""
    file.seek(offset)
    unpacker, plain = zlib.decompressobj(GZIP), bytearray()
    try:
        for byte in file.read(CHUNK):
            plain += unpacker.decompress(bytes([byte]), CHUNK)
    except zlib.error:
        pass
    return bytes(plain)


def _next_start(file: BinaryIO, offset: int) -> int | None:
    """Find the next offset at which a record begins, whole or not; None when there is none."""
    file.seek(offset)
    kept = b""
    while chunk := file.read(CHUNK):
        window = kept + chunk
        at = window.find(START)
        while at >= 0:
            where = file.tell() - len(window) + at
            if _is_record(file, where):
                return where
            file.seek(where + (len(window) - at))
            at = window.find(START, at + 1)
        kept = window[-len(START) + 1 :]
    return None


def _is_record(file: BinaryIO, offset: int) -> bool:
    """Tell a record's beginning from bytes that look like one, such as a packed file within a body."""
    file.seek(offset)
    try:
        return zlib.decompressobj(GZIP).decompress(file.read(CHUNK), len(VERSION)) == VERSION
    except zlib.error:
        return False
