"""Words for numbers and moments, addresses that nobody can follow, quotes with their telling words."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest

from api.console import phrases
from api.console.addresses import defang, host_and_path
from api.console.emphasis import Reason, emphasised, excerpt, telling_words
from api.store.kinds import CaseState, Decision, Role, RunState, Scope, SourceRunState, Why
from classifier.labels import Family, Outcome, Severity

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("probability", "said"),
    [
        (1.0, "very likely, 99"),
        (0.97, "very likely, 97"),
        (0.7, "likely, 70"),
        (0.5, "about even, 50"),
        (0.0, "very unlikely, 1"),
    ],
)
def test_a_probability_has_a_word_and_never_claims_certainty(probability: float, said: str) -> None:
    assert phrases.likelihood(probability) == f"{said}\N{NARROW NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(weeks=3), "3 weeks ago"),
        (timedelta(days=-2), "in 2 days"),
    ],
)
def test_a_moment_is_told_in_its_largest_unit(length: timedelta, said: str) -> None:
    assert phrases.ago(NOW - length, NOW) == said


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (phrases.FAMILY, Family),
        (phrases.FAMILY_SHORT, Family),
        (phrases.SEVERITY, Severity),
        (phrases.OUTCOME, Outcome),
        (phrases.WHY, Why),
        (phrases.STATE, CaseState),
        (phrases.DECISION, Decision),
        (phrases.DECIDED, Decision),
        (phrases.SCOPE, Scope),
        (phrases.ROLE, Role),
        (phrases.RUN_STATE, RunState),
        (phrases.SOURCE_RUN_STATE, SourceRunState),
    ],
)
def test_every_kind_has_words(table: dict[object, str], kind: type[StrEnum]) -> None:
    assert set(table) == set(kind)


def test_a_failure_is_told_in_a_sentence_known_or_not() -> None:
    assert phrases.failure("http_404") == "The server answered with status 404."
    assert phrases.failure("dns") == "The host name could not be found."
    assert phrases.failure("dropped_by_peer") == "It could not be fetched (dropped by peer)."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://shop.example/a.html?x=1", "hxxps://shop[.]example/a.html?x=1"),
        ("http://a.b.example:81/", "hxxp://a[.]b[.]example:81/"),
        ("t.me/someone", "t[.]me/someone"),
        ("letter to HTTP://a.example/b", "letter to HxxP://a[.]example/b"),
        ("https://sh\u200bop.example/", "hxxps://sh·op[.]example/"),
        ("", ""),
    ],
)
def test_an_address_cannot_be_followed(url: str, said: str) -> None:
    assert defang(url) == said


def test_a_row_shows_host_and_path_apart() -> None:
    assert host_and_path("https://shop.example/a/b?c=d") == ("shop[.]example", "/a/b?c=d")


def test_telling_words_are_set_apart_whole_and_whatever_their_case() -> None:
    assert str(emphasised("In  Stock: stocks & shares", ("in stock", "shares"))) == (
        "<b>In  Stock</b>: stocks &amp; <b>shares</b>"
    )


def test_only_what_speaks_for_a_finding_is_telling_and_the_weightiest_comes_first() -> None:
    reasons: list[Reason] = [
        {"text": "may", "weight": -1.0},
        {"text": "grams", "weight": 0.4},
        {"text": "buy", "weight": 2.0},
    ]
    assert telling_words([*reasons, {"text": "a step down", "weight": 0.0}]) == ("buy", "grams")


def test_what_is_too_short_to_mean_anything_is_no_telling_word() -> None:
    reasons: list[Reason] = [{"text": text, "weight": 1.0} for text in ("of", " ", "5g", "к", "ket")]
    assert telling_words(reasons) == ("5g", "к", "ket")


def test_a_long_quote_is_cut_around_its_telling_words() -> None:
    cut = excerpt("x " * 400 + "buy now" + " y" * 400, ("buy now",), 100)
    assert cut.startswith("… x")
    assert cut.endswith("y …")
    assert "buy now" in cut
    assert len(cut) <= 104
