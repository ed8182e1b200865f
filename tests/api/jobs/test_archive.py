"""What the weekly job leaves in the archive: every capture on record, files sealed, damage found and named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import col, select
from warcio.archiveiterator import ArchiveIterator

from api.exit_codes import ExitCode
from api.services.evidence.chain import chain_problems, list_entries
from api.services.evidence.check import Problem, find_problems
from api.services.evidence.members import Member, walk
from api.store.tables.evidence import WarcFile
from api.store.tables.pages import Capture
from tests.api.jobs.conftest import Installation, site
from tests.api.jobs.test_cut_off import kill_job_after
from tests.api.jobs.web import Answer, TinyWeb, html

OFFER = "Buy ketamine crystal online, {} g for 90 dollars, discreet shipping, no prescription needed."
PAGES = 4
HOLD = "import fcntl, sys; file = open(sys.argv[1], 'ab'); fcntl.flock(file, fcntl.LOCK_EX)\n"
HOLD += "print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def shop(web: TinyWeb, installation: Installation) -> Installation:
    web.site("shop", **{f"p{number}": OFFER.format(number) for number in range(PAGES)})
    installation.watch(site(web, "shop"))
    return installation


def captures(shop: Installation) -> list[Capture]:
    """List all captures, the oldest first."""
    return shop.look(lambda session: list(session.exec(select(Capture).order_by(col(Capture.fetched_at)))))


def entries(shop: Installation) -> tuple[WarcFile, ...]:
    """List the chain."""
    return shop.look(list_entries)


def problems(shop: Installation, *, every_record: bool = True) -> list[Problem]:
    """Check the archive."""
    return shop.look(lambda session: list(find_problems(session, shop.settings.folder, every_record=every_record)))


def record_at(shop: Installation, capture: Capture) -> Member:
    """Read the record that a capture names."""
    assert capture.warc_file is not None
    with (shop.settings.folder.warc / capture.warc_file).open("rb") as opened:
        found = next(walk(opened, capture.warc_offset or 0))
    assert isinstance(found, Member)
    return found


def flip(file: Path, offset: int) -> None:
    """Change one byte."""
    with file.open("r+b") as opened:
        opened.seek(offset)
        (byte,) = opened.read(1)
        opened.seek(offset)
        opened.write(bytes([byte ^ 0x10]))


def test_every_capture_is_on_record_and_the_files_are_sealed(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    for capture in captures(shop):
        record = record_at(shop, capture)
        assert (record.record_id, record.headers["warc-target-uri"]) == (capture.warc_record_id, capture.final_url)
        assert record.payload.decode() == web.pages["shop"]["/" + capture.final_url.rpartition("/")[2]].body
    files = sorted(shop.settings.folder.warc.glob("*.warc.gz"))
    assert [entry.name for entry in entries(shop)] == [file.name for file in files]
    assert [entry.size for entry in entries(shop)] == [file.stat().st_size for file in files]
    assert problems(shop) == []


def test_an_unchanged_page_rests_on_its_first_record(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    web.pages["shop"]["/p0"] = Answer(html("p0", "Closed for good."))
    for week in (1, 2):
        shop.weekly(week)
    by_url: dict[str, list[Capture]] = {}
    for capture in captures(shop):
        by_url.setdefault(capture.final_url, []).append(capture)
    first, second, third = by_url[web.url("shop", "/p1")]
    assert [record_at(shop, one).headers["warc-type"] for one in (first, second, third)] == ["response"] + [
        "revisit"
    ] * 2
    assert [one.payload_capture_id for one in (first, second, third)] == [None, first.id, first.id]
    changed = by_url[web.url("shop", "/p0")]
    assert [record_at(shop, one).headers["warc-type"] for one in changed] == ["response", "response", "revisit"]
    assert changed[2].payload_capture_id == changed[1].id
    assert problems(shop) == []
    assert len(entries(shop)) == 3


def test_a_page_whose_archive_file_is_gone_is_fetched_and_recorded_anew(shop: Installation, web: TinyWeb) -> None:
    shop.weekly()
    (entry,) = entries(shop)
    (shop.settings.folder.warc / entry.name).unlink()
    web.forget()
    shop.weekly(1)
    assert web.answered(304) == []
    assert {record_at(shop, one).headers["warc-type"] for one in captures(shop)[PAGES + 1 :]} == {"response"}
    (problem,) = problems(shop)
    assert (
        str(problem) == f"{entry.name}: it cannot be read (No such file or directory); {PAGES + 1} captures rest on it"
    )


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_a_flipped_byte_is_found_and_named(shop: Installation, web: TinyWeb, where: str) -> None:
    shop.weekly()
    capture = next(one for one in captures(shop) if one.final_url == web.url("shop", "/p2"))
    record = record_at(shop, capture)
    assert capture.warc_file is not None
    place = {"start": 2, "middle": record.length // 2, "end": record.length - 3}[where]
    flip(shop.settings.folder.warc / capture.warc_file, record.offset + place)
    for every_record in (False, True):
        first, *others = problems(shop, every_record=every_record)
        assert (first.file, first.offset) == (capture.warc_file, capture.warc_offset)
        assert (first.record, first.page) == (capture.warc_record_id, capture.final_url)
        assert [problem.what.partition(" is ")[0] for problem in others] == ["its SHA-256"]


def test_a_file_cut_short_loses_its_last_captures_by_name(shop: Installation) -> None:
    shop.weekly()
    last = max(captures(shop), key=lambda one: one.warc_offset or 0)
    assert last.warc_file is not None
    os.truncate(shop.settings.folder.warc / last.warc_file, last.warc_offset or 0)
    assert next((one.what, one.offset, one.page) for one in problems(shop)) == (
        "its record is gone",
        last.warc_offset,
        last.final_url,
    )


def test_a_changed_manifest_and_a_changed_chain_are_noticed(shop: Installation) -> None:
    shop.weekly()
    shop.weekly(1)
    manifest = shop.settings.folder.warc_manifest
    kept = manifest.read_text()
    manifest.write_text(kept.replace(entries(shop)[1].sha256, "0" * 64))
    assert [one.what for one in problems(shop)] == ["line 2 of the manifest differs from the chain in the database"]
    manifest.write_text(kept.splitlines(keepends=True)[0])
    assert [one.what for one in problems(shop)] == ['"manifest.jsonl" has 1 entries, the chain in the database 2']
    first, second = entries(shop)
    first.sha256 = "0" * 64
    assert [what for _, what in chain_problems((first, second))] == ["entry 1 of the chain is not as it was written"]
    assert [what for _, what in chain_problems((second,))] == ["entry 1 is missing from the chain before it"]


def test_a_killed_job_leaves_an_archive_that_the_next_run_seals(shop: Installation, web: TinyWeb) -> None:
    kill_job_after(shop, web, 3)
    (file,) = shop.settings.folder.warc.glob("*.warc.gz")
    whole = file.stat().st_size
    with file.open("ab") as opened:
        opened.write(bytes.fromhex("1f8b080000000000") + b"\x00\x03torn in the middle")
    shop.weekly()
    assert file.stat().st_size == whole
    assert len(entries(shop)) == 2
    assert problems(shop) == []
    with file.open("rb") as opened:
        assert next(record.rec_type for record in ArchiveIterator(opened)) == "warcinfo"
    assert {one.warc_file is None for one in captures(shop)} == {False}


def test_a_file_that_a_fetcher_holds_is_left_alone(shop: Installation) -> None:
    file = shop.settings.folder.warc / "held-00001.warc.gz"
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        shop.weekly()
        assert file.exists()
        assert file.name not in [entry.name for entry in entries(shop)]
        holder.kill()
    shop.weekly(1)
    assert not file.exists()


def test_verify_says_so_in_sentences_and_exit_codes(shop: Installation) -> None:
    shop.weekly()
    environment = os.environ | {"RXWARDEN_DATA": str(shop.settings.data), "RXWARDEN_DEMO": "1"}
    command = [sys.executable, "-c", "from api.cli import main; main()", "evidence", "verify"]
    good = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (
        ExitCode.OK,
        "the archive is as it was written: chain, files and the records of captures\n",
    )
    capture = captures(shop)[-1]
    assert capture.warc_file is not None
    flip(shop.settings.folder.warc / capture.warc_file, (capture.warc_offset or 0) + 100)
    bad = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert bad.returncode == ExitCode.PARTLY_FAILED
    named = f"{capture.warc_file}, offset {capture.warc_offset}, {capture.warc_record_id}, {capture.final_url}: "
    assert bad.stderr.startswith(named)
