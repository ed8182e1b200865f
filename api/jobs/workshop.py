"""What the steps of a job share: the store, the scanner, the clock and the wish to stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine
from sqlmodel import Session

from api.exceptions import ScannerUnavailable
from api.judging.scanner import Scanner, ScanResult
from api.services.evidence.seal import seal_archive
from api.services.room import CaptureRoom
from api.services.sampling import Sample
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import reading, writing
from api.store.layout import DataFolder
from crawler.items import Archive, Page


class Stopped(Exception):
    """The job was asked to stop; what is unfinished waits for the next run."""


@dataclass(frozen=True)
class Workshop:
    """Shared by the threads that visit sources; one of them writes at a time."""

    engine: Engine
    blobs: BlobStore
    scanner: Scanner
    sample: Sample
    clock: Callable[[], datetime]
    room: CaptureRoom
    folder: DataFolder
    archive: Archive
    stop: threading.Event = field(default_factory=threading.Event)
    _writes: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(
        cls, settings: Settings, engine: Engine, scanner: Scanner, room: CaptureRoom, clock: Callable[[], datetime]
    ) -> "Workshop":
        """The workshop of an installation."""
        archive = Archive(str(settings.folder.warc), settings.warc_megabytes * 1_000_000)
        blobs = BlobStore(settings.folder.blobs)
        return cls(engine, blobs, scanner, Sample(settings.sample_rate), clock, room, settings.folder, archive)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for reading."""
        with reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits; waiting for a lock of our own is quicker than for the database's."""
        with self._writes, writing(self.engine) as session:
            yield session

    def check_stop(self) -> None:
        """Raise Stopped once the job was asked to stop."""
        if self.stop.is_set():
            raise Stopped

    def seal_archive(self) -> None:
        """Put the archive's finished files under their digests; a file that a fetcher writes to is left alone."""
        seal_archive(self, self.folder, self.clock())

    def scan(self, page: Page, as_of: date) -> ScanResult:
        """Read and judge one page; Stopped once the job was asked to stop, also while it is read."""
        self.check_stop()
        try:
            return self.scanner.scan_page(page, as_of)
        except ScannerUnavailable:
            self.check_stop()
            raise
