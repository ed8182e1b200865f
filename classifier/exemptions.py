"""Why a passage does not speak for its page: rules that hold whatever the words score."""

from datetime import date

from classifier.entities import Role
from classifier.features import View
from classifier.labels import Family
from classifier.policy import PolicyPack
from classifier.topics import CONDITIONS

_SOLD = frozenset({Role.SUBJECT, Role.ANALOGUE, Role.DRUG})
# What must be named in a passage or around it before a family can be about it.
_NAMED = {Family.ILLICIT_SALE: _SOLD, Family.UNSUPPORTED_CLAIM: frozenset({Role.SUBJECT})}
_BEYOND_THE_LABEL = ("cure", "comparison", "safe", "home", "dosing", "lasting", "rate", "brain", "fast")
_SELLS = (
    *("buy", "cart", "for_sale", "our_stock", "goods_place", "sends_reader", "order_contact"),
    *("stealth", "customs_reship", "no_prescription"),
)
_SPEAKS_ALONE = frozenset({"evasion", "no_prescription"})
_UNNAMED = {Family.ILLICIT_SALE: 3.0, Family.UNSUPPORTED_CLAIM: 1.5}
# Who names other medicines and never ketamine makes his claims about those.
_OF_ANOTHER = 1.5
SILENCED = 4.0
"""A passage whose logit is lowered by this much says nothing at all."""
_FEWEST_LETTERS = 12


def penalty(family: Family, region: str, view: View, as_of: date, pack: PolicyPack) -> float:
    """By how much the passage's logit for the family is lowered; 0 when it speaks for the page."""
    if is_unreadable(view):
        return SILENCED
    lowered = 0.0 if names_what_it_takes(family, view) else _UNNAMED[family]
    if lowered and family is Family.UNSUPPORTED_CLAIM and view.roles_here | view.roles_around:
        lowered += _OF_ANOTHER
    if family is Family.UNSUPPORTED_CLAIM and (region == "nav" or repeats_the_label(view, as_of, pack)):
        lowered += SILENCED
    return lowered


def is_unreadable(view: View) -> bool:
    """Whether most letters are of a script in which no example is written: neither Latin nor Cyrillic."""
    text = view.normalized.text
    if text.isascii():
        return False
    letters = [char for char in text if char.isalpha()]
    foreign = sum(not (char <= "\u024f" or "\u0400" <= char <= "\u052f") for char in letters)
    return foreign >= _FEWEST_LETTERS and 2 * foreign > len(letters)


def names_what_it_takes(family: Family, view: View) -> bool:
    """Whether the passage or its surroundings name what the family is about; evasion speaks for itself."""
    if family is Family.ILLICIT_SALE and any(hit.cue.group in _SPEAKS_ALONE for hit in view.cues):
        return True
    return bool((view.roles_here | view.roles_around) & _NAMED[family])


def is_clear_offer(view: View) -> bool:
    """Whether the passage itself names a drug and tells how it is bought or slipped past the law."""
    return bool(view.roles_here & _SOLD) and view.cue_hit(*_SELLS) is not None


def repeats_the_label(view: View, as_of: date, pack: PolicyPack) -> bool:
    """Whether the passage says of Spravato what its label says on that day, and nothing beyond it."""
    if {m.term.id for m in view.mentions if m.term.role is Role.SUBJECT} != {"esketamine"}:
        return False
    if view.cue_hit(*_BEYOND_THE_LABEL) is not None:
        return False
    text = view.normalized.text
    conditions = {topic for topic in CONDITIONS if pack.topics[topic].regex.search(text)} - {"E-ESK", "E-MDD"}
    approved = {use.topic for use in pack.approved_uses if use.substance == "esketamine" and use.since <= as_of}
    # The label covers depressive symptoms with suicidal thoughts, never the thoughts alone.
    return conditions <= approved and ("E-SI" not in conditions or "depress" in text)
