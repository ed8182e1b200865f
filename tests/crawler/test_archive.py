"""What the fetcher puts on record: read back with two libraries that other people wrote."""

import base64
import gzip
import hashlib
import os
import signal
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from crawler.exceptions import FetcherDied
from crawler.fetching.policy import FetchPolicy
from crawler.items import Archive, ArchiveRecord, FetchFailure, Page, Target
from crawler.process import CrawlProcess
from tests.crawler.loopback import Loopback, Reply, make_policy, make_source, redirect
from tests.crawler.test_process import cut_off, never_done, talkative

PACKED = gzip.compress(b"<p>ketamine, packed", mtime=0)


class Read:
    """A record as warcio reads it, its digests checked."""

    def __init__(self, file: Path, iterator: ArchiveIterator, record: object) -> None:
        self.file = file.name
        self.kind: str = record.rec_type  # type: ignore[attr-defined]
        self.headers = dict(record.rec_headers.headers)  # type: ignore[attr-defined]
        self.http = record.http_headers  # type: ignore[attr-defined]
        self.payload: bytes = record.raw_stream.read()  # type: ignore[attr-defined]
        self.digests_hold: bool | None = record.digest_checker.passed  # type: ignore[attr-defined]
        iterator.read_to_end()
        self.offset: int = iterator.get_record_offset()

    @property
    def url(self) -> str:
        """The URL that the record is about."""
        return self.headers.get("WARC-Target-URI", "")

    @property
    def id(self) -> str:
        """The record's id without brackets."""
        return self.headers["WARC-Record-ID"].strip("<>")


def read_all(folder: Path) -> list[Read]:
    """Read every file of a folder."""
    found = []
    for file in sorted(folder.glob("*.warc.gz")):
        with file.open("rb") as stream:
            iterator = ArchiveIterator(stream, check_digests=True)
            found += [Read(file, iterator, record) for record in iterator]
    return found


def visit(
    folder: Path, policy: FetchPolicy, targets: Sequence[Target], *, file_bytes: int = 1_000_000
) -> dict[str, Page | FetchFailure]:
    """Fetch targets with an archive."""
    archive = Archive(str(folder), file_bytes)
    with CrawlProcess(make_source("site", targets[0].url), policy, archive=archive) as fetcher:
        for target in targets:
            fetcher.send(target)
        return {answer.url: answer for answer in fetcher}


def page(answers: dict[str, Page | FetchFailure], url: str) -> Page:
    """Give the page among the answers."""
    answer = answers[url]
    assert isinstance(answer, Page)
    return answer


def test_every_response_is_on_record_as_it_was_sent(tmp_path: Path) -> None:
    pages = {
        "/robots.txt": Reply(b"User-agent: *\nAllow: /\n"),
        "/packed": Reply(PACKED, headers={"Content-Encoding": "gzip", "X-Odd": "caf\xe9"}),
        "/moved": redirect("/moved/again", 301),
        "/moved/again": redirect("/packed"),
        "/gone": Reply(b"it is gone", status=404),
        "/cut": cut_off,
        "/slow": never_done,
        "/talkative": talkative,
        "/same": Reply(status=304),
        "/long": Reply(b"<p>long" * 20_000, headers={"Content-Type": "text/html"}),
        "/away": redirect("http://other.localhost:{port}/ok"),
    }
    with Loopback(pages) as web:
        policy = make_policy(web, timeout_seconds=4.0, max_header_bytes=4 << 20, max_bytes=70_000)
        urls = {path: web.url(path, "site.localhost") for path in pages}
        wanted = [Target(url) for path, url in urls.items() if path != "/robots.txt"]
        answers = visit(tmp_path, policy, wanted)
    records = read_all(tmp_path)
    responses = {record.id: record for record in records if record.kind == "response"}
    assert {record.digests_hold for record in records} == {True}
    assert sorted({record.url for record in responses.values()}) == sorted(set(urls.values()) - {urls["/slow"]})
    assert {record.headers["WARC-IP-Address"] for record in responses.values()} == {"127.0.0.1"}
    asked = [record for record in records if record.kind == "request"]
    assert {record.headers["WARC-Concurrent-To"].strip("<>") for record in asked} == set(responses)
    told = next(record for record in asked if record.url == urls["/packed"])
    assert told.http.get_header("User-Agent") == policy.user_agent
    assert told.http.get_header("Host") == urls["/packed"].split("/")[2]

    own = page(answers, urls["/packed"]).records[-1]
    packed = responses[own.record_id]
    assert page(answers, urls["/packed"]).body == b"<p>ketamine, packed"
    assert (packed.payload, packed.offset, packed.file) == (PACKED, own.offset, own.file)
    assert (packed.http.statusline, packed.http.get_header("X-Odd")) == ("200 OK", "caf\xe9")
    assert packed.headers["WARC-Payload-SHA256"] == hashlib.sha256(PACKED).hexdigest() == own.payload_sha256
    sha1 = base64.b32encode(hashlib.sha1(PACKED).digest()).decode()
    assert packed.headers["WARC-Payload-Digest"] == f"sha1:{sha1}"
    assert page(answers, urls["/packed"]).fetched_at == own.date
    assert packed.headers["WARC-Date"] == own.date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    chain = page(answers, urls["/moved"]).records
    assert [responses[one.record_id].url for one in chain] == [
        urls[f"/{p}"] for p in ("moved", "moved/again", "packed")
    ]
    via = [record for record in records if record.kind == "metadata"]
    last = next(one for one in via if one.headers["WARC-Concurrent-To"].strip("<>") == chain[-1].record_id)
    assert last.payload.decode().split("\r\n")[:4:2] == [f"via: {chain[0].url}", f"via: {chain[1].url}"]
    cut = {urls["/cut"]: "disconnect", urls["/talkative"]: "length", urls["/long"]: "length"}
    long = page(answers, urls["/long"])
    assert responses[long.records[-1].record_id].payload == long.body == b"<p>long" * 10_000
    truncated = {one.url: one.headers["WARC-Truncated"] for one in records if "WARC-Truncated" in one.headers}
    assert truncated == cut


