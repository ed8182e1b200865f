"""The tab Screenshot: what a browser saw of a page, and the picture that is handed out to those who are signed in."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlmodel import select

from api.store.engine import writing
from api.store.kinds import LookKind
from api.store.tables.looks import Look
from api.store.tables.pages import Capture
from tests.api.console import sites
from tests.api.console.conftest import SignIn
from tests.api.console.drafts import SHOP
from tests.api.console.reading import soup, words
from tests.api.console.world import PICTURE, World


def test_the_picture_stands_on_the_case_with_what_it_is_and_when_it_was_taken(
    full_world: World, sign_in: SignIn
) -> None:
    case = full_world.case(SHOP)
    page = soup(sign_in().get(f"/cases/{case.id}"))
    panel = page.select_one("#screenshot")
    assert panel is not None
    image = panel.select_one("img")
    assert image is not None
    assert (image["width"], image["height"]) == ("1280", "2400")
    assert "as a browser drew it" in str(image["alt"])
    said = words(panel)
    for part in ("Chromium 156.0", "1280 by 2400 pixels", "the page goes on below the picture", "10[.]0[.]0[.]8"):
        assert part in said


def test_the_picture_is_handed_out_as_a_picture_and_nothing_else(full_world: World, sign_in: SignIn) -> None:
    case = full_world.case(SHOP)
    client = sign_in()
    image = soup(client.get(f"/cases/{case.id}")).select_one("#screenshot img")
    assert image is not None
    answer = client.get(str(image["src"]))
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_nobody_gets_a_picture_who_is_not_signed_in_or_asks_by_another_case(
    full_world: World, sign_in: SignIn, stranger: TestClient
) -> None:
    case, other = full_world.case(SHOP), full_world.case(sites.CLINIC)
    client = sign_in()
    image = soup(client.get(f"/cases/{case.id}")).select_one("#screenshot img")
    assert image is not None
    path = str(image["src"])
    assert stranger.get(path).status_code in (303, 401)
    assert client.get(path.replace(case.id, other.id)).status_code == 404
    assert client.get(f"/cases/{case.id}/screenshot/none").status_code == 404


def test_a_picture_that_is_lost_is_told(full_world: World, sign_in: SignIn) -> None:
    case = full_world.case(SHOP)
    client = sign_in()
    image = soup(client.get(f"/cases/{case.id}")).select_one("#screenshot img")
    assert image is not None
    full_world.lose_texts()
    assert client.get(str(image["src"])).status_code == 404


def test_a_look_that_failed_says_why_and_a_page_without_one_says_how_to_get_it(
    full_world: World, sign_in: SignIn
) -> None:
    client = sign_in()
    failed = soup(client.get(f"/cases/{full_world.case(sites.CLINIC).id}")).select_one("#screenshot")
    none = soup(client.get(f"/cases/{full_world.case(sites.ARABIC).id}")).select_one("#screenshot")
    assert failed is not None
    assert none is not None
    assert "timeout: no answer within 30 seconds" in words(failed)
    assert "RXWARDEN_BROWSER" in words(none)


def test_hostile_words_of_a_look_are_shown_as_text(full_world: World, sign_in: SignIn) -> None:
    look = full_world.look(sites.ARABIC, PICTURE, refused=(("<script>alert(1)</script>", "<b>no</b>"),))
    page = sign_in().get(f"/cases/{full_world.case(sites.ARABIC).id}").text
    assert "<script>alert(1)" not in page
    assert "<b>no</b>" not in page
    assert look.id in page


def test_what_a_browser_was_told_stands_beside_what_we_were_told(full_world: World, sign_in: SignIn) -> None:
    told_otherwise(full_world)
    panel = soup(sign_in().get(f"/cases/{full_world.case(SHOP).id}")).select_one("#screenshot")
    assert panel is not None
    assert [words(line) for line in panel.select(".diff del")] == ["Told us only Fresh bread every morning"]
    assert [words(line) for line in panel.select(".diff ins")] == ["Told a browser only Crystals, 5 g, 80 EUR"]
    assert "messenger: t[.]me/pier" in words(panel)
    assert "12 % of the text is the same" in words(panel)


def test_a_browsers_name_that_was_turned_away_takes_nothing_back(full_world: World, sign_in: SignIn) -> None:
    told_otherwise(full_world)
    with writing(full_world.engine) as session:
        last = session.get_one(Look, "other")
        failed = Look(**last.model_dump(exclude={"id", "capture_id", "looked_at", "differences"}), id="failed")
        failed.capture_id = session.exec(select(Capture.id).where(Capture.page_id != last.page_id)).all()[0]
        failed.looked_at, failed.error = last.looked_at + timedelta(days=7), "http_403: the server answered <b>403</b>"
        failed.differences = {}
        session.add(failed)
    panel = soup(sign_in().get(f"/cases/{full_world.case(SHOP).id}")).select_one("#screenshot")
    assert panel is not None
    assert "nothing came of it: http_403: the server answered <b>403</b>; below is what came before." in words(panel)
    assert "12 % of the text is the same" in words(panel)


def told_otherwise(world: World) -> None:
    """Let the shop have told a browser something else."""
    look = world.look(SHOP, PICTURE)
    with writing(world.engine) as session:
        other = Look(**look.model_dump(exclude={"id", "kind"}), id="other", kind=LookKind.OTHER_AGENT)
        other.likeness, other.is_different = 0.12, True
        other.differences = {
            "removed": ["Fresh bread every morning"],
            "added": ["Crystals, 5 g, 80 EUR"],
            "signals_removed": [],
            "signals_added": ["messenger: t.me/pier"],
        }
        session.add(other)
