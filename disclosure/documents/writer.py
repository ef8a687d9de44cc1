"""A fresh PDF, written page by page: one image, one layer of invisible words, nothing else.

Owns the only form that a redacted page takes; ``gate_walk.py`` knows the same form from the other
side. Pages go to the disk at once, so that memory does not grow with their number. Knows nothing
of the original.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from disclosure.documents.plan import Box

CATALOG, PAGES, FONT, DESCENDANT, DESCRIPTOR, UNICODE, STRUCTURE, PARENTS, BODY = range(1, 10)
SPARE: Final = range(0xE000, 0xF8FF)
"""Codes without a meaning of their own; they stand for signs beyond the first plane."""

FIRST_PLANE: Final = 0xFFFF
HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
IMAGE_NAME: Final = "/P"
FONT_NAME: Final = "/T"
"""Names that every page gives its one image and its one font."""

FONT_OBJECT: Final = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /DisclosureWords /Encoding /Identity-H"
    b" /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (DESCENDANT, UNICODE)
)
DESCENDANT_OBJECT: Final = (
    b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /DisclosureWords /CIDToGIDMap /Identity"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
    b" /FontDescriptor %d 0 R /DW 1000 >>" % DESCRIPTOR
)
DESCRIPTOR_OBJECT: Final = (
    b"<< /Type /FontDescriptor /FontName /DisclosureWords /Flags 4 /FontBBox [0 -200 1000 800]"
    b" /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
)
MAP_HEAD: Final = (
    b"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    b"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    b"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
MAP_TAIL: Final = b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
ROWS_A_BLOCK: Final = 100


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """A page's pixels as they are stored.

    Attributes:
        width: In pixels.
        height: In pixels.
        entries: Colour space, depth and filter of the image dictionary.
        content: The encoded bytes.
    """

    width: int
    height: int
    entries: bytes
    content: bytes


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word of the invisible layer, in the page's user space."""

    text: str
    box: Box
    spaced: bool


