"""The WARC files of one fetcher: each record in one write, files rolled by size, brought to the disk every second."""

import fcntl
import os
import re
import uuid
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self

from warcio.recordloader import ArcWarcRecord

from crawler.fetching.policy import FetchPolicy
from crawler.fetching.records import Exchange, NewId, PlainWriter, exchange_records, warcinfo_record
from crawler.items import Archive, ArchiveRecord
from crawler.sources import Source

SUFFIX = ".warc.gz"
PRIVATE = 0o600
# Level 6 saves a tenth of the bytes and takes twice the time.
LEVEL = 3
GZIP = zlib.MAX_WBITS | 16
SYNC_EVERY = timedelta(seconds=1)
UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
NOTE = (
    "headers are reconstructed: names and values are as received, their case and order are not; request headers are "
    "those handed to the HTTP client; transfer coding is undone, content coding is kept"
)


class WarcFiles:
    """Writes exchanges one after another, from one thread; a context manager that leaves whole files behind.

    An open file is locked (flock), so that whoever seals files can tell it from one whose fetcher has died.
    Nothing is buffered here: what `write` has returned for survives a SIGKILL, and a power cut costs a second at most.
    OSError when the disk will not take a record.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        prefix: str,
        info: Mapping[str, str],
        clock: Callable[[], datetime],
        new_id: NewId = lambda: uuid.uuid4().urn,
    ) -> None:
        self._folder = Path(archive.folder)
        self._file_bytes = archive.file_bytes
        self._prefix = prefix
        self._info = info
        self._clock = clock
        self._new_id = new_id
        self._serial = 0
        self._handle = -1
        self._syncer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._syncing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._syncer.shutdown()

    def write(self, exchange: Exchange) -> ArchiveRecord:
        """Put an exchange on record and say where its response lies."""
        if self._handle >= 0 and self._size >= self._file_bytes:
            self._close()
        if self._handle < 0:
            self._open()
        record, records = exchange_records(exchange, self._warcinfo_id, self._new_id)
        offset = self._append(pack(records))
        self._sync_if_due()
        return replace(record, file=self._name, offset=offset)

    def _open(self) -> None:
        """Begin a file; it gets its name when it is locked, so that nobody takes it for an abandoned one."""
        self._serial += 1
        now = self._clock()
        self._name = f"{self._prefix}-{self._serial:05d}{SUFFIX}"
        hidden = self._folder / f".{self._name}"
        self._handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, PRIVATE)
        fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._size, self._synced_at = 0, now
        self._warcinfo_id = self._new_id()
        self._append(pack([warcinfo_record(self._name, self._info, now, self._warcinfo_id)]))
        hidden.rename(self._folder / self._name)
        _sync(self._folder)

    def _append(self, data: bytes) -> int:
        """Write at the end of the file and say where that was."""
        offset, view = self._size, memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]
        self._size += len(data)
        return offset

    def _sync_if_due(self) -> None:
        """Ask for what is written to be brought to the disk, without waiting for it."""
        now = self._clock()
        if now - self._synced_at >= SYNC_EVERY and (self._syncing is None or self._syncing.done()):
            self._await_sync()
            self._syncing, self._synced_at = self._syncer.submit(os.fsync, self._handle), now

    def _await_sync(self) -> None:
        """Wait for the last sync, and learn whether the disk took it."""
        syncing, self._syncing = self._syncing, None
        if syncing is not None:
            syncing.result()

    def _close(self) -> None:
        if self._handle < 0:
            return
        handle, self._handle = self._handle, -1
        try:
            self._await_sync()
            os.fsync(handle)
        finally:
            os.close(handle)


def open_archive(archive: Archive, source: Source, policy: FetchPolicy, clock: Callable[[], datetime]) -> WarcFiles:
    """Give the files that a fetcher of this source writes to; none is made before the first answer."""
    info = {
        "software": f"rxwarden/{version('rxwarden')} warcio/{version('warcio')} Scrapy/{version('Scrapy')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "isPartOf": source.name,
        "operator": policy.contact,
        "http-header-user-agent": policy.user_agent,
        "robots": "obey",
        "description": NOTE,
    }
    name = UNSAFE.sub("_", source.name)[:60]
    return WarcFiles(archive, prefix=f"{name}-{clock():%Y%m%d%H%M%S}-{uuid.uuid4().hex[:8]}", info=info, clock=clock)


def pack(records: Iterable[ArcWarcRecord]) -> bytes:
    """Give records as they stand in a file: each a gzip member of its own, as every reader of WARC expects."""
    members = []
    for record in records:
        plain = BytesIO()
        PlainWriter(plain).write_record(record)
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        members.append(packer.compress(plain.getbuffer()) + packer.flush())
    return b"".join(members)


def _sync(folder: Path) -> None:
    # A new name is on the disk only once the folder that holds it is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
