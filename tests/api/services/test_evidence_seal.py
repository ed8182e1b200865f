"""Sealing on both kinds of database: files end up in one chain, whoever seals and however often."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.services.evidence.chain import chain_problems, list_entries
from api.services.evidence.check import find_problems
from api.services.evidence.members import Member, walk
from api.services.evidence.seal import seal_archive
from api.store.engine import reading, writing
from api.store.layout import DataFolder
from crawler.fetching.records import Exchange
from crawler.fetching.warc import WarcFiles
from crawler.items import Archive

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


@dataclass(frozen=True)
class Store:
    """Opens sessions, as a job does."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session for reading."""
        with reading(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session that commits."""
        with writing(self.engine) as session:
            yield session


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.create()
    return folder


def fill(folder: DataFolder, *names: str) -> None:
    """Write a file of two exchanges for each name."""
    for name in names:
        with WarcFiles(Archive(str(folder.warc)), prefix=name, info={"software": "test"}, clock=lambda: NOW) as files:
            for path in ("a", "b"):
                url = f"http://shop.example/{path}"
                files.write(Exchange(url, NOW, b"GET / HTTP/1.1\r\n\r\n", b"", 200, HEAD, path.encode() * 500))


def test_files_come_into_one_chain_and_only_once(engine: Engine, folder: DataFolder) -> None:
    store = Store(engine)
    fill(folder, "one", "two")
    assert [seal_archive(store, folder, NOW), seal_archive(store, folder, NOW)] == [2, 0]
    fill(folder, "three")
    assert seal_archive(store, folder, NOW) == 1
    with store.reading() as session:
        entries = list_entries(session)
        assert [entry.name for entry in entries] == [f"{name}-00001.warc.gz" for name in ("one", "two", "three")]
        assert list(chain_problems(entries)) == []
        assert list(find_problems(session, folder, every_record=True)) == []


def test_sealers_at_the_same_time_make_one_chain(engine: Engine, folder: DataFolder) -> None:
    fill(folder, *(f"file{number}" for number in range(6)))
    sealers = [threading.Thread(target=seal_archive, args=(Store(engine), folder, NOW)) for _ in range(3)]
    for sealer in sealers:
        sealer.start()
    for sealer in sealers:
        sealer.join(60)
    seal_archive(Store(engine), folder, NOW)
    with reading(engine) as session:
        assert len(list_entries(session)) == 6
        assert list(find_problems(session, folder, every_record=True)) == []


def test_a_torn_tail_is_cut_and_damage_further_up_is_kept_to_be_seen(engine: Engine, folder: DataFolder) -> None:
    fill(folder, "torn", "hurt")
    torn, hurt = folder.warc / "torn-00001.warc.gz", folder.warc / "hurt-00001.warc.gz"
    whole = torn.read_bytes()
    torn.write_bytes(whole + whole[: len(whole) // 8])
    broken = bytearray(hurt.read_bytes())
    broken[len(broken) // 2] ^= 0x10
    hurt.write_bytes(broken)
    assert seal_archive(Store(engine), folder, NOW) == 2
    assert torn.read_bytes() == whole
    assert hurt.read_bytes() == broken
    with reading(engine) as session:
        (problem,) = find_problems(session, folder, every_record=True)
    assert (problem.file, problem.page.startswith("http://shop.example/")) == (hurt.name, True)


def test_what_was_begun_and_holds_nothing_is_removed(engine: Engine, folder: DataFolder) -> None:
    (folder.warc / ".begun-00001.warc.gz").write_bytes(b"")
    (folder.warc / "empty-00001.warc.gz").write_bytes(b"\x1f\x8b")
    assert seal_archive(Store(engine), folder, NOW) == 0
    assert [file.name for file in folder.warc.iterdir() if file.name != "manifest.jsonl"] == []


def test_whichever_byte_is_flipped_its_record_and_page_are_named(sqlite_engine: Engine, folder: DataFolder) -> None:
    fill(folder, "file")
    seal_archive(Store(sqlite_engine), folder, NOW)
    file = folder.warc / "file-00001.warc.gz"
    whole = file.read_bytes()
    with file.open("rb") as opened:
        members = [found for found in walk(opened) if isinstance(found, Member)]
    unnamed = 0
    with reading(sqlite_engine) as session:
        for place in range(0, len(whole), 3):
            broken = bytearray(whole)
            broken[place] ^= 1 << place % 8
            file.write_bytes(broken)
            first, *_ = find_problems(session, folder, every_record=False)
            hit = next(member for member in members if member.offset <= place < member.offset + member.length)
            assert first.file == file.name
            if first.offset is None:
                unnamed += 1
                continue
            assert first.offset == hit.offset
            # The file's own description is about no page.
            assert first.page == hit.headers.get("warc-target-uri", first.page)
    # A bit that nothing reads, such as the last ones of a packed block, shows in the file's digest alone.
    assert unnamed <= len(whole) // 100
