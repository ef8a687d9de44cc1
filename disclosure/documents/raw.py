"""Searching the raw bytes of a file piece by piece, so that memory does not grow with its size.

Imported only in the limited child. Owns the pieces and their overlap; what is searched for is the
business of ``gate_walk.py`` and ``gate_form.py``.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PIECE: Final = 4 * 1024 * 1024
OVERLAP: Final = 16 * 1024
LOOK_BACK: Final = 700
MOST_UNPACKED: Final = 16 * 1024 * 1024
STREAM_START: Final = re.compile(rb"stream\r?\n")
FILE_END: Final = b"%%EOF"


def pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of overlapping pieces that cover a file."""
    with path.open("rb") as stream:
        offset, kept = 0, b""
        while block := stream.read(PIECE):
            piece = kept + block
            yield offset - len(kept), piece
            offset += len(block)
            kept = piece[-OVERLAP:]


def file_ends(path: Path) -> list[int]:
    """Return the offsets after each end mark of a file."""
    found = {
        offset + match.end()
        for offset, piece in pieces(path)
        for match in re.finditer(re.escape(FILE_END), piece)
    }
    return sorted(found)


def state_until(path: Path, end: int) -> Path:
    """Write the beginning of a file, as it was before a later state, into the working folder."""
    earlier = Path(f"state-{end}.pdf")
    with path.open("rb") as whole, earlier.open("wb") as part:
        left = end
        while left > 0 and (block := whole.read(min(PIECE, left))):
            part.write(block)
            left -= len(block)
        part.write(b"\n")
    return earlier


def packed_streams(path: Path) -> Iterator[bytes]:
    """Yield what unpacks from every stream in the raw bytes but images, named in a table or not."""
    seen = 0
    with path.open("rb") as stream:
        for offset, piece in pieces(path):
            for match in STREAM_START.finditer(piece):
                start = offset + match.end()
                head = piece[max(0, match.start() - LOOK_BACK) : match.start()]
                head = head.rpartition(b" obj")[2]
                if start <= seen or b"Image" in head or b"Flate" not in head:
                    continue
                seen = start
                stream.seek(start)
                yield _unpacked(stream.read(PIECE))


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, MOST_UNPACKED)
    except zlib.error:
        return b""
