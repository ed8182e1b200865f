"""Whole labelled pages read from `labeled_data/pages/`: what a page shows, and which of its words break which rule."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from classifier.dataset import RowLabel, Style, read_records
from classifier.labels import Family, Label, Severity
from classifier.types import Passage, TextBlock, TextContent

ADDRESS = "url"
TITLE = "title"
EXCERPT = 420
# What the extractor calls a place of a page; what is not named here is text of the body.
_REGIONS = {"nav": "nav", "crumb": "nav", "footer": "footer", "row": "table", "option": "form"}
_KINDS = {"heading", "item", "row", "button", "option", "alt", "link", "meta", TITLE}


class Quote(RowLabel):
    """One label with the exact words of the block that carry it."""

    quote: str = Field(min_length=1)


class PageBlock(BaseModel):
    """A piece of a page; kind: url, title, meta, nav, crumb, heading, text, item, row, button, option, alt, link, faq,
    review, post, ad or footer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(min_length=1)
    text: str = Field(min_length=1)
    labels: tuple[Quote, ...] = ()

    @model_validator(mode="after")
    def _quotes_are_exact(self) -> "PageBlock":
        for label in self.labels:
            if label.quote not in self.text:
                raise ValueError(f"the quote {label.quote!r} does not stand in the block {self.text[:60]!r}")
        return self


@dataclass(frozen=True, slots=True)
class Marked:
    """A labelled run of a page's text, code points."""

    start: int
    end: int
    label: RowLabel


class LabelledPage(BaseModel):
    """One page; whatever no quote covers is clean. `families` is its answer: the worst severity of each family."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    language: str = Field(pattern="^[a-z]{2}$")
    group: str = Field(min_length=1)
    writer: str = Field(min_length=1)
    note: str
    style: Style = Style.ORDINARY
    families: dict[Family, Severity]
    blocks: tuple[PageBlock, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _answer_is_the_worst_label(self) -> "LabelledPage":
        for family in Family:
            worst = worst_severity((q for block in self.blocks for q in block.labels), family)
            if self.families.get(family) is not worst:
                raise ValueError(f"{family} says {self.families.get(family)}, its worst label is {worst}")
        return self

    def holds(self, target: Family | Label) -> bool:
        """Whether the page is positive: for a family at severity medium or above, for a label at any."""
        if isinstance(target, Label):
            return any(q.label is target for block in self.blocks for q in block.labels)
        return self.families[target].rank >= Severity.MEDIUM.rank

    @cached_property
    def content(self) -> TextContent:
        """The page as it is judged: all blocks but the address, a line each."""
        shown = [block for block in self.blocks if block.kind != ADDRESS]
        blocks, at = [], 0
        for block in shown:
            kind = block.kind if block.kind in _KINDS else "text"
            blocks.append(TextBlock(at, at + len(block.text), kind, _REGIONS.get(block.kind, "body")))
            at += len(block.text) + 1
        return TextContent(
            text="\n".join(block.text for block in shown),
            url=self._first(ADDRESS),
            title=self._first(TITLE),
            blocks=tuple(blocks),
            language=self.language,
        )

    @cached_property
    def marked(self) -> tuple[Marked, ...]:
        """The labelled runs of `content.text`; labels of the address stand in no text."""
        found, at = [], 0
        for block in self.blocks:
            if block.kind == ADDRESS:
                continue
            for label in block.labels:
                start = at + block.text.index(label.quote)
                found.append(Marked(start, start + len(label.quote), label))
            at += len(block.text) + 1
        return tuple(found)

    def excerpts(self) -> Iterator["LabelledPage"]:
        """Pieces of the page as they are given alone: up to EXCERPT characters of neighbouring blocks, in one line.

        Each piece with a label is given, and every second one without.
        """
        shown = [block for block in self.blocks if block.kind not in (ADDRESS, TITLE)]
        for number, piece in enumerate(_pieces(shown)):
            labels = tuple(q for block in piece for q in block.labels)
            if labels or number % 2:
                yield LabelledPage(
                    id=f"{self.id}/{number}",
                    kind=self.kind,
                    language=self.language,
                    group=self.group,
                    writer=self.writer,
                    note=self.note,
                    style=self.style,
                    families={family: worst_severity(labels, family) for family in Family},
                    blocks=(PageBlock(kind="excerpt", text=" | ".join(b.text for b in piece), labels=labels),),
                )

    def labels_of(self, passage: Passage) -> tuple[RowLabel, ...]:
        """The labels of a passage: of what it shares words with, or of the address for the words of the address."""
        if passage.is_address:
            return tuple(q for block in self.blocks if block.kind == ADDRESS for q in block.labels)
        return tuple(
            m.label for m in self.marked if _overlap(m, passage) >= 0.5 * min(m.end - m.start, len(passage.text))
        )

    def _first(self, kind: str) -> str:
        return next((block.text for block in self.blocks if block.kind == kind), "")


def worst_severity(labels: Iterable[RowLabel], family: Family) -> Severity:
    """The worst severity of a family's labels, NONE without any."""
    return max((q.severity for q in labels if q.label.family is family), key=lambda s: s.rank, default=Severity.NONE)


def _pieces(blocks: Iterable[PageBlock]) -> Iterator[list[PageBlock]]:
    piece: list[PageBlock] = []
    for block in blocks:
        if piece and sum(len(b.text) + 3 for b in piece) + len(block.text) > EXCERPT:
            yield piece
            piece = []
        piece.append(block)
    if piece:
        yield piece


def _overlap(marked: Marked, passage: Passage) -> int:
    return max(0, min(marked.end, passage.end) - max(marked.start, passage.start))


def read_pages(paths: Iterable[Path]) -> tuple[LabelledPage, ...]:
    """All pages of the files in order; raises DatasetInvalid naming file, line and what is wrong."""
    return read_records(paths, LabelledPage)


def page_files(folder: Path) -> tuple[Path, ...]:
    """The page files of a labelled-data folder, sorted; a folder may hold passages alone."""
    return tuple(sorted((folder / "pages").glob("*.jsonl")))
