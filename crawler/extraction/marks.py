"""Marks of who runs a site: contacts, wallets, accounts, icon, template, each in one spelling however it is written."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from crawler.extraction.elements import names
from crawler.items import Block, Signal

MAX_MARKS: Final = 200
_PHONE_KEY: Final = 9
_CONTACT_REGIONS: Final = frozenset({"header", "footer", "nav", "aside"})
_SHARED_LINKS: Final = frozenset({"share", "s", "proxy", "iv", "addstickers", "login", "setlanguage"})
# Lines that everybody names: poison control, crisis lines, the regulator's own.
_PUBLIC_PHONES: Final = frozenset(
    number[-_PHONE_KEY:]
    for number in names(
        "18002738255 18006624357 18002221222 18003321088 18884636332 18007842433 18004224453 18007997233 18006564673"
        " 443001236600 611300224636"
    )
)
_NO_HANDLES: Final = names(
    "available channel group chat click here contact message order orders online support inquiries number handle only"
    " below above link button icon share follow join email mail phone call text whatsapp telegram signal wickr threema"
    " session snapchat discord viber wechat fast secure private anytime please reply response and for the our add"
)
_HANDLE: Final = re.compile(r"[:=@#-]\s{0,2}(@?)([\w.+-]{3,70})$")
_LINK: Final = re.compile(
    r"(t\.me|telegram\.me|telegram\.dog|threema\.id|discord\.gg|signal\.group)/#?([\w+*/-]{3,70})"
)
_NUMBER_LINK: Final = re.compile(r"(?:wa\.me/|phone=|signal\.me/#p/)\+?(\d{7,15})")
_SESSION: Final = re.compile(r"05[0-9a-f]{64}")
_SERVICES: Final = {"t.me": "telegram", "telegram.me": "telegram", "telegram.dog": "telegram", "tg": "telegram"}
_SERVICE: Final = re.compile(r"[a-z]+")
_AT: Final = re.compile(r"\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?", re.IGNORECASE)
_DOT: Final = re.compile(r"\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?", re.IGNORECASE)


class Mark(NamedTuple):
    """One mark of a page; pages of one operator have equal kind and value.

    kind: phone, email, messenger, wallet, tracker, icon, template. shown: as the page writes it.
    is_contact: it stands where sites put their own contacts, not in running text.
    """

    kind: str
    value: str
    shown: str
    is_contact: bool


def find_marks(
    url: str, signals: Iterable[Signal], blocks: Sequence[Block], attributes: Mapping[str, str]
) -> tuple[Mark, ...]:
    """The marks of a page, each once, at most MAX_MARKS; those of hidden text count too."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in (*_of_attributes(url, attributes), *_of_signals(signals, blocks)):
        known = found.get((mark.kind, mark.value))
        if known is None and len(found) >= MAX_MARKS:
            break
        if known is None or (mark.is_contact and not known.is_contact):
            found[mark.kind, mark.value] = mark
    return tuple(found.values())


def block_of(blocks: Sequence[Block], place: int) -> Block | None:
    """The block in which a place of the text lies."""
    index = bisect_right(blocks, place, key=lambda block: block.start) - 1
    return blocks[index] if index >= 0 and place < blocks[index].end else None


def _of_attributes(url: str, attributes: Mapping[str, str]) -> Iterator[Mark]:
    for tracker in attributes.get("trackers", "").split():
        yield Mark("tracker", tracker, tracker, True)
    if digest := attributes.get("icon_sha256"):
        yield Mark("icon", digest, digest[:16], True)
    elif (icon := attributes.get("icon", "")) and urlsplit(icon).hostname != urlsplit(url).hostname:
        yield Mark("icon", icon, icon, True)
    if template := attributes.get("template"):
        yield Mark("template", template, template, True)


def _of_signals(signals: Iterable[Signal], blocks: Sequence[Block]) -> Iterator[Mark]:
    for signal in signals:
        named = _named(signal)
        if named is not None:
            block = block_of(blocks, signal.start)
            is_contact = block is not None and (block.kind == "link" or block.region in _CONTACT_REGIONS)
            yield Mark(*named, " ".join(signal.value.split()), is_contact)


def _named(signal: Signal) -> tuple[str, str] | None:
    """Kind and one spelling of a signal that names somebody; None for one that names nobody."""
    match signal.kind:
        case "phone":
            return _phone(signal.value)
        case "email":
            return "email", _DOT.sub(".", _AT.sub("@", signal.value)).lower().rstrip(".")
        case "wallet":
            is_caseless = signal.value[:2].lower() in ("0x", "bc", "lt")
            return "wallet", signal.value.lower() if is_caseless else signal.value
        case "messenger":
            return _messenger(signal.value)
    return None


def _phone(written: str) -> tuple[str, str] | None:
    """A number by its last digits, which are the same with and without the code of its country."""
    digits = "".join(filter(str.isdecimal, written))[-_PHONE_KEY:]
    return None if len(digits) < _PHONE_KEY or digits in _PUBLIC_PHONES else ("phone", digits)


def _messenger(written: str) -> tuple[str, str] | None:
    if number := _NUMBER_LINK.search(written):
        return _phone(number[1])
    if session := _SESSION.search(written.lower()):
        return "messenger", f"session:{session[0]}"
    if link := _LINK.search(written.lower()):
        service = _SERVICES.get(link[1], link[1].partition(".")[0])
        first = link[2].partition("/")[0]
        return None if first in _SHARED_LINKS else ("messenger", f"{service}:{link[2].rstrip('/')}")
    return _handle(written)


def _handle(written: str) -> tuple[str, str] | None:
    """The handle behind the name of a messenger; an everyday word there is none."""
    handle, service = _HANDLE.search(written), _SERVICE.match(written.lower())
    if handle is None or service is None:
        return None
    name = handle[2].lower().strip(".-+")
    if name.isdecimal():
        return _phone(name)
    told = bool(handle[1]) or handle[0][0] == "@" or not name.isalpha()
    if len(name) < 3 or (not told and (len(name) < 5 or name in _NO_HANDLES or handle[0][0] == "-")):
        return None
    service_name = {"whats": "whatsapp", "snap": "snapchat"}.get(service[0], service[0])
    return "messenger", f"{_SERVICES.get(service_name, service_name)}:{name}"
