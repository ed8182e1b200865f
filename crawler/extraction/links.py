"""Where a page points: absolute http(s) links, and targets that are contacts themselves."""

import re
from typing import Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

MAX_LINKS: Final = 2_000
MAX_LINK_LENGTH: Final = 2_000
_MAX_TRIED: Final = 10_000
_MAX_CONTACT_LENGTH: Final = 300

_CONTACT: Final = re.compile(
    r"(?:tel|sms|mailto|whatsapp|tg|viber|skype|signal|sgnl|threema|wickr|bitcoin|ethereum|monero):"
    r"|(?:https?:)?//(?:www\.|api\.|web\.)?(?:wa\.me|whatsapp\.com|t\.me|telegram\.(?:me|dog)|signal\.(?:me|group)|threema\.id"
    r"|wickr\.com|getsession\.org|snapchat\.com/add|m\.me|discord\.gg|kik\.me|line\.me)(?![\w.-])",
    re.IGNORECASE,
)
_RELATIVE: Final = ("/", "#", "?", ".")
_CONTROL: Final = re.compile(r"[\t\n\r]")
# What resolving and taking apart would give back as it is, but for the fragment.
_PLAIN_URL: Final = re.compile(
    r"(https?://[a-zA-Z0-9.-]+(?::[0-9]+)?/[^\s\x00-\x1f\x7f#?;\\]*(?:\?[^\s\x00-\x1f\x7f#;\\]+)?)(?:#.*)?", re.DOTALL
)
_NO_PAGE: Final = ("mailto:", "tel:", "javascript:")
_PLAIN_PATH: Final = re.compile(r"/(?!/)[^\s.#\\]*(?:\.[^\s.#/\\]+)?")


class LinkCollector:
    """Links of one page in order, each once."""

    def __init__(self, url: str) -> None:
        self._nofollow: dict[str, None] = {}
        self._found: dict[str, None] = {}
        self._seen: set[str] = set()
        self._base = self._origin = ""
        self.rebase(url)

    @property
    def links(self) -> tuple[str, ...]:
        """Absolute http(s) URLs without fragments, at most MAX_LINKS."""
        return tuple(self._found)

    @property
    def nofollow(self) -> tuple[str, ...]:
        """Those of `links` that the page links to with rel=nofollow each time."""
        return tuple(self._nofollow)

    def rebase(self, target: str) -> None:
        """Resolve what follows against `target`, itself resolved; one that cannot be read changes nothing."""
        if base := absolute(self._base, target):
            parts = urlsplit(base)
            self._base, self._origin = base, f"{parts.scheme}://{parts.netloc}"

    def resolve(self, target: str) -> str:
        """The http(s) URL that a target of the page means; "" when there is none."""
        return absolute(self._base, target) if target else ""

    def add(self, target: str, *, nofollow: bool = False) -> None:
        """Keep the link if it leads to another http(s) address; said twice, it may be followed if it may once."""
        target = target.strip()
        if not target.isprintable():
            target = _CONTROL.sub("", target)
        if not target or target[0] == "#" or len(target) > MAX_LINK_LENGTH:
            return
        is_full = len(self._seen) >= _MAX_TRIED or len(self._found) >= MAX_LINKS
        # A link seen before is of interest only where it may free one that was said with nofollow.
        if (is_full or target in self._seen) and (nofollow or not self._nofollow):
            return
        plain = self._origin and _PLAIN_PATH.fullmatch(target)
        url = self._origin + target if plain else absolute(self._base, target)
        if not nofollow:
            self._nofollow.pop(url, None)
        if is_full:
            return
        self._seen.add(target)
        if url and nofollow and url not in self._found:
            self._nofollow[url] = None
        if url:
            self._found[url] = None


def absolute(base: str, target: str) -> str:
    """The http(s) URL of `target` seen from `base`, without fragment; "" when there is none."""
    if plain := _PLAIN_URL.fullmatch(target):
        return plain[1]
    if target.startswith(_NO_PAGE):
        return ""
    try:
        url = urldefrag(urljoin(base, target)).url
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def contact(target: str) -> str:
    """The target as a reader would see it when it is a telephone, mail or messenger link; else ""."""
    target = target.strip()
    if (target[:1] in _RELATIVE and target[:2] != "//") or not _CONTACT.match(target):
        return ""
    return " ".join(unquote(target[:_MAX_CONTACT_LENGTH]).split())
