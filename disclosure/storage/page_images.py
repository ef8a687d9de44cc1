"""Pages that were rendered to be marked on, kept so that opening them again is quick.

Owns a folder of encrypted files, one folder for each document by its SHA-256. Everything in it can
be made again: what is damaged, or under a key that is gone, counts as not there, and the folder of
the document that was looked at longest ago goes first when there is too much. A document's pages
are destroyed together with the document (``operations/destroying.py``).
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from disclosure.errors import NotReady
from disclosure.storage.encryption import decrypt, encrypt

MOST_BYTES = 2 * 1024 * 1024 * 1024


class PageImages:
    """The folder in which an installation keeps rendered pages.

    Args:
        instance: The instance folder; the pages lie in its ``pages/``.
        most_bytes: From here on documents are forgotten.
    """

    def __init__(self, instance: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.root = instance / "pages"
        self.most_bytes = most_bytes

    def put(self, sha256: str, name: str, content: bytes) -> None:
        """Keep one thing that was made from a document.

        Args:
            sha256: Of the document.
            name: What it is, such as ``page-3``; part of the file's name, without content.
            content: Plain bytes; encrypted here.
        """
        folder = self._folder(sha256)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".")
        with os.fdopen(descriptor, "wb") as file:
            file.write(encrypt(content, _place(sha256, name)))
        Path(temporary).rename(folder / name)
        self._make_room(keep=folder)

    def get(self, sha256: str, name: str) -> bytes | None:
        """Return what is kept, or None when it has to be made again."""
        path = self._folder(sha256) / name
        try:
            content = decrypt(path.read_bytes(), _place(sha256, name))
        except (FileNotFoundError, NotReady):
            return None
        with suppress(FileNotFoundError):
            os.utime(path.parent)
        return content

    def names(self, sha256: str) -> frozenset[str]:
        """List what is kept of a document."""
        folder = self._folder(sha256)
        return frozenset(each.name for each in folder.iterdir()) if folder.is_dir() else frozenset()

    def forget(self, sha256: str, prefix: str) -> None:
        """Remove what is kept of a document under names that begin so."""
        for name in self.names(sha256):
            if name.startswith(prefix):
                (self._folder(sha256) / name).unlink(missing_ok=True)

    @contextmanager
    def lock(self, sha256: str) -> Iterator[None]:
        """Let one process at a time make pages of a document."""
        folder = self._folder(sha256)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def drop(self, sha256: str) -> None:
        """Destroy everything that was made from a document."""
        shutil.rmtree(self._folder(sha256), ignore_errors=True)

    def _folder(self, sha256: str) -> Path:
        return self.root / sha256

    def _make_room(self, *, keep: Path) -> None:
        folders = {folder: _size(folder) for folder in self.root.iterdir()}
        total = sum(folders.values())
        for folder in sorted(folders, key=_used):
            if total <= self.most_bytes:
                return
            if folder != keep:
                shutil.rmtree(folder, ignore_errors=True)
                total -= folders[folder]


def _place(sha256: str, name: str) -> str:
    return f"page.{sha256}.{name}"


def _size(folder: Path) -> int:
    total = 0
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            total += entry.stat().st_size
    return total


def _used(folder: Path) -> float:
    return folder.stat().st_mtime if folder.exists() else 0.0