class FreshPdf:
    """Write redacted pages to a stream.

    Args:
        stream: Open for writing at its beginning.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []
        self._paragraphs: list[int] = []
        self._spare: dict[str, int] = {}
        self._next = BODY
        stream.write(HEADER)

    def add_page(
        self, box: Box, rotation: int, image: EncodedImage, *, words: Sequence[PlacedWord]
    ) -> None:
        """Write one page.

        Args:
            box: Its visible box; becomes the media box, so that coordinates stay true.
            rotation: Clockwise turn on the screen, in degrees.
            image: Fills the box.
            words: The words that may be read.
        """
        page, picture, content, paragraph = range(self._next, self._next + 4)
        self._next += 4
        number = len(self._pages)
        self._pages.append(page)
        self._paragraphs.append(paragraph)
        self._object(
            page,
            b"<< /Type /Page /Parent %d 0 R /MediaBox [%s] /Rotate %d /StructParents %d"
            b" /Resources << /XObject << /P %d 0 R >> /Font << /T %d 0 R >> >> /Contents %d 0 R >>"
            % (PAGES, b" ".join(map(_number, box)), rotation, number, picture, FONT, content),
        )
        entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (
            image.width,
            image.height,
            image.entries,
        )
        self._stream_object(picture, entries, image.content)
        drawn = zlib.compress(self._drawn(box, words))
        self._stream_object(content, b"/Filter /FlateDecode", drawn)
        self._object(
            paragraph,
            b"<< /Type /StructElem /S /P /P %d 0 R /Pg %d 0 R /K 0 >>" % (STRUCTURE, page),
        )

    def finish(self) -> None:
        """Write what all pages share, and the table of objects."""
        kids = b" ".join(b"%d 0 R" % page for page in self._pages)
        elements = b" ".join(b"%d 0 R" % element for element in self._paragraphs)
        parents = b" ".join(
            b"%d [%d 0 R]" % (number, element) for number, element in enumerate(self._paragraphs)
        )
        self._object(
            CATALOG,
            b"<< /Type /Catalog /Pages %d 0 R"
            b" /MarkInfo << /Marked true >> /StructTreeRoot %d 0 R >>" % (PAGES, STRUCTURE),
        )
        self._object(PAGES, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids))
        self._object(FONT, FONT_OBJECT)
        self._object(DESCENDANT, DESCENDANT_OBJECT)
        self._object(DESCRIPTOR, DESCRIPTOR_OBJECT)
        self._stream_object(UNICODE, b"/Filter /FlateDecode", zlib.compress(self._unicode_map()))
        self._object(
            STRUCTURE,
            b"<< /Type /StructTreeRoot /K [%s] /ParentTree %d 0 R >>" % (elements, PARENTS),
        )
        self._object(PARENTS, b"<< /Nums [%s] >>" % parents)
        self._table()

    def _drawn(self, box: Box, words: Sequence[PlacedWord]) -> bytes:
        width, height = box[2] - box[0], box[3] - box[1]
        lines = [
            b"/Artifact BMC",
            b"q %s 0 0 %s %s %s cm /P Do Q" % tuple(map(_number, (width, height, *box[:2]))),
            b"EMC",
            b"/P << /MCID 0 >> BDC",
            b"BT /T 1 Tf 3 Tr",
            *(self._word(word) for word in words),
            b"ET",
            b"EMC",
        ]
        return b"\n".join(lines) + b"\n"

    def _word(self, word: PlacedWord) -> bytes:
        left, bottom, right, top = word.box
        signs = len(word.text)
        wide, high = right - left, top - bottom
        codes = self._codes(word.text + " " * word.spaced)
        if signs > 1 and high > 1.5 * wide:
            matrix = b"0 %.3f %.3f 0 %.3f %.3f" % (high / signs, -wide, right, bottom)
        else:
            matrix = b"%.3f 0 0 %.3f %.3f %.3f" % (wide / signs, high, left, bottom)
        return b"%s Tm <%s> Tj" % (matrix, codes)

    def _codes(self, text: str) -> bytes:
        if ord(max(text)) > FIRST_PLANE:
            return "".join(f"{self._code(sign):04X}" for sign in text).encode()
        return text.encode("utf-16be").hex().encode()

    def _code(self, sign: str) -> int:
        if ord(sign) <= FIRST_PLANE:
            return ord(sign)
        return self._spare.setdefault(sign, SPARE[len(self._spare) % len(SPARE)])

    def _unicode_map(self) -> bytes:
        rows = [
            b"<%02X00> <%02XFF> <%02X00>" % (high, high, high)
            for high in range(256)
            if not 0xD8 <= high <= 0xF8  # noqa: PLR2004  surrogates and private use
        ]
        rows += [
            b"<%04X> <%04X> <%s>" % (code, code, sign.encode("utf-16be").hex().encode())
            for sign, code in self._spare.items()
        ]
        blocks = [rows[at : at + ROWS_A_BLOCK] for at in range(0, len(rows), ROWS_A_BLOCK)]
        ranges = b"".join(
            b"%d beginbfrange\n%s\nendbfrange\n" % (len(block), b"\n".join(block))
            for block in blocks
        )
        return MAP_HEAD + ranges + MAP_TAIL

    def _object(self, number: int, content: bytes) -> None:
        self._offsets[number] = self._stream.tell()
        self._stream.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def _stream_object(self, number: int, entries: bytes, content: bytes) -> None:
        self._offsets[number] = self._stream.tell()
        self._stream.write(
            b"%d 0 obj\n<< %s /Length %d >>\nstream\n" % (number, entries, len(content))
        )
        self._stream.write(content)
        self._stream.write(b"\nendstream\nendobj\n")

    def _table(self) -> None:
        start = self._stream.tell()
        size = self._next
        rows = b"".join(b"%010d 00000 n \n" % self._offsets[number] for number in range(1, size))
        self._stream.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows))
        self._stream.write(
            b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (size, CATALOG, start)
        )


def _number(value: float) -> bytes:
    return f"{value:.3f}".rstrip("0").rstrip(".").encode() or b"0"