def test_fastwarc_reads_the_same_records(tmp_path: Path) -> None:
    with Loopback(
        {"/packed": Reply(PACKED, headers={"Content-Encoding": "gzip"}), "/moved": redirect("/packed")}
    ) as web:
        visit(tmp_path, make_policy(web), [Target(web.url("/moved")), Target(web.url("/packed"))])
    (file,) = tmp_path.glob("*.warc.gz")
    with file.open("rb") as stream:
        fast = [
            (record.record_id.strip("<>"), record.stream_pos, record.verify_block_digest())
            for record in FastIterator(stream, record_types=WarcRecordType.any_type, parse_http=False)
        ]
    assert fast == [(record.id, record.offset, True) for record in read_all(tmp_path)]


def test_a_file_says_who_wrote_it_and_that_headers_are_reconstructed(tmp_path: Path) -> None:
    with Loopback({"/page": Reply(b"here")}) as web:
        policy = make_policy(web)
        visit(tmp_path, policy, [Target(web.url("/page"))])
    first, *others = read_all(tmp_path)
    said = dict(line.split(": ", 1) for line in first.payload.decode().splitlines())
    assert (first.kind, first.headers["WARC-Filename"]) == ("warcinfo", first.file)
    assert said["http-header-user-agent"] == policy.user_agent
    assert (said["robots"], said["isPartOf"]) == ("obey", "tested")
    assert "headers are reconstructed" in said["description"]
    assert {record.headers["WARC-Warcinfo-ID"].strip("<>") for record in others} == {first.id}


def test_an_unchanged_payload_becomes_a_revisit_record(tmp_path: Path) -> None:
    pages = {"/page": Reply(PACKED, headers={"Content-Encoding": "gzip"}), "/other": Reply(b"first")}
    with Loopback(pages) as web:
        policy, urls = make_policy(web), [web.url("/page"), web.url("/other")]
        first = visit(tmp_path, policy, [Target(url) for url in urls])
        seen = {url: page(first, url).records[-1] for url in urls}
        web.pages["/other"] = Reply(b"second")
        second = visit(tmp_path, policy, [Target(url, seen=seen[url]) for url in urls])
        web.pages["/page"] = Reply(status=304)
        third = visit(tmp_path, policy, [Target(urls[0], etag='"1"', seen=seen[urls[0]])])
    records = {record.id: record for record in read_all(tmp_path)}
    assert page(second, urls[0]).body == b"<p>ketamine, packed"
    again, changed = page(second, urls[0]).records[-1], page(second, urls[1]).records[-1]
    assert (records[changed.record_id].kind, records[changed.record_id].payload) == ("response", b"second")
    unmodified = page(third, urls[0]).records[-1]
    for record, profile in ((again, "identical-payload-digest"), (unmodified, "server-not-modified")):
        revisit = records[record.record_id]
        assert revisit.kind == "revisit"
        assert revisit.payload == b""
        assert revisit.headers["WARC-Profile"] == f"http://netpreserve.org/warc/1.1/revisit/{profile}"
        assert revisit.headers["WARC-Refers-To"].strip("<>") == seen[urls[0]].record_id == record.refers_to
        assert revisit.headers["WARC-Refers-To-Date"] == records[seen[urls[0]].record_id].headers["WARC-Date"]
        assert revisit.headers["WARC-Refers-To-Target-URI"] == urls[0]
        assert record.payload_sha256 == seen[urls[0]].payload_sha256
    assert records[again.record_id].headers["WARC-Payload-Digest"].startswith("sha1:")


