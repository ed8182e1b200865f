"""The base of every spider: take tickets, fetch, answer. Nothing here reads a page."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from scrapy import Spider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.archives.places import is_local
from crawler.exceptions import PageBlocked
from crawler.fetching.archivist import RECORDS, SEEN
from crawler.fetching.certificates import CertificateLedger
from crawler.fetching.cutting import OWN_BOUND, is_cut
from crawler.fetching.failures import explain
from crawler.fetching.gates import REDIRECT_SCOPE
from crawler.fetching.pauses import Pauses
from crawler.fetching.pipes import Answers, Feed
from crawler.fetching.policy import FetchPolicy
from crawler.items import FetchFailure, Page, Target
from crawler.local_files import read_local
from crawler.protocol import Ticket
from crawler.scope import Scope, host_of
from crawler.sources import FILE_SPIDERS, Source

# Request.meta: the ticket that the request serves; redirects and retries carry it on.
TICKET = "ticket"
# Request.meta: how long head and body of the latest answer were as they were sent; the handler notes it.
SENT = "sent"
# A server may send megabytes of headers; so many bytes of them suffice for evidence.
MAX_HEADERS = 64 << 10
MAX_CONTENT_TYPE = 200


class FetchingSpider(Spider):
    """Fetches what the feed asks for and gives every ticket exactly one answer."""

    # Whether a redirect may lead away from the hosts of the start URLs and their subdomains.
    may_leave_site = False
    # Whatever the policy allows, a fetcher of this spider may hold as much.
    least_memory_mb = 0

    def __init__(
        self, *, source: Source, policy: FetchPolicy, feed: Feed, answers: Answers, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self.source = source
        self.policy = policy
        self.feed = feed
        self.answers = answers
        self.clock = clock
        self.pauses = Pauses(policy.max_pause_seconds)
        self.closed_because = ""
        self.certificates = CertificateLedger()
        self._redirect_scope = None if self.may_leave_site else Scope.of(source.start_urls)

    async def start(self) -> AsyncIterator[Request]:
        """Turn tickets into requests for as long as the job sends them."""
        async for ticket in self.feed.tickets():
            self.answers.expect(ticket)
            try:
                if is_local(ticket.target.url):
                    await self.answers.give(ticket, await self._local_page(ticket.target))
                else:
                    yield self._request(ticket)
            except PageBlocked as problem:
                await self._fail(ticket, problem)

    async def parse(self, response: Response) -> None:
        """Answer with the page, whatever its status."""
        ticket = response.meta[TICKET]
        await self.answers.give(ticket, self._page(ticket.target, response))

    async def on_failure(self, failure: Failure) -> None:
        """Answer with the reason why there is no page."""
        request: Request = failure.request  # type: ignore[attr-defined]  # set by Scrapy
        assert failure.value is not None
        await self._fail(request.meta[TICKET], failure.value)

    def closed(self, reason: str) -> None:
        """Keep why Scrapy closed the spider; `finished` when all work was done."""
        self.closed_because = reason

    async def _fail(self, ticket: Ticket, problem: BaseException) -> None:
        reason, detail = explain(problem)
        pause = problem.pause if isinstance(problem, PageBlocked) else None
        await self.answers.give(ticket, FetchFailure(ticket.target.url, reason, detail, ticket.target.depth, pause))

    async def _local_page(self, target: Target) -> Page:
        """Read a file of this machine, where the spider does that at all; PageBlocked otherwise."""
        if self.source.spider not in FILE_SPIDERS:
            raise PageBlocked("invalid_url", f"the {self.source.spider} spider reads no files")
        return await asyncio.to_thread(read_local, self.source, self.policy, target, self.clock)

    def _request(self, ticket: Ticket) -> Request:
        """Make the request for a ticket; PageBlocked when its URL cannot be fetched at all."""
        target = ticket.target
        if not host_of(target.url):
            raise PageBlocked("invalid_url", f"{target.url[:200]!r} is not an absolute http(s) URL")
        if len(target.url) > self.policy.max_url_length:
            raise PageBlocked("invalid_url", f"the URL is longer than {self.policy.max_url_length} characters")
        try:
            return Request(
                target.url,
                callback=self.parse,
                errback=self.on_failure,
                headers=_validators(target),
                meta={TICKET: ticket, SEEN: target.seen, REDIRECT_SCOPE: self._redirect_scope, **_bound(target)},
                dont_filter=True,  # what is fetched twice, and when, is the job's to decide
            )
        except ValueError as problem:
            raise PageBlocked("invalid_url", f"{target.url[:200]!r} cannot be requested: {problem}") from problem

    def _page(self, target: Target, response: Response) -> Page:
        records = response.meta.get(RECORDS, ())
        sent_head, sent_body = response.meta.get(SENT, (0, 0))
        is_unchanged = response.status == 304
        return Page(
            url=target.url,
            final_url=response.url,
            status=response.status,
            fetched_at=records[-1].date if records else self.clock(),
            headers=_headers(response),
            content_type=_text((response.headers.get(b"Content-Type") or b"")[:MAX_CONTENT_TYPE]),
            body=b"" if is_unchanged else response.body,
            source=self.source.name,
            spider=self.source.spider,
            depth=target.depth,
            redirects=tuple(response.meta.get("redirect_urls", ())),
            ip_address=str(response.ip_address or ""),
            truncated="dataloss" in response.flags or is_cut(response),
            certificate_problem=self.certificates.problem(response.url),
            records=records,
            sent_head=sent_head,
            sent_body=0 if is_unchanged else sent_body,
        )


def _bound(target: Target) -> dict[str, int]:
    """Give the Request.meta of a target that may be received in part of what the policy allows only."""
    return {OWN_BOUND: target.max_bytes} if target.max_bytes else {}


def _validators(target: Target) -> dict[str, str]:
    """Give the headers that ask for the page only if it changed since the last capture."""
    known = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
    return {name: value for name, value in known.items() if value}


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Give the headers in order, as many as fit into MAX_HEADERS bytes."""
    kept: list[tuple[str, str]] = []
    room = MAX_HEADERS
    for name, value in ((name, value) for name, values in response.headers.items() for value in values):
        room -= len(name) + len(value)
        if room < 0:
            break
        kept.append((_text(name), _text(value)))
    return tuple(kept)


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")
