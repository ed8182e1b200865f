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

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[$£€₽%!?*@#|:➜→✅☎📞💊❄🔥💯🍄🌿]")
_DIGITS = re.compile(r"\d+")
_SLANG_GROUPS = frozenset({"sale", "price", "evasion", "recreational"})
_TRADE_CUES = frozenset({"stealth", "customs_reship", "coins", "messenger", "no_prescription"})
_LEAD_GROUPS = frozenset({"sale", "claim", "price", "lawful"})
_SALE_GROUPS = frozenset({"sale", "price", "evasion", "no_prescription", "sham", "recreational"})
_SOFTENING_GROUPS = frozenset({"hedge", "negation", "attribution", "disclosure", "risk"})
_TRADED = frozenset({Role.SUBJECT, Role.ANALOGUE, Role.DRUG})
_MASKS = {Role.SUBJECT: "_ket_", Role.ANALOGUE: "_ana_", Role.DRUG: "_drug_", Role.TREATMENT: "_other_"}


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a passage: the lead-in it is read under, and the roles named on the page around it."""

    lead_in: str = ""
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a text by itself, whatever surrounds it."""

    normalized: Normalized
    mentions: tuple[Mention, ...]
    cues: tuple[CueHit, ...]


class Token(NamedTuple):
    """A word of the normalised text at [start, end); a named substance is one token that shows only its role."""

    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class View:
    """A passage as the model and the rules see it."""

    normalized: Normalized
    tokens: tuple[Token, ...]
    names: tuple[str, ...]
    mentions: tuple[Mention, ...]
    cues: tuple[CueHit, ...]
    lead_mentions: tuple[Mention, ...]
    lead_cues: tuple[CueHit, ...]
    context_roles: frozenset[Role]

    @property
    def roles_here(self) -> frozenset[Role]:
        """Roles of the terms named in the passage itself."""
        return frozenset(m.term.role for m in self.mentions)

    @property
    def roles_around(self) -> frozenset[Role]:
        """Roles of the terms named in the lead-in or elsewhere on the page."""
        return frozenset(m.term.role for m in self.lead_mentions) | self.context_roles

    def cue_hit(self, *ids: str) -> CueHit | None:
        """The first of these cues that stands in the passage itself."""
        return next((hit for hit in self.cues if hit.cue.id in ids), None)


class Viewer:
    """Turns passages into views with the names and cues of one policy pack."""

    def __init__(self, pack: PolicyPack) -> None:
        self._pack = pack
        # Many passages stand under one heading.
        self._read_lead_in = lru_cache(maxsize=256)(self.read)

    def view(self, text: str, context: Context | None = None) -> View:
        """The view of `text` in its context."""
        return self.place(self.read(text), context or Context())

    def read(self, text: str) -> Reading:
        """Names and cues of raw text; slang only beside a sale, everyday words only beside a sign of the drug trade."""
        normalized = normalize(text, self._pack.keywords)
        if not normalized.text:
            return Reading(normalized, (), ())
        cues = self._pack.cues.find(normalized.text)
        found = self._pack.lexicon.find(normalized.text)
        meant = {Usage.NAME}
        if any(hit.cue.group in _SLANG_GROUPS for hit in cues):
            meant.add(Usage.SLANG)
            names_a_drug = any(m.usage is not Usage.EVERYDAY and m.term.role in _TRADED for m in found)
            if names_a_drug or any(hit.cue.id in _TRADE_CUES for hit in cues):
                meant.add(Usage.EVERYDAY)
        return Reading(normalized, tuple(m for m in found if m.usage in meant), cues)

    def place(self, reading: Reading, context: Context) -> View:
        """The view of what has been read, in its context."""
        lead = self._read_lead_in(context.lead_in)
        tokens = tuple(_tokens(reading.normalized.text, reading.mentions))
        names = tuple(word for m in reading.mentions for word in split_words(m.name))
        return View(
            reading.normalized,
            tokens,
            names,
            reading.mentions,
            reading.cues,
            lead.mentions,
            lead.cues,
            context.roles,
        )


def word_features(view: View) -> list[str]:
    """Words with named substances masked, pairs of them, and the names themselves; a repeated feature counts again."""
    forms = [token.form for token in view.tokens]
    pairs = [f"{a} {b}" for a, b in zip(("^", *forms), (*forms, "$"), strict=True)] if forms else []
    return [*forms, *pairs, *view.names]


def char_features(view: View) -> list[str]:
    """Character 3- to 5-grams inside each word, with its edges marked."""
    return [gram for token in view.tokens for gram in word_grams(token.form)]


@lru_cache(maxsize=200_000)
def word_grams(word: str) -> tuple[str, ...]:
    """The grams of one word; they never cross a space, so a word's share of the score is a constant."""
    if word.startswith("_"):
        return (word,)
    padded = f" {word} "
    return tuple(padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1))


def cue_features(view: View) -> list[str]:
    """Named flags: cues here and in the lead-in, who is named where, and pairs that mean more than their parts."""
    here, around = view.roles_here, view.roles_around
    groups = {hit.cue.group for hit in view.cues}
    flags = {f"cue:{hit.cue.id}" for hit in view.cues}
    flags |= {f"lead:{hit.cue.id}" for hit in view.lead_cues if hit.cue.group in _LEAD_GROUPS}
    flags |= {f"names:{role}" for role in here} | {f"near:{role}" for role in around - here}
    flags |= {f"group:{group}" for group in groups}
    traded = "drug here" if here & _TRADED else "drug near" if around & _TRADED else "no drug"
    flags |= {f"{group}+{traded}" for group in groups & _SALE_GROUPS}
    named = {f"names:{role}" for role in here} | {f"lead:{role}" for role in {m.term.role for m in view.lead_mentions}}
    flags |= {f"{a} & {b}" for a, b in combinations(sorted({hit.cue.id for hit in view.cues} | named), 2)}
    subject = "subject here" if Role.SUBJECT in here else "subject near" if Role.SUBJECT in around else "no subject"
    if "claim" in groups:
        flags.add(f"claim+{subject}")
        flags |= {f"claim+{group}" for group in groups & _SOFTENING_GROUPS}
    if sum(m.term.role in _TRADED for m in view.mentions) >= 4:
        flags.add("many drugs named")
    if any(m.usage is not Usage.NAME for m in view.mentions):
        flags.add("slang")
    if view.normalized.disguised:
        flags.add("disguised letters")
    flags.add(f"length:{min(5, len(view.tokens) // 8)}")
    return sorted(flags)


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
        yield Token(_DIGITS.sub("0", word) if word[0].isdigit() else word, match.start(), match.end())
