"""A browser's second look within a visit: what was thin is read, what is flagged is pictured, and little is asked."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import col, select
from warcio.archiveiterator import ArchiveIterator

from api.jobs.one_off import Request, run_one_off
from api.jobs.progress import Fetched
from api.services.backup import back_up
from api.services.evidence.check import find_problems
from api.services.evidence.export import Means, pack_case
from api.services.triage import case_id
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.kinds import CaseState, LookKind
from api.store.queries.looks import latest_look
from api.store.scopes import scope_hash
from api.store.tables.cases import Case
from api.store.tables.looks import Look
from api.store.tables.pages import Capture, StoredDocument
from api.store.tables.verdicts import StoredFinding
from classifier.labels import Outcome
from classifier.policy import load_policy
from crawler.canonical import lookup_key
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.web import BESIDE, Answer, TinyWeb
from tests.api.world import MONDAY
from tests.crawler.rendering.conftest import chromium

OFFER = "Buy ketamine crystal online, 10 g for 90 dollars, discreet shipping, no prescription needed."
HOURS = "Our bakery is open from eight to six, and on Sundays until noon. Bread is baked twice a day."
DRAWN = "<!doctype html><title>Shop</title><div id=app></div><script>{}</script>"


def drawn(text: str, note: str = "") -> Answer:
    """A page that says nothing until its script runs."""
    script = f"document.getElementById('app').innerHTML = '<h1>Shop</h1><p>{text}</p>'; /* {note} */"
    return Answer(DRAWN.format(script))


def with_browser(installation: Installation, **changes: object) -> Installation:
    """The installation with a browser set up."""
    settings = installation.settings.model_copy(update={"browser": chromium(), **changes})
    return Installation(settings, installation.heard)


def looks(installation: Installation) -> list[Look]:
    return list(installation.look(lambda session: session.exec(select(Look).order_by(Look.looked_at)).all()))  # type: ignore[arg-type]


def cases(installation: Installation) -> dict[str, tuple[Outcome, CaseState]]:
    """Outcome and state of each case by the path of its page."""
    rows = installation.look(
        lambda session: session.exec(
            select(Capture.final_url, Case.outcome, Case.state).join(Case, col(Case.page_id) == Capture.page_id)
        ).all()
    )
    return {url.rpartition("/")[2]: (outcome, state) for url, outcome, state in rows}


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    """A site with a page that scripts draw, one that offers plainly, and one that is harmless."""
    web.site("shop", offer=OFFER, hours=HOURS)
    index = web.pages["shop"]["/"]
    web.pages["shop"]["/"] = Answer(index.body.replace("<ul>", "<ul><li><a href=/drawn>drawn</a></li>"))
    web.pages["shop"]["/drawn"] = drawn(OFFER)
    installation.watch(site(web, "shop"))
    return with_browser(installation)


def test_a_page_that_scripts_draw_is_judged_as_a_browser_shows_it(web: TinyWeb, shop: Installation) -> None:
    shop.weekly()
    assert cases(shop)["drawn"] == (Outcome.VIOLATION, CaseState.OPEN)
    # What is flagged is pictured, and what is harmless is left alone.
    assert {one.final_url.rpartition("/")[2] for one in looks(shop)} == {"drawn", "offer"}
    assert all(one.screenshot_size > 0 for one in looks(shop))
    assert "shop: a browser looked at 2 pages" in shop.heard.sentences
    (look,) = [one for one in looks(shop) if one.final_url.endswith("/drawn")]
    assert (look.kind, look.error, look.status) == (LookKind.RENDERED, "", 200)
    blobs = BlobStore(shop.settings.folder.blobs)
    assert look.screenshot_sha256 is not None
    assert blobs.load(look.screenshot_sha256).startswith(b"\xff\xd8\xff")
    assert look.html_sha256 is not None
    assert OFFER.encode() in blobs.load(look.html_sha256)
    document, finding, capture = shop.look(
        lambda session: (
            session.get(StoredDocument, look.document_id),
            session.exec(select(StoredFinding).where(StoredFinding.verdict_id == look.verdict_id)).first(),
            session.get(Capture, look.capture_id),
        )
    )
    assert document is not None
    assert finding is not None
    assert capture is not None
    text = blobs.load(document.text_sha256).decode()
    # Findings point into what was rendered, and the plain answer stays as it came.
    assert text[finding.start : finding.end] == finding.quote
    assert "scripted" not in document.not_seen
    assert capture.document_id == document.id
    assert OFFER.encode() in blobs.load(capture.blob_sha256)
    assert capture.blob_sha256 != look.html_sha256


def test_a_flagged_page_whose_bytes_stay_the_same_is_not_pictured_again(web: TinyWeb, shop: Installation) -> None:
    web.pages["shop"]["/"] = Answer(web.pages["shop"]["/"].body.replace("/drawn", "/offer"))
    shop.weekly()
    assert len(looks(shop)) == 1
    web.forget()
    shop.weekly(1)
    assert len(looks(shop)) == 1
    assert web.answered().count("shop/offer") == 1


def test_what_scripts_draw_is_looked_at_each_week_though_the_bytes_stay_the_same(
    web: TinyWeb, shop: Installation
) -> None:
    draw = "document.getElementById('app').innerHTML = '<h1>Shop</h1><p>{}</p>'"
    web.pages["shop"]["/drawn"] = Answer(
        "<!doctype html><title>Shop</title><div id=app></div><script src=/goods.js></script>"
    )
    web.pages["shop"]["/goods.js"] = Answer(draw.format(HOURS), content_type="text/javascript")
    shop.weekly()
    assert cases(shop).get("drawn", (Outcome.CLEAR,))[0] is not Outcome.VIOLATION
    web.pages["shop"]["/goods.js"] = Answer(draw.format(OFFER), content_type="text/javascript")
    shop.weekly(1)
    assert cases(shop)["drawn"] == (Outcome.VIOLATION, CaseState.OPEN)
    # Out of reach for a week, what was last seen stands.
    del web.pages["shop"]["/goods.js"]
    shop.weekly(2)
    assert cases(shop)["drawn"] == (Outcome.VIOLATION, CaseState.OPEN)


def test_without_a_browser_nothing_is_looked_at_and_that_is_said(web: TinyWeb, shop: Installation) -> None:
    plain = Installation(shop.settings.model_copy(update={"browser": "off"}), shop.heard)
    plain.weekly()
    assert looks(plain) == []
    assert cases(plain)["drawn"] == (Outcome.UNCLEAR, CaseState.OPEN)
    assert any("1 page shows next to nothing without scripts" in sentence for sentence in plain.heard.sentences)


def test_the_budget_of_a_run_is_kept_and_the_rest_waits(web: TinyWeb, shop: Installation) -> None:
    tight = with_browser(shop, browser_pages=1)
    tight.weekly()
    assert len(looks(tight)) == 1
    assert any("no browser looked at 1 page: " in sentence for sentence in tight.heard.sentences)
    tight.weekly(1)
    assert len(looks(tight)) == 2


def test_a_failed_look_leaves_all_as_it_was_and_is_tried_with_the_next_capture(
    web: TinyWeb, shop: Installation
) -> None:
    asked = []

    def cut(path: str) -> None:
        """Send whoever comes for the second time away."""
        asked.append(path)
        if path == "/drawn" and asked.count(path) == 2:
            web.pages["shop"]["/drawn"] = Answer(status=302, location="http://127.0.0.1:9/")

    web.before = cut
    shop.weekly()
    (failed,) = [one for one in looks(shop) if one.error]
    assert failed.error.startswith("offsite_redirect: http://127.0.0.1:9/")
    assert cases(shop)["drawn"] == (Outcome.UNCLEAR, CaseState.OPEN)
    web.before = lambda _path: None
    web.pages["shop"]["/drawn"] = drawn(OFFER)
    shop.weekly(1)
    assert cases(shop)["drawn"] == (Outcome.VIOLATION, CaseState.OPEN)


def test_a_browser_that_does_not_start_is_told_once_and_the_visit_stands(
    web: TinyWeb, shop: Installation, tmp_path: Path
) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    report = with_browser(shop, browser=str(broken)).weekly()
    assert [one.error for one in report.sources] == [""]
    assert looks(shop) == []
    assert sum("the browser does not start" in sentence for sentence in shop.heard.sentences) == 1


def test_a_setting_that_names_no_browser_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names no browser"):
        Settings(data=tmp_path, browser=str(tmp_path / "none"))
    assert Settings(data=tmp_path).browser == "off"


def test_a_one_off_crawl_tells_of_a_page_when_it_has_been_looked_at(web: TinyWeb, shop: Installation) -> None:
    told: list[tuple[str, bool]] = []

    def hear(engine: object, fetched: Fetched) -> None:
        page = shop.look(lambda session: session.get(Capture, fetched.capture_id))
        assert page is not None
        seen = shop.look(lambda session: latest_look(session, page.page_id, LookKind.RENDERED))
        told.append((fetched.url.rpartition("/")[2], seen is not None))

    urls = tuple(web.url("shop", path) for path in ("/drawn", "/hours"))
    run_one_off(shop.settings, Request(urls), progress=shop.heard, hear=hear)
    assert told == [("hours", False), ("drawn", True)]


JOB = """
import sys
from datetime import timedelta
from pathlib import Path
from api.jobs.weekly import run_weekly
from api.settings import Settings
from tests.api.jobs.conftest import Heard
from tests.api.world import MONDAY
settings = Settings(data=Path(sys.argv[1]), demo=True, allowed_addresses=(sys.argv[2],), browser=sys.argv[3])
run_weekly(settings, as_of=MONDAY, progress=Heard())
"""


def test_a_run_that_is_killed_repeats_at_most_the_page_at_hand(web: TinyWeb, shop: Installation) -> None:
    for number in range(3):
        web.pages["shop"][f"/drawn{number}"] = drawn(OFFER, str(number))
    links = "".join(f"<li><a href=/drawn{number}>x</a></li>" for number in range(3))
    web.pages["shop"]["/"] = Answer(web.pages["shop"]["/"].body.replace("<ul>", f"<ul>{links}"))
    settings = shop.settings
    command = (sys.executable, "-c", JOB, str(settings.data), web.endpoint, settings.browser)
    job = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    asked: list[str] = []

    def kill(path: str) -> None:
        """End the job when the browser asks for its second page; all of them were fetched before."""
        asked.append(path)
        twice = {one for one in asked if one.startswith("/drawn") and asked.count(one) == 2}
        if len(twice) == 2:
            os.kill(job.pid, signal.SIGKILL)

    web.before = kill
    job.wait()
    done = len(looks(shop))
    assert 0 < done < 5
    again: list[str] = []
    web.before = again.append
    shop.weekly()
    assert len(looks(shop)) == 5
    # Only what had no look yet was asked for, and nothing was fetched again.
    assert len([path for path in again if not path.endswith(BESIDE)]) == 5 - done
    assert cases(shop)["drawn1"] == (Outcome.VIOLATION, CaseState.OPEN)


def test_backup_and_evidence_hold_what_the_browser_saw_and_verify_finds_a_flipped_byte(
    web: TinyWeb, shop: Installation, tmp_path: Path
) -> None:
    shop.weekly()
    entries = back_up(shop.settings, tmp_path / "b.tar", now=MONDAY).manifest.entries
    names = {entry.path.rpartition("/")[2].removesuffix(".z") for entry in entries}
    for kept_look in looks(shop):
        assert {kept_look.html_sha256, kept_look.text_sha256, kept_look.screenshot_sha256} <= names
    url = web.url("shop", "/drawn")
    folder = shop.settings.folder
    means = Means(BlobStore(folder.blobs), folder.warc, load_policy())
    case = case_id(scope_hash(lookup_key(url)))
    archive = ZipFile(BytesIO(shop.look(lambda session: pack_case(session, means, case, now=MONDAY))))
    told = json.loads(archive.read("evidence/case.json"))
    (look,) = told["looks"]
    raw = archive.read("archive/data.warc.gz")
    kept = {
        one.rec_headers.get_header("WARC-Target-URI"): (one.rec_type, one.content_type, one.content_stream().read())
        for one in ArchiveIterator(BytesIO(raw), check_digests=True)
    }
    kind, media, picture = kept[f"urn:view:{url}"]
    assert (kind, media, picture[:3]) == ("resource", "image/jpeg", b"\xff\xd8\xff")
    assert OFFER in kept[f"urn:text:{url}"][2].decode()
    assert OFFER in kept[f"urn:dom:{url}"][2].decode()
    for part in look["parts"]:
        assert hashlib.sha256(kept[part["uri"]][2]).hexdigest() == part["sha256"]
    index = archive.read("indexes/index.cdxj").decode().splitlines()
    line = json.loads(next(line for line in index if line.startswith("urn:view:")).split(" ", 2)[2])
    (alone,) = ArchiveIterator(BytesIO(raw[int(line["offset"]) :][: int(line["length"])]))
    assert alone.rec_headers.get_header("WARC-Target-URI") == f"urn:view:{url}"
    assert "urn:view:" in archive.read("evidence/report.html").decode()
    assert shop.look(lambda session: list(find_problems(session, folder, every_record=True))) == []
    blob = next(folder.blobs.rglob(f"{look['parts'][0]['sha256']}*"))
    blob.write_bytes(blob.read_bytes()[:-1] + b"?")
    (problem,) = shop.look(lambda session: list(find_problems(session, folder, every_record=False)))
    assert url in str(problem)
