"""Whether the codes of a PDF's fonts can be believed to mean what they show.

Imported only in the limited child. Owns one question: must the pixels of a page be read because
its text layer may lie? A font is *lying* when its own entries contradict each other or tell
nothing, *unproven* when an embedded program draws the signs, which no entry can vouch for. Knows
nothing of terms.
"""

import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import Final

import pikepdf
from pdfminer.encodingdb import EncodingDB, name2unicode

from disclosure.documents.terms import fold

DEEPEST_FORM: Final = 40
BLOCK: Final = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
SINGLE: Final = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>")
ROW: Final = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(\[[^\]]*\]|<\s*[0-9A-Fa-f]+\s*>)"
)
HEX: Final = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>")
MOST_ROWS: Final = 70_000
PROGRAMS: Final = ("/FontFile", "/FontFile2", "/FontFile3")
HOLDERS: Final = ("/XObject", "/Pattern")
ENCODINGS: Final = {
    "/WinAnsiEncoding": "WinAnsiEncoding",
    "/MacRomanEncoding": "MacRomanEncoding",
    "/StandardEncoding": "StandardEncoding",
}
Identity = tuple[int, int]


class Trust(Enum):
    """How far a font's codes can be believed."""

    SPOKEN = "spoken"
    UNPROVEN = "unproven"
    LYING = "lying"


def pages_with_untrusted_fonts(pdf: pikepdf.Pdf) -> Iterator[int]:
    """Yield the numbers of pages that use a font whose codes may lie."""
    known: dict[Identity, Trust] = {}
    for number, page in enumerate(pdf.pages, start=1):
        if any(trust is Trust.LYING for _, trust in _judged(page, known)):
            yield number


def unproven_fonts(pdf: pikepdf.Pdf) -> dict[int, frozenset[Identity]]:
    """Return the embedded fonts of each page (from 1) that only pixels can vouch for."""
    known: dict[Identity, Trust] = {}
    found = {
        number: frozenset(
            identity for identity, trust in _judged(page, known) if trust is Trust.UNPROVEN
        )
        for number, page in enumerate(pdf.pages, start=1)
    }
    return {number: fonts for number, fonts in found.items() if fonts}


def _judged(page: pikepdf.Page, known: dict[Identity, Trust]) -> Iterator[tuple[Identity, Trust]]:
    seen: set[Identity] = set()
    resources = _inherited(page.obj, "/Resources")
    for font in _fonts(resources, seen, depth=0):
        yield font.objgen, _remembered(font, known)
    for note in _values(page.obj.get("/Annots")):
        looks = note.get("/AP") if isinstance(note, pikepdf.Dictionary) else None
        for form in _streams(looks, depth=0):
            for font in _fonts(form.get("/Resources"), seen, depth=1):
                yield font.objgen, _remembered(font, known)


def _remembered(font: pikepdf.Object, known: dict[Identity, Trust]) -> Trust:
    if font.objgen == (0, 0):
        return trust_of(font)
    if font.objgen not in known:
        known[font.objgen] = trust_of(font)
    return known[font.objgen]


def _inherited(page: pikepdf.Object, key: str) -> object:
    holder: object = page
    for _ in range(DEEPEST_FORM):
        if not isinstance(holder, pikepdf.Dictionary):
            return None
        if key in holder:
            return holder.get(key)
        holder = holder.get("/Parent")
    return None


def _fonts(resources: object, seen: set[Identity], *, depth: int) -> Iterator[pikepdf.Object]:
    if not isinstance(resources, pikepdf.Dictionary) or depth > DEEPEST_FORM:
        return
    yield from (font for font in _values(resources.get("/Font")) if _is_dictionary(font))
    for state in _values(resources.get("/ExtGState")):
        held = state.get("/Font") if isinstance(state, pikepdf.Dictionary) else None
        yield from (part for part in _values(held) if _is_dictionary(part))
    for holder in HOLDERS:
        for form in _values(resources.get(holder)):
            if not isinstance(form, pikepdf.Stream) or form.objgen in seen:
                continue
            seen.add(form.objgen)
            yield from _fonts(form.get("/Resources"), seen, depth=depth + 1)


def _is_dictionary(item: object) -> bool:
    return isinstance(item, pikepdf.Dictionary)


def _streams(holder: object, *, depth: int) -> Iterator[pikepdf.Stream]:
    if isinstance(holder, pikepdf.Stream):
        yield holder
    elif isinstance(holder, pikepdf.Dictionary) and depth < len("AP N state"):
        for part in _values(holder):
            yield from _streams(part, depth=depth + 1)


