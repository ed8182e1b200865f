"""Backup and restore: all comes back as it was, and a damaged or hostile archive changes nothing."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from api.exceptions import BackupInvalid
from api.services.backup import back_up
from api.services.checkup import find_problems
from api.services.restore import restore
from api.services.secret import load_secret
from api.settings import Settings
from api.store.blobs import BlobStore
from api.store.engine import reading
from api.store.kinds import Decision
from api.store.opening import open_store
from api.store.queries.cases import read_case
from api.store.tables.pages import SitePage
from tests.api.world import MONDAY, Said, World

URL = "http://shop.example/k"
OFFER = "ketamine crystal, 10 g"
Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def lived_in(settings: Settings) -> World:
    """An installation with a page, a case, a review, a model and a secret."""
    world = World(open_store(settings), BlobStore(settings.folder.blobs))
    world.visit({URL: (f"Shop\n{OFFER}", [Said(OFFER)])})
    world.review(URL, Decision.CONFIRM)
    (settings.folder.models / "m1").mkdir()
    (settings.folder.models / "m1" / "model.json").write_text("{}")
    load_secret(settings)
    return world


@pytest.fixture
def archive(lived_in: World, settings: Settings, tmp_path: Path) -> Path:
    return back_up(settings, tmp_path / "backup.tar.gz", now=MONDAY).file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "elsewhere" / "data", demo=True)


def test_all_of_an_installation_comes_back(archive: Path, settings: Settings, elsewhere: Settings) -> None:
    manifest, left_to_do = restore(elsewhere, archive)
    assert (manifest.database, manifest.made_at, left_to_do) == ("sqlite", MONDAY.isoformat(), "")
    assert load_secret(elsewhere) == load_secret(settings)
    assert (elsewhere.folder.models / "m1" / "model.json").read_text() == "{}"
    restored = World(open_store(elsewhere), BlobStore(elsewhere.folder.blobs))
    with reading(restored.engine) as session:
        detail = read_case(session, restored.blobs, restored.case(URL).id)
    assert detail.document.text == f"Shop\n{OFFER}"
    assert detail.decision is not None
    assert list(find_problems(restored.engine, restored.blobs)) == []


def test_a_backup_and_what_it_restores_to_are_private(archive: Path, elsewhere: Settings) -> None:
    restore(elsewhere, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert elsewhere.data.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in elsewhere.data.rglob("*")} == {0}


def test_a_backup_is_of_one_moment_while_the_service_goes_on(
    lived_in: World, settings: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    def go_on(done: int, _total: int) -> None:
        if done == 1:
            lived_in.visit({"http://shop.example/late": (f"Late\n{OFFER}", [Said(OFFER)])})

    made = back_up(settings, tmp_path / "live.tar.gz", now=MONDAY, heard=go_on)
    restore(elsewhere, made.file)
    with reading(open_store(elsewhere)) as session:
        assert session.exec(select(SitePage.url)).all() == [URL]


def test_torn_writes_and_unfinished_models_are_left_out(lived_in: World, settings: Settings, tmp_path: Path) -> None:
    (settings.folder.blobs / "ab").mkdir(exist_ok=True)
    (settings.folder.blobs / "ab" / "half.part").write_bytes(b"x")
    (settings.folder.models / ".training-x").mkdir()
    (settings.folder.models / ".training-x" / "weights.npz").write_bytes(b"x")
    paths = {entry.path for entry in back_up(settings, tmp_path / "b.tar.gz", now=MONDAY).manifest.entries}
    assert {"rxwarden.sqlite3", "secret", "models/m1/model.json"} < paths
    assert not [path for path in paths if "half" in path or "training" in path or path.endswith(("-wal", ".lock"))]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("data/exports/b.tar.gz", "lies in the data folder"),
        ("taken.tar.gz", "give the name of a new file"),
        ("nowhere/b.tar.gz", "make it first"),
    ],
)
def test_a_backup_is_not_put_where_it_would_be_lost_or_overwrite(
    lived_in: World, settings: Settings, tmp_path: Path, place: str, sentence: str
) -> None:
    (tmp_path / "taken.tar.gz").write_bytes(b"precious")
    with pytest.raises(BackupInvalid, match=sentence):
        back_up(settings, tmp_path / place, now=MONDAY)
    assert (tmp_path / "taken.tar.gz").read_bytes() == b"precious"


def test_a_folder_that_is_not_empty_is_never_restored_into(archive: Path, settings: Settings) -> None:
    with pytest.raises(BackupInvalid, match="is not empty"):
        restore(settings, archive)


def test_an_empty_folder_is_taken(archive: Path, elsewhere: Settings) -> None:
    elsewhere.data.mkdir(parents=True)
    restore(elsewhere, archive)
    assert elsewhere.folder.database.is_file()


def change_a_byte(members: Members) -> Members:
    return [(info, data if info.name != "secret" else data[:-1] + b"!") for info, data in members]


def leave_one_out(members: Members) -> Members:
    return [(info, data) for info, data in members if info.name != "secret"]


def add_a_file(members: Members) -> Members:
    return [*members, (tarfile.TarInfo("models/evil.json"), b"")]


def add_one_twice(members: Members) -> Members:
    return [*members, members[-1]]


def make_a_link(members: Members) -> Members:
    for info, _ in members:
        if info.name == "secret":
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return members


def name_a_file_outside(members: Members) -> Members:
    return rename(members, "secret", "../../outside")


def name_a_file_at_the_root(members: Members) -> Members:
    return rename(members, "secret", "/tmp/outside")


def tear_the_database(members: Members) -> Members:
    return refill(members, "rxwarden.sqlite3", b"SQLite format 3\0" + b"torn" * 1000)


def forget_the_manifest(members: Members) -> Members:
    return members[1:]


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (change_a_byte, "secret in the backup is damaged"),
        (leave_one_out, "missing from the backup, secret first"),
        (add_a_file, "'models/evil.json', which its manifest does not list"),
        (add_one_twice, "which its manifest does not list"),
        (make_a_link, "'secret', which its manifest does not list"),
        (name_a_file_outside, "lies outside the data folder"),
        (name_a_file_at_the_root, "lies outside the data folder"),
        (tear_the_database, "the database in the backup is damaged"),
        (forget_the_manifest, "not a backup made by"),
    ],
)
def test_an_archive_that_was_tampered_with_changes_nothing(
    archive: Path, elsewhere: Settings, tmp_path: Path, tamper: Callable[[Members], Members], sentence: str
) -> None:
    repack(archive, tamper)
    with pytest.raises(BackupInvalid, match=sentence):
        restore(elsewhere, archive)
    assert list(elsewhere.data.parent.iterdir()) == []
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a tar", None])
def test_a_file_that_is_no_whole_archive_changes_nothing(
    archive: Path, elsewhere: Settings, content: bytes | None
) -> None:
    archive.write_bytes(archive.read_bytes()[:2000] if content is None else content)
    with pytest.raises(BackupInvalid, match=r"another (backup|file)"):
        restore(elsewhere, archive)
    assert list(elsewhere.data.parent.iterdir()) == []


def test_with_postgresql_the_files_are_kept_and_pg_dump_is_named(
    postgresql_server: str, tmp_path: Path, elsewhere: Settings
) -> None:
    settings = Settings(data=tmp_path / "data", database_url=SecretStr(postgresql_server), demo=True)
    settings.folder.create()
    blob = BlobStore(settings.folder.blobs).save(b"page")
    made = back_up(settings, tmp_path / "files.tar.gz", now=MONDAY)
    assert (made.manifest.database, "pg_dump" in made.advice) == ("postgresql", True)
    _, left_to_do = restore(elsewhere, made.file)
    assert "pg_restore" in left_to_do
    assert BlobStore(elsewhere.folder.blobs).load(blob) == b"page"


def test_a_check_finds_a_lost_page_a_damaged_text_and_a_changed_log(lived_in: World) -> None:
    assert list(find_problems(lived_in.engine, lived_in.blobs)) == []
    shutil.rmtree(lived_in.blobs.folder)
    connection = lived_in.engine.raw_connection()
    connection.cursor().execute("DROP TRIGGER audit_event_refuse_update")
    connection.cursor().execute("UPDATE audit_event SET actor = 'nobody' WHERE number = 1")
    connection.close()
    problems = "\n".join(find_problems(lived_in.engine, lived_in.blobs))
    assert "the audit log was changed at entry 1" in problems
    assert "restore it from a backup or capture the page again" in problems


def repack(archive: Path, tamper: Callable[[Members], Members]) -> None:
    with tarfile.open(archive) as packed:
        members = [(info, packed.extractfile(info).read()) for info in packed]  # type: ignore[union-attr]
    with tarfile.open(archive, "w:gz") as packed:
        for info, data in tamper(members):
            packed.addfile(info, io.BytesIO(data) if info.isreg() else None)


def rename(members: Members, name: str, to: str) -> Members:
    """Rename a member in the archive and in its manifest."""
    for info, _ in members:
        info.name = to if info.name == name else info.name
    manifest = json.loads(members[0][1])
    for entry in manifest["entries"]:
        entry["path"] = to if entry["path"] == name else entry["path"]
    return with_manifest(members, manifest)


def refill(members: Members, name: str, data: bytes) -> Members:
    """Give a member other content, and the manifest its digest."""
    import hashlib

    manifest = json.loads(members[0][1])
    for entry in manifest["entries"]:
        if entry["path"] == name:
            entry.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    changed = [(info, data if info.name == name else old) for info, old in members]
    for info, content in changed:
        info.size = len(content)
    return with_manifest(changed, manifest)


def with_manifest(members: Members, manifest: object) -> Members:
    raw = json.dumps(manifest).encode()
    members[0][0].size = len(raw)
    return [(members[0][0], raw), *members[1:]]
