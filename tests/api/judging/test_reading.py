"""Bytes become text one for one, and a mail is read whatever its parts claim to be."""

from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.judging.reading import Job, Kind, decode, read, read_mail, replace_surrogates

TODAY = date(2026, 11, 21)
# Pairs of pieces of bytes and what stands for them.
PIECES = st.one_of(
    st.text(max_size=5).map(lambda text: (text.encode(), text)),
    st.sampled_from([(b"\xff", "�"), (b"\xc3(", "�("), (b"\xed\xa0\x80", "���"), (b"\r\n", "\r\n"), (b"\r", "\r")]),
)


def mail(charset: str, body: bytes, kind: str = "plain") -> bytes:
    """A mail of one part, as it would come over the wire."""
    head = f"Subject: News\nContent-Type: text/{kind}; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    return head.encode() + body


@given(st.lists(PIECES))
def test_bad_bytes_are_replaced_one_for_one_and_all_else_stays(pieces: list[tuple[bytes, str]]) -> None:
    # A space between the pieces keeps a torn sequence from being completed by the next.
    assert decode(b" ".join(raw for raw, _ in pieces)) == " ".join(text for _, text in pieces)


@given(st.text(st.characters(exclude_categories=())))
def test_lone_surrogates_are_replaced_one_for_one(text: str) -> None:
    replaced = replace_surrogates(text)
    assert len(replaced) == len(text)
    assert all(b == ("�" if "\ud800" <= a <= "\udfff" else a) for a, b in zip(text, replaced, strict=True))


def test_text_is_read_unchanged() -> None:
    text = "\ufeff one\r\n\ttwo\x00\n"
    assert read(Job(Kind.TEXT, text, TODAY)).text == text


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "Кетамин".encode(), "Кетамин"),
        ("windows-1251", "Кетамин".encode("cp1251"), "Кетамин"),
        ("nonesuch", b"Ketamine", "Ketamine"),
        ("rot13", b"Ketamine", "Ketamine"),
        ("undefined", b"Ketamine", "Ketamine"),
        ("idna", b"Ketamine", "ketamine"),
        ("unicode_escape", b"Keta\\ud800mine", "Keta�mine"),
        ("utf-7", b"Keta+2AA-mine", "Keta�mine"),
    ],
)
def test_a_mail_is_read_whatever_charset_it_names(charset: str, body: bytes, text: str) -> None:
    document = read_mail(mail(charset, body))
    assert document.text.lower() == f"news\n{text}".lower()
    assert document.title == "News"
    assert document.text.encode("utf-8")


def test_the_parts_of_a_mail_are_read_in_order() -> None:
    message = EmailMessage()
    message["Subject"] = "News"
    message.set_content("First part.\n")
    message.add_alternative("<p>Second part.</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf")
    document = read_mail(message.as_bytes())
    assert document.text.split() == ["News", "First", "part.", "Second", "part."]
    assert document.not_seen == ("attachment",)


def test_a_mail_that_is_only_an_image_was_not_seen() -> None:
    assert read_mail(mail("utf-8", b'<img src="https://a.example/offer.png">', "html")).not_seen == ("image_only",)


@pytest.mark.parametrize("raw", [b"", b"\n", b"\xff\x00", b"Content-Type: multipart/mixed; boundary=b\n\n--b\n--b--"])
def test_a_broken_mail_gives_a_document(raw: bytes) -> None:
    assert read_mail(raw).text.strip() in ("", "�\x00")


def test_a_title_that_came_with_html_stands_where_the_page_has_none() -> None:
    assert read(Job(Kind.HTML, "<p>Text", TODAY, title="Given")).title == "Given"
    assert read(Job(Kind.HTML, "<title>Own</title><p>Text", TODAY, title="Given")).title == "Own"
