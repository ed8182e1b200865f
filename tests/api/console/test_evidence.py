"""Taking the evidence of a case away: for those who decide, noted in the audit log, refused when it is not there."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime

from fastapi.testclient import TestClient
from sqlmodel import select

from api.services.evidence.export import ACTION
from api.store.engine import reading, writing
from api.store.kinds import Role
from api.store.tables.audit import AuditEvent
from api.store.tables.pages import Capture
from crawler.fetching.records import Exchange
from crawler.fetching.warc import WarcFiles
from crawler.items import Archive
from tests.api.console.conftest import SignIn
from tests.api.console.reading import one, soup, words
from tests.api.console.test_security import form_token
from tests.api.console.world import World


def put_on_record(world: World) -> str:
    """Give every capture of the world a record in the archive; returns the id of the case of the shop."""
    folder = world.folder / "warc"
    folder.mkdir()
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with (
        WarcFiles(Archive(str(folder)), prefix="world", info={"software": "test"}, clock=lambda: now) as files,
        writing(world.engine) as session,
    ):
        for capture in session.exec(select(Capture)).all():
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
            ask = b"GET / HTTP/1.1\r\n\r\n"
            record = files.write(Exchange(capture.final_url, now, ask, b"", 200, answer, b"<p>as it was sent"))
            capture.warc_file, capture.warc_offset = record.file, record.offset
            capture.warc_record_id, capture.warc_payload_sha256 = record.record_id, record.payload_sha256
            session.add(capture)
    return world.case().id


def taken(world: World) -> list[AuditEvent]:
    """List what the audit log says of exports."""
    with reading(world.engine) as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == ACTION)))


def test_a_reviewer_takes_the_evidence_and_the_audit_log_says_so(full_world: World, heron: TestClient) -> None:
    case = put_on_record(full_world)
    form = one(soup(heron.get(f"/cases/{case}")), f"form[action='/cases/{case}/evidence']")
    assert words(one(form, "button")) == "Download the evidence"
    answer = heron.post(f"/cases/{case}/evidence", data={"form_token": form_token(heron)})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/wacz")
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="case-{case[:12]}-')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert b"as it was sent" in gzip.decompress(archive.read("archive/data.warc.gz"))
    assert json.loads(archive.read("evidence/case.json"))["case"] == case
    (event,) = taken(full_world)
    assert (event.subject, event.actor) == (f"case:{case}", f"reviewer:{full_world.person().id}")


def test_an_auditor_is_neither_shown_nor_given_it(full_world: World, sign_in: SignIn) -> None:
    case = put_on_record(full_world)
    auditor = sign_in("Ledger", Role.AUDITOR)
    page = soup(auditor.get(f"/cases/{case}"))
    assert page.select(f"form[action='/cases/{case}/evidence']") == []
    assert auditor.post(f"/cases/{case}/evidence", data={"form_token": form_token(auditor)}).status_code == 403
    assert taken(full_world) == []


def test_a_form_without_its_token_is_refused(full_world: World, heron: TestClient) -> None:
    case = put_on_record(full_world)
    assert heron.post(f"/cases/{case}/evidence", data={"form_token": "guessed"}).status_code == 403
    assert taken(full_world) == []


def test_evidence_from_before_the_archive_is_refused_in_a_sentence(full_world: World, heron: TestClient) -> None:
    case = full_world.case().id
    answer = heron.post(f"/cases/{case}/evidence", data={"form_token": form_token(heron)})
    assert answer.status_code == 400
    assert "from before there was an archive: capture the page again." in words(one(soup(answer), "main"))
    assert soup(heron.get(f"/cases/{case}")).select(f"form[action='/cases/{case}/evidence']") == []
