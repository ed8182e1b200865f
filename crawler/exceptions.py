"""Everything this room raises on purpose; each class says what its caller should do."""

from crawler.items import Pause


class CrawlerError(Exception):
    """Base of the room: catch it where a failed page or source must not stop the rest."""


class SourceInvalid(CrawlerError):
    """A source is written wrongly: show the sentences to whoever wrote it; nothing was started."""


class PolicyInvalid(CrawlerError):
    """The fetch policy cannot be used: correct the setting that the sentence names, then start again."""


class PageBlocked(CrawlerError):
    """A page must not be fetched: record `reason` (a short code) and `detail`, do not retry within this run.

    pause: when the reason is that a host asked to be left alone, which one and until when.
    """

    def __init__(self, reason: str, detail: str, pause: Pause | None = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.pause = pause


class FetcherRefused(CrawlerError):
    """The fetcher will not fetch because a guard is not in force: repair the set-up; a retry changes nothing."""


class FetcherDied(CrawlerError):
    """The fetcher ended too early: the unanswered targets are still to be fetched; start a new fetcher for them."""


class RendererRefused(CrawlerError):
    """The browser cannot be used, because it is missing or a guard is not in force: repair the set-up."""


class FrameBroken(CrawlerError):
    """The bytes on the pipe are no whole frame: read no further and end the fetcher."""


class UrlInvalid(CrawlerError):
    """A URL has no host to look up or is too long: show the sentence to whoever gave it; the rest go on."""
