"""Why a passage does not speak for its page: rules that hold whatever the words score."""

import re
from datetime import date

from classifier.entities import Role
from classifier.features import View
from classifier.labels import Family
from classifier.policy import PolicyPack
from classifier.topics import CONDITIONS

_SOLD = frozenset({Role.SUBJECT, Role.ANALOGUE, Role.DRUG})
_BEYOND_THE_LABEL = ("cure", "comparison", "safe", "home", "dosing", "lasting", "rate", "brain", "fast")
_SELLS = (
    *("buy", "cart", "for_sale", "our_stock", "goods_place", "sends_reader", "order_contact"),
    *("stealth", "customs_reship", "no_prescription"),
)
_SPEAKS_ALONE = frozenset({"evasion", "no_prescription"})
# Our examples are of ketamine pages; elsewhere a text that names no drug is seldom about one.
_UNNAMED = 1.0
SILENCED = 4.0
"""A passage whose logit is lowered by this much says nothing at all."""
_FEWEST_LETTERS = 12
# Neither Latin nor Cyrillic.
_ELSEWHERE = re.compile("[^\x00-\u024f\u0400-\u052f]")


def penalties(region: str, view: View, as_of: date, pack: PolicyPack) -> dict[Family, float]:
    """By how much the passage's logits for the families are lowered; 0 where it speaks for the page."""
    if is_unreadable(view):
        return dict.fromkeys(Family, SILENCED)
    around = view.roles_around
    named = view.reading.roles | around if around else view.reading.roles
    claim = 0.0 if named else _UNNAMED
    # Where others are named and ketamine is nowhere, what is claimed is claimed of those.
    if region == "nav" or (named and Role.SUBJECT not in named) or repeats_the_label(view, as_of, pack):
        claim = SILENCED
    return {Family.ILLICIT_SALE: 0.0 if _offers(named, view) else _UNNAMED, Family.UNSUPPORTED_CLAIM: claim}


def penalty(family: Family, region: str, view: View, as_of: date, pack: PolicyPack) -> float:
    """The same for one family."""
    return penalties(region, view, as_of, pack)[family]


def is_unreadable(view: View) -> bool:
    """Whether most letters are of a script in which no example is written: neither Latin nor Cyrillic."""
    text = view.reading.normalized.text
    if text.isascii():
        return False
    foreign = sum(map(str.isalpha, _ELSEWHERE.findall(text)))
    return foreign >= _FEWEST_LETTERS and 2 * foreign > sum(map(str.isalpha, text))


def _offers(named: frozenset[Role], view: View) -> bool:
    """Whether the passage or its surroundings name what is sold; evasion speaks for itself."""
    kinds = view.reading.kinds
    return not named.isdisjoint(_SOLD) or (bool(kinds) and any(group in _SPEAKS_ALONE for _, group in kinds))


def is_clear_offer(view: View) -> bool:
    """Whether the passage itself names a drug and tells how it is bought or slipped past the law."""
    return not view.roles_here.isdisjoint(_SOLD) and view.cue_hit(*_SELLS) is not None


def repeats_the_label(view: View, as_of: date, pack: PolicyPack) -> bool:
    """Whether the passage says of Spravato what its label says on that day, and nothing beyond it."""
    if not view.mentions or {m.term.id for m in view.mentions if m.term.role is Role.SUBJECT} != {"esketamine"}:
        return False
    if view.cue_hit(*_BEYOND_THE_LABEL) is not None:
        return False
    text = view.normalized.text
    conditions = {topic for topic in CONDITIONS if pack.topics[topic].regex.search(text)} - {"E-ESK", "E-MDD"}
    approved = {use.topic for use in pack.approved_uses if use.substance == "esketamine" and use.since <= as_of}
    # The label covers depressive symptoms with suicidal thoughts, never the thoughts alone.
    return conditions <= approved and ("E-SI" not in conditions or "depress" in text)