def _values(holder: object) -> list[pikepdf.Object]:
    if isinstance(holder, pikepdf.Array):
        return list(holder)
    if not isinstance(holder, pikepdf.Dictionary):
        return []
    return [value for _, value in holder.items()]


def trust_of(font: pikepdf.Object) -> Trust:
    """Judge one font by its own entries."""
    if font.get("/Subtype") == "/Type3":
        return Trust.LYING
    mapped = font.get("/ToUnicode")
    meanings = _meanings(mapped.read_bytes()) if isinstance(mapped, pikepdf.Stream) else None
    if meanings is not None and _two_codes_for_one_sign(meanings):
        return Trust.LYING
    if font.get("/Subtype") == "/Type0":
        return _composite(font, meanings)
    named = _named_codes(font)
    if named is None:
        # An embedded program with codes of its own: only its map says what they mean.
        return Trust.LYING if meanings is None else Trust.UNPROVEN
    if meanings is not None and any(
        fold(named[code]) != fold(sign) for code, sign in meanings.items() if code in named
    ):
        return Trust.LYING
    return Trust.UNPROVEN if _embedded(font.get("/FontDescriptor")) else Trust.SPOKEN


def _composite(font: pikepdf.Object, meanings: dict[int, str] | None) -> Trust:
    encoding = str(font.get("/Encoding", ""))
    if meanings is None and "UCS" not in encoding and "UTF16" not in encoding:
        return Trust.LYING
    parts = [part for part in _values(font.get("/DescendantFonts")) if _is_dictionary(part)]
    if any(_embedded(part.get("/FontDescriptor")) for part in parts):
        return Trust.UNPROVEN
    return Trust.SPOKEN if meanings is None else Trust.UNPROVEN


def _embedded(descriptor: object) -> bool:
    return isinstance(descriptor, pikepdf.Dictionary) and any(
        name in descriptor for name in PROGRAMS
    )


def _named_codes(font: pikepdf.Object) -> dict[int, str] | None:
    """Return what the encoding says that each code shows; None when it says nothing."""
    encoding = font.get("/Encoding")
    if encoding is None and _embedded(font.get("/FontDescriptor")):
        return None
    if not isinstance(encoding, pikepdf.Dictionary):
        return _base(encoding)
    named = _base(encoding.get("/BaseEncoding"))
    code = 0
    for item in _values(encoding.get("/Differences")):
        if isinstance(item, pikepdf.Name):
            sign = _sign_of(str(item))
            if sign is None:
                return None
            named[code] = sign
            code += 1
        else:
            code = int(item)
    return named


def _base(encoding: object) -> dict[int, str]:
    table = EncodingDB.encodings.get(
        ENCODINGS.get(str(encoding), "StandardEncoding"), EncodingDB.std2unicode
    )
    return dict(table)


def _sign_of(name: str) -> str | None:
    try:
        return name2unicode(name.lstrip("/"))
    except (KeyError, ValueError):
        return "" if name == "/.notdef" else None


def _meanings(unicode_map: bytes) -> dict[int, str]:
    meanings: dict[int, str] = {}
    for kind, block in BLOCK.findall(unicode_map):
        rows = _single_rows(block) if kind == b"char" else _range_rows(block)
        for code, sign in rows:
            meanings[code] = sign
            if len(meanings) > MOST_ROWS:
                return meanings
    return meanings


def _single_rows(block: bytes) -> Iterator[tuple[int, str]]:
    for code, meaning in SINGLE.findall(block):
        yield int(code, 16), _decoded(meaning)


def _range_rows(block: bytes) -> Iterator[tuple[int, str]]:
    for first, last, target in ROW.findall(block):
        start, end = int(first, 16), min(int(last, 16), int(first, 16) + MOST_ROWS)
        if target.startswith(b"["):
            signs = map(_decoded, HEX.findall(target))
            yield from zip(range(start, end + 1), signs, strict=False)
            continue
        sign = _decoded(target.strip(b"<> \r\n\t"))
        for step in range(end - start + 1):
            shifted = sign[:-1] + chr(min(ord(sign[-1]) + step, 0x10FFFF)) if sign else ""
            yield start + step, shifted


def _decoded(meaning: bytes) -> str:
    try:
        return bytes.fromhex(meaning.decode().zfill(4)).decode("utf-16be", "replace")
    except ValueError:
        return ""


def _two_codes_for_one_sign(meanings: dict[int, str]) -> bool:
    """Say whether several codes claim to be one letter or digit, as a careless lie makes them."""
    counts = Counter(sign for sign in meanings.values() if len(sign) == 1 and sign.isalnum())
    doubled = sum(count > 1 for count in counts.values())
    return any(count > len("two") for count in counts.values()) or doubled > len(counts) / 2
