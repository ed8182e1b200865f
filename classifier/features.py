"""What the model sees of a passage: words, masked words, character n-grams and cues, all from normalised text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from classifier.cues import CueHit
from classifier.entities import Mention, Role, Usage, split_words
from classifier.normalize import Normalized, normalize
from classifier.policy import PolicyPack
from classifier.recent import Recent

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[$£€₽%!?*@#|:➜→✅☎📞💊❄🔥💯🍄🌿]")
_SLANG_GROUPS = frozenset({"sale", "price", "evasion", "recreational"})
_TRADE_CUES = frozenset({"stealth", "customs_reship", "coins", "messenger", "no_prescription"})
_LEAD_GROUPS = frozenset({"sale", "claim", "price", "lawful"})
_SALE_GROUPS = frozenset({"sale", "price", "evasion", "no_prescription", "sham", "recreational"})
_SOFTENING_GROUPS = frozenset({"hedge", "negation", "attribution", "disclosure", "risk"})
_TRADED = frozenset({Role.SUBJECT, Role.ANALOGUE, Role.DRUG})
_MASKS = {Role.SUBJECT: "_ket_", Role.ANALOGUE: "_ana_", Role.DRUG: "_drug_", Role.TREATMENT: "_other_"}

_MANY = 4
_NO_ROLES: frozenset[Role] = frozenset()
# About thirty bytes are kept for each of them.
_CHARACTERS_KEPT = 500_000


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a passage: the lead-in it is read under, and the roles named on the page around it."""

    lead_in: str = ""
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a text by itself, whatever surrounds it; `forms` are those of its tokens."""

    normalized: Normalized
    mentions: tuple[Mention, ...]
    cues: tuple[CueHit, ...]
    kinds: tuple[tuple[str, str], ...]
    """Id and group of each cue."""
    forms: tuple[str, ...]
    names: tuple[str, ...]
    roles: frozenset[Role]
    """Roles of the terms named in it."""
    shape: "Shape"


class Token(NamedTuple):
    """A word of the normalised text at [start, end); a named substance is one token that shows only its role."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class View:
    """A passage as the model and the rules see it: read by itself, under its lead-in, on a page of these roles."""

    reading: Reading
    lead: Reading
    context_roles: frozenset[Role]

    @property
    def normalized(self) -> Normalized:
        """The text as a reader recognises it."""
        return self.reading.normalized

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The terms named in the passage itself."""
        return self.reading.mentions

    @property
    def cues(self) -> tuple[CueHit, ...]:
        """The cues that stand in the passage itself."""
        return self.reading.cues

    @property
    def tokens(self) -> tuple[Token, ...]:
        """The words with their places, which an explanation needs and a score does not."""
        return tuple(_tokens(self.normalized.text, self.mentions))

    @property
    def roles_here(self) -> frozenset[Role]:
        """Roles of the terms named in the passage itself."""
        return self.reading.roles

    @property
    def roles_around(self) -> frozenset[Role]:
        """Roles of the terms named in the lead-in or elsewhere on the page."""
        return self.lead.roles | self.context_roles if self.lead.roles else self.context_roles

    def cue_hit(self, *ids: str) -> CueHit | None:
        """The first of these cues that stands in the passage itself."""
        cues = self.reading.cues
        return next((hit for hit in cues if hit.cue.id in ids), None) if cues else None


class Viewer:
    """Turns passages into views with the names and cues of one policy pack."""

    def __init__(self, pack: PolicyPack) -> None:
        self._pack = pack
        self.read = Recent(self._read, _CHARACTERS_KEPT)
        """Names and cues of raw text; slang only beside a sale, everyday words only beside a sign of the drug trade."""

    def view(self, text: str, context: Context | None = None) -> View:
        """The view of `text` in its context."""
        around = context or Context()
        return self.place(self.read(text), around.lead_in, around.roles)

    def _read(self, text: str) -> Reading:
        normalized = normalize(text, self._pack.keywords)
        cues = self._pack.cues.find(normalized.text)
        mentions = self._pack.lexicon.find(normalized.text)
        kinds = tuple([(hit.cue.id, hit.cue.group) for hit in cues])
        if mentions:
            meant = _meant(mentions, cues)
            mentions = tuple([m for m in mentions if m.usage in meant])
        forms = _forms(normalized.text, mentions)
        names = tuple([word for m in mentions for word in split_words(m.name)]) if mentions else ()
        roles = frozenset([m.term.role for m in mentions]) if mentions else _NO_ROLES
        shape = _shape(forms, mentions, normalized.disguised)
        return Reading(normalized, mentions, cues, kinds, forms, names, roles, shape)

    def place(self, reading: Reading, lead_in: str, roles: frozenset[Role]) -> View:
        """The view of what has been read, under its lead-in and on a page of these roles."""
        return View(reading, self.read(lead_in), roles)


def _meant(found: Sequence[Mention], cues: Sequence[CueHit]) -> frozenset[Usage]:
    """How words are meant as names beside these cues: slang beside a sale, everyday words beside the drug trade."""
    if not any(hit.cue.group in _SLANG_GROUPS for hit in cues):
        return frozenset({Usage.NAME})
    names_a_drug = any(m.usage is not Usage.EVERYDAY and m.term.role in _TRADED for m in found)
    if names_a_drug or any(hit.cue.id in _TRADE_CUES for hit in cues):
        return frozenset(Usage)
    return frozenset({Usage.NAME, Usage.SLANG})


def word_features(view: View) -> list[str]:
    """Words with named substances masked, pairs of them, and the names themselves; a repeated feature counts again."""
    forms, names = view.reading.forms, view.reading.names
    pairs = map(" ".join, zip(("^", *forms), (*forms, "$"), strict=True)) if forms else ()
    return [*forms, *pairs, *names]


def char_features(view: View) -> list[str]:
    """Character 3- to 5-grams inside each word, with its edges marked."""
    return [gram for form in view.reading.forms for gram in _known_grams(form)]


def word_grams(word: str) -> tuple[str, ...]:
    """The grams of one word; they never cross a space, so a word's share of the score is a constant."""
    if word.startswith("_"):
        return (word,)
    padded = f" {word} "
    return tuple([padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)])


