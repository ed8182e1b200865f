"""The tab of what is similar: sites of the same operator with the reasons, pages with the same text."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi.testclient import TestClient
from playwright.sync_api import expect

from api.services.clusters import regroup
from tests.api.console import sites
from tests.api.console.conftest import Visit
from tests.api.console.drafts import Part, Site
from tests.api.console.reading import one, soup, words
from tests.api.console.world import World

Arrive = Callable[..., Visit]
MIRROR = "https://www.pier-mirror.example/shop/needlepoint.html"
QUIET = "https://quiet-counter.example/"
WALLET = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"


@pytest.fixture
def kin_world(full_world: World) -> World:
    """The full world with a mirror of the shop, and a counter that pays into the wallet of the mirror."""
    shop = sites.shop("80", later=True)
    mirror = replace(shop, url=MIRROR, signals=(*shop.signals, ("wallet", WALLET), ("email", "pier@counter.example")))
    markup = "<script>window.taken = true</script>"
    counter = Site(QUIET, f"Counter {markup}", (Part(f"Ring twice. {markup}"),), signals=(("wallet", WALLET),))
    full_world.run([mirror, counter])
    regroup(full_world.engine, full_world.blobs)
    return full_world


def test_the_same_operator_is_told_with_its_reasons_and_the_way_to_its_case(
    kin_world: World, heron: TestClient
) -> None:
    part = one(soup(heron.get(f"/cases/{kin_world.case().id}")), "#similar")
    mirror, counter = part.select(".kin > li")
    assert "pier-mirror[.]example" in words(mirror)
    assert "Messenger t[.]me/pier_example" in words(mirror)
    assert str(one(mirror, "a")["href"]) == f"/cases/{kin_world.case(MIRROR).id}"
    assert "quiet-counter[.]example no case Through pier-mirror[.]example:" in words(counter)
    assert f"Wallet {WALLET}" in words(counter)


def test_pages_with_the_same_text_are_told_and_led_to(kin_world: World, heron: TestClient) -> None:
    part = one(soup(heron.get(f"/cases/{kin_world.case().id}")), "#similar")
    (row,) = part.select("tbody tr")
    assert words(row.select("td")[0]) == "hxxps://www[.]pier-mirror[.]example/shop/needlepoint.html"
    assert words(row.select("td")[1]) == "all of it"
    assert str(one(row, "a")["href"]) == f"/cases/{kin_world.case(MIRROR).id}"


def test_a_page_like_no_other_says_so(kin_world: World, heron: TestClient) -> None:
    part = one(soup(heron.get(f"/cases/{kin_world.case(sites.CLINIC).id}")), "#similar")
    assert "No other site is known to share contacts" in words(part)
    assert "No other site has a page with this text." in words(part)


def test_before_the_first_comparison_nothing_is_similar(full_world: World, heron: TestClient) -> None:
    page = soup(heron.get(f"/cases/{full_world.case().id}"))
    assert words(one(page, "a[href='#similar']")) == "Similar 0"


def test_the_place_of_a_signal_is_told(kin_world: World, heron: TestClient) -> None:
    rows = one(soup(heron.get(f"/cases/{kin_world.case().id}")), "#signals").select("tbody tr")
    assert {words(row.select("td")[2]) for row in rows} == {"in the head, for machines"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_similar_has_no_barrier_and_scrolls_no_page_sideways(
    kin_world: World, visit: Arrive, tmp_path: Path, pytestconfig: pytest.Config, theme: str, width: int
) -> None:
    page = visit(width, 844, theme=theme).open(f"/cases/{kin_world.case().id}#similar")
    expect(page.locator("#similar")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    problems = Axe().run(page)
    assert problems.violations_count == 0, problems.generate_report()
    if folder := pytestconfig.getoption("screenshots", default=None):
        page.screenshot(path=folder / f"similar-{theme}-{width}.png")


def test_the_tab_leads_to_the_case_of_the_other_site(kin_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{kin_world.case().id}")
    page.get_by_role("tab", name="Similar 3").click()
    page.get_by_role("link", name="its gravest case").first.click()
    page.wait_for_url(f"**/cases/{kin_world.case(MIRROR).id}")
    expect(page.locator(".case-header .address")).to_contain_text("pier-mirror[.]example")
