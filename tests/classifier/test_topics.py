"""A claim's topic comes from its own words, then from its heading; sale labels have none."""

import pytest

from classifier.features import Viewer
from classifier.labels import Family, Label
from classifier.policy import load_policy
from classifier.topics import find_topic

PACK = load_policy()
VIEWER = Viewer(PACK)


def topic(label: Label, text: str, lead_in: str = "") -> str | None:
    """The id of the topic found."""
    found = find_topic(label, VIEWER.view(text), lead_in, PACK)
    return found.id if found else None


@pytest.mark.parametrize("label", [label for label in Label if label.family is Family.ILLICIT_SALE])
def test_a_sale_has_no_topic(label: Label) -> None:
    assert topic(label, "Ketamine for depression, 5 g, add to cart") is None


@pytest.mark.parametrize("label", [label for label in Label if label.family is Family.UNSUPPORTED_CLAIM])
def test_every_claim_has_a_topic_of_the_pack(label: Label) -> None:
    assert topic(label, "It works.") in PACK.topics


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        (Label.UNAPPROVED_INDICATION, "Ketamine for PTSD in veterans", "E-PTSD"),
        (Label.UNAPPROVED_INDICATION, "Ketamin bei Zwangsgedanken", "E-OCD"),
        (Label.UNAPPROVED_INDICATION, "for depression with suicidal thoughts", "E-SI"),
        (Label.UNAPPROVED_INDICATION, "treatment-resistant depression", "E-TRD"),
        (Label.UNAPPROVED_INDICATION, "for postpartum depression", "E-PPD"),
        (Label.CURE_OR_GUARANTEE, "a permanent end", "E-LAST"),
        (Label.FALSE_APPROVAL, "approved for use at home", "E-HOME"),
        (Label.FALSE_APPROVAL, "an approved spray", "E-ESK"),
        (Label.SAFETY_MINIMIZATION, "it is not addictive", "E-ADD"),
        (Label.SAFETY_MINIMIZATION, "no harm to the bladder", "E-BLAD"),
        (Label.SAFETY_MINIMIZATION, "harmless", "E-SAFE"),
        (Label.SUPERIORITY, "the only treatment that works", "E-ONLY"),
        (Label.SUPERIORITY, "better than any pill", "E-SUP"),
        (Label.UNSUPERVISED_USE, "microdosing in bed", "E-MICRO"),
        (Label.UNQUALIFIED_EFFICACY, "relief within hours", "E-FAST"),
        (Label.UNQUALIFIED_EFFICACY, "it rewires the brain", "E-NEURO"),
    ],
)
def test_the_words_of_a_claim_decide(label: Label, text: str, expected: str) -> None:
    assert topic(label, text) == expected


def test_the_words_of_a_claim_come_before_its_heading() -> None:
    assert topic(Label.UNAPPROVED_INDICATION, "for chronic pain", "ketamine for ptsd") == "E-PAIN"


def test_the_heading_decides_where_the_words_say_nothing() -> None:
    assert topic(Label.UNAPPROVED_INDICATION, "We can help you.", "ketamine for ptsd") == "E-PTSD"


def test_disguised_words_are_read() -> None:
    assert topic(Label.UNAPPROVED_INDICATION, "for m\u200bigr\u200baine") == "E-MIG"
