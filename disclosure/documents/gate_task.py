"""The gate's child side: every reading of a finished file, one after the other.

Imported only in the limited child. Owns which readings are made and that a missing program means
"cannot tell". The readings: text by poppler and by pdfminer, the walk over all objects, the pixels
under the boxes, and the pixels read by character recognition.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Final, cast

import pikepdf

from disclosure.documents.gate_form import form_findings
from disclosure.documents.gate_pixels import (
    PixelSource,
    fits_boxes,
    pages_of_pixels,
    read_images,
    read_pages,
    read_uncovered,
)
from disclosure.documents.gate_text import pages_by_pdfminer, pages_by_poppler
from disclosure.documents.gate_walk import Walk
from disclosure.documents.plan import Box, Region
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.terms import TermFinder

Row = tuple[str, str, int | None]


@dataclass(slots=True)
class Findings:
    """Collect what the readings say.

    Attributes:
        leaks: Code, place, index of the value.
        unknown: The same for what could not be checked.
        readings: Names of the readings that were made.
    """

    leaks: dict[Row, None] = field(default_factory=dict)
    unknown: dict[Row, None] = field(default_factory=dict)
    readings: list[str] = field(default_factory=list)

    def leak(self, code: str, where: str, value: int | None = None) -> None:
        """Note something that must not be there."""
        self.leaks[(code, where, value)] = None

    def cannot_tell(self, code: str, where: str) -> None:
        """Note something that could not be checked."""
        self.unknown[(code, where, None)] = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the gate is asked about one file."""

    source: Path
    removed: Sequence[str]
    regions: Sequence[Region]
    expected_pages: int | None
    strict: bool
    scans: frozenset[int] | None
    recognise: bool
    read_pages: int

    @classmethod
    def of(cls, arguments: Mapping[str, object]) -> "Question":
        """Read the question from a task's arguments."""
        regions = cast("list[tuple[int, list[float], str]]", arguments["regions"])
        scans = cast("list[int] | None", arguments["scans"])
        return cls(
            source=Path(str(arguments["source"])),
            removed=cast("list[str]", arguments["removed"]),
            regions=[
                Region(page, (box[0], box[1], box[2], box[3]), reason)
                for page, box, reason in regions
            ],
            expected_pages=cast("int | None", arguments["expected_pages"]),
            strict=bool(arguments["strict"]),
            scans=None if scans is None else frozenset(scans),
            recognise=bool(arguments["recognise"]),
            read_pages=int(cast("int", arguments["limit_read"])),
        )


def read_finished(arguments: Mapping[str, object]) -> dict[str, object]:
    """Read a finished file in every way; the task ``gate``."""
    question, findings = Question.of(arguments), Findings()
    try:
        pdf = pikepdf.open(question.source, suppress_warnings=True)
    except pikepdf.PasswordError:
        findings.cannot_tell("encrypted", "the file is encrypted")
        return _answer(findings, 0)
    except (pikepdf.PdfError, ValueError, RuntimeError):
        findings.cannot_tell("damaged", "the file cannot be opened")
        return _answer(findings, 0)
    with pdf:
        pages = len(pdf.pages)
        if question.expected_pages is not None and pages != question.expected_pages:
            findings.leak("pages", f"{pages} pages instead of {question.expected_pages}")
        finder = TermFinder(question.removed)
        _read_text(question, finder, findings)
        Walk(question.removed, finder, findings.leak).file(question.source, pdf)
        findings.readings.append("objects (pikepdf)")
        for row in form_findings(question.source, pdf, strict=question.strict):
            findings.leak(*row)
        findings.readings.append("form")
        pixels = PixelSource(question.source, pdf)
        _look_under_boxes(question, pixels, findings)
        _recognise(question, pixels, finder, findings)
    return _answer(findings, pages)


def _answer(findings: Findings, pages: int) -> dict[str, object]:
    return {
        "leaks": list(findings.leaks),
        "unknown": list(findings.unknown),
        "readings": findings.readings,
        "pages": pages,
    }


