"""What each HTML element does to the text around it."""

import re
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

Attributes: TypeAlias = Mapping[str, str | None]
"""Attributes of one element by lower-case name; None or "" when there is no value."""


class Role(Enum):
    """How text is read around and in an element.

    INLINE, LINK and CARD stay in the sentence (a card may stand apart); ASIDE and EMBED (markup kept as text, not
    shown) are read beside it; all others end it. In LINES a line end is one.
    """

    INLINE = "inline"
    LINK = "link"
    CARD = "card"
    ASIDE = "aside"
    EMBED = "embed"
    BLOCK = "block"
    LINES = "lines"
    ROW = "row"
    CELL = "cell"
    BREAK = "break"


class Look(NamedTuple):
    """How an element appears; `kind` and `region` are "" where it sets none."""

    role: Role
    kind: str = ""
    region: str = ""
    hidden: bool = False


def names(listed: str) -> frozenset[str]:
    """The names of a list written with spaces."""
    return frozenset(listed.split())


VOID: Final = names(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr"
)
"""Elements that never have content."""

RAW_TEXT: Final = names("script style textarea title xmp iframe noembed noframes noscript plaintext")
"""Elements in which a browser that runs scripts reads no tags."""

FORMATTING: Final = names("a b big code em font i nobr s small strike strong tt u")
"""Elements that a browser opens again in the next block when they were left open."""

BLOCKS: Final = names(
    "address article blockquote body caption center colgroup datalist details dialog dir div dl fieldset figcaption"
    " figure frameset hgroup html legend menu ol p search section select summary tbody tfoot thead ul"
    " marquee applet object video audio canvas foreignobject text desc"
)
"""Elements that stand on lines of their own and mean nothing more."""

LANDMARKS: Final = names("head nav header main aside footer form table")
"""Elements that name the region of what is inside."""

_LANDMARK_ROLES: Final = {
    "navigation": "nav",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "main": "main",
    "search": "form",
    "form": "form",
}
_KINDS: Final = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("li", "dt", "dd"), "item"),
    "button": "button",
    "option": "option",
    "label": "label",
    "optgroup": "label",
    "title": "title",
}
_ROLE_KINDS: Final = {"button": "button", "heading": "heading", "listitem": "item", "option": "option"}

_LOOKS: Final = {
    **{tag: Look(Role.BLOCK) for tag in BLOCKS},
    **{tag: Look(Role.BLOCK, region=tag) for tag in LANDMARKS},
    **{tag: Look(Role.BLOCK, kind=kind) for tag, kind in _KINDS.items()},
    **{tag: Look(Role.LINES) for tag in ("pre", "textarea", "xmp", "plaintext", "listing")},
    **{tag: Look(Role.EMBED) for tag in ("noscript", "noembed", "noframes", "iframe")},
    **{tag: Look(Role.CELL) for tag in ("td", "th")},
    **{tag: Look(Role.BREAK) for tag in ("br", "hr")},
    "template": Look(Role.ASIDE, hidden=True),
    "svg": Look(Role.ASIDE),
    "tr": Look(Role.ROW),
    "a": Look(Role.LINK),
}
_INLINE: Final = Look(Role.INLINE)
_CUSTOM: Final = Look(Role.BLOCK)

_HIDING_STYLE: Final = re.compile(
    r"(?<![\w-])(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|"
    r"font-size\s{0,9}:\s{0,9}0(?:\.0{1,9})?(?:px|em|rem|pt|%)?\s{0,9}(?:[;!]|$))",
    re.IGNORECASE,
)
_DISPLAY: Final = re.compile(r"(?<![\w-])display\s{0,9}:\s{0,9}([a-z-]{1,20})", re.IGNORECASE)
_STYLED: Final = {
    "inline": Role.INLINE,
    "inline-block": Role.CARD,
    "inline-flex": Role.CARD,
    **dict.fromkeys(("block", "flex", "grid", "table", "list-item", "flow-root"), Role.BLOCK),
}
_STYLABLE: Final = frozenset({Role.INLINE, Role.LINK, Role.CARD, Role.BLOCK})
_CARD_CLASS: Final = re.compile(
    r"(?<![a-z])(?:price|amount|btn|button|title|badge|cart|rating|stock|sku|chip|pill|tag|card|qty|quantity)",
    re.IGNORECASE,
)
_WORD, _LINK = Role.INLINE, Role.LINK
_CLASS_LENGTH: Final = 200
_BUTTON_CLASS: Final = re.compile(r"(?<![a-z])(?:btn|button|add[-_]to[-_](?:cart|basket|bag))", re.IGNORECASE)


def look(tag: str, attributes: Attributes) -> Look:
    """The look of an element by its lower-case name and what its attributes change.

    A custom element (with a dash in its name) is a block; any other unknown element is inline, as in a browser.
    """
    plain = _LOOKS.get(tag) or (_CUSTOM if "-" in tag else _INLINE)
    if not attributes:
        return plain
    if "style" in attributes or "role" in attributes or "hidden" in attributes or tag == "template":
        return _told(tag, plain, attributes)
    if (plain.role is _WORD or plain.role is _LINK) and (classes := attributes.get("class")):
        return _classed(classes[:_CLASS_LENGTH]) or plain
    return plain


def _told(tag: str, plain: Look, attributes: Attributes) -> Look:
    """The look of an element whose attributes say more than its class."""
    if tag == "template" and "shadowrootmode" in attributes:
        return Look(Role.BLOCK)
    role, kind, region, hidden = plain
    if style := attributes.get("style"):
        role, hidden = _styled(role, style), hidden or _HIDING_STYLE.search(style) is not None
    if aria_role := attributes.get("role"):
        kind, region = _ROLE_KINDS.get(aria_role, kind), _LANDMARK_ROLES.get(aria_role, region)
        role = Role.CARD if kind and (role is _WORD or role is _LINK) else role
    if (role is _WORD or role is _LINK) and (card := _classed((attributes.get("class") or "")[:_CLASS_LENGTH])):
        role, kind = card.role, kind or card.kind
    return Look(role, kind, region, hidden or "hidden" in attributes)


@lru_cache(maxsize=4_096)
def _classed(classes: str) -> Look | None:
    """The look of an inline element that is set apart by its class, if it is; pages repeat their classes."""
    if not _CARD_CLASS.search(classes):
        return None
    return Look(Role.CARD, "button" if _BUTTON_CLASS.search(classes) else "")


def _styled(role: Role, style: str) -> Role:
    """The role after an inline `display`, which makes a div a word or a span a block."""
    if role not in _STYLABLE:
        return role
    display = _DISPLAY.search(style)
    return _STYLED.get(display[1].lower(), role) if display else role
