"""Runs, sources, overview, policy, people, keys and preferences."""

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.console.charts import Series, lying_bars, standing_bars
from api.store.commands.sources import override_robots
from api.store.engine import writing
from api.store.kinds import Role, RunKind
from api.store.tables.runs import Run, SourceRun
from tests.api.console import sites
from tests.api.console.conftest import SignIn
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World

ELSEWHERE = ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", "/a\r\nb")


def test_a_run_tells_its_sources_what_was_found_and_what_failed_and_why(full_world: World, heron: TestClient) -> None:
    runs = soup(heron.get("/runs"))
    assert words(runs.select("tbody tr")[0]) == "20 Nov 2026 Finished, with failures 2 5 0 5 2 4 minutes"
    run = soup(heron.get(str(runs.select("tbody a")[0]["href"])))
    said = words(one(run, "main"))
    assert "Needlepoint S-isomer, lab tested | Crystal Pier hxxps://crystal-pier[.]example/shop/" in said
    assert "hxxps://crystal-pier[.]example/old.html The server did not answer in time. 1 attempt." in said
    assert "The site's robots.txt asks crawlers to stay away; it was not fetched." in said


def test_a_run_tells_what_an_operator_should_look_at(full_world: World, heron: TestClient) -> None:
    address = str(soup(heron.get("/runs")).select("tbody a")[0]["href"])
    with writing(full_world.engine) as session:
        run = session.exec(select(Run).where(Run.id == address.rpartition("/")[2])).one()
        visit = session.exec(select(SourceRun).where(SourceRun.run_id == run.id)).first()
        assert visit is not None
        run.kind, run.warnings = RunKind.ONE_OFF, ["the disk is nearly full"]
        visit.bytes, visit.unverified, visit.warnings = 14_000_000, 3, ["it lost 9 of 10 pages"]
        visit.errors = {"http_403": 2, "unreadable": 1}
        session.add_all((run, visit))
    assert "One-off crawl. Finished, with failures Something to look at" in words(
        soup(heron.get("/runs")).select("tbody tr")[0]
    )
    said = words(one(soup(heron.get(address)), "main"))
    for told in (
        "14 MB received",
        "the disk is nearly full",
        "it lost 9 of 10 pages",
        "3 pages came with a certificate that does not verify",
        "2 pages: The server answered with status 403.",
        "1 page: It was captured and could not be read.",
    ):
        assert told in said


def test_an_unknown_run_is_a_page_that_says_what_to_do(heron: TestClient) -> None:
    answer = heron.get("/runs/none")
    assert answer.status_code == 404
    assert "open one from the list of runs" in words(one(soup(answer), "main"))


def test_sources_tell_cadence_last_success_and_how_they_stand(full_world: World, heron: TestClient) -> None:
    lines = soup(heron.get("/sources")).select("tbody tr")
    rows = {words(one(line, "th")).split()[0]: words(line) for line in lines}
    assert "Up to date 14 days 2 days ago in 12 days" in rows["clinics-west"]
    assert "Last attempt failed The server did not answer in time." in rows["diaries"]
    assert "Not read yet 7 days never now" in rows["new-forum"]
    assert "hxxps://new-forum[.]example/" in rows["new-forum"]
    assert not [row for row in rows.values() if "robots.txt" in row]


def test_a_source_that_does_not_obey_robots_says_so_and_why(full_world: World, heron: TestClient) -> None:
    with writing(full_world.engine) as session:
        override_robots(session, "diaries", "Written order <b>of the court</b>, 3 May")
    rows = [words(line) for line in soup(heron.get("/sources")).select("tbody tr")]
    told = [row for row in rows if "Read whatever robots.txt says: Written order <b>of the court</b>, 3 May" in row]
    assert [row.split()[0] for row in told] == ["diaries"]


def test_before_the_first_run_the_pages_say_how_to_begin(heron: TestClient) -> None:
    assert "rxwarden weekly" in words(one(soup(heron.get("/runs")), "main"))
    assert "rxwarden sources add" in words(one(soup(heron.get("/sources")), "main"))
    assert "0 cases wait" in words(one(soup(heron.get("/overview")), "main"))


def test_the_overview_draws_cases_by_severity_and_week_with_the_figures_as_tables(
    full_world: World, heron: TestClient
) -> None:
    page = soup(heron.get("/overview"))
    by_severity, by_week = page.select("figure")
    assert [words(row) for row in by_severity.select("tbody tr")] == [
        "Critical 6 1",
        "High 5 2",
        "Medium 3 3",
        "Low 1 0",
        "No finding 1 0",
    ]
    assert [words(row) for row in by_week.select("tbody tr")][-5:] == [
        "19 Oct 6 0",
        "26 Oct 6 6",
        "2 Nov 6 1",
        "9 Nov 0 0",
        "16 Nov 4 0",
    ]
    for figure in (by_severity, by_week):
        picture = one(figure, "svg[role=img]")
        assert words(one(picture, "title")) == words(one(figure, "figcaption"))
        assert words(one(figure, "desc")).endswith(".")


def test_bars_are_as_long_as_their_values_and_stay_on_the_canvas() -> None:
    chart = lying_bars("Title", ["a", "b"], [Series("one", "One", (4, 0)), Series("two", "Two", (4, 2))])
    assert [(shape.style, shape.width) for shape in chart.shapes] == [("one", 121.0), ("two", 121.0), ("two", 60.5)]
    assert all(shape.x + shape.width <= 360 for shape in chart.shapes)
    standing = standing_bars("Title", ["a", "b", "c"], [Series("one", "One", (0, 5, 10))])
    assert [shape.height for shape in standing.shapes] == [63.0, 126.0]
    assert [label.text for label in standing.labels] == ["a", "c"]


