"""What was worked out for the texts seen last: the menus and footers of a site stand on each of its pages."""

from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Recent(Generic[_T]):
    """A function of a text that remembers its answers for the texts asked for last, up to so many characters of them.

    The answers stand in two halves: when the new one is full, it becomes the old one, and what the old one held is
    forgotten unless it was asked for since. Threads may share it: at worst an answer is worked out twice.
    """

    def __init__(self, work_out: Callable[[str], _T], characters: int) -> None:
        self._work_out = work_out
        self._half = characters // 2
        self._new: dict[str, _T] = {}
        self._old: dict[str, _T] = {}
        self._held = 0

    def __call__(self, text: str) -> _T:
        answer = self._new.get(text)
        if answer is None:
            answer = self._old.get(text)
            if answer is None:
                answer = self._work_out(text)
            self._keep(text, answer)
        return answer

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def _keep(self, text: str, answer: _T) -> None:
        if self._held + len(text) > self._half:
            self._old, self._new, self._held = self._new, {}, 0
        if len(text) <= self._half:
            self._new[text] = answer
            self._held += len(text)
