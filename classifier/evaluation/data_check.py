"""Whether labelled data is fit to learn from: every fault is told with the row it stands in."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from classifier.dataset import Row
from classifier.labelled_pages import LabelledPage
from classifier.labels import Label
from classifier.policy import PolicyPack

TEMPLATE_RUN = 5
LARGEST_TEMPLATE_SHARE = 1 / 400
"""A run of TEMPLATE_RUN words may stand in this share of all groups; more smells of a template."""
TERMS_OF_THE_FIELD = (
    "with treatment resistant",
    "treatment resistant depression",
    "approved by the fda",
    "the fda has not",
)
NEAR_DUPLICATE = 0.6
"""Share of common five-word runs (of the shorter text) from which two texts count as one."""
DEMO_RUN = 9

KINDS = frozenset(
    {
        *("seller_shop", "seller_blog", "seller_spam", "marketplace_listing", "social_post", "messenger", "forum"),
        *("clinic_careless", "clinic_careful", "telehealth", "medspa", "directory", "press_release", "testimonial"),
        *("news", "court", "regulator", "harm_reduction", "rehab", "vet", "hospital", "monograph", "pharmacy_listing"),
        *("paper", "science_other", "spravato", "other_treatment", "ordinary_shop", "market_goods", "sound_alike"),
        *("tech_mail", "asking", "encyclopaedia", "other"),
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the row or page (or the folder as a whole) where it is wrong."""

    place: str
    sentence: str


def check_records(rows: Sequence[Row], pages: Sequence[LabelledPage], pack: PolicyPack) -> Iterator[Fault]:
    """Faults of single records: unknown kinds and topics, texts that stand twice, groups of several writers."""
    writers: dict[str, set[str]] = defaultdict(set)
    places: dict[tuple[str, str], str] = {}
    records: tuple[Row | LabelledPage, ...] = (*rows, *pages)
    for record in records:
        writers[record.group].add(record.writer)
        if record.kind not in KINDS:
            yield Fault(record.id, f"The kind {record.kind} is unknown; take one of {', '.join(sorted(KINDS))}.")
        labels = record.labels if isinstance(record, Row) else [q for b in record.blocks for q in b.labels]
        for label in labels:
            if label.topic is not None and label.topic not in pack.topics:
                yield Fault(record.id, f"The topic {label.topic} is not in the policy pack.")
    for row in rows:
        key = (" ".join(row.text.lower().split()), row.lead_in)
        if key in places:
            yield Fault(row.id, f"It says the same as {places[key]} under the same lead-in; drop one of them.")
        places.setdefault(key, row.id)
    for group, names in writers.items():
        if len(names) > 1:
            yield Fault(group, f"The group has several writers ({', '.join(sorted(names))}); give each its own group.")


