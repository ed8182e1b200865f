"""What a model learns from: labelled rows and the passages of labelled pages, each as it will be met in use."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from classifier.dataset import Row, RowLabel, Style, holds, passage_files, read_rows
from classifier.entities import Role
from classifier.exemptions import penalty
from classifier.features import Context, View, Viewer
from classifier.labelled_pages import LabelledPage, page_files, read_pages
from classifier.labels import Family, Label
from classifier.policy import PolicyPack
from classifier.reading import SeenPassage, read_page
from classifier.types import Passage

# Kinds of page that never name the substance elsewhere; rows of other kinds stand on pages about it.
_UNRELATED_KINDS = frozenset(
    {"market_goods", "ordinary_shop", "tech_mail", "other", "sound_alike", "science_other", "pharmacy_listing"}
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled passage with its view; samples of a `group` are variants of one another or stand on one page."""

    id: str
    group: str
    kind: str
    language: str
    style: Style
    seen: SeenPassage
    labels: tuple[RowLabel, ...]
    is_row: bool

    @property
    def view(self) -> View:
        """The passage as the model sees it."""
        return self.seen.view

    def holds(self, target: Family | Label) -> bool:
        """Whether it is positive: for a family at severity medium or above, for a label at any."""
        return holds(self.labels, target)

    def penalty(self, family: Family, as_of: date, pack: PolicyPack) -> float:
        """By how much its logit is lowered by an exemption."""
        return penalty(family, self.seen.passage.region, self.view, as_of, pack)


@dataclass(frozen=True)
class Page:
    """A labelled page as places in the list of samples; a row alone is a page of one passage."""

    id: str
    group: str
    kind: str
    language: str
    style: Style
    samples: tuple[int, ...]
    positive: frozenset[Family]


@dataclass(frozen=True)
class Samples:
    """All samples, and the pages that they stand on."""

    samples: tuple[Sample, ...]
    pages: tuple[Page, ...]

    @property
    def views(self) -> list[View]:
        """The views of all samples."""
        return [sample.view for sample in self.samples]


def read_samples(folder: Path, viewer: Viewer) -> Samples:
    """The samples of a labelled-data folder; raises DatasetInvalid."""
    return make_samples(read_rows(passage_files(folder)), read_pages(page_files(folder)), viewer)


def make_samples(rows: Iterable[Row], pages: Sequence[LabelledPage], viewer: Viewer) -> Samples:
    """Rows first, each a page of its own, then the passages of the pages and of excerpts from them."""
    samples = [_row_sample(row, viewer) for row in rows]
    made = [
        Page(s.id, s.group, s.kind, s.language, s.style, (i,), frozenset(f for f in Family if s.holds(f)))
        for i, s in enumerate(samples)
    ]
    for page in chain.from_iterable((whole, *whole.excerpts()) for whole in pages):
        start = len(samples)
        for number, seen in enumerate(read_page(page.content, viewer)):
            labels = page.labels_of(seen.passage)
            samples.append(
                Sample(
                    f"{page.id}#{number}", page.group, page.kind, page.language, page.style, seen, labels, is_row=False
                )
            )
        places = tuple(range(start, len(samples)))
        positive = frozenset(family for family in Family if page.holds(family))
        made.append(Page(page.id, page.group, page.kind, page.language, page.style, places, positive))
    return Samples(tuple(samples), tuple(made))


def _row_sample(row: Row, viewer: Viewer) -> Sample:
    """Every second row is read as part of a page that names its subject."""
    on_page = row.kind not in _UNRELATED_KINDS and hashlib.sha256(row.id.encode()).digest()[0] % 2 == 0
    roles = frozenset({Role.SUBJECT}) if on_page else frozenset()
    view = viewer.view(row.text, Context(row.lead_in, roles))
    seen = SeenPassage(Passage(0, len(row.text), row.text, row.lead_in, row.region), view)
    return Sample(row.id, row.group, row.kind, row.language, row.style, seen, row.labels, is_row=True)
