"""The plainest offers and claims are flagged, every one, and their plainest denials pass: a model must know these."""

from datetime import date

import pytest

from classifier.labels import Family
from classifier.predictor import Predictor
from classifier.types import TextContent

TODAY = date(2026, 11, 22)
OFFERS = (
    "Ketamine powder, 1 g €40, 5 g €170, add to cart",
    "S-Ketamin, 5 Gramm 160 Euro, auf Lager",
    "Buy ketamine online, no prescription needed",
    "Ketamine vials for sale, discreet shipping worldwide",
    "Order ketamine now, pay with bitcoin, tracked stealth delivery",
    "2-FDCK crystals in stock, ships today",
    "Oxycodone 30 mg without a prescription, order now",
    "Text me for ketamine, 30 a gram",
    "Comprar ketamina sin receta, envío discreto",
    "Acheter kétamine, livraison discrète, 35 € le gramme",
    "Кетамин купить, 1 г 3000 руб, доставка",
    "Xanax bars for sale, cheap, no script",
)
CLAIMS = (
    "Our ketamine cures depression for good, guaranteed, with no side effects.",
    "Ketamine heals PTSD in one session, 100 % success.",
    "Completely safe and not addictive: ketamine lozenges for everyone.",
    "FDA-approved ketamine infusions for depression and anxiety.",
    "Ketamine works better than any antidepressant.",
    "No doctor needed: take our ketamine troches at home.",
    "Take 200 mg of ketamine every evening before bed for anxiety.",
    "Ketamine therapy ends chronic pain.",
    "Ketamin heilt Depressionen, garantiert und ohne Nebenwirkungen.",
    "La ketamina cura la depresión para siempre.",
    "Ketamine rewires the brain and reverses dementia.",
    "Ketamine therapy works for everyone.",
)
CLEAN = (
    "Ketamine does not cure depression.",
    "No honest clinic guarantees that ketamine will work.",
    "Ketamine is not approved for depression, and its effect fades within two weeks.",
    "Police seized five grams of ketamine worth €200.",
    "Ketamine infusion, $450 a session, by referral only.",
    "Ketamin ist nicht zur Behandlung von Depressionen zugelassen.",
    "Ketamine is a prescription-only anaesthetic.",
    "He was charged with selling ketamine at a festival.",
)


def flagged(predictor: Predictor, text: str) -> tuple[Family, ...]:
    return predictor.judge(TextContent(text), TODAY).flagged


@pytest.mark.parametrize("text", OFFERS)
def test_a_plain_offer_is_flagged(predictor: Predictor, text: str) -> None:
    assert Family.ILLICIT_SALE in flagged(predictor, text)


@pytest.mark.parametrize("text", CLAIMS)
def test_a_plain_claim_is_flagged(predictor: Predictor, text: str) -> None:
    assert Family.UNSUPPORTED_CLAIM in flagged(predictor, text)


@pytest.mark.parametrize("text", CLEAN)
def test_a_plain_denial_report_or_lawful_channel_passes(predictor: Predictor, text: str) -> None:
    assert flagged(predictor, text) == ()
