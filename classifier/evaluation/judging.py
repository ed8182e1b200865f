"""Labelled rows and pages judged by a model, ready to be counted."""

from collections.abc import Callable, Iterable
from datetime import date

from classifier.dataset import Row
from classifier.evaluation.metrics import Judged
from classifier.labelled_pages import LabelledPage
from classifier.labels import Family, Severity
from classifier.predictor import Predictor
from classifier.types import Content, TextContent, Verdict

Judge = Callable[[Content, date], Verdict]


def judge_rows(predictor: Predictor, rows: Iterable[Row], as_of: date) -> tuple[Judged, ...]:
    """Each row judged as a page of its own, its lead-in as the title."""
    return tuple(
        judged(row, row.text, predictor.judge(TextContent(row.text, title=row.lead_in), as_of)) for row in rows
    )


def judge_pages(predictor: Predictor, pages: Iterable[LabelledPage], as_of: date) -> tuple[Judged, ...]:
    """Each page judged as a whole."""
    return tuple(judged(page, page.content.text, predictor.judge(page.content, as_of)) for page in pages)


def judged(record: Row | LabelledPage, text: str, verdict: Verdict) -> Judged:
    """What was said of a labelled record beside what it is."""
    labels = record.labels if isinstance(record, Row) else tuple(q for b in record.blocks for q in b.labels)
    return Judged(
        id=record.id,
        group=record.group,
        kind=record.kind,
        language=record.language,
        text=text,
        truth={family: record.holds(family) for family in Family},
        probability=dict(verdict.families),
        flagged=frozenset(verdict.flagged),
        true_labels=frozenset(str(one.label) for one in labels if one.severity.rank >= Severity.MEDIUM.rank),
        found_labels=frozenset(str(f.label) for f in verdict.findings if f.severity.rank >= Severity.MEDIUM.rank),
    )
