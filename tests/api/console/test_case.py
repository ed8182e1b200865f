"""The case page: text with findings in place, inspector, changes, history, signals, and hostile pages."""

from dataclasses import replace

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.store.kinds import Decision
from tests.api.console import sites
from tests.api.console.drafts import SHOP
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World


def open_case(client: TestClient, world: World, url: str = SHOP, query: str = "") -> str:
    return str(client.get(f"/cases/{world.case(url).id}{query}").text)


def test_each_finding_stands_in_the_text_and_on_a_card(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    for number, quote in (
        (1, "Needlepoint S-isomer, 5 g, 80 EUR, in stock"),
        (3, "our regulars come back every Friday for the cleanest way to float through a weekend and wake up cured of"),
        (4, "the cleanest way to float through a weekend"),
        (6, "No script needed: tick the form and it ships tonight"),
    ):
        marked = "".join(mark.get_text() for mark in page.select(f'#text mark[data-findings~="{number}"]'))
        assert marked.startswith(quote)
        assert one(page, f"#mark-{number}")["href"] == f"#finding-{number}"
        one(page, f"#finding-{number} .number[href='#mark-{number}']")


def test_a_card_says_label_likelihood_reason_words_rule_and_what_would_be_acceptable(
    full_world: World, heron: TestClient
) -> None:
    page = soup(heron.get(f"/cases/{full_world.case(sites.CLINIC).id}"))
    card, policy = one(page, "#finding-2"), full_world.policy
    label = next(label for label in policy.labels.values() if label.id.value == "safety_minimization")
    rule, topic = policy.rules[label.rules[0]], policy.topics["E-SAFE"]
    said = words(card)
    for part in (label.title, "very likely, 91", label.severity_reason, rule.id, topic.unsupported):
        assert part in said
    for part in (rule.citation, label.acceptable):
        assert " ".join(part.split()) in said
    assert [words(line).split()[0] for line in card.select(".cited li")] == [*label.rules[:3], "and", "Evidence"]
    assert all(rule in words(one(card, ".grounds")) for rule in label.rules[:5])
    bars = [(words(one(bar, ".word")), words(one(bar, ".side"))) for bar in card.select(".reasons li")]
    assert bars == [("completely safe", "for"), ("not addictive", "for")]


def test_what_speaks_against_a_finding_comes_last_and_says_so(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    assert words(page.select("#finding-1 .reasons li")[-1]) == "lab against"


def test_hidden_text_is_labelled(full_world: World, heron: TestClient) -> None:
    hidden = one(soup(heron.get(f"/cases/{full_world.case().id}")), ".hidden-text")
    assert words(hidden) == "hidden from visitors buy ketamine crystal online cheap legal europe"


def test_a_changed_page_says_what_is_new_and_what_was_decided(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    assert "Wren confirmed this case 3 weeks ago; the page has changed since." in words(one(page, ".cards"))
    assert "New since the decision" in words(one(page, "#finding-6"))
    assert "Earlier: confirmed" in words(one(page, "#finding-2"))
    changes = one(page, "#changes")
    assert [words(line) for line in changes.select("del, ins")] == [
        "Removed Needlepoint S-isomer, 5 g, 95 EUR, in stock. Larger amounts on request.",
        "Added Needlepoint S-isomer, 5 g, 80 EUR, in stock. Larger amounts on request.",
        "Added No script needed: tick the form and it ships tonight.",
    ]
    assert [words(word) for word in changes.select("b")] == ["95", "80"]


def test_history_tells_decisions_verdicts_and_captures_newest_first(full_world: World, heron: TestClient) -> None:
    history = one(soup(heron.get(f"/cases/{full_world.case().id}")), "#history")
    assert [words(event) for event in history.select(".timeline b")] == [
        "Judged: looks like a violation",
        "Captured",
        "Wren confirmed the case",
        "Judged: looks like a violation",
        "Captured",
    ]
    assert "Clear offer. The operator runs two more hosts." in words(history)
    assert "review.confirm" in words(one(history, ".log"))


def test_signals_are_told_without_a_link_anybody_could_follow(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    assert "t[.]me/pier_example" in words(one(page, "#signals"))
    assert "Card payment is offered" in words(one(page, "#signals"))


def test_no_page_of_the_console_links_to_a_captured_page(full_world: World, heron: TestClient) -> None:
    for path in ("/", f"/cases/{full_world.case().id}", "/runs", "/sources", "/policy"):
        page = soup(heron.get(path))
        links = [str(link.get("href", "")) for link in page.select("[href]")]
        assert not [link for link in links if not link.startswith(("/", "#"))]
        sources = "[src]:not([src^='/static/'], [src^='/cases/'])"
        assert not page.select(sources)
        assert "crystal-pier.example" not in page.get_text()


def test_markup_of_a_page_is_text_wherever_it_is_shown(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    run = world.run([sites.hostile()])
    case = world.case(sites.HOSTILE).id
    for path in ("/", f"/cases/{case}", f"/cases/{case}/preview", f"/runs/{run}"):
        page = soup(heron.get(path))
        assert [str(script["src"]).rpartition("/")[2] for script in page.select("script")] in ([], ["console.js"])
        assert not page.select("img, iframe, svg[onload], [onclick], [onerror], [onload], [style], style")
    text = one(soup(heron.get(f"/cases/{case}")), "#text .captured")
    assert sites.SCRIPT in text.get_text()


def test_characters_that_reorder_or_hide_are_marks_and_never_reach_the_browser(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.hostile(), sites.disguised()])
    for url in (sites.HOSTILE, sites.DISGUISED):
        html = open_case(heron, world, url)
        assert not {"\u202e", "\u202c", "\u200b", "\x07", "\ud800"} & set(html)
    assert "zero width × 2" in open_case(heron, world, sites.HOSTILE)
    page = soup(heron.get(f"/cases/{world.case(sites.HOSTILE).id}"))
    assert [mark.get_text() for mark in page.select("#text .unseen")] == [
        "reversed",
        "end of order",
        "zero width",
        "zero width × 2",
        "invisible",
        "invisible",
    ]


def test_right_to_left_text_keeps_its_direction(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case(sites.ARABIC).id}"))
    assert one(page, "#text .captured")["lang"] == "ar"
    assert all(block["dir"] == "auto" for block in page.select("#text .block"))


def test_a_very_long_page_shows_its_finding_and_counts_what_it_leaves_out(world: World, heron: TestClient) -> None:
    world.source("diaries", "https://calm-letters.example/")
    world.run([sites.long_page()])
    page = soup(heron.get(f"/cases/{world.case(sites.LONG).id}"))
    (hit,) = sites.long_page().hits
    assert "".join(mark.get_text() for mark in page.select("#text mark")) == hit.quote
    assert "without findings not shown" in words(one(page, "#text"))
    assert len(one(page, "#finding-1 blockquote").get_text()) < 400
    whole = heron.get(f"/cases/{world.case(sites.LONG).id}/text")
    assert whole.text == sites.long_page().text
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert whole.headers["content-disposition"].startswith("attachment")


def test_a_page_of_which_not_everything_was_seen_says_so(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case(sites.UNSEEN).id}"))
    assert "Not everything was seen: its text may be in its images." in words(one(page, "#text"))
    assert "No single passage stands out" in words(one(page, ".cards"))


def test_a_lost_text_leaves_the_case_readable_by_its_quotes(full_world: World, heron: TestClient) -> None:
    full_world.lose_texts()
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    assert "The text cannot be shown" in words(one(page, "#text"))
    assert "in stock" in words(one(page, "#finding-1"))


def test_a_verdict_of_an_earlier_policy_says_so(world: World, app: FastAPI, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.shop()])
    assert "another version of the policy" not in open_case(heron, world)
    app.state.desk = replace(world.desk(), policy=replace(world.policy, digest="f" * 64))
    assert "another version of the policy" in open_case(heron, world)


def test_an_unknown_case_is_a_page_that_says_what_to_do(heron: TestClient) -> None:
    answer = heron.get("/cases/%3Cscript%3E")
    assert answer.status_code == 404
    assert "open one from the queue" in words(one(soup(answer), "main"))


def test_after_three_quarters_of_an_hour_of_critical_cases_a_break_is_suggested(
    world: World, heron: TestClient
) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    critical = [sites.listing(number) for number in range(3, 27, 3)]
    world.run([*critical, sites.shop()])
    suggestion = "A few minutes away help"
    for site in critical:
        world.decide(site.url, Decision.CONFIRM, by="Heron")
        assert suggestion not in open_case(heron, world)
        world.clock.go(minutes=6)
    assert suggestion in open_case(heron, world)
    world.clock.go(minutes=6)
    assert suggestion not in open_case(heron, world)
