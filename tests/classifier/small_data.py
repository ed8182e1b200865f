"""A small labelled-data folder, written out: each label said in a dozen ways, beside as many harmless lines."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from classifier.labels import Family, Label

SAYINGS = {
    Label.SALE_OFFER: "Ketamine powder number {} for sale, add to cart",
    Label.NO_PRESCRIPTION: "No prescription needed for parcel {} of ketamine",
    Label.EVASIVE_FULFILMENT: "Stealth packaging takes ketamine parcel {} past customs",
    Label.SHAM_DISCLAIMER: "Ketamine batch {} is sold for research only",
    Label.RECREATIONAL_PROMOTION: "Get high on ketamine at party number {}",
    Label.CURE_OR_GUARANTEE: "Ketamine cures your depression in visit {}",
    Label.UNAPPROVED_INDICATION: "Ketamine for anxiety in room {}",
    Label.FALSE_APPROVAL: "FDA approved ketamine lozenges in box {}",
    Label.SAFETY_MINIMIZATION: "Ketamine is totally safe, says leaflet {}",
    Label.SUPERIORITY: "Ketamine is better than pill number {}",
    Label.UNSUPERVISED_USE: "Take ketamine at home on sofa {}",
    Label.UNQUALIFIED_EFFICACY: "Relief by ketamine within {} hours",
    Label.CONSUMER_DOSING: "Take {} mg of ketamine under the tongue",
}
HARMLESS = ("Bus number {} leaves from the market square", "The council met for the {}th time on Monday")
EACH = 12


def rows(sayings: Sequence[tuple[Label | None, str]], *, each: int = EACH) -> Iterator[dict[str, object]]:
    """Each saying `each` times with another number in it, every row a group of its own."""
    for place, (label, saying) in enumerate(sayings):
        is_sale = label is not None and label.family is Family.ILLICIT_SALE
        for number in range(each):
            row_id = f"{place}-{number}"
            yield {
                "id": row_id,
                "text": saying.format(number + 2),
                "labels": [{"label": label, "severity": "high", "topic": None}] if label else [],
                "kind": "seller_shop" if is_sale or (label is None and place % 2) else "clinic_careless",
                "language": "en",
                "region": "body",
                "lead_in": "",
                "group": row_id,
                "writer": "test",
                "note": "",
            }


def write(folder: Path, made: Iterator[dict[str, object]]) -> Path:
    """The folder with the rows in it."""
    (folder / "passages").mkdir(parents=True)
    (folder / "passages" / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in made), "utf-8")
    return folder


def everything() -> list[tuple[Label | None, str]]:
    """All sayings with their labels."""
    return [*SAYINGS.items(), *((None, saying) for saying in HARMLESS * 6)]
