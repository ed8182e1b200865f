"""Policy packs: a folder with the rules, labels, evidence topics, names and cues of one substance, validated."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from classifier.cues import Cue, CueSet
from classifier.entities import Lexicon, Role, Term
from classifier.exceptions import PolicyInvalid
from classifier.labels import Label, Severity
from classifier.slips import Keywords

_M = TypeVar("_M", bound=BaseModel)
_FILES = ("policy.toml", "evidence.toml", "terms.toml", "cues.toml", "examples.jsonl")


def _compilable(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    return pattern


_Regex = Annotated[str, AfterValidator(_compilable)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """One rule of law or contract: what it says in our words, where it stands, when it holds."""

    id: str
    jurisdiction: str
    summary: str
    citation: str
    url: str = ""
    certainty: Literal["seen", "recalled high", "recalled medium", "recalled low"]
    valid_from: date | None = None
    valid_until: date | None = None

    def holds(self, as_of: date) -> bool:
        """Whether the rule is in force on that day, as far as this pack knows."""
        return (self.valid_from is None or self.valid_from <= as_of) and (
            self.valid_until is None or as_of <= self.valid_until
        )


class LabelPolicy(_Strict):
    """What the pack says of one label."""

    id: Label
    title: str
    definition: str
    severity: Severity
    severity_reason: str
    acceptable: str
    rules: tuple[str, ...]


class Topic(_Strict):
    """One evidence topic: which wordings the evidence supports, which need qualification, which it does not support."""

    id: str
    title: str
    summary: str
    supported: str = ""
    qualify: str = ""
    unsupported: str = ""
    pattern: _Regex
    human_trial: bool = True
    severity: Severity | None = None

    @property
    def is_unsupported(self) -> bool:
        """Whether no wording of a benefit holds, however qualified."""
        return not (self.supported or self.qualify)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """`pattern` over normalised text."""
        return re.compile(self.pattern)


class ApprovedUse(_Strict):
    """A dated fact: from this day a regulator approved this product for this topic."""

    substance: str
    topic: str
    since: date
    wording: str


class DatedFact(_Strict):
    """A statement that must be checked again after a day."""

    id: str
    check_after: date
    statement: str


class Example(_Strict):
    """A text the pack must flag (labels given) or must pass (none)."""

    text: str
    lead_in: str = ""
    labels: tuple[Label, ...] = ()
    note: str = ""


class _PolicyFile(_Strict):
    id: str
    title: str
    version: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    jurisdictions: dict[str, str]
    rule: tuple[Rule, ...]
    label: tuple[LabelPolicy, ...]
    approved_use: tuple[ApprovedUse, ...] = ()
    dated_fact: tuple[DatedFact, ...] = ()


class _CueRow(_Strict):
    id: str
    group: str
    pattern: _Regex
    examples: tuple[str, ...] = Field(min_length=1)
    counter: tuple[str, ...] = Field(min_length=1)


class _TermRow(_Strict):
    id: str
    role: Role
    names: tuple[str, ...]
    stems: tuple[str, ...] = ()
    slang: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    many: bool = False


class _EvidenceFile(_Strict):
    topic: tuple[Topic, ...]


class _TermsFile(_Strict):
    term: tuple[_TermRow, ...]


class _CuesFile(_Strict):
    cue: tuple[_CueRow, ...]


@dataclass(frozen=True)
class PolicyPack:
    """A loaded pack; `digest` names its exact files."""

    id: str
    title: str
    version: str
    digest: str
    jurisdictions: dict[str, str]
    rules: dict[str, Rule]
    labels: dict[Label, LabelPolicy]
    topics: dict[str, Topic]
    approved_uses: tuple[ApprovedUse, ...]
    dated_facts: tuple[DatedFact, ...]
    lexicon: Lexicon
    cues: CueSet
    examples: tuple[Example, ...]

    @property
    def written_on(self) -> date:
        """The day the pack speaks of."""
        return date.fromisoformat(self.version)

    @cached_property
    def keywords(self) -> Keywords:
        """The words that people disguise: names of substances and words of cues."""
        return Keywords(self.lexicon.words | self.cues.words)

    def rules_for(self, label: Label, as_of: date) -> tuple[Rule, ...]:
        """The rules a label breaks that are in force on that day."""
        return tuple(rule for rule in (self.rules[r] for r in self.labels[label].rules) if rule.holds(as_of))


def load_policy(name: str = "ketamine") -> PolicyPack:
    """The pack in the folder `classifier/policies/<name>`; raises PolicyInvalid with the file and what to mend."""
    folder = resources.files("classifier") / "policies" / name
    if not folder.is_dir():
        raise PolicyInvalid(f"There is no policy pack called {name!r} under classifier/policies.")
    digest = hashlib.sha256()
    for file in _FILES:
        digest.update(file.encode() + b"\0" + (folder / file).read_bytes() + b"\0")
    policy = _read(folder, "policy.toml", _PolicyFile)
    evidence = _read(folder, "evidence.toml", _EvidenceFile)
    terms = _read(folder, "terms.toml", _TermsFile)
    cues = _read(folder, "cues.toml", _CuesFile)
    pack = PolicyPack(
        id=policy.id,
        title=policy.title,
        version=policy.version,
        digest=digest.hexdigest(),
        jurisdictions=policy.jurisdictions,
        rules={rule.id: rule for rule in policy.rule},
        labels={label.id: label for label in policy.label},
        topics={topic.id: topic for topic in evidence.topic},
        approved_uses=policy.approved_use,
        dated_facts=policy.dated_fact,
        lexicon=Lexicon(Term(**dict(row)) for row in terms.term),
        cues=CueSet(Cue(c.id, c.group, re.compile(c.pattern), c.examples, c.counter) for c in cues.cue),
        examples=_read_examples(folder),
    )
    _check_references(pack, folder)
    return pack


def _read(folder: Traversable, file: str, model: type[_M]) -> _M:
    try:
        return model.model_validate(tomllib.loads((folder / file).read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise PolicyInvalid(f"{folder.name}/{file} cannot be used: {error}") from error


def _read_examples(folder: Traversable) -> tuple[Example, ...]:
    adapter = TypeAdapter(Example)
    try:
        lines = (folder / "examples.jsonl").read_text("utf-8").splitlines()
        return tuple(adapter.validate_json(line) for line in lines if line.strip())
    except ValidationError as error:
        raise PolicyInvalid(f"{folder.name}/examples.jsonl cannot be used: {error}") from error


def _check_references(pack: PolicyPack, folder: Traversable) -> None:
    missing = [label for label in Label if label not in pack.labels]
    if missing:
        raise PolicyInvalid(f"{folder.name}/policy.toml says nothing of the labels {', '.join(missing)}.")
    for label in pack.labels.values():
        for rule in label.rules:
            if rule not in pack.rules:
                raise PolicyInvalid(f"{folder.name}/policy.toml: label {label.id} names the unknown rule {rule}.")
    for use in pack.approved_uses:
        if use.topic not in pack.topics:
            raise PolicyInvalid(f"{folder.name}/policy.toml: an approved use names the unknown topic {use.topic}.")
