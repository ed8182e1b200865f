"""The judge as a whole: what is flagged and named, what never is, and what a verdict always keeps."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.features import Viewer
from classifier.labels import Family, Label, Outcome, Severity
from classifier.page import page_models
from classifier.predictor import Predictor
from classifier.reading import read_page
from classifier.types import TextBlock, TextContent, Verdict

TODAY = date(2026, 11, 21)
SALE, CLAIM = Family.ILLICIT_SALE, Family.UNSUPPORTED_CLAIM
OFFER = "Buy {} online without a prescription. Add to cart, pay in Bitcoin, stealth shipping worldwide."
CURE = "Ketamine cures depression for good. It is completely safe and has no side effects."
PLAIN = "The library opens at nine and closes at six. Children are welcome on Saturdays."


def judged(predictor: Predictor, text: str, as_of: date = TODAY, title: str = "") -> Verdict:
    """The verdict of plain text."""
    return predictor.judge(TextContent(text, title=title), as_of)


@pytest.mark.parametrize(
    ("drug", "substance"),
    [
        ("ketamine powder", "ketamine"),
        ("2-FDCK crystals", "2-fdck"),
        ("methoxetamine", "methoxetamine"),
        ("oxycodone tablets", "oxycodone"),
        ("MDMA", "mdma"),
        ("cocaine", "cocaine"),
        ("fentanyl patches", "fentanyl"),
    ],
)
def test_an_offer_of_a_drug_is_flagged_with_that_substance_named(
    predictor: Predictor, drug: str, substance: str
) -> None:
    verdict = judged(predictor, OFFER.format(drug))
    assert verdict.outcome is Outcome.VIOLATION
    assert SALE in verdict.flagged
    assert substance in verdict.substances
    assert verdict.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    "goods",
    [
        *("reading glasses", "green tea", "jet ski", "kitty litter", "Kit Kat bars", "vitamin K2 drops", "flower pots"),
        *("golf carts", "vitamin pills", "hyaluronic acid serum", "polka dots blouse", "blow dryer", "snow boots"),
        *("crack filler", "Coke Zero cans", "speed skates", "ice trays", "spice rack", "weed killer", "blues records"),
    ],
)
def test_an_offer_of_ordinary_goods_passes(predictor: Predictor, goods: str) -> None:
    assert judged(predictor, f"Buy {goods} online. Add to cart, free delivery from £20, in stock.").flagged == ()


def test_a_claim_about_the_subject_is_flagged(predictor: Predictor) -> None:
    verdict = judged(predictor, CURE)
    assert verdict.flagged == (CLAIM,)
    assert Label.CURE_OR_GUARANTEE in {f.label for f in verdict.findings}


@pytest.mark.parametrize("other", ["This massage", "Our herbal tea", "Sertraline", "Psilocybin", "TMS"])
def test_the_same_claim_about_something_else_passes(predictor: Predictor, other: str) -> None:
    verdict = judged(predictor, CURE.replace("Ketamine", other))
    assert CLAIM not in verdict.flagged
    assert [f for f in verdict.findings if f.family is CLAIM] == []


def test_the_heading_names_the_subject_of_a_claim(predictor: Predictor) -> None:
    claim = "It cures depression for good, with no side effects."
    assert judged(predictor, claim).flagged == ()
    assert judged(predictor, claim, title="Ketamine infusions").flagged == (CLAIM,)


@pytest.mark.parametrize(
    "spelling",
    [
        "k3tamine",
        "kеtаmіnе",
        "k\u200be\u200bt\u200bamine",
        "𝐤𝐞𝐭𝐚𝐦𝐢𝐧𝐞",
        "ＫＥＴＡＭＩＮＥ",
        "k e t a m i n e",
        "ketamiiiine",
    ],
)
def test_a_disguised_offer_is_flagged_and_quoted_as_it_stands(predictor: Predictor, spelling: str) -> None:
    text = OFFER.format(spelling)
    verdict = judged(predictor, text)
    assert SALE in verdict.flagged
    assert verdict.substances == ("ketamine",)
    assert any(spelling in f.quote for f in verdict.findings)


@pytest.mark.parametrize(
    "text",
    [
        "Spravato is approved, together with an oral antidepressant, for treatment-resistant depression in adults.",
        "Police seized two kilos of ketamine in a flat on Monday, officers said.",
        "Ketamine is a dissociative anaesthetic that was first made in 1962.",
    ],
)
def test_what_only_reports_or_states_the_label_is_no_finding(predictor: Predictor, text: str) -> None:
    verdict = judged(predictor, text)
    assert (verdict.flagged, verdict.findings) == ((), ())


def test_text_about_something_else_is_clear(predictor: Predictor) -> None:
    assert judged(predictor, PLAIN).outcome is Outcome.CLEAR


def test_an_empty_text_is_clear(predictor: Predictor) -> None:
    verdict = judged(predictor, "")
    assert verdict.outcome is Outcome.CLEAR
    assert verdict.families == {SALE: 0.0, CLAIM: 0.0}
    assert (verdict.findings, verdict.notes, verdict.substances, verdict.severity) == ((), (), (), Severity.NONE)


@pytest.mark.parametrize("gap", ["unknown_language", "blocked", "image_only", "truncated", "anything"])
@pytest.mark.parametrize("text", ["", PLAIN])
def test_what_was_not_wholly_seen_is_never_clear(predictor: Predictor, text: str, gap: str) -> None:
    verdict = predictor.judge(TextContent(text, not_seen=(gap,)), TODAY)
    assert verdict.outcome is Outcome.UNCLEAR
    assert verdict.degraded == (gap,)


def test_a_violation_stays_one_where_something_was_not_seen(predictor: Predictor) -> None:
    assert predictor.judge(TextContent(CURE, not_seen=("truncated",)), TODAY).outcome is Outcome.VIOLATION


def test_the_day_decides_which_rules_a_finding_names(predictor: Predictor) -> None:
    def rules(day: date) -> set[str]:
        verdict = judged(predictor, OFFER.format("ketamine"), day)
        return {rule for f in verdict.findings if f.label is Label.NO_PRESCRIPTION for rule in f.rules}

    assert rules(date(2026, 12, 31)) - rules(date(2027, 1, 1)) == {"US-06"}


def test_the_day_decides_whether_a_label_statement_is_true(predictor: Predictor) -> None:
    text = "Spravato is the treatment for treatment-resistant depression. Ask us about Spravato today."
    before, after = (judged(predictor, text, day) for day in (date(2019, 3, 4), date(2019, 3, 5)))
    assert before.as_of == date(2019, 3, 4)
    assert before.families[CLAIM] > after.families[CLAIM]


def test_hidden_text_is_judged_too(predictor: Predictor) -> None:
    text = f"{PLAIN}\n{CURE}"
    shown = TextBlock(0, len(PLAIN))
    verdict = predictor.judge(
        TextContent(text, blocks=(shown, TextBlock(len(PLAIN) + 1, len(text), hidden=True))), TODAY
    )
    assert verdict.flagged == (CLAIM,)
    assert predictor.judge(TextContent(text, blocks=(shown,)), TODAY).flagged == ()


def test_judging_is_a_pure_function(predictor: Predictor) -> None:
    text = f"{PLAIN} {OFFER.format('ketamine')} {CURE}"
    first = judged(predictor, text)
    judged(predictor, CURE)
    assert judged(predictor, text) == first
    again = Predictor(predictor.model, predictor.pack)
    assert judged(again, text) == first


def test_a_verdict_names_its_model_policy_and_day(predictor: Predictor) -> None:
    verdict = judged(predictor, PLAIN, date(2026, 1, 2))
    assert verdict.model_digest == predictor.model.digest
    assert verdict.policy_digest == predictor.pack.digest
    assert verdict.as_of == date(2026, 1, 2)


TEXTS = st.lists(
    st.sampled_from(
        (
            CURE,
            OFFER.format("ketamine"),
            PLAIN,
            "Ketamine may help some people.",
            "\n",
            " | ",
            "k3tamine",
            "Spravato. ",
            "£",
        )
    )
    | st.text(max_size=20),
    max_size=8,
)


@given(TEXTS.map(" ".join))
@settings(deadline=None, max_examples=60)
def test_every_verdict_is_consistent_with_itself(predictor: Predictor, text: str) -> None:
    verdict = judged(predictor, text)
    for found in verdict.findings:
        assert text[found.start : found.end] == found.quote
        assert found.quote.strip() == found.quote != ""
        assert found.family is found.label.family
        assert found.severity is not Severity.NONE
        assert 0 <= found.score <= 1
        assert (found.topic is None) is (found.family is SALE)
        assert found.severity_reason
    assert list(verdict.findings) == sorted(verdict.findings, key=lambda f: (f.start, f.label))
    assert all(0 <= p <= 1 for p in verdict.families.values())
    models = page_models(predictor.model, len(read_page(TextContent(text), Viewer(predictor.pack))))
    assert verdict.flagged == tuple(f for f in Family if verdict.families[f] >= models[f].report)
    for family in verdict.flagged:
        assert any(f.family is family and f.severity.rank >= Severity.MEDIUM.rank for f in verdict.findings)
    assert (verdict.outcome is Outcome.VIOLATION) is bool(verdict.flagged)
    if verdict.outcome is Outcome.CLEAR:
        assert all(verdict.families[f] < models[f].review for f in Family)
    assert (verdict.severity is Severity.NONE) is not bool(verdict.flagged)


def test_a_content_may_have_a_title_and_address_without_a_scheme(predictor: Predictor) -> None:
    content = TextContent(CURE, url="not an address", title="\u200b")
    assert predictor.judge(content, TODAY).flagged == predictor.judge(replace(content, url=""), TODAY).flagged
