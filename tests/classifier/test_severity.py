"""Severity follows the ladder: hedges, testimonials, disclosures and what no trial in people supports."""

import pytest

from classifier.features import Viewer
from classifier.labels import Label, Severity
from classifier.policy import load_policy
from classifier.severity import Disclosure, Weighed, weigh
from classifier.topics import find_topic

PACK = load_policy()
VIEWER = Viewer(PACK)
SALE_LABELS = [label for label in Label if label.family == "illicit_sale"]
EFFICACY, INDICATION = Label.UNQUALIFIED_EFFICACY, Label.UNAPPROVED_INDICATION


def weighed(label: Label, text: str, disclosure: Disclosure = Disclosure.NOWHERE) -> Weighed:
    """The severity of a label on a text that stands alone."""
    view = VIEWER.view(text)
    return weigh(label, view, find_topic(label, view, "", PACK), disclosure, PACK)


@pytest.mark.parametrize("label", [label for label in Label if label is not Label.CONSUMER_DOSING])
def test_a_plain_finding_has_the_severity_and_reason_of_the_pack(label: Label) -> None:
    policy = PACK.labels[label]
    assert weighed(label, "It treats pain.") == Weighed(policy.severity, (policy.severity_reason,))


@pytest.mark.parametrize("label", SALE_LABELS)
@pytest.mark.parametrize("disclosure", list(Disclosure))
def test_nothing_softens_a_sale(label: Label, disclosure: Disclosure) -> None:
    got = weighed(label, "Some people may possibly order ketamine, not approved, results vary.", disclosure)
    assert got.severity is PACK.labels[label].severity


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine may lift your mood within hours.",
        "Some people feel relief from pain within a day.",
        "It could ease pain, but the evidence is limited.",
        "In this trial 60% responded versus 28% on placebo.",
    ],
)
def test_a_strong_hedge_cancels_a_stated_effect(text: str) -> None:
    got = weighed(EFFICACY, text)
    assert got.severity is Severity.LOW
    assert "hedged by" in got.reason


@pytest.mark.parametrize("label", [Label.CURE_OR_GUARANTEE, Label.FALSE_APPROVAL, Label.SUPERIORITY])
@pytest.mark.parametrize("hedge", ["may", "could", "often", "can"])
def test_a_hedge_does_not_soften_a_cure_an_approval_or_a_comparison(label: Label, hedge: str) -> None:
    assert weighed(label, f"Ketamine {hedge} beat every pill for pain.").severity is PACK.labels[label].severity


@pytest.mark.parametrize("hedge", ["often", "can", "up to", "potentially"])
def test_a_weak_hedge_takes_one_step_off(hedge: str) -> None:
    assert weighed(Label.SAFETY_MINIMIZATION, f"It is {hedge} free of side effects.").severity is Severity.MEDIUM
    assert weighed(EFFICACY, f"It {hedge} brings relief from pain.").severity is Severity.LOW


def test_a_softened_use_is_low_unless_its_topic_is_grave() -> None:
    assert weighed(INDICATION, "Ketamine can help with chronic pain.").severity is Severity.LOW
    assert weighed(INDICATION, "Ketamine can help with suicidal thoughts.").severity is Severity.MEDIUM


@pytest.mark.parametrize("condition", ["fibromyalgia", "migraine", "autism", "ADHD", "burnout", "anorexia"])
@pytest.mark.parametrize("hedge", ["may", "can often"])
def test_a_hedge_does_not_soften_a_use_that_nothing_supports(condition: str, hedge: str) -> None:
    assert weighed(INDICATION, f"Ketamine {hedge} help with {condition}.").severity is Severity.MEDIUM


@pytest.mark.parametrize("condition", ["ADHD", "burnout", "eating disorders", "anorexia"])
@pytest.mark.parametrize("hedge", ["may", "can often"])
@pytest.mark.parametrize("disclosure", list(Disclosure))
def test_neither_hedge_nor_disclosure_softens_a_use_without_a_trial_in_people(
    condition: str, hedge: str, disclosure: Disclosure
) -> None:
    assert weighed(INDICATION, f"Ketamine {hedge} help with {condition}.", disclosure).severity is Severity.MEDIUM


@pytest.mark.parametrize("small_print", ["Results vary.", "Individual results may vary.", "Your results may differ."])
def test_results_vary_does_not_cancel_a_testimonial(small_print: str) -> None:
    got = weighed(EFFICACY, f'"My pain was gone in four hours," says Anna. {small_print}')
    assert got.severity is Severity.MEDIUM


def test_a_disclosure_in_the_same_section_takes_one_step_off() -> None:
    got = weighed(INDICATION, "We treat chronic pain with ketamine.", Disclosure.SAME_SECTION)
    assert got.severity is Severity.LOW
    assert "the same section" in got.reason


def test_a_disclosure_elsewhere_is_noted_but_does_not_cancel() -> None:
    got = weighed(INDICATION, "We treat chronic pain with ketamine.", Disclosure.ELSEWHERE)
    assert got.severity is Severity.MEDIUM
    assert "elsewhere" in got.reason


def test_a_disclosure_elsewhere_takes_one_step_off_a_grave_topic() -> None:
    text = "We treat suicidal thoughts with ketamine."
    assert weighed(INDICATION, text).severity is Severity.HIGH
    assert weighed(INDICATION, text, Disclosure.ELSEWHERE).severity is Severity.MEDIUM


@pytest.mark.parametrize("label", [label for label in Label if label is not INDICATION])
def test_a_disclosure_concerns_indications_alone(label: Label) -> None:
    text = "It ends the pain within a day."
    assert weighed(label, text, Disclosure.SAME_SECTION) == weighed(label, text)


@pytest.mark.parametrize("topic", ["suicidal thoughts", "postpartum depression", "alcohol addiction"])
def test_grave_topics_raise_a_stated_effect(topic: str) -> None:
    got = weighed(INDICATION, f"Ketamine treats {topic}.")
    assert got.severity is Severity.HIGH
    assert got.reasons[1].startswith("Raised")


def test_a_cure_promised_against_suicide_is_critical() -> None:
    assert weighed(Label.CURE_OR_GUARANTEE, "Guaranteed end of suicidal thoughts.").severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("Take 50 mg under the tongue twice a day.", Severity.MEDIUM),
        ("Take 50 mg at home, on your own sofa.", Severity.HIGH),
        ("Add to cart and take 50 mg twice a day.", Severity.HIGH),
    ],
)
def test_a_dose_weighs_more_beside_a_sale_or_at_home(text: str, severity: Severity) -> None:
    assert weighed(Label.CONSUMER_DOSING, text).severity is severity


@pytest.mark.parametrize(
    ("severity", "lowered", "raised"),
    [
        (Severity.LOW, Severity.LOW, Severity.MEDIUM),
        (Severity.MEDIUM, Severity.LOW, Severity.HIGH),
        (Severity.HIGH, Severity.MEDIUM, Severity.CRITICAL),
        (Severity.CRITICAL, Severity.HIGH, Severity.CRITICAL),
    ],
)
def test_the_ladder_ends_at_low_and_critical(severity: Severity, lowered: Severity, raised: Severity) -> None:
    assert (severity.lowered(), severity.raised()) == (lowered, raised)