def check_templates(texts: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    """Runs of five words that stand in too many groups; `texts` are the texts of each group."""
    groups: dict[str, set[str]] = defaultdict(set)
    for group, said in texts.items():
        for run in {run for text in said for run in runs(text, TEMPLATE_RUN)}:
            groups[run].add(group)
    most = max(3.0, LARGEST_TEMPLATE_SHARE * len(texts))
    for run, members in sorted(groups.items()):
        if len(members) > most and not any(term in run for term in TERMS_OF_THE_FIELD):
            named = ", ".join(sorted(members)[:4])
            yield Fault(named, f"“{run}” stands in {len(members)} groups (at most {most:.0f}): reword some of them.")


def check_splits(training: Mapping[str, str], held_out: Mapping[str, str]) -> Iterator[Fault]:
    """Held-out texts (id to text) that training nearly repeats."""
    known: dict[str, set[str]] = defaultdict(set)
    sizes = {}
    for name, text in training.items():
        said = runs(text, TEMPLATE_RUN)
        sizes[name] = len(said)
        for run in said:
            known[run].add(name)
    for name, text in held_out.items():
        said = runs(text, TEMPLATE_RUN)
        shared = Counter(other for run in said for other in known.get(run, ()))
        for other, count in shared.most_common(1):
            if count >= NEAR_DUPLICATE * min(len(said), sizes[other]):
                yield Fault(name, f"It is held out and nearly the same as {other} in training; give both one group.")


def check_demo(texts: Mapping[str, str], demo_texts: Mapping[str, str]) -> Iterator[Fault]:
    """Runs of nine words that labelled texts share with pages of the demo web."""
    known = {run: page for page, text in demo_texts.items() for run in runs(text, DEMO_RUN)}
    for name, text in texts.items():
        for run in sorted(runs(text, DEMO_RUN)):
            if run in known:
                yield Fault(name, f"It shares “{run}” with the demo page {known[run]}.")
                break


def check_balance(rows: Sequence[Row], pages: Sequence[LabelledPage], relabelled: tuple[int, int]) -> Iterator[Fault]:
    """What there is too little of: rows, positives of a label, negatives of a kind, languages, pairs, pages.

    `relabelled` are the rows and the pages labelled a second time.
    """
    labels = Counter(label for row in rows for label in {given.label for given in row.labels})
    clean = Counter(row.kind for row in rows if not row.labels)
    languages = Counter(row.language for row in rows)
    minima = [
        ("passages", len(rows), 6_000),
        *((f"positives of {label}", labels[label], _FEWEST_OF_LABEL.get(label, 200)) for label in Label),
        *((f"clean passages of {name}", sum(clean[k] for k in kinds), 150) for name, kinds in NEGATIVES.items()),
        *((f"passages in {language}", languages[language], 120) for language in LANGUAGES),
        ("minimal pairs", len(minimal_pairs(rows)), 600),
        ("whole pages", len(pages), 300),
        ("passages labelled twice", relabelled[0], len(rows) // 4),
        ("pages labelled twice", relabelled[1], len(pages) // 4),
    ]
    for name, count, fewest in minima:
        if count < fewest:
            yield Fault("labeled_data", f"There are {count} {name}; at least {fewest} are needed.")
    share = sum(bool(row.labels) for row in rows) / max(1, len(rows))
    if not 0.28 <= share <= 0.47:
        yield Fault("labeled_data", f"{share:.0%} of the passages carry a label; keep it between 28 % and 47 %.")


_FEWEST_OF_LABEL = dict.fromkeys(
    (
        *(Label.NO_PRESCRIPTION, Label.EVASIVE_FULFILMENT, Label.SHAM_DISCLAIMER),
        *(Label.FALSE_APPROVAL, Label.CONSUMER_DOSING),
    ),
    150,
)
NEGATIVES: dict[str, tuple[str, ...]] = {
    "careful clinics": ("clinic_careful",),
    "true Spravato text": ("spravato",),
    "legal pharmacy listings": ("pharmacy_listing",),
    "medicine monographs": ("monograph",),
    "vets": ("vet",),
    "hospitals": ("hospital",),
    "papers and trials": ("paper", "science_other"),
    "news and courts": ("news", "court"),
    "regulators": ("regulator",),
    "harm reduction": ("harm_reduction",),
    "rehab": ("rehab",),
    "ordinary shops": ("ordinary_shop",),
    "other treatments": ("other_treatment",),
    "names that sound alike": ("sound_alike",),
    "technical mail and code": ("tech_mail",),
    "people asking for advice": ("asking",),
}
LANGUAGES = ("es", "fr", "de", "it", "pt", "nl", "pl", "ru")


def minimal_pairs(rows: Iterable[Row]) -> tuple[tuple[Row, Row], ...]:
    """Pairs of rows of one group whose words are much the same and whose answers differ in a family or a label."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    return tuple(pair for members in groups.values() for pair in pairwise(members) if _is_pair(*pair))


def runs(text: str, length: int) -> set[str]:
    """All runs of so many words, in lower case."""
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + length]) for i in range(len(words) - length + 1)}


def _is_pair(one: Row, other: Row) -> bool:
    mine, theirs = (Counter(re.findall(r"\w+", f"{row.lead_in} {row.text}".lower())) for row in (one, other))
    changed = max((mine - theirs).total(), (theirs - mine).total())
    answers = [{given.label for given in row.labels if given.severity.rank > 1} for row in (one, other)]
    return changed <= 8 and answers[0] != answers[1]
