"""The lookup key: the public Safe Browsing vectors, hostile input, and what must never fall together."""

import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.canonical import LONGEST_URL, canonicalize, expressions, lookup_key, site_of, url_hash
from crawler.exceptions import UrlInvalid

DATA = Path(__file__).parent / "data"
ESCAPES = {b"t": b"\t", b"r": b"\r", b"n": b"\n"}


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("# ")]


def spelled_out(written: str) -> str:
    r"""Turn the file's \t \r \n \xNN into the bytes they stand for."""
    raw = re.sub(
        rb"\\(?:([trn])|x([0-9a-f]{2}))",
        lambda match: ESCAPES[match[1]] if match[1] else bytes.fromhex(match[2].decode()),
        written.encode(),
    )
    return raw.decode("utf-8", "surrogateescape")


VECTORS = rows("canonicalization.tsv")
EXPRESSIONS = rows("url_expressions.tsv")


def test_the_public_vectors_are_all_here() -> None:
    assert len(VECTORS) == 77
    assert sum(expected == "INVALID" for _, expected, _ in VECTORS) == 15
    assert len(EXPRESSIONS) == 13


@pytest.mark.parametrize(("written", "expected"), [row[:2] for row in VECTORS if row[1] != "INVALID"])
def test_a_url_gets_its_documented_form(written: str, expected: str) -> None:
    assert canonicalize(spelled_out(written)) == expected


@pytest.mark.parametrize("written", [row[0] for row in VECTORS if row[1] == "INVALID"])
def test_a_url_without_a_host_is_refused(written: str) -> None:
    with pytest.raises(UrlInvalid):
        canonicalize(spelled_out(written))


@pytest.mark.parametrize(("url", "expected"), [row[:2] for row in EXPRESSIONS])
def test_a_url_has_its_documented_expressions(url: str, expected: str) -> None:
    found = expressions(canonicalize(url))
    assert sorted(found) == sorted(expected.split("|"))
    assert found[0] == lookup_key(url)


def test_a_shared_host_is_never_tested_for_its_tenants() -> None:
    assert expressions("http://seller.github.io/") == ("seller.github.io/",)
    assert expressions("http://github.io/") == ("github.io/",)
    assert expressions("http://a.shop.co.uk/") == ("a.shop.co.uk/", "shop.co.uk/")


def test_an_expression_has_the_documented_hash() -> None:
    assert url_hash("a.example.com/").hex().startswith("291bc542")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("localhost:8000/a", "http://localhost/a"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a/b/c/..", "http://a/b/"),
        ("http://a/../../b", "http://a/b"),
        ("http://listed.example\\x\\y?q\\r", "http://listed.example/x/y?q\\r"),
        ("http://ｌｉｓｔｅｄ。example/", "http://listed.example/"),
        ("http://💊.example/", "http://xn--pr8h.example/"),
        ("http://a／b.example/", "http://a%EF%BC%8Fb.example/"),
        ("http://user@evil.example@good.example/", "http://good.example/"),
        ("http://[::1%25eth0]/", "http://[::1]/"),
        ("http://08.1/", "http://08.1/"),
        ("http://4294967296/", "http://4294967296/"),
        ("http://a/\x00\udc80", "http://a/%00%80"),
    ],
)
def test_odd_spellings_browsers_accept_meet_the_plain_one(url: str, expected: str) -> None:
    assert canonicalize(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://...",
        "http://\u00ad/",
        "http://a:b/",
        "http://[::1",
        "http://[::1]x/",
        "http://[zz]/",
        "javascript:alert(1)",
        "data:,x",
    ],
)
def test_what_no_browser_would_fetch_is_refused(url: str) -> None:
    with pytest.raises(UrlInvalid):
        canonicalize(url)


def test_half_a_character_is_refused_with_what_to_do() -> None:
    with pytest.raises(UrlInvalid, match="valid Unicode"):
        canonicalize("http://a/\ud800")


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("%25" * 2700, "%25" * 2700),
        ("%" + "25" * 4000, "%25"),
        ("%" * 2700 + "25" * 2700, "%25" * 2700),
        ("a/" * 4000, "a/" * 4000),
        ("a/../" * 1600, ""),
        ("\x00" * 8000, "%00" * 8000),
    ],
)
def test_hostile_paths_of_8_kb_come_out_right(tail: str, expected: str) -> None:
    canonical = canonicalize("http://h/" + tail)
    assert canonical == "http://h/" + expected
    assert len(expressions(canonical)) <= 30


@pytest.mark.parametrize("host", ["a." * 4000 + "example", "1" * 8000, "ü" * 4000, "1." * 4000 + "1"])
def test_hostile_hosts_of_8_kb_have_few_expressions(host: str) -> None:
    assert len(expressions(canonicalize(f"http://{host}/"))) <= 5


@pytest.mark.parametrize("url", ["http://h/" + "a" * LONGEST_URL, "http://h/" + "é" * (LONGEST_URL // 2)])
def test_a_url_over_the_limit_in_bytes_is_refused(url: str) -> None:
    with pytest.raises(UrlInvalid, match="longer than 8192 bytes"):
        canonicalize(url)


def test_a_url_at_the_limit_is_taken() -> None:
    assert canonicalize("http://h/".ljust(LONGEST_URL, "a")).endswith("aaa")


PIECES = st.lists(
    st.sampled_from(
        ["%", "%2", "25", "5", "2", "%25", "/", "..", ".", "?", "#", "@", ":", "a", "é", "\\", " ", "\t", "[", "]"]
    )
)
URLS = st.one_of(st.text(max_size=60), PIECES.map("".join), PIECES.map(lambda parts: "http://h/" + "".join(parts)))


@given(URLS)
def test_a_canonical_url_is_its_own_canonical_form(url: str) -> None:
    try:
        canonical = canonicalize(url)
    except UrlInvalid:
        return
    assert canonicalize(canonical) == canonical
    assert canonical.isascii()


@given(PIECES.map("".join))
def test_unescaping_in_one_pass_is_unescaping_until_nothing_changes(text: str) -> None:
    raw = re.sub(r"[^%25a]", "", text).encode()
    until_stable = raw
    while (decoded := unquote_to_bytes(until_stable)) != until_stable:
        until_stable = decoded
    assert unquote_to_bytes(canonicalize("http://h/" + raw.decode())[9:]) == until_stable


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.shop.example", "shop.example"),
        ("a.b.shop.co.uk", "shop.co.uk"),
        ("seller.myshopify.com", "seller.myshopify.com"),
        ("10.0.0.7", "10.0.0.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
        ("one.localhost", "one.localhost"),
        ("localhost", "localhost"),
    ],
)
def test_hosts_below_one_registered_name_are_one_site(host, site):
    assert site_of(host) == site
