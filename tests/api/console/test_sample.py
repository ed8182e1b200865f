"""Pages of the random sample in the console: why they are there, what is asked of them, what they tell together."""

import pytest
from fastapi.testclient import TestClient

from api.services.sampling import FEWEST_READ, Sample
from api.store.kinds import Decision
from tests.api.console import sites
from tests.api.console.drafts import Part, Site
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World


@pytest.fixture
def world(world: World) -> World:
    """An installation that samples every page and has stated no prevalence."""
    world.sample, world.prevalence = Sample(1.0), None
    return world


def quiet(number: int) -> Site:
    return Site(f"https://quiet-{number}.example/", f"Quiet page {number}", (Part("Bread and cheese."),))


def test_a_page_on_which_nothing_was_found_asks_what_it_is(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://quiet-1.example/")
    world.run([quiet(1), sites.shop()])
    listed = soup(heron.get("/", params={"why": "random_sample"})).select(".row")
    assert [words(one(row, ".why")) for row in listed] == ["Random sample"]
    page = soup(heron.get(f"/cases/{world.case('https://quiet-1.example/').id}"))
    assert "picked at random for a person to read" in words(one(page, ".cards"))
    asked = [words(label) for label in page.select(".outcome label span")]
    assert [text.split(" ")[0] for text in asked] == ["Violates", "Clear", "Unsure", "Escalate"]
    flagged = soup(heron.get(f"/cases/{world.case().id}"))
    assert words(flagged.select(".outcome label span")[0]).startswith("Confirm")


def test_the_overview_tells_what_share_violates_once_enough_were_read(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://quiet-1.example/")
    world.run([quiet(number) for number in range(FEWEST_READ)])
    said = words(one(soup(heron.get("/overview")), "main"))
    assert f"it takes {FEWEST_READ} pages picked at random" in said
    assert f"{FEWEST_READ} pages of the sample wait to be read" in said
    for number in range(FEWEST_READ):
        world.decide(f"https://quiet-{number}.example/", Decision.CONFIRM if number == 7 else Decision.OVERTURN)
    said = words(one(soup(heron.get("/overview")), "main"))
    assert "4.8 % of judged pages, between" in said
    assert f"1 of {FEWEST_READ} pages read on which nothing was found violates" in said
    assert "wait to be read" not in said
