"""What the attributes of elements tell: links, contacts, meta texts, declared attributes, texts spoken or shown, and
whose accounts and icon the page uses."""

import hashlib
from base64 import b64decode
from itertools import islice
from typing import Final
from urllib.parse import unquote_to_bytes

from crawler.extraction.elements import Attributes, names
from crawler.extraction.links import LinkCollector, contact
from crawler.extraction.structured import MAX_ATTRIBUTE_LENGTH, MAX_ATTRIBUTES, is_kept, meta
from crawler.extraction.trackers import MAX_TRACKERS, find_trackers

NOTED: Final = names("a area img input iframe frame meta link base html")
"""Elements whose attributes PageFacts reads."""

SPOKEN: Final = names("aria-label placeholder alt")
"""Attributes that any element shows or says to a reader."""

SPEAKING: Final = names("input option optgroup")
"""Elements that show an attribute of their own."""

_ROBOTS: Final = names("robots rxwarden")
_NOFOLLOW: Final = names("nofollow none")
_MAX_META_TEXTS: Final = 200
_MAX_CONTACTS: Final = 500
_BUTTON_INPUTS: Final = names("submit button reset image")
_SILENT_INPUTS: Final = names("hidden checkbox radio password file color range")


class PageFacts:
    """Gathers what is not running text from the elements of one page."""

    def __init__(self, url: str) -> None:
        self.links = LinkCollector(url)
        self.attributes: dict[str, str] = {}
        self.meta_texts: dict[str, None] = {}
        self.contacts: dict[str, str] = {}
        self.trackers: dict[str, None] = {}
        self.images = self.passwords = 0
        self._rebased = self._forbids_following = False

    @property
    def nofollow_links(self) -> tuple[str, ...]:
        """The links that the page asks robots not to follow: some, or all when it says so of itself."""
        return self.links.links if self._forbids_following else self.links.nofollow

    def note(self, tag: str, attributes: Attributes, region: str, hidden: bool) -> None:
        """Read the attributes of one element; `region` and `hidden` are those of the place where it stands."""
        match tag:
            case "a" | "area":
                relations = (attributes.get("rel") or "").lower()
                self._link(attributes.get("href"), region, nofollow="nofollow" in relations)
            case "img":
                self._address(attributes)
                self.images += not hidden and "1" not in (attributes.get("width"), attributes.get("height"))
            case "input":
                self.passwords += (attributes.get("type") or "").lower() == "password"
            case "iframe" | "frame":
                self._address(attributes)
                self._link(attributes.get("src"), region)
            case "meta":
                self._meta(attributes)
            case "link":
                self._relation(attributes)
            case "base":
                self._base(attributes.get("href") or "")
            case "html":
                self._declare("lang", attributes.get("lang") or attributes.get("xml:lang") or "")

    def script(self, attributes: Attributes, text: str) -> None:
        """Read a script for the accounts that it reports to."""
        self._address(attributes)
        self._report(text)

    @property
    def gathered(self) -> dict[str, str]:
        """The declared attributes with `trackers`, the accounts that the page reports to, if it does to any."""
        return {**self.attributes, "trackers": " ".join(self.trackers)} if self.trackers else self.attributes

    def _address(self, attributes: Attributes) -> None:
        if source := attributes.get("src"):
            self._report(source)

    def _report(self, source: str) -> None:
        if len(self.trackers) < MAX_TRACKERS:
            self.trackers.update(dict.fromkeys(islice(find_trackers(source), MAX_TRACKERS)))

    def _link(self, target: str | None, region: str, *, nofollow: bool = False) -> None:
        if not target:
            return
        self.links.add(target, nofollow=nofollow)
        if len(self.contacts) < _MAX_CONTACTS and (text := contact(target)):
            self.contacts.setdefault(text, region)

    def _base(self, target: str) -> None:
        """Only the first base element counts."""
        if target and not self._rebased:
            self.links.rebase(target)
            self._rebased = True

    def _meta(self, attributes: Attributes) -> None:
        name, content, is_text = meta(attributes)
        if (attributes.get("http-equiv") or "").lower() == "refresh":
            self._link((attributes.get("content") or "").partition("=")[2].strip(" \"'"), "head")
        self._forbids_following |= name in _ROBOTS and not _NOFOLLOW.isdisjoint(
            content.lower().replace(",", " ").split()
        )
        if is_text and len(self.meta_texts) < _MAX_META_TEXTS:
            self.meta_texts.setdefault(content)
        if is_kept(name):
            self._declare(name, content)

    def _relation(self, attributes: Attributes) -> None:
        relations = (attributes.get("rel") or "").lower().split()
        target = attributes.get("href") or ""
        if "canonical" in relations:
            self._declare("canonical", target.strip())
        if "next" in relations:
            self._link(target, "head")
        if "icon" in relations:
            self._icon(target.strip())

    def _icon(self, target: str) -> None:
        """Declare the address of the page's icon; of one that is written into the page, its hash."""
        if target[:5].lower() == "data:":
            self._declare("icon_sha256", hashlib.sha256(_data(target)).hexdigest())
        else:
            self._declare("icon", self.links.resolve(target))

    def _declare(self, name: str, value: str) -> None:
        if value and len(self.attributes) < MAX_ATTRIBUTES:
            self.attributes.setdefault(name[:MAX_ATTRIBUTE_LENGTH], value[:MAX_ATTRIBUTE_LENGTH])


def _data(target: str) -> bytes:
    """The bytes of a data: URL; as they stand where they are not what the URL says."""
    head, _, data = target.partition(",")
    raw = unquote_to_bytes(data)
    try:
        return b64decode(raw + b"==") if head.lower().endswith(";base64") else raw
    except ValueError:
        return raw


def spoken(tag: str, attributes: Attributes) -> list[tuple[str, str]]:
    """Kind and text of what an element shows or says through attributes: alt, aria-label, placeholder, value, label."""
    found: list[tuple[str, str | None]] = []
    if "aria-label" in attributes:
        found.append(("aria", attributes["aria-label"]))
    if "placeholder" in attributes:
        found.append(("placeholder", attributes["placeholder"]))
    if "alt" in attributes:
        found.append(("alt", attributes["alt"]))
    if tag == "input":
        found.append(_input_value(attributes))
    elif tag in ("option", "optgroup"):
        found.append((tag if tag == "option" else "label", attributes.get("label")))
    return [(kind, " ".join(text.split())) for kind, text in found if text and not text.isspace()]


def _input_value(attributes: Attributes) -> tuple[str, str | None]:
    kind = (attributes.get("type") or "").lower()
    if kind in _SILENT_INPUTS:
        return "placeholder", None
    return "button" if kind in _BUTTON_INPUTS else "placeholder", attributes.get("value")
