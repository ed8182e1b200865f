"""The queue's filters: query parameters, a QueueFilter, and chips that read as a sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from api.console import phrases
from api.store.kinds import CaseState, Why
from api.store.queries.queue import Position, QueueFilter
from classifier.labels import Family, Severity

LONGEST_SEARCH = 200

STATES = {"any": tuple(CaseState), **{state.value: (state,) for state in CaseState}}
FAMILIES = {"": None, "sale": Family.ILLICIT_SALE, "claim": Family.UNSUPPORTED_CLAIM}
SEVERITIES = {"": None, "critical": Severity.CRITICAL, "high": Severity.HIGH, "medium": Severity.MEDIUM}
REASONS = {"": None, **{why.value: why for why in Why}}
DAYS = {"": None, "1": 1, "7": 7, "30": 30}

_STATE_WORDS = {"any": "all", **{state.value: phrases.STATE[state].lower() for state in CaseState}}
_FAMILY_WORDS = {"": "any family", "sale": "illicit sale", "claim": "unsupported claim"}
_SEVERITY_WORDS = {"": "any severity", "critical": "critical", "high": "high and up", "medium": "medium and up"}
_WHY_WORDS = {"": "any reason", **{why.value: words.lower() for why, words in phrases.WHY.items()}}
_DAY_WORDS = {"": "any time", "1": "last day", "7": "last 7 days", "30": "last 30 days"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a chip can take, and the queue it leads to."""

    words: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: what it says now and what it could say; `is_set` when it is not the default."""

    name: str
    words: str
    is_set: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters as asked for; unknown values count as not given."""

    state: str = CaseState.OPEN.value
    family: str = ""
    severity: str = ""
    days: str = ""
    why: str = ""
    source: str = ""
    text: str = ""

    @property
    def query(self) -> str:
        """Give the query string that asks for this, without what is the default."""
        return urlencode({name: value for name, value in self._fields() if value != getattr(Wanted(), name)})

    @property
    def is_default(self) -> bool:
        """True when nothing was asked for but the open queue."""
        return self == Wanted()

    def as_filter(self, now: datetime) -> QueueFilter:
        """Give the store's filter."""
        days = DAYS[self.days]
        return QueueFilter(
            states=STATES[self.state],
            family=FAMILIES[self.family],
            least_severity=SEVERITIES[self.severity],
            why=REASONS[self.why],
            source=self.source,
            text=self.text,
            updated_since=None if days is None else now - timedelta(days=days),
        )

    def _fields(self) -> Iterator[tuple[str, str]]:
        for name in ("state", "family", "severity", "why", "days", "source", "text"):
            yield name, getattr(self, name)


def read_wanted(parameters: Mapping[str, str]) -> Wanted:
    """Read the filters out of query parameters or a form."""

    def among(name: str, known: Mapping[str, object], otherwise: str) -> str:
        value = parameters.get(name, otherwise)
        return value if value in known else otherwise

    return Wanted(
        state=among("state", STATES, CaseState.OPEN.value),
        family=among("family", FAMILIES, ""),
        severity=among("severity", SEVERITIES, ""),
        why=among("why", REASONS, ""),
        days=among("days", DAYS, ""),
        source=parameters.get("source", "")[:LONGEST_SEARCH],
        text=parameters.get("text", "").strip()[:LONGEST_SEARCH],
    )


def chips(wanted: Wanted, sources: Sequence[str]) -> tuple[Chip, ...]:
    """Give the chips in the order in which they read as a sentence."""
    source_words = {"": "any source", **{name: name for name in (*sources, *filter(None, [wanted.source]))}}
    return (
        _chip("state", wanted, _STATE_WORDS),
        _chip("family", wanted, _FAMILY_WORDS),
        _chip("severity", wanted, _SEVERITY_WORDS),
        _chip("why", wanted, _WHY_WORDS),
        _chip("source", wanted, source_words),
        _chip("days", wanted, _DAY_WORDS),
    )


def write_position(position: Position) -> str:
    """Give a place in the queue as a query parameter."""
    return f"{position.severity_rank}~{position.probability!r}~{position.case_id}"


def read_position(text: str) -> Position | None:
    """Read a place in the queue; None, which is its top, for anything else."""
    rank, _, rest = text.partition("~")
    probability, _, case_id = rest.partition("~")
    try:
        return Position(int(rank), float(probability), case_id) if len(rank) == 1 else None
    except ValueError:
        return None


def _chip(name: str, wanted: Wanted, words: Mapping[str, str]) -> Chip:
    value = str(getattr(wanted, name))
    choices = tuple(
        Choice(text, replace(wanted, **{name: option}).query, option == value) for option, text in words.items()
    )
    return Chip(name, words[value], value != getattr(Wanted(), name), choices)
