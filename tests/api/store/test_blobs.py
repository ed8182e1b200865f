"""Blobs: whole or not there, whatever was interrupted."""

import hashlib
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.exceptions import BlobDamaged, BlobMissing
from api.store.blobs import BlobStore


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@given(data=st.binary(max_size=4096))
def test_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = BlobStore(tmp_path_factory.mktemp("blobs"))
    name = blobs.save(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert blobs.load(name) == data


def test_the_same_bytes_are_kept_once(blobs: BlobStore) -> None:
    assert blobs.save(b"page" * 100) == blobs.save(b"page" * 100)
    assert len(_files(blobs)) == 1


def test_text_is_packed_and_noise_is_not(blobs: BlobStore) -> None:
    blobs.save(b"ketamine " * 1000)
    blobs.save(os.urandom(1000))
    assert sorted(file.suffix for file in _files(blobs)) == ["", ".z"]
    assert sum(file.stat().st_size for file in _files(blobs)) < 1200


def test_a_torn_write_leaves_no_blob_and_is_swept_away(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(_handle: int) -> None:
        raise OSError("the machine stopped")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", cut_off)
        with pytest.raises(OSError, match="stopped"):
            blobs.save(b"page")
    with pytest.raises(BlobMissing):
        blobs.load(hashlib.sha256(b"page").hexdigest())
    assert blobs.sweep() == 1
    assert _files(blobs) == []
    assert blobs.load(blobs.save(b"page")) == b"page"


@pytest.mark.parametrize("damage", [b"", b"page", zlib.compress(b"another page")])
def test_a_damaged_blob_is_noticed_and_saving_its_bytes_again_mends_it(blobs: BlobStore, damage: bytes) -> None:
    name = blobs.save(b"a page " * 50)
    _files(blobs)[0].write_bytes(damage)
    with pytest.raises(BlobDamaged, match="capture the page again"):
        blobs.load(name)
    assert blobs.save(b"a page " * 50) == name
    assert blobs.load(name) == b"a page " * 50


def test_a_blob_that_was_never_saved_is_missing(blobs: BlobStore) -> None:
    with pytest.raises(BlobMissing, match="restore it from a backup"):
        blobs.load("0" * 64)


def _files(blobs: BlobStore) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_many_blobs_are_kept_under_their_digests_in_order(blobs: BlobStore) -> None:
    bodies = [b"one" * 50, b"two" * 50, b"one" * 50, b""]
    names = blobs.save_all(bodies)
    assert [blobs.load(name) for name in names] == bodies
    assert blobs.save_all([]) == ()
