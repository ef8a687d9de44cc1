"""Stored files: encrypted, addressed by the SHA-256 of their plain bytes, in a folder.

Owns how files are written (temporary name, fsync, rename) and read back (decrypted, hashed again).
A file is written before the row that names it and never changed.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from disclosure.errors import NotReady
from disclosure.storage.encryption import decrypt_from, encrypt_stream

_READ = 1024 * 1024


class FileStore:
    """The folder in which an installation keeps its files.

    Args:
        url: ``Settings.files_url``; a path or ``file:`` URL.

    Raises:
        NotReady: When the URL names a store that this version does not have.
    """

    def __init__(self, url: str) -> None:
        if "://" in url and not url.startswith("file://"):
            scheme = url.partition(":")[0]
            raise NotReady(f"FILES_URL: {scheme!r} is not a store of this version; use a folder")
        self.root = Path(url.removeprefix("file://"))

    def add(self, content: bytes) -> str:
        """Store bytes and return their SHA-256 in hexadecimal; storing twice is harmless."""
        return self._keep([content], hashlib.sha256(content).hexdigest())

    def add_file(self, path: Path) -> str:
        """Store a file that nobody changes meanwhile, piece by piece, and return its SHA-256."""
        with path.open("rb") as plain:
            sha256 = hashlib.file_digest(plain, "sha256").hexdigest()
            plain.seek(0)
            return self._keep(iter(lambda: plain.read(_READ), b""), sha256)

    def _keep(self, pieces: Iterable[bytes], sha256: str) -> str:
        target = self._path(sha256)
        if target.exists():
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for piece in encrypt_stream(pieces, sha256):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
        _sync_folder(target.parent)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the whole file, hashed again.

        Raises:
            NotReady: When it is missing, or one byte of it was changed on disk.
        """
        content = b"".join(self.stream(sha256))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotReady("a stored file does not have the hash under which it is kept")
        return content

    def remove(self, sha256: str) -> None:
        """Destroy a file for good; one that is gone already is no error."""
        self._path(sha256).unlink(missing_ok=True)

    def check(self, sha256: str) -> int:
        """Read the whole file piece by piece, hash it again, and return its size in bytes.

        Raises:
            NotReady: When it is missing, or one byte of it was changed on disk.
        """
        digest, size = hashlib.sha256(), 0
        for piece in self.stream(sha256):
            digest.update(piece)
            size += len(piece)
        if digest.hexdigest() != sha256:
            raise NotReady("a stored file does not have the hash under which it is kept")
        return size

    def stream(self, sha256: str, *, start: int = 0) -> Iterator[bytes]:
        """Yield the plain bytes piece by piece, from any place of the file on.

        Args:
            sha256: The hash under which it is kept.
            start: The first byte wanted; what stands before it is not read.

        Raises:
            NotReady: When the file is missing, or a piece was changed on disk.
        """
        try:
            file = self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotReady("a stored file is missing; restore the files from backup") from None
        with file:
            yield from decrypt_from(file, sha256, start)

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
