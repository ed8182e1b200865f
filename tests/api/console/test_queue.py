"""The queue: what a row says, in which order, filtered and paged, and what stands there when nothing waits."""

from urllib.parse import parse_qsl

from fastapi.testclient import TestClient

from api.console.filters import Wanted, read_position, read_wanted, write_position
from api.store.kinds import Decision
from api.store.queries.queue import Position
from tests.api.console import sites
from tests.api.console.drafts import SHOP
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World


def rows(client: TestClient, path: str = "/") -> list[str]:
    return [words(row) for row in soup(client.get(path)).select("[data-case]")]


def test_a_row_says_what_was_found_where_and_why_it_is_here(full_world: World, heron: TestClient) -> None:
    first = rows(heron)[0]
    for part in (
        "Critical",
        "Needlepoint S-isomer, lab tested | Crystal Pier",
        "crystal-pier[.]example /shop/needlepoint.html",
        "Sale Claim",
        "Needlepoint S-isomer, 5 g, 80 EUR, in stock",
        "ketamine",
        "Changed since the decision",
        "2 days ago",
    ):
        assert part in first


def test_the_gravest_and_most_probable_come_first(full_world: World, heron: TestClient) -> None:
    order = [row.split()[0] for row in rows(heron)]
    assert order == sorted(order, key=["Critical", "High", "Medium", "Low", "No"].index)


def test_the_words_that_tell_are_set_apart(full_world: World, heron: TestClient) -> None:
    saying = soup(heron.get("/")).select("[data-case] .saying")[0]
    assert [mark.get_text() for mark in saying.select("b")] == ["S-isomer", "5 g", "EUR", "in stock"]


def test_the_filters_read_as_a_sentence_and_narrow_the_list(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get("/?family=claim&severity=high&days=7&state=open"))
    assert [words(chip) for chip in page.select(".chip > summary")] == [
        "state: open",
        "family: unsupported claim",
        "severity: high and up",
        "why: any reason",
        "source: any source",
        "days: last 7 days",
    ]
    assert {words(one(row, ".name")) for row in page.select("[data-case]")} == {
        "Needlepoint S-isomer, lab tested | Crystal Pier",
        "Ketamine for depression | Bright Harbour Clinic",
    }


def test_a_search_looks_at_address_title_and_quotes(full_world: World, heron: TestClient) -> None:
    assert len(rows(heron, "/?text=own+sofa")) == 1
    assert len(rows(heron, "/?text=souq-night")) == 1
    page = soup(heron.get("/?text=zebra"))
    assert "Nothing in the queue fits these filters and the words “zebra”." in words(one(page, ".empty"))


def test_sixty_cases_are_paged_without_repeating_or_losing_one(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.listing(number) for number in range(60)])
    seen: list[str] = []
    path: str | None = "/"
    while path:
        page = soup(heron.get(path))
        seen += [str(row["data-case"]) for row in page.select("[data-case]")]
        following = page.select_one("a[rel=next]")
        path = str(following["href"]) if following else None
    assert len(seen) == len(set(seen)) == 60


def test_an_unreadable_place_or_filter_shows_the_queue_from_its_top(full_world: World, heron: TestClient) -> None:
    assert rows(heron, "/?after=4~x~y&severity=purple&state=%00&days=-1") == rows(heron)


def test_the_first_case_is_previewed(full_world: World, heron: TestClient) -> None:
    preview = one(soup(heron.get("/")), "[data-preview]")
    assert "Says no prescription or doctor is needed" in words(preview)
    assert one(preview, ".primary")["href"] == f"/cases/{full_world.case().id}"


def test_a_preview_can_be_had_alone(full_world: World, heron: TestClient) -> None:
    answer = heron.get(f"/cases/{full_world.case(sites.CLINIC).id}/preview?family=claim")
    assert "<html" not in answer.text
    assert str(one(soup(answer), ".primary")["href"]).endswith("?family=claim")


def test_an_empty_queue_says_what_was_done_today_and_what_is_due(world: World, heron: TestClient) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.shop()])
    world.decide(SHOP, Decision.CONFIRM)
    empty = words(one(soup(heron.get("/")), ".empty"))
    assert "Nothing waits for a decision" in empty
    assert "Today: 1 decision (1 confirmed)." in empty
    assert "Due next: the source harbour-shops, in 5 days." in empty


def test_a_first_run_names_three_steps_and_ticks_those_that_are_done(world: World, heron: TestClient) -> None:
    assert not soup(heron.get("/")).select(".steps .did")
    world.source("harbour-shops", "https://crystal-pier.example/", read=False)
    (done,) = soup(heron.get("/")).select(".steps .did")
    assert "Choose what to watch" in words(done)


def test_a_place_in_the_queue_survives_being_written_down() -> None:
    place = Position(4, 0.1 + 0.2, "abc~def")
    assert read_position(write_position(place)) == place


def test_filters_come_back_from_their_own_query() -> None:
    wanted = Wanted(state="any", family="sale", severity="high", days="30", source="a b", text="x & y")
    assert read_wanted(dict(parse_qsl(wanted.query))) == wanted
    assert Wanted().query == ""
