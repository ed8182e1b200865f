"""Tells of each URL of a visit once all that came of it is judged."""

from api.jobs.progress import Fetched, Hear, Progress


class Telling:
    """Counts what is still to be judged of each URL, and the URLs that are done with.

    Where several URLs lead to one page, which is captured once a visit, none of them is told of before it is judged.
    """

    def __init__(self, source: str, progress: Progress, hear: Hear) -> None:
        self._source = source
        self._progress = progress
        self._hear = hear
        self._done = 0
        self._left: dict[str, int] = {}
        self._fetched: dict[str, Fetched] = {}
        self._led_to: dict[str, list[Fetched]] = {}

    def begin(self, done: int) -> None:
        """So many URLs were done with before."""
        self._done = done

    def say(self, sentence: str) -> None:
        """Say something that is worth a line."""
        self._progress.say(f"{self._source}: {sentence}")

    def arrived(self, fetched: Fetched, readings: int, known: int) -> None:
        """A URL was answered; so many readings are to be judged before it is told of."""
        if readings:
            self._left[fetched.url], self._fetched[fetched.url] = readings, fetched
        elif fetched.capture_id is not None and (first := self._waiting_for(fetched.capture_id)):
            self._led_to.setdefault(first, []).append(fetched)
        else:
            self._tell(fetched, known)

    def judged(self, url: str, known: int, fetched: Fetched | None = None) -> None:
        """One reading of a URL is judged; `fetched` replaces what was to be told."""
        if url not in self._left:
            return
        self._left[url] -= 1
        if not self._left[url]:
            del self._left[url]
            told = self._fetched.pop(url)
            for one in (fetched or told, *self._led_to.pop(url, ())):
                self._tell(one, known)

    def lost(self, fetched: Fetched) -> None:
        """A URL is given up although it was never answered."""
        self._hear(fetched)

    def _waiting_for(self, capture_id: str) -> str:
        """Give the URL whose answer is this capture and is still to be judged; empty when there is none."""
        return next((url for url, one in self._fetched.items() if one.capture_id == capture_id), "")

    def _tell(self, fetched: Fetched, known: int) -> None:
        self._done += 1
        self._hear(fetched)
        self._progress.step(self._source, self._done, known)