def test_what_was_seen_at_another_url_is_no_revisit(tmp_path: Path) -> None:
    with Loopback({"/page": Reply(b"here")}) as web:
        url = web.url("/page")
        seen = page(visit(tmp_path, make_policy(web), [Target(url)]), url).records[-1]
        elsewhere = replace(seen, url=web.url("/elsewhere"))
        own = page(visit(tmp_path, make_policy(web), [Target(url, seen=elsewhere)]), url).records[-1]
    assert (own.refers_to, own.payload_sha256) == ("", seen.payload_sha256)


def test_the_certificate_of_a_tls_server_is_on_record(tmp_path: Path) -> None:
    pem, context = _certificate(tmp_path)
    folder = tmp_path / "warc"
    folder.mkdir()
    with Loopback({"/page": Reply(b"behind tls")}) as web:
        web.wrap(context)
        url = web.url("/page", "site.localhost").replace("http://", "https://")
        answers = visit(folder, make_policy(web), [Target(url)])
    assert page(answers, url).body == b"behind tls"
    kept = [record for record in read_all(folder) if record.headers["Content-Type"] == "application/x-pem-file"]
    assert [(record.kind, record.payload.decode().strip()) for record in kept if record.url == url] == [
        ("metadata", pem.strip())
    ]


def test_files_are_rolled_by_size_and_each_begins_with_its_warcinfo(tmp_path: Path) -> None:
    pages = {f"/{number}": Reply(os.urandom(4000)) for number in range(6)}
    with Loopback(pages) as web:
        targets = [Target(web.url(path)) for path in pages]
        answers = visit(tmp_path, make_policy(web), targets, file_bytes=10_000)
    files = sorted(tmp_path.glob("*.warc.gz"))
    records = read_all(tmp_path)
    assert len(files) >= 2
    assert all(file.stat().st_size < 20_000 for file in files)
    assert [record.file for record in records if record.kind == "warcinfo"] == [file.name for file in files]
    places = {record.id: (record.file, record.offset) for record in records}
    for target in targets:
        (own,) = page(answers, target.url).records
        assert places[own.record_id] == (own.file, own.offset)


def test_a_killed_fetcher_leaves_the_record_of_every_page_it_gave(tmp_path: Path) -> None:
    given: list[ArchiveRecord] = []
    pages = {f"/{number}": Reply(b"page %d" % number) for number in range(5)} | {"/slow": never_done}
    with Loopback(pages) as web:
        archive = Archive(str(tmp_path))
        with CrawlProcess(make_source("site", web.url("/")), make_policy(web), archive=archive) as fetcher:
            for path in pages:
                fetcher.send(Target(web.url(path)))
            answers = iter(fetcher)
            while len(given) < 5:
                answer = next(answers)
                assert isinstance(answer, Page)
                given += answer.records
            os.kill(fetcher.pid, signal.SIGKILL)
            with pytest.raises(FetcherDied):
                next(answers)
    assert {record.record_id for record in given} <= {record.id for record in read_all(tmp_path)}


def test_without_a_place_for_its_archive_a_fetcher_ends_and_says_so(tmp_path: Path) -> None:
    with Loopback({"/page": Reply(b"here")}) as web:
        archive = Archive(str(tmp_path / "missing"))
        source = make_source("site", web.url("/"))
        with CrawlProcess(source, make_policy(web), archive=archive) as fetcher:
            fetcher.send(Target(web.url("/page")))
            with pytest.raises(FetcherDied, match=r"ARCHIVE_FAILED.*the archive cannot be written: .*No such file"):
                list(fetcher)


def _certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """Make a certificate that nobody vouches for, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site.localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return pem.decode("ascii"), context