def test_charts_without_any_case_are_drawn_empty() -> None:
    assert lying_bars("Title", ["a"], [Series("one", "One", (0,))]).shapes == ()
    assert standing_bars("Title", [], [Series("one", "One", ())]).labels == ()


def test_the_policy_page_holds_every_label_rule_fact_and_topic(heron: TestClient, world: World) -> None:
    page = soup(heron.get("/policy"))
    for label in world.policy.labels.values():
        assert label.title in words(one(page, f"#label-{label.id.value}"))
    for rule in world.policy.rules.values():
        assert " ".join(rule.citation.split()) in " ".join(one(page, f"[id='rule-{rule.id}']").get_text().split())
    assert len(page.select(".facts-list li")) == len(world.policy.dated_facts)
    assert len(page.select("[id^='topic-']")) == len(world.policy.topics)


def test_dated_facts_that_are_due_say_so(sign_in: SignIn, world: World) -> None:
    last = max(fact.check_after for fact in world.policy.dated_facts)
    world.clock.at = world.clock.at.replace(year=last.year + 1)
    facts = soup(sign_in().get("/policy")).select(".facts-list li")
    assert [words(fact).split()[:2] for fact in facts] == [["Check", "now"]] * len(world.policy.dated_facts)


def test_an_admin_adds_a_person_whose_link_is_shown_once_and_works(sign_in: SignIn, stranger: TestClient) -> None:
    owl = sign_in("Owl", Role.ADMIN)
    token = str(one(soup(owl.get("/people")), "form.add input[name=form_token]")["value"])
    answer = owl.post("/people", data={"form_token": token, "name": "Lark", "role": "lead"})
    link = str(one(soup(answer), "#link")["value"])
    assert link.startswith("http://testserver/sign-in?token=")
    assert stranger.get(link).status_code == 303
    assert "Lark" in words(one(soup(stranger.get("/")), "body"))
    page = soup(owl.get("/people"))
    assert not page.select("#link")
    assert "Lark Lead 0 just now" in words(one(page, "main"))


def test_a_new_link_can_be_made_for_somebody(sign_in: SignIn, world: World, stranger: TestClient) -> None:
    owl = sign_in("Owl", Role.ADMIN)
    world.person("Wren")
    token = str(one(soup(owl.get("/people")), "form.add input[name=form_token]")["value"])
    page = soup(owl.post("/people/links", data={"form_token": token, "name": "Wren"}))
    assert stranger.get(str(one(page, "#link")["value"])).status_code == 303


@pytest.mark.parametrize(
    ("name", "role", "said"), [("Owl", "lead", "taken"), ("<b>", "lead", "is no name"), ("Kite", "king", "Choose what")]
)
def test_a_person_who_cannot_be_added_is_refused_in_a_sentence(
    sign_in: SignIn, name: str, role: str, said: str
) -> None:
    owl = sign_in("Owl", Role.ADMIN)
    token = str(one(soup(owl.get("/people")), "form.add input[name=form_token]")["value"])
    answer = owl.post("/people", data={"form_token": token, "name": name, "role": role})
    assert answer.status_code == 422
    assert said in words(one(soup(answer), "[role=alert]"))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.LEAD])
def test_people_are_seen_and_changed_by_admins_alone(sign_in: SignIn, role: Role) -> None:
    client = sign_in("Heron", role)
    page = soup(client.get("/"))
    assert not page.select('.rail a[href="/people"]')
    token = str(page.select("input[name=form_token]")[0]["value"])
    assert client.get("/people").status_code == 403
    assert client.post("/people", data={"form_token": token, "name": "Lark", "role": "admin"}).status_code == 403
    assert client.post("/people/links", data={"form_token": token, "name": "Heron"}).status_code == 403


def test_the_theme_and_the_keys_are_kept(heron: TestClient) -> None:
    page = soup(heron.get("/policy"))
    assert (one(page, "html")["data-theme"], one(page, "body")["data-keys"]) == ("system", "on")
    token = str(page.select("input[name=form_token]")[0]["value"])
    answer = heron.post("/preferences", data={"form_token": token, "theme": "dark", "back": "/policy"})
    assert answer.headers["location"] == "/policy"
    heron.post("/preferences", data={"form_token": token, "keys": "off", "back": "/"})
    page = soup(heron.get("/"))
    assert (one(page, "html")["data-theme"], one(page, "body")["data-keys"]) == ("dark", "off")
    assert words(one(page, "button[name=theme][aria-pressed=true]")) == "Dark"


@pytest.mark.parametrize("back", ELSEWHERE)
def test_a_choice_leads_back_into_the_console_and_nowhere_else(heron: TestClient, back: str) -> None:
    token = str(soup(heron.get("/")).select("input[name=form_token]")[0]["value"])
    answer = heron.post("/preferences", data={"form_token": token, "theme": "dark", "back": back})
    assert answer.headers["location"] == "/"


def test_an_unknown_theme_counts_as_none(heron: TestClient) -> None:
    heron.cookies.set("rxw_theme", '"><script>')
    assert one(soup(heron.get("/")), "html")["data-theme"] == "system"


def test_every_key_is_listed_on_a_page_of_its_own(heron: TestClient) -> None:
    said = words(one(soup(heron.get("/keys")), "main"))
    for text in ("Next finding, then the outcome", "Escalate the case", "Skip to the next case"):
        assert text in said


def test_a_row_of_the_rail_says_where_one_is_and_how_many_wait(full_world: World, heron: TestClient) -> None:
    rail = one(soup(heron.get(f"/cases/{full_world.case(sites.CLINIC).id}")), ".rail")
    assert words(one(rail, "[aria-current=page]")) == "Queue 15"
