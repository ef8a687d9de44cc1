"""The text of a finished file by two parsers that have nothing in common with the engine.

Imported only in the limited child. Owns the calls of poppler and pdfminer.six; what a hit means is
decided by ``gate_task.py``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTChar, LTContainer, LTImage, LTItem, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

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

    def shift(self, left: float, bottom: float) -> None:
        """Give coordinates the page's own origin, which pdfminer moves to its corner."""
        self.characters = [(sign, _moved(box, left, bottom)) for sign, box in self.characters]
        self.images = [(_moved(box, left, bottom), number) for box, number in self.images]

    def receive_layout(self, page: LTPage) -> None:
        """Take what pdfminer found on a page."""
        before: Box | None = None
        for item in _leaves(page):
            box = item.bbox
            if isinstance(item, LTImage):
                self.images.append((box, int(item.stream.objid or 0)))
                continue
            if before is not None and _apart(before, box):
                self.characters.append((" ", box))
            self.characters.append((item.get_text(), box))
            before = box


def _leaves(item: LTItem) -> Iterator[LTChar | LTImage]:
    if isinstance(item, LTChar | LTImage):
        yield item
    elif isinstance(item, LTContainer):
        for part in item:
            yield from _leaves(part)


def _apart(before: Box, box: Box) -> bool:
    size = max(box[3] - box[1], 1.0)
    return abs(box[0] - before[2]) > WORD_GAP * size or abs(box[1] - before[1]) > WORD_GAP * size


def _moved(box: Box, left: float, bottom: float) -> Box:
    return box[0] + left, box[1] + bottom, box[2] + left, box[3] + bottom
