"""The console in a browser: keys, marks that follow cards, nothing typed ever lost, no complaint of the browser."""

from collections.abc import Callable

from playwright.sync_api import Browser, Dialog, Page, expect

from api.store.kinds import CaseState, Decision
from tests.api.console import sites
from tests.api.console.conftest import Visit
from tests.api.console.drafts import SHOP
from tests.api.console.world import World

Arrive = Callable[..., Visit]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def chosen(page: Page) -> list[str]:
    return [radio.input_value() for radio in page.locator("input[type=radio]:checked").all()]


def test_a_case_is_triaged_with_the_keyboard_alone(full_world: World, visit: Arrive) -> None:
    page = visit().page
    press(page, "j", "Enter")
    page.wait_for_url(f"**/cases/{full_world.case().id}")
    press(page, "c", "c", "u", "o", "c", "c")
    assert chosen(page) == ["confirm", "confirm", "unsure", "overturn", "confirm", "confirm", "confirm"]
    press(page, "2", "n")
    page.keyboard.type("Ships tonight, no doctor.")
    press(page, "Escape", "Control+Enter")
    page.wait_for_url(f"**/cases/*?done={full_world.case().id}")
    review = full_world.reviews()[-1]
    assert review.decision is Decision.CONFIRM
    assert review.note == ("Reason: Delivery, payment or contact built to avoid detection.\nShips tonight, no doctor.")
    assert sorted(review.findings.values()) == ["confirm"] * 4 + ["overturn", "unsure"]
    press(page, "z")
    page.wait_for_url(f"**/cases/{full_world.case().id}")
    page.get_by_role("tab", name="History").press("Enter")
    expect(page.locator("#history .timeline li").first).to_contain_text("Heron confirmed the case")
    expect(page.locator("textarea[name=note]")).to_have_value("")


def test_in_the_queue_the_preview_follows_the_marked_row(full_world: World, visit: Arrive) -> None:
    page = visit().page
    preview = page.locator("[data-preview] h2")
    expect(preview).to_have_text("Needlepoint S-isomer, lab tested | Crystal Pier")
    press(page, "j", "j")
    expect(preview).to_contain_text("Tonight's m")
    press(page, "k")
    expect(preview).to_have_text("Needlepoint S-isomer, lab tested | Crystal Pier")
    page.get_by_text("Ketamine for depression").first.click()
    expect(preview).to_have_text("Ketamine for depression | Bright Harbour Clinic")
    page.locator(".row.marked").click()
    page.wait_for_url(f"**/cases/{full_world.case(sites.CLINIC).id}")


def test_choices_are_taken_back_one_by_one_with_what_followed_from_them(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case(sites.CLINIC).id}")
    press(page, "o", "o", "u")
    assert chosen(page) == ["overturn", "overturn", "unsure", "unsure"]
    press(page, "z")
    assert chosen(page) == ["overturn", "overturn"]
    expect(page.locator(".card.current")).to_have_id("finding-3")
    page.locator("#finding-1").get_by_role("radio", name="Confirm").check()
    press(page, "z")
    assert chosen(page) == ["overturn", "overturn"]
    press(page, "z", "z")
    assert chosen(page) == []


def test_escalating_choosing_a_reason_and_skipping_have_keys(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case(sites.CLINIC).id}?family=claim")
    press(page, "e", "2")
    assert chosen(page) == ["escalate"]
    expect(page.locator("select[name=reason]")).to_have_value("legal_question")
    press(page, "k", "o", "s")
    page.wait_for_url("**/cases/*?family=claim")
    assert full_world.case(sites.CLINIC).state is CaseState.OPEN


def test_reasons_are_those_of_the_chosen_outcome(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case(sites.UNSEEN).id}")
    press(page, "o", "1")
    expect(page.locator("select[name=reason]")).to_have_value("reported_not_promoted")
    press(page, "c")
    expect(page.locator("select[name=reason]")).to_have_value("")
    assert page.locator("optgroup:not([hidden])").count() == 1


def test_keys_lead_to_places_and_a_list_of_them_opens_and_closes(full_world: World, visit: Arrive) -> None:
    page = visit().page
    for keys, path in ((("g", "r"), "/runs"), (("g", "o"), "/overview"), (("g", "q"), "/")):
        press(page, *keys)
        page.wait_for_url(f"**{path}")
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    press(page, "/")
    page.keyboard.type("sofa")
    press(page, "Enter")
    page.wait_for_url("**/?text=sofa**")
    assert page.locator(".row").count() == 1


def test_single_letters_do_nothing_while_turned_off(full_world: World, visit: Arrive) -> None:
    page = visit().page
    page.locator(".menu summary").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("group", name="Single-letter keys").get_by_text("Off").click()
    expect(page.locator("body")).to_have_attribute("data-keys", "off")
    page.goto(page.url)
    press(page, "j", "g", "r")
    assert page.evaluate("document.activeElement === document.body")
    assert page.url.endswith("/")


