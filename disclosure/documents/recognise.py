"""Reading text off pixels with tesseract, where it is installed.

Owns the call of the program and the shape of its answer. A missing or failing program is
an exception of ``programs.py``: what that means for a release is decided by engine and gate.
"""

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from disclosure.documents.plan import Box
from disclosure.documents.programs import ProgramMissing, run_program
from disclosure.documents.terms import is_ideograph

PROGRAM: Final = "tesseract"
SECONDS: Final = 40.0
RESOLUTION: Final = 200
WORD_LEVEL: Final = "5"
WHOLE_PAGE: Final = "3"
BLOCK_OF_TEXT: Final = "6"
"""Tesseract's numbers for the layout that it has to expect."""

SURE: Final = 60.0
"""Mean confidence (of 100) below which a page may lie on its side."""

FEW_SIGNS: Final = 12


@dataclass(frozen=True, slots=True)
class ReadText:
    """Text that was read off pixels, with a box in pixels for each sign.

    Attributes:
        text: Signs in reading order.
        boxes: Left, top, right, bottom in pixels; none for separators.
        sure: Mean confidence of the words, of 100.
    """

    text: str
    boxes: tuple[Box | None, ...]
    sure: float = 0.0

    @property
    def weight(self) -> float:
        """Return how much was read, and how surely."""
        return self.sure * sum(sign.isalnum() for sign in self.text)


def languages_for(terms: list[str]) -> str:
    """Return the languages that could show any of these terms."""
    chinese = any(is_ideograph(character) for term in terms for character in term)
    return "chi_sim+eng" if chinese else "eng"


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    listed = run_program(PROGRAM, ["--list-langs"], seconds=SECONDS)
    return frozenset(listed.decode("utf-8", "replace").split())


def read_in_any_turn(grey: NDArray[np.uint8], languages: str) -> tuple[ReadText, int]:
    """Read a page that may lie on its side or upside down.

    Returns:
        The reading that says most, and the quarter turns (anticlockwise) after which its boxes
        are meant.

    Raises:
        ProgramMissing: As ``read_pixels``.
        ProgramFailed: As ``read_pixels``.
    """
    upright = read_pixels(grey, languages)
    signs = sum(sign.isalnum() for sign in upright.text)
    if upright.sure >= SURE and signs >= FEW_SIGNS:
        return upright, 0
    readings = [(upright, 0)]
    for turns in (1, 3, 2):
        turned = np.ascontiguousarray(np.rot90(grey, turns))
        readings.append((read_pixels(turned, languages), turns))
    return max(readings, key=lambda reading: reading[0].weight)


def read_pixels(grey: NDArray[np.uint8], languages: str, *, layout: str = WHOLE_PAGE) -> ReadText:
    """Read the text of a page.

    Args:
        grey: The page as it is seen, upright.
        languages: Tesseract's names joined by ``+``.
        layout: What to expect on it.

    Raises:
        ProgramMissing: When the program or a language is not there.
        ProgramFailed: When it fails or takes too long.
    """
    if not _installed().issuperset(languages.split("+")):
        raise ProgramMissing(PROGRAM)
    picture = Path("page.png").resolve()
    Image.fromarray(grey).save(picture, compress_level=1)
    options = ["-l", languages, "--dpi", str(RESOLUTION), "--psm", layout]
    try:
        answer = run_program(PROGRAM, [str(picture), "stdout", *options, "tsv"], seconds=SECONDS)
    finally:
        picture.unlink(missing_ok=True)
    return _parsed(answer.decode("utf-8", "replace"))


def _parsed(table: str) -> ReadText:
    text: list[str] = []
    boxes: list[Box | None] = []
    line = None
    sure: list[float] = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] != WORD_LEVEL or not row["text"].strip():
            continue
        here = (row["block_num"], row["par_num"], row["line_num"])
        text.append(" " if here == line else "\n")
        boxes.append(None)
        line = here
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        sure.append(float(row["conf"]))
        step = width / len(row["text"])
        for index, sign in enumerate(row["text"]):
            text.append(sign)
            boxes.append((left + index * step, top, left + (index + 1) * step, top + height))
    return ReadText("".join(text), tuple(boxes), sum(sure) / max(1, len(sure)))
