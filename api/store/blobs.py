"""Bytes kept under the SHA-256 of their content, packed with zlib where that makes them smaller."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from api.exceptions import BlobDamaged, BlobMissing

PACKED = ".z"
PART = ".part"
# Far above any page the crawler accepts; a damaged or hostile file must not fill the memory.
MAX_BYTES = 256 << 20
WRITERS = 4
# Level 6 saves a tenth of the bytes for more than twice the time.
LEVEL = 3


def digest(data: bytes) -> str:
    """Give the SHA-256 hex under which bytes are kept."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class BlobStore:
    """A folder of blobs; a blob is there whole or not at all, whenever a process or machine stops."""

    folder: Path

    def save(self, data: bytes) -> str:
        """Keep bytes and give their digest; on return they are on the disk. A damaged blob of theirs is replaced."""
        name = digest(data)
        if not self._is_intact(name):
            packed = zlib.compress(data, LEVEL)
            if len(packed) < len(data):
                self._write(self._path(name + PACKED), packed)
            else:
                self._write(self._path(name), data)
        return name

    def save_all(self, bodies: Sequence[bytes]) -> tuple[str, ...]:
        """Keep many and give their digests, in order; a disk writes several files in little more time than one."""
        if len(bodies) < 2:
            return tuple(map(self.save, bodies))
        with ThreadPoolExecutor(WRITERS, thread_name_prefix="blobs") as threads:
            names = dict.fromkeys(bodies, "")
            names.update(zip(names, threads.map(self.save, list(names)), strict=True))
        return tuple(names[body] for body in bodies)

    def save_text(self, text: str) -> str:
        """Keep a text as UTF-8 and give its digest; lone surrogates, which pages do send, come back as they were."""
        return self.save(text.encode("utf-8", "surrogatepass"))

    def load_text(self, name: str) -> str:
        """Give the text of a digest; BlobMissing or BlobDamaged when it cannot be had."""
        return self.load(name).decode("utf-8", "surrogatepass")

    def load(self, name: str) -> bytes:
        """Give the bytes of a digest; BlobMissing or BlobDamaged when they cannot be had."""
        for path in (self._path(name + PACKED), self._path(name)):
            if path.is_file():
                return _verified(path, name)
        raise BlobMissing(f"blob {name} is not in {self.folder}; restore it from a backup or capture the page again")

    def sweep(self) -> int:
        """Remove what writers that were cut off left behind; only while no other process writes blobs."""
        parts = list(self.folder.rglob(f"*{PART}"))
        for part in parts:
            part.unlink()
        return len(parts)

    def _is_intact(self, name: str) -> bool:
        try:
            self.load(name)
        except (BlobMissing, BlobDamaged):
            for path in (self._path(name + PACKED), self._path(name)):
                path.unlink(missing_ok=True)
            return False
        return True

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=PART, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
        _sync_folder(path.parent)


def _verified(path: Path, name: str) -> bytes:
    data = path.read_bytes()
    if path.suffix == PACKED:
        data = _unpacked(data, path)
    if digest(data) != name:
        raise BlobDamaged(f"{path} is damaged; restore it from a backup or capture the page again")
    return data


def _unpacked(data: bytes, path: Path) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_BYTES)
    except zlib.error as error:
        raise BlobDamaged(f"{path} is damaged ({error}); restore it from a backup or capture the page again") from error


def _sync_folder(folder: Path) -> None:
    # A rename is on the disk only once the folder that holds it is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
