"""Archives from disk, read by the fetcher itself: bounded, within what the source names, and without network."""

import gzip
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archives.cdxj import read_index, read_index_listing
from crawler.archives.places import RecordPlace, parse_place
from crawler.archives.records import index_archive
from crawler.discovery import next_targets, start_targets
from crawler.items import FetchFailure, Page
from crawler.listings.entries import Problems
from crawler.sources import Source
from tests.crawler.loopback import Loopback, Reply, fetch, make_policy, make_source

MB = 1 << 20
HEAD = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/\r\n"


def write_warc(path: Path, *bodies: bytes, headers: tuple[tuple[str, str], ...] = ()) -> Path:
    """Write a WARC with a response for each body, at https://a.example/N."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(bodies):
            told = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), *headers], protocol="HTTP/1.1")
            url = f"https://a.example/{number}"
            record = writer.create_warc_record(url, "response", payload=io.BytesIO(body), http_headers=told)
            writer.write_record(record)
    return path


def visit(source: Source, **limits: float) -> tuple[Page | FetchFailure, dict[str, Page | FetchFailure]]:
    """Give what the fetcher answers to the first file and, by URL or reason, to the records it leads to."""
    policy = make_policy(**limits)
    (target,) = start_targets(source)
    first = fetch(source, policy, [target])[target.url]
    if isinstance(first, FetchFailure):
        return first, {}
    answers = fetch(source, policy, next_targets(source, target, first, []))
    return first, {one.final_url if isinstance(one, Page) else one.reason: one for one in answers.values()}


def test_records_come_back_as_the_pages_they_were(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>packed</p>")
    file = write_warc(tmp_path / "a b.warc.gz", packed, headers=(("Content-Encoding", "gzip"), ("ETag", '"1"')))
    _, pages = visit(make_source("archive", file.as_uri()))
    page = pages["https://a.example/0"]
    assert isinstance(page, Page)
    assert (page.body, page.status, page.spider, page.truncated) == (b"<p>packed</p>", 200, "archive", False)
    assert ("ETag", '"1"') in page.headers


def test_a_body_that_unpacks_to_more_than_the_limit_is_refused_and_the_others_come(tmp_path: Path) -> None:
    file = write_warc(tmp_path / "bomb.warc.gz", b"a" * (64 * MB), b"<p>small</p>")
    _, pages = visit(make_source("archive", file.as_uri()))
    assert sorted(pages) == ["https://a.example/1", "too_large"]


def test_an_endless_header_ends_the_reading_and_not_the_fetcher(tmp_path: Path) -> None:
    file = tmp_path / "flood.warc.gz"
    write_warc(file, b"<p>before</p>")
    with gzip.open(tmp_path / "line.gz", "wb", compresslevel=9) as line:
        line.write(b"WARC/1.1\r\nWARC-Type: ")
        for _ in range(72):
            line.write(b"a" * (8 * MB))
    file.write_bytes(file.read_bytes() + (tmp_path / "line.gz").read_bytes())
    first, pages = visit(make_source("archive", file.as_uri()), memory_mb=1000)
    assert isinstance(first, Page)
    assert b"cannot be read behind its first 1 pages: a header needs too much memory" in first.body
    assert list(pages) == ["https://a.example/0"]


def test_an_archive_asks_nothing_of_the_network_and_opens_nothing_else(tmp_path: Path) -> None:
    file = write_warc(tmp_path / "a.warc.gz", b"<p>x</p>")
    other = write_warc(tmp_path / "other.warc.gz", b"<p>y</p>")
    source = make_source("archive", file.as_uri())
    with Loopback({"/": Reply(b"inside")}) as web:
        elsewhere = [web.url("/"), other.as_uri(), RecordPlace(other, 0, 0).url, "file:///etc/passwd"]
        answers = fetch(source, make_policy(web), elsewhere)
        assert web.asked == []
    reasons = [one.reason for one in map(answers.get, elsewhere) if isinstance(one, FetchFailure)]
    assert reasons == ["invalid_url", "file", "file", "file"]


def test_the_other_spiders_read_no_files_unless_they_are_named(tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("secret")
    for spider, reason in (("site", "invalid_url"), ("url_list", "invalid_url"), ("feed", "file"), ("ads", "file")):
        source = make_source(spider, "https://a.example/")
        (answer,) = fetch(source, make_policy(), [file.as_uri()]).values()
        assert isinstance(answer, FetchFailure)
        assert answer.reason == reason


def test_places_are_read_back_as_they_were_written() -> None:
    place = RecordPlace(Path("/data/a b#1%.warc.gz"), 12, 34)
    assert parse_place(place.url) == place
    for mark in ("", "#offset=1", "#offset=-1&length=2", "#offset=x&length=1"):
        assert parse_place("file:///a.warc" + mark) is None


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: HEAD + tail))
@example(HEAD + b"Content-Length: -5\r\n\r\n")
@example(HEAD + b"Content-Length: x\r\n\r\nHTTP/1.1 \r\n\r\n")
@example(gzip.compress(b"WARC/1.0\r\n")[:-3])
@example(b"PK\x05\x06" + b"\0" * 18)
def test_no_bytes_break_the_reading_of_archives(body: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "x.warc.gz"
        file.write_bytes(body)
        problems = Problems()
        found = list(index_archive(file, problems))
        assert found or problems.told()


@given(st.binary(max_size=300) | st.text('{}":,[]urlofsetnameg0123 )\n', max_size=120).map(str.encode))
@example(b'a 20260101 {"url": 1, "filename": "x", "offset": "y"}')
@example(b'a 20260101 {"url": "http://a.example/", "filename": "../../x", "offset": 1e999}')
@example(b"a 1 " + b'{"a":' * 3_000 + b"}")
def test_no_bytes_break_the_reading_of_indexes(body: bytes) -> None:
    problems = Problems()
    assert all(isinstance(one.offset, int) for one in read_index(body.splitlines(), problems))
    assert all(link.startswith("file:///") for link in read_index_listing(body, Path("/data")).links)
