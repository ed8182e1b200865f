"""All checks of a labelled-data folder, with the demo web beside it."""

from collections import defaultdict
from pathlib import Path

from classifier.dataset import Row, passage_files, read_rows
from classifier.evaluation.agreement import read_second_answers, read_second_labels
from classifier.evaluation.data_check import (
    Fault,
    check_balance,
    check_demo,
    check_records,
    check_splits,
    check_templates,
)
from classifier.exceptions import DatasetInvalid
from classifier.labelled_pages import LabelledPage, page_files, read_pages
from classifier.policy import load_policy
from crawler.demo.texts import page_texts


def check_folder(folder: Path) -> tuple[Fault, ...]:
    """Every fault of the folder; a record that cannot be read is one, and hides no other file's faults."""
    held_out = folder / "held_out"
    try:
        rows = read_rows((*passage_files(folder), *passage_files(held_out)))
        pages = read_pages((*page_files(folder), *page_files(held_out)))
        kept = {row.id for row in read_rows(passage_files(held_out))} | {p.id for p in read_pages(page_files(held_out))}
        second, answers = read_second_labels(folder), read_second_answers(folder)
    except DatasetInvalid as error:
        return (Fault(str(folder), str(error)),)
    texts: dict[str, list[str]] = defaultdict(list)
    records: tuple[Row | LabelledPage, ...] = (*rows, *pages)
    for record in records:
        texts[record.group].append(_text(record))
    named = {record.id: _text(record) for record in records}
    twice = [*(one.id for one in second), *(one.id for one in answers)]
    unknown = [name for name in twice if name not in named]
    return (
        *check_records(rows, pages, load_policy()),
        *check_templates(texts),
        *check_splits(
            {name: text for name, text in named.items() if name not in kept},
            {name: text for name, text in named.items() if name in kept},
        ),
        *check_demo(named, page_texts()),
        *check_balance(rows, pages, (len(second), len(answers))),
        *(Fault(name, "It is labelled a second time but stands in no file.") for name in unknown),
    )


def _text(record: Row | LabelledPage) -> str:
    return f"{record.lead_in}\n{record.text}" if isinstance(record, Row) else record.content.text
