"""The frames between job and fetcher: what goes in comes out, and half a frame is never an answer."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.exceptions import FrameBroken, SourceInvalid
from crawler.fetching.policy import FetchPolicy
from crawler.items import Archive, ArchiveRecord, FetchFailure, Page, Target
from crawler.protocol import (
    END,
    MAGIC,
    PREFIX,
    Ticket,
    decode_start,
    decode_ticket,
    encode_answer,
    encode_start,
    encode_ticket,
    read_answer,
)
from crawler.sources import Source

MOMENT = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
RECORD = ArchiveRecord("s-1.warc.gz", 512, "urn:uuid:1", "http://a.example/", MOMENT, "ab" * 32, "urn:uuid:0")
PAGE = Page(
    url="http://a.example/ü",
    final_url="http://a.example/%C3%BC",
    status=200,
    fetched_at=MOMENT,
    headers=(("Content-Type", "text/html"), ("X", "\xff\udc80")),
    content_type="text/html",
    body=b"\x00RXW1\xff",
    source="s",
    spider="site",
    depth=2,
    redirects=("http://a.example/1",),
    ip_address="93.184.216.34",
    truncated=True,
    records=(RECORD, RECORD),
    sent_head=120,
    sent_body=9,
)
anything = st.text(st.characters(), max_size=30)


@given(anything, anything, anything, anything, st.integers(0, 99))
def test_a_ticket_survives_its_line(url: str, etag: str, modified: str, more: str, depth: int) -> None:
    ticket = Ticket(depth, Target(url + more, depth, etag, modified, RECORD if depth % 2 else None))
    line = encode_ticket(ticket)
    assert line.count(b"\n") == 1
    assert decode_ticket(line) == ticket


def test_the_end_line_ends_the_feed_and_a_broken_line_is_an_error() -> None:
    assert decode_ticket(END) is None
    for line in (b"{\n", b"[]\n", b'{"serial": 1, "target": {"no": 1}}\n', b"\xff\n"):
        with pytest.raises(FrameBroken):
            decode_ticket(line)


def test_source_and_policy_survive_the_start_line() -> None:
    source = Source("shop", "site", ("https://shop.example/",), "US-CA", 3, False, 2, 10)
    policy = FetchPolicy("a@b.example", allowed_addresses=("127.0.0.1:8808",), delay_seconds=0.5)
    assert decode_start(encode_start(source, policy)) == (source, policy, None)
    archive = Archive("/data/warc", 1 << 20)
    assert decode_start(encode_start(source, policy, archive)) == (source, policy, archive)
    with pytest.raises(SourceInvalid, match="spider is 'other'"):
        decode_start(encode_start(source, policy).replace(b'"site"', b'"other"'))


@pytest.mark.parametrize("answer", [PAGE, FetchFailure("http://a.example/", "robots", "not allowed", 1)])
def test_answers_survive_their_frames_one_after_the_other(answer: Page | FetchFailure) -> None:
    stream = io.BytesIO(encode_answer(7, answer) + encode_answer(8, answer))
    assert [read_answer(stream.read), read_answer(stream.read), read_answer(stream.read)] == [
        (7, answer),
        (8, answer),
        None,
    ]


def test_a_frame_that_comes_byte_by_byte_is_put_together() -> None:
    stream = io.BytesIO(encode_answer(1, PAGE))
    assert read_answer(lambda _size: stream.read(1)) == (1, PAGE)


def test_a_frame_torn_anywhere_is_broken() -> None:
    frame = encode_answer(1, PAGE)
    for end in range(1, len(frame)):
        with pytest.raises(FrameBroken, match="in the middle of a frame"):
            read_answer(io.BytesIO(frame[:end]).read)


@pytest.mark.parametrize(
    "frame",
    [
        PREFIX.pack(b"HTTP", 2, 0) + b"{}",
        PREFIX.pack(MAGIC, 1 << 30, 0),
        PREFIX.pack(MAGIC, 2, 1 << 31),
        PREFIX.pack(MAGIC, 2, 0) + b"{}",
        PREFIX.pack(MAGIC, 1, 0) + b"[",
        encode_answer(1, PAGE).replace(b'"headers": [[', b'"headers": [[['),
        encode_answer(1, PAGE).replace(b'"status": 200', b'"status": "2x"'),
        encode_answer(1, FetchFailure("u", "r", "d")).replace(b'"reason"', b'"season"'),
    ],
)
def test_a_frame_that_lies_is_broken(frame: bytes) -> None:
    with pytest.raises(FrameBroken):
        read_answer(io.BytesIO(frame).read)
