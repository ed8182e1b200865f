"""What a page tells of who runs it beside its text: accounts of trackers, its icon, its template."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extraction.extract import extract_html
from crawler.extraction.trackers import find_trackers

SCRIPTS = {
    "gtag('config', 'G-4F7K2M9Q1Z');": "ga4:G-4F7K2M9Q1Z",
    "ga('create', 'UA-48151623-2', 'auto')": "ua:UA-48151623",
    "(window,document,'script','dataLayer','GTM-K7Q2P9M')": "gtm:GTM-K7Q2P9M",
    "gtag('config', 'AW-948576132')": "google_ads:AW-948576132",
    "adsbygoogle.js?client=ca-pub-4815162342481516": "adsense:pub-4815162342481516",
    "fbq('init', '990011223344556');": "meta_pixel:990011223344556",
    "https://www.facebook.com/tr?id=990011223344556&ev=PageView": "meta_pixel:990011223344556",
    "ym(77889911, 'init', {})": "yandex:77889911",
    "https://mc.yandex.ru/watch/77889911": "yandex:77889911",
    "h._hjSettings={hjid:2244668,hjsv:6}": "hotjar:2244668",
}
PLACES = {
    "script": "<script>{}</script>",
    "script in the head": "<head><script>{}</script></head><p>x</p>",
    "script address": '<script src="{}"></script>',
    "frame in a noscript": '<noscript><iframe src="{}"></iframe></noscript>',
    "picture in a noscript": '<noscript><img src="{}"></noscript>',
}
BOXES = "".join(
    f'<div class="{name}"></div>' for name in ["shell", "bar", "stage", "shelf", "card", "notes", "ask", "foot"]
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_an_account_is_found_wherever_a_page_reports_to_it(script, place):
    document = extract_html(PLACES[place].format(script))
    assert document.attributes["trackers"] == SCRIPTS[script]


@pytest.mark.parametrize(
    "script",
    ["'G-XXXXXXXXXX'", "'UA-XXXXX-Y'", "'UA-00000000-1'", "'GTM-XXXXXX'", "fbq('init', '1234567890')", "MSG-ABCDEFGH"],
)
def test_a_placeholder_is_no_account(script):
    assert list(find_trackers(script)) == []


def test_an_account_named_in_the_text_is_none_of_the_page():
    assert "trackers" not in extract_html("<p>We removed G-4F7K2M9Q1Z from all pages.</p>").attributes


@pytest.mark.parametrize(
    "needle", ["G-", "UA-1", "GTM-A", "fbq('init',", "facebook.com/tr?", "facebook.com/tr?" + "a" * 60, "hjid:", "ym("]
)
def test_a_long_script_of_half_accounts_ends(needle):
    assert list(find_trackers(needle * (2_000_000 // len(needle)))) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*SCRIPTS, "G-", "ym(", " ", "'", "hjid:", "\x00", "ü"]), max_size=12).map("".join))
def test_any_script_gives_accounts_that_stand_in_it(script):
    assert all(tracker.partition(":")[2].removeprefix("pub-") in script for tracker in find_trackers(script))


@pytest.mark.parametrize(
    ("link", "attributes"),
    [
        ('<link rel="icon" href="/jar.png">', {"icon": "https://jars.example/jar.png"}),
        (
            '<base href="https://cdn.example/a/"><link rel="shortcut icon" href="j.ico">',
            {"icon": "https://cdn.example/a/j.ico"},
        ),
        ('<link rel="icon" href="data:image/png;base64,amFy">', {"icon_sha256": hashlib.sha256(b"jar").hexdigest()}),
        ('<link rel="icon" href="data:,jar">', {"icon_sha256": hashlib.sha256(b"jar").hexdigest()}),
        ('<link rel="icon" href="data:;base64,a">', {"icon_sha256": hashlib.sha256(b"a").hexdigest()}),
        ('<link rel="icon" href="javascript:x">', {}),
    ],
)
def test_the_declared_icon_is_known_by_its_address_or_its_bytes(link, attributes):
    found = extract_html(f"<head>{link}</head><p>Jars</p>", url="https://jars.example/a/").attributes
    assert {name: value for name, value in found.items() if name.startswith("icon")} == attributes


def test_pages_of_one_template_have_one_fingerprint_whatever_they_say():
    one = extract_html(f"<title>A</title>{BOXES}<p class=lead>Lamps</p>")
    other = extract_html(
        f'<title>B</title><body class="page-7">{BOXES}<h2>Oil</h2><p>Jars</p><div class="card post-9">x'
    )
    assert one.attributes["template"] == other.attributes["template"]


def test_another_template_has_another_fingerprint_and_a_page_without_boxes_has_none():
    one, other = (extract_html(page).attributes["template"] for page in (BOXES, BOXES.replace("shelf", "rack")))
    assert one != other
    assert "template" not in extract_html("<div class=a><p>Lamps</p></div>").attributes