def _read_text(question: Question, finder: TermFinder, findings: Findings) -> None:
    for options in ((), ("-raw",)):
        try:
            _find(pages_by_poppler(question.source, options), finder, findings)
            findings.readings.append(" ".join(("text (poppler pdftotext)", *options)))
        except ProgramMissing as missing:
            findings.cannot_tell("missing-program", missing.remedy)
            break
        except ProgramFailed as failed:
            findings.cannot_tell("failed-program", failed.name)
            break
    try:
        _find(_by_pdfminer(question, findings), finder, findings)
    except Exception:  # noqa: BLE001  a reader that fails is a page nobody checked
        findings.cannot_tell("failed-program", "pdfminer.six")
        return
    findings.readings.append("text (pdfminer.six)")


def _by_pdfminer(question: Question, findings: Findings) -> Iterator[tuple[int, str]]:
    """Yield the text of each page, and look on the way for characters under the boxes."""
    for number, characters in pages_by_pdfminer(question.source):
        regions = [region for region in question.regions if region.page == number]
        if any(
            _under(box, region) for region in regions for sign, box in characters if sign.strip()
        ):
            findings.leak("text-in-box", f"page {number}")
        yield number, "".join(sign for sign, _ in characters)


def _find(pages: Iterable[tuple[int, str]], finder: TermFinder, findings: Findings) -> None:
    texts = dict(pages)
    for number, text in texts.items():
        for value in sorted(finder.found(text)):
            findings.leak("text", f"page {number}", value)
    # A value may run over the end of a page.
    for number in sorted(texts):
        joint = texts[number].rstrip()[-JOINT:] + "\n" + texts.get(number + 1, "").lstrip()[:JOINT]
        for value in sorted(finder.found(joint)):
            findings.leak("text", f"page {number}", value)


JOINT: Final = 200
READ_ANYWAY: Final = 40
"""Of a foreign file so many pages are read by character recognition without any doubt."""


def _under(box: Box, region: Region) -> bool:
    left, bottom, right, top = region.box
    return left < (box[0] + box[2]) / 2 < right and bottom < (box[1] + box[3]) / 2 < top


def _look_under_boxes(question: Question, pixels: PixelSource, findings: Findings) -> None:
    for number in sorted({region.page for region in question.regions}):
        regions = [region for region in question.regions if region.page == number]
        try:
            for region in fits_boxes(pixels, number, regions, strict=question.strict):
                place = ", ".join(f"{side:g}" for side in region.box)
                findings.leak("pixels", f"page {number}, box {place}")
        except ProgramMissing as missing:
            findings.cannot_tell("missing-program", missing.remedy)
        except (ProgramFailed, IndexError, ValueError, OSError):
            findings.cannot_tell("pixels", f"page {number} cannot be drawn")
    if question.regions:
        findings.readings.append("pixels under the boxes")


def _recognise(
    question: Question, pixels: PixelSource, finder: TermFinder, findings: Findings
) -> None:
    if not question.recognise or not question.removed:
        return
    doubtful, pages = _pages_to_read(question, pixels)
    removed = list(question.removed)
    readings = chain(
        read_pages(pixels, pages[: question.read_pages], removed),
        *(
            () if question.strict else islice(read(pixels, removed), question.read_pages)
            for read in (read_images, read_uncovered)
        ),
    )
    for place, text, error in readings:
        if error:
            findings.cannot_tell(*error)
            return
        for value in sorted(finder.found(text)):
            findings.leak("recognised", place, value)
    unread = [number for number in doubtful if number in pages[question.read_pages :]]
    if unread:
        findings.cannot_tell(
            "unread", f"{len(unread)} pages of pixels from page {unread[0]} on were not read"
        )
    if pages:
        findings.readings.append("pixels read (tesseract)")


def _pages_to_read(question: Question, pixels: PixelSource) -> tuple[list[int], list[int]]:
    """Return the pages that may show more than their text tells, and all that are to be read.

    Of our own product the engine has said which pages it read, or else they are looked for; of any
    other file the pixels of every page are read, up to a number, the doubtful ones first.
    """
    if question.scans is not None and question.strict:
        pages = sorted(question.scans)
        return pages, pages
    doubtful = pages_of_pixels(pixels)
    if question.strict:
        return doubtful, doubtful
    others = [number for number in range(1, len(pixels.pdf.pages) + 1) if number not in doubtful]
    return doubtful, [*doubtful, *others[: max(0, READ_ANYWAY - len(doubtful))]]
