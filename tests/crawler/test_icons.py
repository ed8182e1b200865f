"""Where the icon of a page lies, and what bytes are one."""

import pytest

from crawler.icons import icon_url, is_image

PAGE = "https://shop.example/a/b?c"


def test_an_icon_lies_where_the_page_says_or_at_the_usual_place() -> None:
    assert icon_url(PAGE, "https://cdn.example/i.png") == "https://cdn.example/i.png"
    assert icon_url(PAGE, "") == "https://shop.example/favicon.ico"
    assert icon_url(PAGE, "ftp://cdn.example/i.png") == icon_url(PAGE, "javascript:alert(1)") == ""


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x00\x01\x00\x01\x00",
        b"\x89PNG\r\n\x1a\nIHDR",
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x10\x00\x00\x00WEBPVP8",
        b"\x00\x00\x00\x1cftypavif",
        b'\xef\xbb\xbf\n<?xml version="1.0"?><!-- c --><svg xmlns="">',
        b"<svg>",
    ],
)
def test_images_are_told_by_their_first_bytes(body: bytes) -> None:
    assert is_image(body)


@pytest.mark.parametrize("body", [b"", b"<!doctype html><svg>", b"<?xml?><rss>", b"RIFF1234WAVE", b"PK\x03\x04"])
def test_what_is_no_image_is_told_too(body: bytes) -> None:
    assert not is_image(body)
