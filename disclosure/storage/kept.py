"""Things that are kept for an hour: uploads of a form that had an error, a receipt just given.

Owns a folder of small encrypted files that die by themselves. What stands in it belongs to whoever
knows the token; only the token's hash is a name here. Nothing of a case is kept here: its papers
are in ``storage/files.py``.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from disclosure.errors import NotReady
from disclosure.storage.encryption import decrypt, encrypt

MOST_BYTES = 1024 * 1024 * 1024


class KeptFiles:
    """A folder of encrypted files with a time to live.

    Args:
        folder: Made when the first file is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, token: str, content: bytes, *, now: datetime, life: timedelta) -> bool:
        """Keep bytes under a token, in place of what was there.

        Returns:
            Whether they are kept; False when the folder is full.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._sweep(now) + len(content) > MOST_BYTES:
            return False
        self.drop(token)
        name = _name(token)
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".")
        with os.fdopen(descriptor, "wb") as file:
            file.write(encrypt(content, f"kept.{name}"))
        until = int((now + life).timestamp())
        Path(temporary).rename(self.folder / f"{name}-{until}")
        return True

    def get(self, token: str, *, now: datetime) -> bytes | None:
        """Return what is kept under a token, or None when it is unknown, dead or damaged."""
        for path in self.folder.glob(f"{_name(token)}-*"):
            if _until(path) < now:
                continue
            try:
                return decrypt(path.read_bytes(), f"kept.{_name(token)}")
            except (NotReady, FileNotFoundError):
                return None
        return None

    def drop(self, token: str) -> None:
        """Forget what is kept under a token."""
        for path in self.folder.glob(f"{_name(token)}-*"):
            path.unlink(missing_ok=True)

    def _sweep(self, now: datetime) -> int:
        """Remove what has died and return the bytes that are left."""
        left = 0
        for path in self._paths():
            if _until(path) < now:
                path.unlink(missing_ok=True)
            else:
                left += path.stat().st_size if path.exists() else 0
        return left

    def _paths(self) -> Iterator[Path]:
        return (path for path in self.folder.iterdir() if not path.name.startswith("."))


def _name(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _until(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.name.rpartition("-")[2]), UTC)
