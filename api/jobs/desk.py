"""Where a visit's pages are read and judged, several at once, while the visit goes on."""

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date
from types import TracebackType
from typing import Self

from sqlmodel import select

from api.exceptions import BlobDamaged, BlobMissing
from api.jobs.arrivals import Arrival
from api.jobs.workshop import Workshop
from api.judging.scanner import NOT_READ, ScanResult
from api.store.commands.captures import stored_page
from api.store.tables.pages import Capture
from crawler.extraction.extract import EXTRACTOR_VERSION
from crawler.items import Document, Page

# Pages for each worker that are read or wait to be: enough that none is idle, few enough to be asked for again.
FOR_EACH_WORKER = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """A page to read and judge, for the URL that was asked for; it is loaded from its capture where it is not at hand.

    doubtful: an answer with an error status, which has no capture and is kept only if it shows a violation.
    """

    url: str
    capture_id: str | None
    page: Page | None = None
    doubtful: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a reading; `result` is None when the capture's bytes are gone, and `error` says so.

    The text of `document` is on the disk, but for an answer that is not kept.
    """

    reading: Reading
    page: Page | None
    document: Document | None
    text_sha256: str
    result: ScanResult | None
    error: str = ""


class Desk:
    """Takes readings and gives them back judged, in whatever order they get done."""

    def __init__(self, shop: Workshop, as_of: date) -> None:
        self._shop = shop
        self._as_of = as_of
        self._room = FOR_EACH_WORKER * shop.scanner.workers
        self._threads = ThreadPoolExecutor(shop.scanner.workers + 1, thread_name_prefix="desk")
        self._under_way: set[Future[Judged]] = set()
        self._waiting: deque[Reading] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._under_way) + len(self._waiting)

    @property
    def is_full(self) -> bool:
        """True when it should be given no more pages that are held in memory."""
        return len(self) >= self._room

    def put(self, reading: Reading) -> None:
        """Read and judge it when its turn comes."""
        self._waiting.append(reading)
        self._start()

    def wait(self) -> None:
        """Wait until something is judged; with a full desk until half of it is, since many are written as one."""
        enough = self._room // 2 if self.is_full else 1
        pending = self._under_way
        while pending and len(self._under_way) - len(pending) < enough:
            _, pending = wait(pending, return_when=FIRST_COMPLETED)

    def finished(self) -> list[Judged]:
        """Give, and forget, what is judged by now."""
        done = {future for future in self._under_way if future.done()}
        self._under_way -= done
        self._start()
        return [future.result() for future in done]

    def _start(self) -> None:
        while self._waiting and len(self._under_way) < self._room:
            self._under_way.add(self._threads.submit(self._judge, self._waiting.popleft()))

    def _judge(self, reading: Reading) -> Judged:
        try:
            page = self._load(reading.capture_id) if reading.page is None else reading.page
        except (BlobMissing, BlobDamaged) as problem:
            return Judged(reading, None, None, "", None, str(problem))
        result = self._shop.scan(page, self._as_of)
        document = result.document or _unread(page)
        is_kept = reading.capture_id is not None or result.verdict.flagged
        text_sha256 = self._shop.blobs.save_text(document.text) if is_kept else ""
        return Judged(reading, page, document, text_sha256, result, result.error)

    def _load(self, capture_id: str | None) -> Page:
        with self._shop.reading() as session:
            capture = session.exec(select(Capture).where(Capture.id == capture_id)).one()
            page = stored_page(session, capture)
        return replace(page, body=self._shop.blobs.load(capture.blob_sha256))


def _unread(page: Page) -> Document:
    """Give the document of a page that could not be read: nothing of it was seen, and it says so."""
    return Document(
        url=page.final_url,
        title="",
        text="",
        blocks=(),
        language="",
        not_seen=(NOT_READ,),
        extractor_version=EXTRACTOR_VERSION,
    )