def test_the_theme_changes_at_once_and_stays(full_world: World, visit: Arrive) -> None:
    page = visit().page
    light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.locator(".menu summary").click()
    with page.expect_response("**/preferences"):
        page.get_by_role("button", name="Dark").click()
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") != light
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_mark_and_its_card_light_each_other(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case(sites.CLINIC).id}")
    page.locator("#finding-2 h2").hover()
    expect(page.locator('mark[data-findings="2"]')).to_have_class("claim lit")
    page.locator('mark[data-findings="3"]').hover()
    expect(page.locator("#finding-3")).to_have_class("card claim lit")
    page.locator('mark[data-findings="3"]').click()
    expect(page.locator(".card.current")).to_have_id("finding-3")
    expect(page.locator("#finding-3")).to_be_in_viewport()


def test_stepping_keeps_mark_and_card_in_view(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case(sites.LONG).id}")
    expect(page.locator("#mark-1")).not_to_be_in_viewport()
    press(page, "k")
    expect(page.locator("#mark-1")).to_be_in_viewport()
    expect(page.locator("#finding-1")).to_be_in_viewport()


def test_the_parts_of_a_case_are_tabs_that_arrows_move_between(full_world: World, visit: Arrive) -> None:
    page = visit().open(f"/cases/{full_world.case().id}#changes")
    expect(page.locator("#changes")).to_be_visible()
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_role("tab", selected=True).press("ArrowRight")
    expect(page.locator("#history")).to_be_visible()
    expect(page.get_by_role("tab", name="History")).to_be_focused()


def test_leaving_with_an_unsent_note_asks_first_and_the_note_is_there_on_return(
    full_world: World, visit: Arrive
) -> None:
    page = visit().open(f"/cases/{full_world.case().id}")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.locator("textarea[name=note]").fill("Half a thought")
    press(page, "Escape", "g", "o")
    page.wait_for_url("**/overview")
    assert asked == ["beforeunload"]
    page.go_back()
    expect(page.locator("textarea[name=note]")).to_have_value("Half a thought")


def test_offline_nothing_is_sent_and_nothing_is_lost(full_world: World, visit: Arrive) -> None:
    one = visit()
    page = one.open(f"/cases/{full_world.case(sites.UNSEEN).id}")
    page.locator("textarea[name=note]").fill("Kept.")
    press(page, "Escape", "u")
    one.context.set_offline(True)
    press(page, "Control+Enter")
    expect(page.get_by_role("status").filter(has_text="You are offline")).to_be_visible()
    expect(page.locator("textarea[name=note]")).to_have_value("Kept.")
    one.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/cases/*?done=*")
    assert [review.note for review in full_world.reviews(sites.UNSEEN)] == ["Kept."]


def test_a_hostile_page_is_text_and_runs_nothing(world: World, visit: Arrive) -> None:
    world.source("harbour-shops", "https://crystal-pier.example/")
    world.run([sites.hostile()])
    page = visit().page
    for path in ("/", f"/cases/{world.case(sites.HOSTILE).id}"):
        page.goto(page.url.rstrip("/") + path if path != "/" else page.url)
        assert page.evaluate("window.taken") is None
    expect(page.locator("#text")).to_contain_text("<img src=x onerror='window.taken = true'>")


def test_without_javascript_a_case_is_read_and_decided(full_world: World, browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + full_world.link())
    page.get_by_text("Ketamine for depression").first.click()
    for part in ("#text", "#changes", "#history", "#signals"):
        expect(page.locator(part)).to_be_visible()
    page.locator("#finding-1").get_by_role("radio", name="Confirm").check()
    page.locator(".outcome").get_by_role("radio", name="Confirm").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The case before: confirmed.")).to_be_visible()
    context.close()
    assert full_world.case(sites.CLINIC).state is CaseState.DECIDED


def test_on_a_phone_the_decision_sticks_above_the_bar_at_the_bottom(full_world: World, visit: Arrive) -> None:
    page = visit(390, 844).open(f"/cases/{full_world.case().id}")
    bar, outcome, submit = (
        page.locator(selector).bounding_box() for selector in (".rail", ".outcome", ".decision .submit")
    )
    assert bar is not None
    assert outcome is not None
    assert submit is not None
    assert bar["y"] + bar["height"] == 844
    assert outcome["y"] + outcome["height"] == submit["y"] + submit["height"] == bar["y"]
    assert outcome["x"] + outcome["width"] <= submit["x"]


def test_on_a_phone_a_case_is_decided_with_a_thumb(full_world: World, visit: Arrive) -> None:
    page = visit(390, 844).page
    page.get_by_text("Needlepoint S-isomer, lab tested").first.click()
    page.wait_for_url(f"**/cases/{full_world.case().id}")
    page.locator(".outcome").get_by_role("radio", name="Escalate").check()
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/cases/*?done=*")
    assert full_world.case(SHOP).state is CaseState.ESCALATED
