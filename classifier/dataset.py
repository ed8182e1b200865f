"""Labelled passages read from `labeled_data/`: rows with labels, checked one by one."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from classifier.exceptions import DatasetInvalid
from classifier.labels import Family, Label, Severity


class Style(StrEnum):
    """How an example was written: as most pages put it, or to mislead whoever judges it."""

    ORDINARY = "ordinary"
    HARD = "hard"


class RowLabel(BaseModel):
    """One label of a row; `topic` is an evidence id for claims and null for sale labels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: Label
    severity: Severity
    topic: str | None

    @model_validator(mode="after")
    def _topic_fits(self) -> "RowLabel":
        if self.label.family is Family.ILLICIT_SALE and self.topic is not None:
            raise ValueError(f"{self.label} takes no topic")
        if self.severity is Severity.NONE:
            raise ValueError("a label has a severity of low or above")
        return self


class Row(BaseModel):
    """One labelled passage; rows of one `group` are variants of each other and never part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    text: str = Field(min_length=8, max_length=400)
    labels: tuple[RowLabel, ...]
    kind: str = Field(min_length=1)
    language: str = Field(pattern="^[a-z]{2}$")
    region: str = Field(min_length=1)
    lead_in: str
    group: str = Field(min_length=1)
    writer: str = Field(min_length=1)
    note: str
    style: Style = Style.ORDINARY

    def holds(self, target: Family | Label) -> bool:
        """Whether the row is positive: for a family at severity medium or above, for a label at any."""
        return holds(self.labels, target)


def holds(labels: Iterable[RowLabel], target: Family | Label) -> bool:
    """Whether labels make their text positive: for a family at severity medium or above, for a label at any."""
    if isinstance(target, Label):
        return any(given.label is target for given in labels)
    return any(given.label.family is target and given.severity.rank >= Severity.MEDIUM.rank for given in labels)


class Identified(Protocol):
    """A record of the labelled data."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


def read_rows(paths: Iterable[Path]) -> tuple[Row, ...]:
    """All rows of the files in order; raises DatasetInvalid naming file, line and what is wrong."""
    return read_records(paths, Row)


def read_records(paths: Iterable[Path], record: type[T]) -> tuple[T, ...]:
    """All records of JSON-lines files in order; raises DatasetInvalid naming file, line and what is wrong."""
    adapter = TypeAdapter(record)
    records: list[T] = []
    seen: dict[str, str] = {}
    for path in paths:
        # Bytes, split at line feeds alone: a text may hold characters that other splitting takes for line ends.
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if not line.strip():
                continue
            place = f"{path.name}:{number}"
            try:
                made = adapter.validate_json(line)
            except ValidationError as error:
                raise DatasetInvalid(f"{place}: {_fault(error)}") from error
            if made.id in seen:
                raise DatasetInvalid(
                    f"{place}: the id {made.id} is taken by {seen[made.id]}; give the row another one."
                )
            seen[made.id] = place
            records.append(made)
    return tuple(records)


def _fault(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}." if where else f"{first['msg']}."


def passage_files(folder: Path) -> tuple[Path, ...]:
    """The passage files of a labelled-data folder, sorted."""
    files = tuple(sorted((folder / "passages").glob("*.jsonl")))
    if not files:
        raise DatasetInvalid(f"{folder} holds no passages/*.jsonl; point to the labeled_data folder of the project.")
    return files


def digest_of(paths: Iterable[Path]) -> str:
    """SHA-256 over names and bytes of the files, hex."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
