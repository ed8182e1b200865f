"""Composed pages: rows of kinds that stand together, drawn as pages, to learn how evidence adds up on a page."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.dataset import Row
from classifier.exceptions import DatasetInvalid
from classifier.labels import Family
from classifier.page import LONGEST

PAGES = 4000
HARD_SHARE = 0.25
"""Share of a page's clean passages that are labelled rows; the rest is plain text that scores at the floor."""
_SEED = 20261121
COMPANIES: tuple[frozenset[str], ...] = (
    frozenset({"seller_shop", "seller_blog", "seller_spam", "marketplace_listing", "messenger", "encyclopaedia"}),
    frozenset(
        {"clinic_careless", "clinic_careful", "telehealth", "medspa", "testimonial", "other_treatment", "spravato"}
    ),
    frozenset({"press_release", "directory", "clinic_careful", "news"}),
    frozenset({"forum", "social_post", "asking", "harm_reduction"}),
    frozenset({"news", "court", "regulator", "harm_reduction", "rehab", "encyclopaedia"}),
    frozenset({"ordinary_shop", "market_goods", "pharmacy_listing", "sound_alike"}),
    frozenset({"hospital", "monograph", "paper", "science_other", "vet", "pharmacy_listing"}),
    frozenset({"tech_mail", "other", "sound_alike"}),
)
"""Kinds that share a page or a site; a page draws its passages from one of these."""


@dataclass(frozen=True, slots=True)
class ComposedPage:
    """Indices of the rows on the page, how many plain passages stand beside them, and whether a row is positive."""

    rows: tuple[int, ...]
    plain: int
    is_positive: bool


def compose_pages(rows: Sequence[Row], family: Family) -> tuple[ComposedPage, ...]:
    """The same pages for the same rows: 1 to LONGEST passages, about a third of them with one to five positive ones."""
    draw = random.Random(_SEED)  # noqa: S311 - pages are drawn, not secrets
    pools = []
    for company in COMPANIES:
        members = [i for i, row in enumerate(rows) if row.kind in company]
        positive = [i for i in members if rows[i].holds(family)]
        clean = [i for i in members if not rows[i].labels]
        if clean:
            pools.append((positive, clean))
    if not any(positive for positive, _ in pools):
        raise DatasetInvalid(f"No clean rows stand beside rows of {family}: give rows of kinds that share a page.")
    pages = []
    for _ in range(PAGES):
        positive, clean = draw.choice(pools)
        size = round(LONGEST ** draw.random())
        hard = max(1, sum(draw.random() < HARD_SHARE for _ in range(size)))
        chosen = [draw.choice(clean) for _ in range(hard)]
        is_positive = bool(positive) and draw.random() < 0.45
        if is_positive:
            # Some pages hide one offer or claim, others are made of them.
            few, many = round(8 ** draw.random()), round(size * draw.uniform(0.05, 0.5))
            count = min(size, few if draw.random() < 0.4 else max(1, many))
            chosen[:count] = [draw.choice(positive) for _ in range(count)]
        pages.append(ComposedPage(tuple(chosen), max(0, size - len(chosen)), is_positive))
    return tuple(pages)
