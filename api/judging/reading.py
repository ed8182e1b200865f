"""From raw input to a Document: text as it stands, HTML through extraction, mail part by part."""

from dataclasses import dataclass, replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as mail_policy
from enum import StrEnum

from classifier.passages import text_blocks
from crawler.extraction.extract import extract, extract_html
from crawler.extraction.language import detect
from crawler.items import Block, Document, Page

REPLACEMENT = "\ufffd"


class Kind(StrEnum):
    """What the input is."""

    TEXT = "text"
    HTML = "html"
    MAIL = "mail"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Job:
    """One input to read and judge: `content` is text, bytes of HTML or mail, or a fetched Page."""

    kind: Kind
    content: str | bytes | Page
    as_of: date
    url: str = ""
    title: str = ""


def read(job: Job) -> Document:
    """The Document of a job's content; a pure function."""
    if isinstance(job.content, Page):
        return extract(job.content)
    if job.kind is Kind.HTML:
        document = extract_html(job.content, url=job.url)
        return document if document.title or not job.title else replace(document, title=job.title)
    if job.kind is Kind.MAIL:
        raw = job.content if isinstance(job.content, bytes) else job.content.encode("utf-8", "surrogateescape")
        return read_mail(raw, job.url)
    text = job.content if isinstance(job.content, str) else decode(job.content)
    return read_text(text, job.url, job.title)


def decode(raw: bytes) -> str:
    """UTF-8 as it stands: no newline translation, the byte-order mark kept, bad bytes replaced one for one."""
    return replace_surrogates(raw.decode("utf-8", "surrogateescape"))


def replace_surrogates(text: str) -> str:
    """Lone surrogates become U+FFFD, one for one, so that offsets stay."""
    if text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    return "".join(REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in text)


def read_text(text: str, url: str = "", title: str = "") -> Document:
    """Plain text, unchanged; its lines are the blocks."""
    blocks = tuple(Block(b.start, b.end, b.kind, b.region, "", b.hidden) for b in text_blocks(text))
    language, is_readable = detect(text, "")
    not_seen = () if is_readable else ("unknown_language",)
    return Document(url, title, text, blocks, language, not_seen=not_seen)


def read_mail(raw: bytes, url: str = "") -> Document:
    """A mail's subject and every readable part, in order; attachments that are not text are named as not seen."""
    message = message_from_bytes(raw, policy=mail_policy)
    texts: list[str] = []
    not_seen: list[str] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        text, gaps = _read_part(part)
        texts += [text] if text else []
        not_seen += gaps
    subject = replace_surrogates(str(message.get("subject", "")))
    document = read_text("\n".join([subject, *texts]) if subject else "\n".join(texts), url, subject)
    seen = tuple(dict.fromkeys((*document.not_seen, *not_seen)))
    return Document(url, subject, document.text, document.blocks, document.language, not_seen=seen)


def _read_part(part: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """A part's text, and what of the part was not seen."""
    if part.get_content_maintype() != "text":
        return "", ("attachment",)
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset("utf-8")
    if part.get_content_subtype() == "html":
        document = extract_html(raw, content_type=f"text/html; charset={charset}")
        return document.text, document.not_seen
    try:
        # Some charsets that a mail may name decode to lone surrogates, and some refuse to replace what is wrong.
        return replace_surrogates(raw.decode(charset, "replace")), ()
    except (LookupError, UnicodeError):
        return decode(raw), ()
