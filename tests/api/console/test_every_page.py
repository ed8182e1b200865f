"""Every page, light and dark, wide and narrow: no barrier that axe finds, no sideways scroll; the README's pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlmodel import col, select

from api.store.engine import reading
from api.store.kinds import Role
from api.store.tables.runs import Run
from tests.api.console import sites
from tests.api.console.conftest import Visit
from tests.api.console.world import World

PICTURE = (1120, 700)
MOST_PICTURE_BYTES = 250_000

Arrive = Callable[..., Visit]


def paths(world: World) -> dict[str, str]:
    """Give every kind of page by name."""
    with reading(world.engine) as session:
        run = session.exec(select(Run.id).order_by(col(Run.as_of).desc())).first()
    case = f"/cases/{world.case().id}"
    return {
        "queue": "/",
        "filtered queue": "/?family=sale&severity=high",
        "no case fits": "/?text=zebra",
        "case": case,
        "changes": f"{case}?#changes",
        "history": f"{case}?x#history",
        "signals": f"{case}?y#signals",
        "screenshot": f"{case}?z#screenshot",
        "case in arabic": f"/cases/{world.case(sites.ARABIC).id}",
        "disguised case": f"/cases/{world.case(sites.DISGUISED).id}",
        "case without findings": f"/cases/{world.case(sites.UNSEEN).id}",
        "runs": "/runs",
        "run": f"/runs/{run}",
        "sources": "/sources",
        "overview": "/overview",
        "policy": "/policy",
        "people": "/people",
        "keys": "/keys",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_barrier(full_world: World, visit: Arrive, theme: str) -> None:
    one = visit(theme=theme, name="Owl", role=Role.ADMIN)
    found = {}
    for name, path in paths(full_world).items():
        page = one.open(path)
        page.eval_on_selector_all("main details:not(.chip)", "all => all.forEach(one => (one.open = true))")
        problems = Axe().run(page)
        if problems.violations_count:
            found[name] = problems.generate_report()
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page_has_no_barrier_either(full_world: World, visit: Arrive, theme: str) -> None:
    page = visit(390, 844, theme=theme).page
    page.locator(".menu summary").click()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    page.locator(".chip summary").nth(1).click()
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_no_page_scrolls_sideways(full_world: World, visit: Arrive, width: int) -> None:
    one = visit(width, 844, name="Owl", role=Role.ADMIN)
    wide = {
        name: one.open(path).evaluate("document.documentElement.scrollWidth")
        for name, path in paths(full_world).items()
    }
    assert {name: pixels for name, pixels in wide.items() if pixels > width} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pictures_of_the_readme_are_small(
    full_world: World, visit: Arrive, tmp_path: Path, pytestconfig: pytest.Config, theme: str
) -> None:
    folder: Path = pytestconfig.getoption("screenshots", default=None) or tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    one = visit(*PICTURE, theme=theme)
    for name in ("queue", "case"):
        file = folder / f"{name}-{theme}.png"
        one.open(paths(full_world)[name]).screenshot(path=file)
        assert file.stat().st_size < MOST_PICTURE_BYTES
