"""The text of a finished file by two parsers that have nothing in common with the engine.

Imported only in the limited child. Owns the calls of poppler and pdfminer.six; what a hit means is
decided by ``gate_task.py``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTContainer, LTImage, LTItem, LTPage
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.utils import Matrix

from disclosure.documents.plan import Box
from disclosure.documents.programs import run_program

SECONDS: Final = 120.0
WORD_GAP: Final = 0.25


def pages_by_poppler(path: Path, options: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield page number and text as ``pdftotext`` gives it.

    Raises:
        ProgramMissing: When poppler is not installed.
        ProgramFailed: When it fails.
    """
    answer = run_program("pdftotext", [*options, "-enc", "UTF-8", str(path), "-"], seconds=SECONDS)
    pages = answer.decode("utf-8", "replace").split("\f")
    yield from enumerate(pages[:-1] if len(pages) > 1 else pages, start=1)


def pages_by_pdfminer(path: Path) -> Iterator[tuple[int, list[tuple[str, Box]]]]:
    """Yield page number and characters with their boxes in the page's unrotated user space."""
    for number, page in _collected(path, None):
        yield number, page.characters


def images_by_pdfminer(path: Path, number: int) -> list[tuple[Box, int]]:
    """Return where a page draws images, with the number of the object of each."""
    return [
        (box, identity)
        for _, page in _collected(path, {number - 1})
        for box, identity in page.images
        if identity
    ]


def _collected(path: Path, numbers: set[int] | None) -> Iterator[tuple[int, "_Collector"]]:
    manager = PDFResourceManager()
    with path.open("rb") as stream:
        first = min(numbers) + 1 if numbers else 1
        pages = PDFPage.get_pages(stream, pagenos=numbers, caching=False)
        for number, page in enumerate(pages, start=first):
            left, bottom = page.mediabox[0], page.mediabox[1]
            page.rotate = 0
            collector = _Collector(manager)
            PDFPageInterpreter(manager, collector).process_page(page)
            collector.shift(left, bottom)
            yield number, collector


class _Collector(PDFLayoutAnalyzer):
    """Keep the characters of a page in the order of the file, with a space at each jump."""

    def __init__(self, manager: PDFResourceManager) -> None:
        super().__init__(manager, laparams=None)
        self.characters: list[tuple[str, Box]] = []
        self.images: list[tuple[Box, int]] = []
        self._before: Box | None = None

    def shift(self, left: float, bottom: float) -> None:
        """Give coordinates the page's own origin, which pdfminer moves to its corner."""
        self.characters = [(sign, _moved(box, left, bottom)) for sign, box in self.characters]
        self.images = [(_moved(box, left, bottom), number) for box, number in self.images]

    def render_char(  # noqa: PLR0913, PLR0917  as pdfminer calls it
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,  # noqa: ARG002  the same
        graphicstate: PDFGraphicState,  # noqa: ARG002  the same
    ) -> float:
        """Take one character; pdfminer's own would keep four times as much of it."""
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = self.handle_undefined_char(font, cid)
        advance = font.char_width(cid) * fontsize * scaling
        box = _drawn_box(matrix, _glyph_box(font, cid, fontsize, advance, rise=rise))
        if self._before is not None and _apart(self._before, box):
            self.characters.append((" ", box))
        self.characters.append((text, box))
        self._before = box
        return advance

    def paint_path(self, *_: object) -> None:
        """Leave lines and areas out."""

    def receive_layout(self, page: LTPage) -> None:
        """Take the images that pdfminer found on a page."""
        self.images = [(image.bbox, int(image.stream.objid or 0)) for image in _images(page)]


def _glyph_box(font: PDFFont, cid: int, size: float, advance: float, *, rise: float) -> Box:
    """Return the place of a glyph from the point at which it is drawn."""
    if not font.is_vertical():
        foot = font.get_descent() * size + rise
        return 0.0, foot, advance, foot + size
    displaced = font.char_disp(cid)
    across, down = displaced if isinstance(displaced, tuple) else (None, displaced)
    left = -size / 2 if across is None else -across * size / 1000
    top = (1000 - down) * size / 1000 + rise
    return left, top + advance, left + size, top


def _drawn_box(matrix: Matrix, box: Box) -> Box:
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    if not (b or c):
        across, up = (a * left + e, a * right + e), (d * bottom + f, d * top + f)
        return min(across), min(up), max(across), max(up)
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    xs = [a * x + c * y + e for x, y in corners]
    ys = [b * x + d * y + f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _images(item: LTItem) -> Iterator[LTImage]:
    if isinstance(item, LTImage):
        yield item
    elif isinstance(item, LTContainer):
        for part in item:
            yield from _images(part)


def _apart(before: Box, box: Box) -> bool:
    size = max(box[3] - box[1], 1.0)
    return abs(box[0] - before[2]) > WORD_GAP * size or abs(box[1] - before[1]) > WORD_GAP * size


def _moved(box: Box, left: float, bottom: float) -> Box:
    return box[0] + left, box[1] + bottom, box[2] + left, box[3] + bottom