_known_grams = lru_cache(maxsize=200_000)(word_grams)


class Company(NamedTuple):
    """What is said and named in a passage, and what is named around it: the signs that mean more together."""

    cues: tuple[tuple[str, str], ...]
    here: frozenset[Role]
    around: frozenset[Role]
    lead: frozenset[Role]

    def flags(self) -> tuple[str, ...]:
        """Cues and their groups, who is named where, and pairs that mean more than their parts."""
        here, around = self.here, self.around
        cues, groups = {cue for cue, _ in self.cues}, {group for _, group in self.cues}
        flags = {f"cue:{cue}" for cue in cues} | {f"group:{group}" for group in groups}
        flags |= {f"names:{role}" for role in here} | {f"near:{role}" for role in around - here}
        traded = "drug here" if here & _TRADED else "drug near" if around & _TRADED else "no drug"
        flags |= {f"{group}+{traded}" for group in groups & _SALE_GROUPS}
        named = {f"names:{role}" for role in here} | {f"lead:{role}" for role in self.lead}
        flags |= {f"{a} & {b}" for a, b in combinations(sorted(cues | named), 2)}
        subject = "subject here" if Role.SUBJECT in here else "subject near" if Role.SUBJECT in around else "no subject"
        if "claim" in groups:
            flags.add(f"claim+{subject}")
            flags |= {f"claim+{group}" for group in groups & _SOFTENING_GROUPS}
        return tuple(sorted(flags))


class Heading(NamedTuple):
    """The cues of the lead-in."""

    cues: tuple[tuple[str, str], ...]

    def flags(self) -> tuple[str, ...]:
        """Those that tell what the passage below is about."""
        return tuple(sorted(f"lead:{cue}" for cue, group in self.cues if group in _LEAD_GROUPS))


class Shape(NamedTuple):
    """How a passage is written."""

    names_many: bool
    is_slang: bool
    is_disguised: bool
    length: int
    """In steps of eight tokens, up to five of them."""

    def flags(self) -> tuple[str, ...]:
        """What of it is so, and the length."""
        shown = {
            "many drugs named": self.names_many,
            "slang": self.is_slang,
            "disguised letters": self.is_disguised,
            f"length:{self.length}": True,
        }
        return tuple(flag for flag, is_shown in shown.items() if is_shown)


Signs = Company | Heading | Shape


def signs(view: View) -> tuple[Signs, ...]:
    """All that the flags of a view depend on, in parts that each come back in many views."""
    reading, lead = view.reading, view.lead
    return Company(reading.kinds, reading.roles, view.roles_around, lead.roles), Heading(lead.kinds), reading.shape


@lru_cache(maxsize=20_000)
def flags(sign: Signs) -> tuple[str, ...]:
    """The flags of one part; most passages show few signs, and so the same as many others."""
    return sign.flags()


def cue_features(view: View) -> tuple[str, ...]:
    """Named flags: cues here and in the lead-in, who is named where, and pairs that mean more than their parts."""
    return tuple(sorted(flag for sign in signs(view) for flag in flags(sign)))


def _shape(forms: Sequence[str], mentions: Sequence[Mention], disguised: int) -> Shape:
    return Shape(
        len(mentions) >= _MANY and sum(m.term.role in _TRADED for m in mentions) >= _MANY,
        bool(mentions) and any(m.usage is not Usage.NAME for m in mentions),
        disguised > 0,
        min(5, len(forms) // 8),
    )


def _forms(text: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The forms of the tokens, found without their places."""
    found: list[str] = []
    at = 0
    for mention in mentions:
        found += _plain_forms(text, at, mention.start)
        found.append(_MASKS[mention.term.role])
        at = mention.end
    return (*found, *_plain_forms(text, at, len(text)))


def _plain_forms(text: str, start: int, end: int) -> list[str]:
    return ["0" if word.isdecimal() else word for word in _TOKEN.findall(text, start, end)]


def _tokens(text: str, mentions: Sequence[Mention]) -> Iterator[Token]:
    at = 0
    for mention in mentions:
        yield from _plain_tokens(text, at, mention.start)
        yield Token(_MASKS[mention.term.role], mention.start, mention.end)
        at = mention.end
    yield from _plain_tokens(text, at, len(text))


def _plain_tokens(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        yield Token("0" if word.isdecimal() else word, *match.span())
