"""The evidence of a case as a WACZ: what the crawl wrote, what was judged, and the chain, each under its digest."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from sqlmodel import select
from warcio.archiveiterator import ArchiveIterator

from api.exceptions import EvidenceMissing
from api.exit_codes import ExitCode
from api.services.audit import find_break
from api.services.evidence.chain import list_entries
from api.services.evidence.export import ACTION, Means, pack_case
from api.services.evidence.wacz import surt
from api.services.triage import case_id
from api.store.blobs import BlobStore
from api.store.scopes import scope_hash
from api.store.tables.audit import AuditEvent
from api.store.tables.pages import Capture
from classifier.policy import load_policy
from crawler.canonical import lookup_key
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import Answer, TinyWeb

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFER = "Buy ketamine crystal online, 5 g for 90 dollars, discreet shipping, no prescription needed.\u202e<script>"


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", offer=OFFER)
    web.pages["shop"]["/old"] = Answer(status=301, location="/offer")
    installation.watch(site(web, "shop", start_urls=(web.url("shop", "/old"),)))
    installation.weekly()
    return installation


def case_of(web: TinyWeb) -> str:
    """Give the id of the case of the offer."""
    return case_id(scope_hash(lookup_key(web.url("shop", "/offer"))))


def packed(shop: Installation, case: str) -> zipfile.ZipFile:
    """Export a case."""
    folder = shop.settings.folder
    means = Means(BlobStore(folder.blobs), folder.warc, load_policy())
    return zipfile.ZipFile(io.BytesIO(shop.look(lambda session: pack_case(session, means, case, now=NOW))))


def records(archive: zipfile.ZipFile) -> list[tuple[str, str, str, bytes]]:
    """Give type, id, URL and payload of the records, read by warcio, and hold fastwarc to the same ids."""
    raw = archive.read("archive/data.warc.gz")
    fast = FastIterator(io.BytesIO(raw), record_types=WarcRecordType.any_type, parse_http=False)
    ids = [(one.record_id.strip("<>"), one.verify_block_digest()) for one in fast]
    found = []
    for one in ArchiveIterator(io.BytesIO(raw), check_digests=True):
        url = one.rec_headers.get_header("WARC-Target-URI") or ""
        record_id = one.rec_headers.get_header("WARC-Record-ID").strip("<>")
        found.append((one.rec_type, record_id, url, one.content_stream().read()))
        assert one.digest_checker.passed is not False
    assert ids == [(record_id, True) for _, record_id, _, _ in found]
    return found


def test_an_export_holds_the_records_and_their_index(shop: Installation, web: TinyWeb) -> None:
    archive = packed(shop, case_of(web))
    old, offer = web.url("shop", "/old"), web.url("shop", "/offer")
    kept = records(archive)
    assert [(kind, url) for kind, _, url, _ in kept] == [
        ("warcinfo", ""),
        ("response", old),
        ("request", old),
        ("response", offer),
        ("request", offer),
        ("metadata", offer),
    ]
    assert kept[3][3].decode() == web.pages["shop"]["/offer"].body
    lines = archive.read("indexes/index.cdxj").decode().splitlines()
    told = {line.split(" ", 2)[0]: json.loads(line.split(" ", 2)[2]) for line in lines}
    assert list(told) == sorted(surt(url) for url in (offer, old))
    line = told[surt(offer)]
    raw = archive.read("archive/" + line["filename"])
    (alone,) = ArchiveIterator(io.BytesIO(raw[int(line["offset"]) :][: int(line["length"])]))
    assert (alone.rec_headers.get_header("WARC-Target-URI"), line["status"], line["mime"]) == (
        offer,
        "200",
        "text/html",
    )
    assert told[surt(old)]["status"] == "301"
    head, page = (json.loads(line) for line in archive.read("pages/pages.jsonl").decode().splitlines())
    assert (head["format"], page["url"], page["title"]) == ("json-pages-1.0", offer, "offer")
    assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED


def test_every_file_of_an_export_is_under_its_digest(shop: Installation, web: TinyWeb) -> None:
    archive = packed(shop, case_of(web))
    package = json.loads(archive.read("datapackage.json"))
    for resource in package["resources"]:
        content = archive.read(resource["path"])
        assert (resource["bytes"], resource["hash"]) == (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    told = {resource["path"] for resource in package["resources"]} | {"datapackage.json", "datapackage-digest.json"}
    assert told == set(archive.namelist())
    digest = json.loads(archive.read("datapackage-digest.json"))
    assert digest["hash"] == f"sha256:{hashlib.sha256(archive.read('datapackage.json')).hexdigest()}"
    assert (package["wacz_version"], package["mainPageUrl"]) == ("1.1.1", web.url("shop", "/offer"))


def test_the_dossier_says_what_was_judged_and_where_each_record_lies(shop: Installation, web: TinyWeb) -> None:
    archive = packed(shop, case_of(web))
    told = json.loads(archive.read("evidence/case.json"))
    text = archive.read("evidence/text.txt").decode()
    assert told["verdict"]["outcome"] == "violation"
    assert [text[one["start"] : one["end"]] for one in told["findings"]] == [one["quote"] for one in told["findings"]]
    assert told["findings"][0]["rules"][0] in told["policy"]["rules"]
    for one in told["records"]:
        raw = (shop.settings.folder.warc / one["file"]).read_bytes()[one["offset"] :][: one["length"]]
        assert hashlib.sha256(raw).hexdigest() == one["sha256"]
    assert [one["hash"] for one in told["chain"]] == [entry.hash for entry in shop.look(list_entries)]
    assert {one["file_is_sealed"] for one in told["records"]} == {True}
    report = archive.read("evidence/report.html").decode()
    assert told["findings"][0]["rules"][0] in report
    assert "[U+202E]" in report
    assert "\u202e" not in report
    assert "<script" not in report
    assert "<a " not in report


def test_an_unchanged_page_comes_with_the_record_that_holds_it(shop: Installation, web: TinyWeb) -> None:
    shop.weekly(1)
    archive = packed(shop, case_of(web))
    kinds = [(kind, payload) for kind, _, url, payload in records(archive) if url.endswith("/offer")]
    assert [kind for kind, _ in kinds] == ["response", "request", "metadata", "revisit", "request", "metadata"]
    lines = archive.read("indexes/index.cdxj").decode().splitlines()
    assert {json.loads(line.split(" ", 2)[2])["status"] for line in lines} <= {"200", "301"}
    assert len(json.loads(archive.read("evidence/case.json"))["chain"]) == 2


def test_evidence_that_is_damaged_or_was_never_recorded_is_refused(shop: Installation, web: TinyWeb) -> None:
    (entry,) = shop.look(list_entries)
    file = shop.settings.folder.warc / entry.name
    raw = file.read_bytes()
    capture = shop.look(lambda session: session.exec(select(Capture)).first())
    assert capture is not None
    broken = bytearray(raw)
    broken[(capture.warc_offset or 0) + 200] ^= 1
    file.write_bytes(broken)
    with pytest.raises(EvidenceMissing, match=f"record at offset {capture.warc_offset} of {entry.name} cannot be read"):
        packed(shop, case_of(web))
    file.unlink()
    with pytest.raises(EvidenceMissing, match="No such file or directory"):
        packed(shop, case_of(web))


def test_the_command_writes_a_new_file_and_the_audit_log_knows(
    shop: Installation, web: TinyWeb, tmp_path: Path
) -> None:
    case = case_of(web)
    run = Run(shop)
    done = run("export", case, "--to", str(tmp_path / "case.wacz"))
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    digest = hashlib.sha256((tmp_path / "case.wacz").read_bytes()).hexdigest()
    assert done.stdout.strip().endswith(digest)
    (event,) = shop.look(lambda session: session.exec(select(AuditEvent).where(AuditEvent.action == ACTION)).all())
    assert (event.subject, json.loads(event.details)["sha256"]) == (f"case:{case}", digest)
    assert shop.look(find_break) is None
    again = run("export", case, "--to", str(tmp_path / "case.wacz"))
    assert (again.returncode, again.stderr) == (
        ExitCode.FAILED,
        f"rxwarden: {tmp_path / 'case.wacz'} exists; give the name of a new file\n",
    )
    assert run("export", case).returncode == ExitCode.OK
    assert len(list(shop.settings.folder.exports.glob(f"case-{case[:12]}-*.wacz"))) == 1
    assert run("export", "nobody").returncode == ExitCode.FAILED


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.Shop.example/A?b=2&a=1", "example,shop)/a?a=1&b=2"),
        ("https://shop.example:8443", "example,shop:8443)/"),
        ("https://shop.example:443/x", "example,shop)/x"),
        ("http://127.0.0.1:80/", "127.0.0.1)/"),
    ],
)
def test_urls_are_sorted_by_host_turned_round(url: str, key: str) -> None:
    assert surt(url) == key


class Run:
    """Runs `rxwarden evidence` on an installation."""

    def __init__(self, shop: Installation) -> None:
        self._environment = os.environ | {"RXWARDEN_DATA": str(shop.settings.data), "RXWARDEN_DEMO": "1"}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from api.cli import main; main()", "evidence", *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
