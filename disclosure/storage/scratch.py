"""Where plain bytes lie while something is made of them: in the instance, not in /tmp.

Owns that folder's life. It goes when the work is done; after a killed process it goes with the next
piece of work of any process, because the kernel lets go of a dead process's lock.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def scratch_folder(instance: Path) -> Iterator[Path]:
    """Give an empty folder that nobody else can read, and remove it with all that is in it.

    Args:
        instance: The instance folder; the work happens in its ``scratch/``.
    """
    room = instance / "scratch"
    room.mkdir(mode=0o700, exist_ok=True)
    with _locked(room):
        _remove_abandoned(room)
        folder = Path(tempfile.mkdtemp(dir=room))
        held = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def sweep_scratch(instance: Path) -> None:
    """Remove what killed processes left behind."""
    room = instance / "scratch"
    if room.is_dir():
        with _locked(room):
            _remove_abandoned(room)


def _remove_abandoned(room: Path) -> None:
    for folder in room.iterdir():
        with suppress(BlockingIOError, FileNotFoundError):
            held = _lock(folder, fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


@contextmanager
def _locked(room: Path) -> Iterator[None]:
    held = _lock(room)
    try:
        yield
    finally:
        os.close(held)


def _lock(folder: Path, how: int = 0) -> int:
    """Lock a folder for this process; closing the descriptor, or dying, unlocks it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor
