"""Searching the raw bytes of a file piece by piece, so that memory does not grow with its size.

Imported only in the limited child. Owns the pieces and their overlap; what is searched for is the
business of ``gate_walk.py`` and ``gate_form.py``.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pikepdf

PIECE: Final = 4 * 1024 * 1024
OVERLAP: Final = 16 * 1024
LOOK_BACK: Final = 700
MOST_UNPACKED: Final = 16 * 1024 * 1024
STREAM_START: Final = re.compile(rb"stream\r?\n")
STREAM_END: Final = b"endstream"
FILE_END: Final = b"%%EOF"
FILTER: Final = re.compile(
    rb"/(FlateDecode|Fl|ASCIIHexDecode|AHx|ASCII85Decode|A85|LZWDecode|LZW|RunLengthDecode|RL)\b"
)
LONG_NAMES: Final = {
    b"AHx": "ASCIIHexDecode",
    b"A85": "ASCII85Decode",
    b"LZW": "LZWDecode",
    b"RL": "RunLengthDecode",
}
HEX_STRING: Final = re.compile(rb"<([0-9A-Fa-f\s]{12,4000})>")
ESCAPED_STRING: Final = re.compile(rb"\(((?:[\x20-\x27\x2a-\x5b\x5d-\x7e]|\\[0-7]{1,3}){6,4000})\)")
OCTAL: Final = re.compile(rb"\\([0-7]{1,3})")


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
                filters = FILTER.findall(head)
                if start <= seen or b"Image" in head or not filters:
                    continue
                seen = start
                stream.seek(start)
                yield _unpacked(stream.read(PIECE), filters)


def _unpacked(packed: bytes, filters: Sequence[bytes]) -> bytes:
    content = packed
    for name in filters:
        content = _unpacked_once(content, name)
    return content


def _unpacked_once(packed: bytes, name: bytes) -> bytes:
    if name in {b"FlateDecode", b"Fl"}:
        try:
            return zlib.decompressobj().decompress(packed, MOST_UNPACKED)
        except zlib.error:
            return b""
    with pikepdf.new() as scratch:
        stream = pikepdf.Stream(scratch, packed.partition(STREAM_END)[0])
        stream.Filter = pikepdf.Name("/" + LONG_NAMES.get(name, name.decode()))
        try:
            return stream.read_bytes()[:MOST_UNPACKED]
        except (pikepdf.PdfError, ValueError, RuntimeError):
            return b""


def plain_strings(piece: bytes) -> Iterator[bytes]:
    """Yield the strings in raw bytes that are written in hexadecimal or with escapes."""
    for match in HEX_STRING.finditer(piece):
        digits = b"".join(match[1].split())
        yield bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    for match in ESCAPED_STRING.finditer(piece):
        yield OCTAL.sub(_octal, match[1])


def _octal(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 8) & 0xFF,))
