"""The walk over everything that is in a finished file: objects, streams, strings, raw bytes.

Imported only in the limited child. Owns in which encodings a value is looked for and where. Shown
text is read elsewhere; here a value is found wherever it hides without being shown.
"""

import base64
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pikepdf

from disclosure.documents.raw import (
    file_ends,
    packed_streams,
    pieces,
    plain_strings,
    state_until,
)
from disclosure.documents.terms import TermFinder, fold, is_ideograph

FIRM_LENGTH: Final = 6
FIRM_CHINESE: Final = 2
FIRM_BYTES: Final = 6
"""Shorter needles would turn up in compressed pixels and glyph numbers by chance."""

TAG: Final = re.compile(r"<[^>]*>")
ATTRIBUTE: Final = re.compile(r"""=\s*["']([^"']*)["']""")
SHOWING: Final = re.compile(rb"[\])>]\s*(?:T[jJ]\b|['\"])")
"""A string before one of the operators that show it."""

CODECS: Final = ("utf-8", "utf-16be", "utf-16le", "gb18030", "latin-1")
RANDOM_KEYS: Final = frozenset({"/ID", "/Contents", "/U", "/O", "/CheckSum"})

Report = Callable[[str, str, int | None], None]


class Walk:
    """Look for values in every corner of a file.

    Args:
        values: As typed.
        finder: For the same values.
        report: Takes code, place, index of the value.
    """

    def __init__(self, values: Sequence[str], finder: TermFinder, report: Report) -> None:
        self._finder = finder
        self._report = report
        self._firm = frozenset(index for index, value in enumerate(values) if _is_firm(value))
        self._read: set[int] = set()
        self._needles = [
            (index, needle)
            for index, value in enumerate(values)
            for needle in _encoded(value)
            if len(needle) >= FIRM_BYTES
        ]

    def file(self, path: Path, pdf: pikepdf.Pdf) -> None:
        """Walk over the objects, the raw bytes and every earlier state of a file."""
        self.objects(pdf)
        for _, piece in pieces(path):
            self._bytes(piece, "raw bytes of the file")
            for string in plain_strings(piece):
                self._text(string, "raw bytes of the file")
        for unpacked in packed_streams(path):
            if hash(unpacked) not in self._read:
                self._orphan(unpacked, "a stream in the raw bytes")
        for number, earlier in enumerate(_earlier_states(path), start=1):
            with earlier:
                self.objects(earlier, prefix=f"earlier state {number}, ")

    def objects(self, pdf: pikepdf.Pdf, *, prefix: str = "") -> None:
        """Walk over all objects, reachable or not, and the trailer."""
        shown = {identity for page in pdf.pages for identity in _content_streams(page.obj)}
        self._value(pdf.trailer, f"{prefix}trailer", depth=0)
        for item in pdf.objects:
            self._value(item, f"{prefix}object {item.objgen[0]}", depth=0)
            if isinstance(item, pikepdf.Stream):
                self._stream(item, f"{prefix}object {item.objgen[0]}", item.objgen in shown)
        for number, page in enumerate(pdf.pages, start=1):
            self._content(page.obj, f"{prefix}page {number}, content")

    def _orphan(self, content: bytes, where: str) -> None:
        self._bytes(content, where)
        if SHOWING.search(content):
            with pikepdf.new() as apart:
                self._content(pikepdf.Stream(apart, content), where)

    def _value(self, item: object, where: str, *, depth: int) -> None:
        if depth > 0 and isinstance(item, pikepdf.Object) and item.is_indirect:
            return
        if isinstance(item, pikepdf.String):
            self._text(bytes(item), where)
        elif isinstance(item, pikepdf.Name):
            self._words(str(item), where, firm=True)
        elif isinstance(item, pikepdf.Array):
            for part in item:
                self._value(part, where, depth=depth + 1)
        elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            self._entries(item, where, depth)

    def _entries(self, item: pikepdf.Object, where: str, depth: int) -> None:
        for key, part in item.items():
            self._words(key, where, firm=True)
            if key not in RANDOM_KEYS or not _is_random(part):
                self._value(part, f"{where} {key}", depth=depth + 1)

    def _text(self, content: bytes, where: str) -> None:
        binary = any(byte < 0x20 and byte not in b"\t\r\n" for byte in content)  # noqa: PLR2004  control
        unicode = content.startswith((b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf"))
        for codec in ("utf-16",) if unicode and content[0] != 0xEF else CODECS:  # noqa: PLR2004  byte mark
            try:
                text = content.decode(codec)
            except UnicodeDecodeError:
                continue
            guessed = codec.startswith("utf-16") and not unicode
            self._words(text, where, firm=guessed or (binary and not unicode))

    def _words(self, text: str, where: str, *, firm: bool) -> None:
        for spelling in {text, unquote(text), unescape(text)}:
            for value in sorted(self._finder.found(spelling)):
                if not firm or value in self._firm:
                    self._report("object", where, value)

    def _stream(self, stream: pikepdf.Stream, where: str, of_a_page: bool) -> None:  # noqa: FBT001
        self._bytes(stream.read_raw_bytes(), where)
        try:
            content = stream.read_bytes()
        except (pikepdf.PdfError, ValueError, RuntimeError):
            return
        self._read.add(hash(content))
        self._bytes(content, where)
        if stream.get("/Type") == "/Metadata" or content.lstrip()[:5] == b"<?xml":
            text = _decoded(content)
            self._words(TAG.sub(" ", text), where, firm=False)
            self._words("\n".join(ATTRIBUTE.findall(text)), where, firm=False)
        elif not of_a_page and SHOWING.search(content):
            self._content(stream, where)

    def _bytes(self, content: bytes, where: str) -> None:
        lowered = content.lower()
        for index, needle in self._needles:
            if needle in content or needle.lower() in lowered:
                self._report("object", where, index)

    def _content(self, holder: pikepdf.Object, where: str) -> None:
        """Read the strings of a content stream, shown or not, as one text."""
        if not self._needles:
            return
        parts: list[bytes] = []
        try:
            with warnings.catch_warnings(action="ignore"):
                found = pikepdf.parse_content_stream(holder)
            for instruction in found:
                for operand in instruction.operands:
                    self._operand(operand, where, parts)
        except (pikepdf.PdfError, TypeError, ValueError):
            return
        joined = b"".join(parts)
        for codec in CODECS:
            self._words(joined.decode(codec, "replace"), where, firm=True)

    def _operand(self, operand: object, where: str, parts: list[bytes]) -> None:
        if isinstance(operand, pikepdf.String):
            parts.append(bytes(operand))
        elif isinstance(operand, pikepdf.Array):
            parts.extend(bytes(part) for part in operand if isinstance(part, pikepdf.String))
        elif isinstance(operand, pikepdf.Dictionary):
            self._value(operand, where, depth=0)


def _content_streams(page: pikepdf.Object) -> Iterator[tuple[int, int]]:
    contents = page.get("/Contents")
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    for part in parts:
        if isinstance(part, pikepdf.Stream):
            yield part.objgen


def _decoded(content: bytes) -> str:
    wide = content.startswith((b"\xfe\xff", b"\xff\xfe"))
    return content.decode("utf-16" if wide else "utf-8", "replace")


def _is_random(part: object) -> bool:
    return isinstance(part, pikepdf.Array) or (
        isinstance(part, pikepdf.String) and len(bytes(part)) > len("16 random bytes:")
    )


def _is_firm(value: str) -> bool:
    folded = fold(value)
    ideographs = sum(map(is_ideograph, folded))
    return len(folded) >= FIRM_LENGTH or ideographs >= FIRM_CHINESE


def _encoded(value: str) -> Iterator[bytes]:
    for form in {value, value.strip(), value.replace(" ", ""), fold(value)}:
        for codec in CODECS:
            try:
                plain = form.encode(codec)
            except UnicodeEncodeError:
                continue
            yield plain
            if codec.startswith("utf-") and len(plain) >= FIRM_BYTES:
                yield plain.hex().encode()
        yield quote(form).encode()
        yield from _base64(form.encode())


def _base64(plain: bytes) -> Iterator[bytes]:
    """Yield what stays the same of a value in base 64 wherever it begins."""
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + plain)
        head = (0, 2, 3)[shift]
        tail = len(whole.rstrip(b"=")) - (1 if (len(plain) + shift) % 3 else 0)
        needle = whole[head:tail]
        if len(needle) > FIRM_BYTES + 2:
            yield needle


def _earlier_states(path: Path) -> Iterator[pikepdf.Pdf]:
    for end in file_ends(path)[:-1]:
        try:
            yield pikepdf.open(state_until(path, end), suppress_warnings=True)
        except (pikepdf.PdfError, ValueError, RuntimeError):
            continue
