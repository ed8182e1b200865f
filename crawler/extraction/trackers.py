"""Analytics and advertising accounts that a page's scripts report to: two sites with one account have one owner."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

MAX_TRACKERS: Final = 20
_MOST_TRIED: Final = 5_000
_PLACEHOLDER: Final = re.compile(r"[X0-]+|1?2345678\d{0,8}0?|[0X]+-[\dXY]+", re.IGNORECASE)


class _Kind(NamedTuple):
    """`needle` is looked for first, and `pattern`, matched where it stands, gives the account as its group.

    `sign` is the rarest character of the needle: to see that a script has none costs a fiftieth of looking for two.
    """

    name: str
    sign: str
    needle: str
    pattern: re.Pattern[str]


def _kind(name: str, sign: str, needle: str, pattern: str) -> _Kind:
    return _Kind(name, sign, needle, re.compile(pattern))


_KINDS: Final = (
    _kind("ga4", "G", "G-", r"(?<![\w-])(G-[A-Z0-9]{8,12})(?![\w-])"),
    _kind("ua", "U", "UA-", r"(?<![\w-])(UA-\d{5,10})-\d{1,4}(?!\d)"),
    _kind("gtm", "M", "GTM-", r"(?<![\w-])(GTM-[A-Z0-9]{5,9})(?![\w-])"),
    _kind("google_ads", "W", "AW-", r"(?<![\w-])(AW-\d{8,12})(?!\d)"),
    _kind("adsense", "-", "ca-pub-", r"ca-(pub-\d{16})(?!\d)"),
    _kind("meta_pixel", "q", "fbq(", r"fbq\(\s{0,4}['\"]init['\"]\s{0,4},\s{0,4}['\"]?(\d{10,18})(?!\d)"),
    _kind(
        "meta_pixel", "/", "facebook.com/tr", r"facebook\.com/tr/?\?(?:[^\s'\"<>]{0,80}&(?:amp;)?)?id=(\d{10,18})(?!\d)"
    ),
    _kind("yandex", "(", "ym(", r"(?<!\w)ym\(\s{0,4}['\"]?(\d{5,10})['\"]?\s{0,4},\s{0,4}['\"]init"),
    _kind("yandex", ".", "mc.yandex.", r"mc\.yandex\.(?:ru|com)/watch/(\d{5,10})(?!\d)"),
    _kind("hotjar", "j", "hjid", r"hjid['\"]?\s{0,4}[:=]\s{0,4}['\"]?(\d{4,9})(?!\d)"),
    _kind("hotjar", "/", "static.hotjar.com/c/", r"static\.hotjar\.com/c/hotjar-(\d{4,9})(?!\d)"),
)


def find_trackers(source: str) -> Iterator[str]:
    """Accounts in the text of a script or the address of one, as `kind:account`; linear in its length."""
    for name, sign, needle, pattern in _KINDS:
        if sign not in source:
            continue
        for position in islice(_places(source, needle), _MOST_TRIED):
            match = pattern.match(source, position)
            if match and not _PLACEHOLDER.fullmatch(match[1].partition("-")[2] or match[1]):
                yield f"{name}:{match[1]}"


def _places(source: str, needle: str) -> Iterator[int]:
    position = source.find(needle)
    while position >= 0:
        yield position
        position = source.find(needle, position + 1)
