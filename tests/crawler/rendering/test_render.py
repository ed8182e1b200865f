"""Pages in a real browser: what is read of them, and that a hostile one costs only itself."""

import struct

import pytest

from crawler.extraction.extract import extract
from crawler.items import Page
from crawler.rendering.items import RenderFailure, Rendering, RenderOrder
from crawler.rendering.process import RenderProcess
from tests.crawler.loopback import Loopback
from tests.crawler.rendering.hostile import page


def rendered(browser: RenderProcess, web: Loopback, path: str) -> Rendering:
    answer = browser.render(RenderOrder(web.url(path)))
    assert isinstance(answer, Rendering), answer
    return answer


def failed(browser: RenderProcess, web: Loopback, path: str) -> RenderFailure:
    answer = browser.render(RenderOrder(web.url(path)))
    assert isinstance(answer, RenderFailure), answer
    return answer


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height as the file itself says."""
    place = 2
    while True:
        marker, length = struct.unpack(">HH", data[place : place + 4])
        if 0xFFC0 <= marker <= 0xFFC2:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length


def test_what_a_script_draws_is_read_and_seen(browser: RenderProcess, web: Loopback) -> None:
    answer = rendered(browser, web, "/scripted")
    assert answer.text == "Drawn by a script\n\nPrices on request, and much more about nothing in particular"
    assert b"<h1>Drawn by a script</h1>" in answer.html
    assert (answer.status, answer.final_url) == (200, web.url("/scripted"))
    assert answer.screenshot.startswith(b"\xff\xd8\xff")
    assert jpeg_size(answer.screenshot) == (answer.width, answer.height) == (1280, 900)
    assert answer.truncated == ()
    assert answer.browser.startswith("Chromium ")
    assert web.headers["127.0.0.1/scripted"]["user-agent"] == "rxwarden-test/1"


def test_the_extractor_reads_the_rendered_page(browser: RenderProcess, web: Loopback) -> None:
    answer = rendered(browser, web, "/scripted")
    fetched = Page(
        answer.url, answer.final_url, 200, answer.fetched_at, (), "text/html; charset=utf-8", answer.html, "s", "site"
    )
    document = extract(fetched)
    assert document.title == "Shop"
    assert "Drawn by a script" in document.text
    assert "scripted" not in document.not_seen


def test_nothing_is_carried_from_page_to_page(browser: RenderProcess, web: Loopback) -> None:
    rendered(browser, web, "/cookie")
    assert rendered(browser, web, "/cookie").text.startswith("no cookie")


def test_text_in_shadow_trees_is_read(browser: RenderProcess, web: Loopback) -> None:
    answer = rendered(browser, web, "/shadow")
    assert "In the shadow" in answer.text
    assert b'<div data-shadow=""><style>p{color:red}</style><p>In the shadow</p>' in answer.html


def test_frames_that_take_up_room_are_read(browser: RenderProcess, web: Loopback) -> None:
    other = web.url("/plain", "b.localhost")
    web.pages["/frames"] = page(
        "<p>Outside</p><iframe src=/plain width=400 height=300></iframe>"
        f"<iframe src='{other}' width=400 height=200></iframe><iframe src=/cookie width=1 height=1></iframe>"
    )
    answer = rendered(browser, web, "/frames")
    assert answer.text.count("Plain page") == 2
    assert "no cookie" not in answer.text
    assert answer.html.count(b"<h1>Plain page</h1>") == 2


def test_a_frame_without_an_end_costs_nothing_but_itself(browser: RenderProcess, web: Loopback) -> None:
    looping, other = web.url("/loops-later", "b.localhost"), web.url("/plain", "c.localhost")
    web.pages["/with-a-loop"] = page(
        f"<h1>Around it</h1><iframe src='{looping}' width=400 height=300></iframe>"
        f"<iframe src='{other}' width=400 height=300></iframe>"
    )
    answer = rendered(browser, web, "/with-a-loop")
    assert answer.text.startswith("Around it")
    assert "Plain page" in answer.text
    assert "frames" in answer.truncated


def test_the_address_of_a_page_is_one_that_can_be_kept(browser: RenderProcess, web: Loopback) -> None:
    assert rendered(browser, web, "/long-address").final_url == web.url("/long-address")


def test_an_error_page_is_a_page_with_its_status(browser: RenderProcess, web: Loopback) -> None:
    answer = rendered(browser, web, "/not-found")
    assert (answer.status, answer.text) == (404, "Gone, it says")


def test_the_picture_is_bounded(browser: RenderProcess, web: Loopback) -> None:
    answer = rendered(browser, web, "/tall")
    assert jpeg_size(answer.screenshot) == (answer.width, answer.height) == (1280, 3000)
    assert "picture" in answer.truncated


def test_a_page_stays_on_the_hosts_of_its_source(browser: RenderProcess, web: Loopback) -> None:
    web.pages["/away"] = page(f"<h1>Here</h1><script>location = '{web.url('/plain', 'b.localhost')}'</script>")
    order = RenderOrder(web.url("/away"), ("127.0.0.1",))
    answer = browser.render(order)
    assert isinstance(answer, Rendering)
    assert (answer.final_url, answer.text[:4]) == (order.url, "Here")
    redirected = browser.render(RenderOrder(web.url("/away-by-redirect"), ("127.0.0.1",)))
    assert isinstance(redirected, RenderFailure)
    assert redirected.reason == "offsite_redirect"
    assert redirected.detail == web.url("/plain", "b.localhost")


def test_a_page_may_move_within_its_site(browser: RenderProcess, web: Loopback) -> None:
    answer = browser.render(RenderOrder(web.url("/within"), ("127.0.0.1",)))
    assert isinstance(answer, Rendering)
    assert (answer.final_url, answer.url) == (web.url("/plain"), web.url("/within"))


@pytest.mark.parametrize("path", ["/file", "/save", "/no-content"])
def test_a_file_to_save_is_no_page_and_is_not_saved(browser: RenderProcess, web: Loopback, path: str) -> None:
    assert failed(browser, web, path).reason == "download"


@pytest.mark.parametrize(
    ("path", "heading", "cut"),
    [
        ("/popups", "Popups", ""),
        ("/alerts", "Alerts", ""),
        ("/unload", "Stay", ""),
        ("/alert-loop", "Alerts", "scripts"),
        ("/loop-at-once", "Looping\nbefore\n\nafter", "scripts"),
        ("/scroll", "Endless", ""),
        ("/measured", "Measured", ""),
        ("/fields", "Fields", ""),
        ("/long-address", "Long", ""),
        ("/windows", "Windows", ""),
        ("/bomb", "Bomb", ""),
        ("/requests", "Requests", "requests"),
        ("/never", "Never done", "time"),
        ("/polling", "Polling", ""),
        ("/endless", "Begun", "bytes"),
    ],
)
def test_a_hostile_page_is_taken_as_far_as_it_goes(
    browser: RenderProcess, web: Loopback, path: str, heading: str, cut: str
) -> None:
    answer = rendered(browser, web, path)
    assert answer.text.replace("\n\n", "\n").startswith(heading.replace("\n\n", "\n"))
    assert not cut or cut in answer.truncated
    assert len(answer.html) <= 1 << 20


def test_a_page_that_eats_memory_is_ended_and_the_next_is_rendered(browser: RenderProcess, web: Loopback) -> None:
    assert failed(browser, web, "/hog").reason == "memory"
    assert rendered(browser, web, "/plain").text.startswith("Plain page")


def test_a_page_that_never_answers_is_given_up(browser: RenderProcess, web: Loopback) -> None:
    failure = failed(browser, web, "/silent")
    assert (failure.reason, failure.detail) == ("timeout", "no answer within 5 seconds")
