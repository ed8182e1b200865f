"""Bytes become text as in a browser; what is missing or wrong in them never costs the rest."""

import gzip

import pytest

from crawler.extraction.decoding import MAX_UNPACKED, clean, decode, unpack
from crawler.extraction.extract import extract_html

WORDS = "<p>Grüße aus Köln - 5 €</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "charset", "codec"),
    [
        (WORDS.encode(), "text/html", None, "utf-8"),
        (WORDS.encode("cp1252"), "text/html", None, "cp1252"),
        (b"\xef\xbb\xbf" + WORDS.encode(), "text/html; charset=koi8-r", None, "utf-8"),
        (b"\xff\xfe" + WORDS.encode("utf-16-le"), "text/html", None, "utf-16-le"),
        (WORDS.encode("cp1252"), "text/html; charset=ISO-8859-1", None, "cp1252"),
        (WORDS.encode("iso8859-15"), "text/html; charset=iso-8859-15", None, "iso8859-15"),
        (WORDS.encode(), "text/html; charset=ISO-8859-1", None, "utf-8"),
        (WORDS.encode("cp1252"), "text/html; charset=utf-8", "windows-1252", "cp1252"),
        (b'<meta charset="cp1252">' + WORDS.encode("cp1252"), "text/html", None, "cp1252"),
        (b'<meta charset="utf-16">' + WORDS.encode(), "text/html", None, "utf-8"),
        (b"<meta charset=punycode>" + WORDS.encode(), "text/html; charset=hex", None, "utf-8"),
    ],
)
def test_the_words_come_out_whatever_says_how_they_were_written(body, content_type, charset, codec):
    decoded = decode(body, content_type, charset)
    assert decoded.text.endswith(WORDS)
    assert decoded.charset == codec


def test_bytes_that_are_wrong_in_the_declared_charset_become_replacement_characters():
    assert decode(b"caf\xe9 \xff ol\xc3\xa9", "text/html; charset=utf-8").text == "caf\ufffd \ufffd olé"


def test_one_bad_byte_does_not_make_utf8_into_something_else():
    assert decode("ą".encode() * 50 + b"\xff", "text/html").charset == "utf-8"


def test_text_is_cleaned_of_nul_carriage_returns_and_lone_surrogates():
    assert clean("a\x00b\r\nc\rd\ud800e") == "ab\nc\nd\ufffde"


def test_gzip_is_unpacked_with_all_its_members():
    assert unpack(gzip.compress(b"one ") + gzip.compress(b"two")) == (b"one two", False)


def test_a_truncated_gzip_gives_what_can_be_read_and_says_so():
    page = "".join(f"<p>line {number} of the ledger</p>" for number in range(3_000)).encode()
    packed = gzip.compress(page)
    document = extract_html(packed[: len(packed) // 2])
    assert document.text.startswith("line 0 of the ledger\nline 1 of")
    assert "truncated" in document.not_seen


def test_a_gzip_with_a_damaged_end_keeps_what_came_before():
    packed = bytearray(gzip.compress(bytes(range(256)) * 400, compresslevel=0))
    packed[-20_000] ^= 0xFF
    unpacked, truncated = unpack(bytes(packed[:-8]))
    assert len(unpacked) > 50_000
    assert truncated


def test_a_gzip_bomb_is_read_up_to_the_limit():
    unpacked, truncated = unpack(gzip.compress(b"a" * (MAX_UNPACKED + 10)))
    assert (len(unpacked), truncated) == (MAX_UNPACKED, True)


def test_a_gzip_that_holds_no_text_is_not_html():
    assert extract_html(gzip.compress(b"%PDF-1.7 ...")).not_seen == ("not_html",)
