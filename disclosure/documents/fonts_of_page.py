"""Whether the codes of a PDF's fonts can be believed to mean what they show.

Imported only in the limited child. Owns one question: must the pixels of a page be read because
its text layer may lie? Knows nothing of terms.
"""

import re
from collections.abc import Iterator
from typing import Final

import pikepdf

DEEPEST_FORM: Final = 4
SINGLE: Final = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<([0-9A-Fa-f]{4})>")
RANGE: Final = re.compile(rb"<([0-9A-Fa-f]{2})>\s*<([0-9A-Fa-f]{2})>\s*<([0-9A-Fa-f]{4})>")
BLOCK: Final = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
SPOKEN_NAME: Final = re.compile(r"/([A-Za-z]+|uni[0-9A-F]{4}|[a-z]+\.[a-z]+)")
PLAIN_ASCII: Final = range(0x21, 0x7F)


def pages_with_untrusted_fonts(pdf: pikepdf.Pdf) -> Iterator[int]:
    """Yield the numbers of pages that use a font whose codes may lie."""
    for number, page in enumerate(pdf.pages, start=1):
        resources = page.obj.get("/Resources", pikepdf.Dictionary())
        if any(not _trusted(font) for font in _fonts(resources, depth=0)):
            yield number


def _fonts(resources: pikepdf.Object, *, depth: int) -> Iterator[pikepdf.Object]:
    if not isinstance(resources, pikepdf.Dictionary) or depth > DEEPEST_FORM:
        return
    yield from _values(resources.get("/Font"))
    for form in _values(resources.get("/XObject")):
        if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == "/Form":
            yield from _fonts(form.get("/Resources", pikepdf.Dictionary()), depth=depth + 1)


def _values(holder: object) -> list[pikepdf.Object]:
    if not isinstance(holder, pikepdf.Dictionary):
        return []
    return [value for _, value in holder.items()]


def _trusted(font: pikepdf.Object) -> bool:
    if not isinstance(font, pikepdf.Dictionary):
        return True
    if font.get("/Subtype") == "/Type3":
        return False
    mapped = font.get("/ToUnicode")
    if font.get("/Subtype") == "/Type0":
        return isinstance(mapped, pikepdf.Stream) or "UCS" in str(font.get("/Encoding", ""))
    encoding = font.get("/Encoding")
    if isinstance(encoding, pikepdf.Dictionary):
        return isinstance(mapped, pikepdf.Stream) or _spoken(encoding)
    # A standard encoding says by itself what a code shows; a map that differs from it lies.
    return not isinstance(mapped, pikepdf.Stream) or not encoding or _agrees(mapped.read_bytes())


def _spoken(encoding: pikepdf.Object) -> bool:
    names = [item for item in encoding.get("/Differences", []) if isinstance(item, pikepdf.Name)]
    return all(SPOKEN_NAME.fullmatch(str(name)) for name in names)


def _agrees(unicode_map: bytes) -> bool:
    for kind, block in BLOCK.findall(unicode_map):
        if kind == b"char":
            rows = [(code, code, meaning) for code, meaning in SINGLE.findall(block)]
        else:
            rows = RANGE.findall(block)
        for first, _, meaning in rows:
            if int(first, 16) in PLAIN_ASCII and int(first, 16) != int(meaning, 16):
                return False
    return True
