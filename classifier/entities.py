"""Which substance or treatment is named: a lexicon looked up word by word in normalised text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_PIECE = re.compile(r"[^\W_]+")


class Role(StrEnum):
    """What a term is to the policy pack."""

    SUBJECT = "subject"
    ANALOGUE = "analogue"
    DRUG = "drug"
    TREATMENT = "treatment"


class Usage(StrEnum):
    """How far a word is a name by itself."""

    NAME = "name"
    SLANG = "slang"
    EVERYDAY = "everyday"


@dataclass(frozen=True, slots=True)
class Term:
    """One substance or treatment (`many`: a class of them) with normalised names.

    Slang needs a sale beside it to be a name, everyday words need a sign of the drug trade.
    """

    id: str
    role: Role
    names: tuple[str, ...]
    stems: tuple[str, ...] = ()
    slang: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A term named at [start, end) of the normalised text."""

    term: Term
    name: str
    start: int
    end: int
    usage: Usage

    @property
    def substance(self) -> str:
        """The name to show: the term's own, or the one found where the term is a class."""
        return self.name if self.term.many else self.term.id


class Lexicon:
    """Finds terms: whole names of one or several words, then stems; the longest name at a place wins."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(terms)
        self._by_first: dict[str, list[tuple[tuple[str, ...], Term, Usage]]] = {}
        self._stems: dict[str, Term] = {}
        for term in self.terms:
            for usage, names in zip(Usage, (term.names, term.slang, term.everyday), strict=True):
                for name in names:
                    self._add(name, term, usage)
            for stem in term.stems:
                self._stems.setdefault(stem, term)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: (-len(entry[0]), list(Usage).index(entry[2])))
        self._stem_lengths = sorted({len(stem) for stem in self._stems}, reverse=True)
        shortest = min(self._stem_lengths, default=0)
        # Most words begin no stem: one look-up spares them a slice for every length.
        self._stem_starts = (shortest, frozenset(stem[:shortest] for stem in self._stems))
        self.words = frozenset(
            word
            for term in self.terms
            for name in (*term.names, *term.stems)
            for word in split_words(name)
            if len(word) > 3
        )
        """Words that are (part of) an unambiguous name; used to undo disguised spellings."""

    def _add(self, name: str, term: Term, usage: Usage) -> None:
        words = tuple(split_words(name))
        if words:
            self._by_first.setdefault(words[0], []).append((words, term, usage))

    def find(self, text: str) -> tuple[Mention, ...]:
        """All mentions in order, without overlap."""
        words = _PIECE.findall(text)
        by_first, (shortest, starts) = self._by_first, self._stem_starts
        begun = [at for at, word in enumerate(words) if word in by_first or word[:shortest] in starts]
        named = self._named(words, begun) if begun else ()
        if not named:
            return ()
        places = [match.span() for match in _PIECE.finditer(text)]
        found = []
        for at, (count, term, usage) in named:
            start, end = places[at][0], places[at + count - 1][1]
            found.append(Mention(term, text[start:end], start, end, usage))
        return tuple(found)

    def _named(self, words: Sequence[str], begun: Sequence[int]) -> list[tuple[int, tuple[int, Term, Usage]]]:
        """At which of the words that begin like names one stands, and of how many words it is."""
        found = []
        free = 0
        for at in begun:
            match = self._match(words, at) if at >= free else None
            if match is not None:
                free = at + match[0]
                found.append((at, match))
        return found

    def _match(self, pieces: Sequence[str], at: int) -> tuple[int, Term, Usage] | None:
        word = pieces[at]
        for words, term, usage in self._by_first.get(word, ()):
            if len(words) == 1 or tuple(pieces[at : at + len(words)]) == words:
                return len(words), term, usage
        shortest, starts = self._stem_starts
        if word[:shortest] not in starts:
            return None
        for length in self._stem_lengths:
            stem = self._stems.get(word[:length])
            if stem is not None and len(word) >= length:
                return 1, stem, Usage.NAME
        return None


def split_words(name: str) -> list[str]:
    """Letters and digits only: "2-fdck" is two pieces, as the text is cut too."""
    return _PIECE.findall(name)
