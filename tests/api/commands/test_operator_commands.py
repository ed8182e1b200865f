"""The operator's commands, as typed: sources, db, export-labels, weekly."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from api.cli import build_app
from api.exceptions import BackupInvalid, NotFound, SourceInvalid
from api.services.audit import find_break
from api.settings import load_settings
from api.store.engine import reading
from api.store.migrating import downgrade
from api.store.opening import open_store
from api.store.tables.audit import AuditEvent
from api.store.tables.sources import StoredSource
from crawler.exceptions import CrawlerError

Run = Callable[..., Result]
BLOCK = """
[[source]]
name = "shop"
spider = "site"
start_urls = ["https://shop.example.com/"]
max_pages = {pages}
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command on a data folder of its own; an error it raises comes out."""
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("RXWARDEN_DEMO", "1")
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words: str) -> Result:
        return CliRunner().invoke(build_app([words[0]]), list(words), catch_exceptions=False)

    return call


def test_sources_are_seeded_added_listed_paused_resumed_and_removed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(BLOCK.format(pages=5))
    assert run("sources", "seed", str(file)).output == f"1 sources from {file}\n"
    run("sources", "add", "clinic", "https://clinic.example.org/", "--cadence-days", "1", "--jurisdiction", "UK")
    run("sources", "pause", "shop")
    rows = run("sources", "list").output
    assert [word in rows for word in ("clinic", "paused", "every", "never", "https://shop.example.com/")] == [True] * 5
    run("sources", "resume", "shop")
    run("sources", "remove", "clinic")
    assert {row.name: row.enabled for row in stored() if row.removed_at is None} == {"shop": True}


def test_files_are_added_by_their_path_and_tested_without_network(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ads of may.csv"
    file.write_text("id,headline,landing_url\n1,Feel better,https://clinic.example/\n2,,\n")
    run("sources", "add", "may", str(file), "--spider", "ads")
    assert [row.start_urls for row in stored()] == [[file.as_uri()]]
    result = run("sources", "test", "may")
    assert result.exit_code == 0
    told = [line.split(maxsplit=1) for line in result.output.splitlines()]
    assert ["first", file.as_uri()] in told
    assert ["robots.txt", "not asked, it is a file on this machine"] in told
    assert f"response    200, text/csv, {file.stat().st_size} bytes, from this machine" in result.output
    assert told[3:6] == [["leads", "to    1 entries, 1 links"], ["Feel", "better"], ["https://clinic.example/"]]
    assert "unread      record 2 has no headline" in result.output


def test_a_source_without_a_response_is_told_and_exits_with_3(run: Run, tmp_path: Path) -> None:
    run("sources", "add", "gone", str(tmp_path / "gone.warc"), "--spider", "archive")
    result = run("sources", "test", "gone", "--format", "json")
    trial = json.loads(result.output)
    assert (result.exit_code, trial["response"], trial["entries"]) == (3, "", 0)
    assert "gone.warc cannot be read (No such file or directory); check the path" in trial["problem"]


def test_each_change_of_a_source_is_in_the_audit_log(run: Run) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    for word in ("pause", "resume", "remove"):
        run("sources", word, "shop")
    with reading(open_store(load_settings())) as session:
        events = session.exec(select(AuditEvent).order_by(col(AuditEvent.number))).all()
        assert [(event.actor, event.action) for event in events] == [
            ("operator", f"source.{word}") for word in ("add", "pause", "resume", "remove")
        ]
        assert '"start_urls":["https://shop.example.com/"]' in events[0].details
        assert find_break(session) is None


def test_seeding_again_takes_changes_over_and_leaves_a_pause_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(BLOCK.format(pages=5))
    run("sources", "seed", str(file))
    run("sources", "pause", "shop")
    file.write_text(BLOCK.format(pages=9))
    run("sources", "seed", str(file))
    assert [(row.max_pages, row.enabled) for row in stored()] == [(9, False)]


def test_a_removed_source_comes_back_with_its_history(run: Run) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    run("sources", "remove", "shop")
    run("sources", "add", "shop", "https://shop.example.com/en")
    assert [(row.start_urls, row.removed_at) for row in stored()] == [(["https://shop.example.com/en"], None)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "shop", "https://other.example/"), "choose another name"),
        (("add", "Shop!", "https://other.example/"), "use up to 64 of a-z"),
        (("add", "new", "ftp://other.example/"), "give absolute http"),
        (("pause", "nothing"), "`rxwarden sources list` shows"),
        (("remove", "nothing"), "`rxwarden sources list` shows"),
        (("seed", "/nowhere/sources.toml"), "cannot be read"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_and_changes_nothing(run: Run, words: tuple[str, ...], sentence: str) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    with pytest.raises((SourceInvalid, NotFound, CrawlerError), match=sentence):
        run("sources", *words)
    assert [row.name for row in stored()] == ["shop"]


def test_every_change_of_the_sources_is_in_the_audit_log(run: Run) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    run("sources", "pause", "shop")
    with reading(open_store(load_settings())) as session:
        actions = [event.action for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.number)))]
        assert find_break(session) is None
    assert actions == ["source.add", "source.pause"]


def test_upgrade_says_what_it_did(run: Run) -> None:
    assert "upgraded from None to" in run("db", "upgrade").output
    assert "already" in run("db", "upgrade").output
    downgrade(open_store(load_settings()), "0001_pages")
    assert "upgraded from 0001_pages to" in run("db", "upgrade").output


def test_a_backup_is_restored_and_checked_by_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    archive = tmp_path / "backup.tar.gz"
    assert "backup.tar.gz: 1 files" in run("db", "backup", str(archive)).output
    with pytest.raises(BackupInvalid, match="is not empty"):
        run("db", "restore", str(archive))
    monkeypatch.setenv("RXWARDEN_DATA", str(tmp_path / "restored"))
    assert f"into {tmp_path / 'restored'}" in run("db", "restore", str(archive)).output
    assert [row.name for row in stored()] == ["shop"]
    assert "as they should be" in run("db", "check").output


def test_a_check_that_finds_something_exits_with_1(run: Run) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    engine = open_store(load_settings())
    connection = engine.raw_connection()
    connection.cursor().execute("DROP TRIGGER audit_event_refuse_update")
    connection.cursor().execute("UPDATE audit_event SET action = 'nothing'")
    connection.close()
    result = run("db", "check")
    assert result.exit_code == 1
    assert "the audit log was changed at entry 1" in result.stderr


def test_labels_are_exported_into_the_data_folder(run: Run, tmp_path: Path) -> None:
    assert run("export-labels").output == f"{tmp_path}/data/reviews/reviews.jsonl: 0 passages\n"
    assert (tmp_path / "data" / "reviews" / "reviews.jsonl").read_text() == ""


def test_a_weekly_run_with_nothing_due_says_so_and_exits_with_0(run: Run) -> None:
    run("sources", "add", "shop", "https://shop.example.com/")
    run("sources", "pause", "shop")
    result = run("weekly", "--as-of", "2026-11-02")
    assert result.exit_code == 0
    assert result.stdout.startswith("nothing to do: no source is watched; `rxwarden sources add` adds one")


def stored() -> list[StoredSource]:
    with reading(open_store(load_settings())) as session:
        return list(session.exec(select(StoredSource)))


def test_a_check_says_whether_anything_is_amiss_and_visits_nothing(run: Run) -> None:
    well = run("weekly", "--check")
    assert (well.exit_code, well.output) == (0, "all well\n")
    run("sources", "add", "shop", "https://shop.example.com/")
    late = run("weekly", "--check", "--as-of", "2099-01-01")
    assert late.exit_code == 3
    assert late.output.startswith("weekly: did not run when it should: 1 watched source had")


def test_a_timer_is_printed_for_this_installation(run: Run, tmp_path: Path) -> None:
    printed = run("weekly", "--print-timer").output
    assert f'Environment="RXWARDEN_DATA={tmp_path / "data"}"' in printed
    assert "OnCalendar=" in printed
    assert not (tmp_path / "data").exists()


def test_what_a_source_is_let_off_or_asked_beyond_the_usual_stands_in_the_list(run: Run) -> None:
    reason = "Written consent of the site's owner"
    run("sources", "add", "shop", "https://shop.example.com/", "https://shop.example.com/sale")
    run("sources", "add", "calm", "https://calm.example.com/", "--follow-nofollow")
    run("sources", "robots", "shop", "--ignore", reason)
    run("sources", "second-look", "shop", "--allow", reason)
    calm, shop = [line for line in run("sources", "list").output.splitlines() if ".example.com" in line]
    assert "nofollow followed" in calm
    assert "https://shop.example.com/ and 1 more" in shop
    assert "robots.txt ignored, second look" in shop
    assert run("sources", "second-look", "shop", "--stop").output == "shop is asked under our own name alone\n"
    assert "second look" not in run("sources", "list").output


def test_an_override_of_robots_needs_a_reason_and_is_logged(run: Run, tmp_path: Path) -> None:
    reason = "Written consent of the site's owner"
    run("sources", "add", "shop", "https://shop.example.com/")
    for words in (("--ignore", "because"), (), ("--ignore", reason, "--obey")):
        with pytest.raises(SourceInvalid, match=r"reason|give either"):
            run("sources", "robots", "shop", *words)
    assert stored()[0].robots_override == ""
    run("sources", "robots", "shop", "--ignore", reason)
    assert stored()[0].robots_override == reason
    run("sources", "robots", "shop", "--obey")
    run("sources", "add", "clinic", "https://clinic.example.org/", "--ignore-robots", reason, "--follow-nofollow")
    file = tmp_path / "sources.toml"
    file.write_text(BLOCK.format(pages=5) + f'robots_override = "{reason}"\n')
    run("sources", "seed", str(file))
    run("sources", "seed", str(file))
    with reading(open_store(load_settings())) as session:
        told = [
            (event.action, event.subject, event.details)
            for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.number)))
        ]
    overrides = [entry for entry in told if "robots" in entry[0]]
    details = json.dumps({"reason": reason}, separators=(",", ":"))
    assert overrides == [
        ("source.robots_override", "source:shop", details),
        ("source.robots_obey", "source:shop", "{}"),
        ("source.robots_override", "source:clinic", details),
        ("source.robots_override", "source:shop", details),
    ]
