"""From characters to lines, hits of terms, and the words that may stay readable.

Owns in which texts a term is looked for (as in the file, and in each order of ``orders.py``) and
the rule that a word goes as soon as one of its characters goes. Knows neither pixels nor files.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import compress
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.documents.orders import (
    MIDDLE_SLACK,
    Lines,
    blocks,
    columns,
    level,
    rows,
    runs_downwards,
    spelt,
)
from disclosure.documents.plan import Box
from disclosure.documents.sight import boxes_of
from disclosure.documents.terms import TermFinder, is_ideograph

SAME_LINE: Final = 0.5
UNKNOWN: Final = "\ufffd"
JOINT: Final = 200
"""So many signs of a page's end and of the next one's beginning are read together."""

JOINED_GAP: Final = 1.5

CODES: Final = "utf-32-le"
Places = NDArray[np.float64]

UNFIT: Final = frozenset({"Co", "Cf", "Cc", "Cn", "Cs"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A text together with the character that each of its signs stands for.

    Attributes:
        text: One sign per character; separators that were put in have no character.
        sources: Index of the character, or -1.
    """

    text: str
    sources: Sequence[int]


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of one occurrence of a term."""

    term: int
    box: Box


@dataclass(frozen=True, slots=True)
class Word:
    """Characters that stay or go together.

    Attributes:
        text: Without spaces.
        box: Around all of it.
        indexes: Its characters.
        spaced: Whether a space follows.
    """

    text: str
    box: Box
    indexes: tuple[int, ...]
    spaced: bool


class PageText:
    """The characters of one page and the ways to read them.

    Args:
        texts: One sign each.
        boxes: Their boxes in points; none for made-up separators.
    """

    def __init__(self, texts: Sequence[str], boxes: Sequence[Box | None]) -> None:
        self._text = "".join(texts)
        self._boxes = boxes
        codes = self._text.encode(CODES, "surrogatepass")
        self._codes = np.frombuffer(codes, dtype=np.uint32)
        self._places = boxes_of(boxes)
        self._placed = ~np.isnan(self._places[:, 0])

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The page's text in each order: as in the file, then as people may read it."""
        whole = Reading(self._text, range(len(self._text)))
        placed = [(box, index) for index, box in enumerate(self._boxes) if box is not None]
        if not placed:
            return (whole,)
        found = [rows(placed)]
        found.append(blocks(self._places, found[0]))
        ideographs = self._ideographs.tolist()
        if any(ideographs):
            found.append(columns(placed))
            if runs_downwards(self._boxes, ideographs):
                found.append(blocks(self._places, found[-1], upright=True))
        # A page without cells or columns has its rows twice.
        distinct = {id(lines): lines for lines in found}.values()
        return (whole, *map(self._spelt, distinct))

    def _spelt(self, lines: Lines) -> Reading:
        codes, sources = spelt(self._codes, self._places, lines)
        return Reading(codes.tobytes().decode(CODES, "surrogatepass"), sources.tolist())

    @cached_property
    def _ideographs(self) -> NDArray[np.bool_]:
        return np.fromiter(map(is_ideograph, self._text), dtype=bool, count=len(self._text))

    def without_terms(self, words: list[Word], finder: TermFinder) -> list[Word]:
        """Return the words that do not form a term, now that others are gone.

        Args:
            words: What is left of this page's words.
            finder: For the terms.
        """
        while True:
            owners = {index: at for at, word in enumerate(words) for index in word.indexes}
            # The last place is for signs that stand for no character.
            stays = np.append(~self._placed, True)
            stays[list(owners)] = True
            gone: set[int] = set()
            for reading in self.readings:
                left = stays[np.array(reading.sources, dtype=np.int64)]
                text = "".join(compress(reading.text, left.tolist()))
                for span in finder.spans(text):
                    places = np.flatnonzero(left)[span.start : span.end]
                    inside = (reading.sources[place] for place in places)
                    gone.update(owners[source] for source in inside if source in owners)
            if not gone:
                return words
            words = [word for at, word in enumerate(words) if at not in gone]

    def hits(self, finder: TermFinder) -> tuple[list[Hit], set[int]]:
        """Find terms in every order.

        Returns:
            The boxes of each occurrence, one a line, and the indexes of all characters in them.
        """
        spans = {
            (span.term, tuple(reading.sources[span.start : span.end]))
            for reading in self.readings
            for span in finder.spans(reading.text)
        }
        hits: dict[Hit, None] = {}
        touched: set[int] = set()
        for term, sources in sorted(spans):
            indexes = [index for index in sources if index >= 0]
            touched.update(indexes)
            boxes = [box for index in indexes if (box := self._boxes[index]) is not None]
            hits.update({Hit(term, box): None for box in joined_lines(boxes)})
        return list(hits), touched

    def words(self, allowed: Sequence[bool]) -> tuple[list[Word], int]:
        """Return the words whose every character may stay, and the number of the others.

        Args:
            allowed: For each character.
        """
        placed, firsts = self._grouped()
        if not placed.size:
            return [], 0
        fit = np.fromiter(map(is_fit, self._text), dtype=bool) & np.asarray(allowed)
        kept = np.logical_and.reduceat(fit[placed], firsts)
        words = list(compress(self._words(placed, firsts), kept.tolist()))
        return words, len(kept) - len(words)

    def every_word(self) -> list[Word]:
        """Return all words, whether or not a text layer may hold them."""
        placed, firsts = self._grouped()
        return list(self._words(placed, firsts)) if placed.size else []

    def _grouped(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the characters that have a place, and where among them each word begins."""
        placed = np.flatnonzero(self._placed)
        return placed, np.flatnonzero(self._begins()[placed])

    def _words(self, placed: NDArray[np.intp], firsts: NDArray[np.intp]) -> Iterator[Word]:
        boxes = self._places[placed]
        lows = np.minimum.reduceat(boxes[:, :2], firsts)
        highs = np.maximum.reduceat(boxes[:, 2:], firsts)
        bounds = zip(
            placed[firsts].tolist(),
            (placed[np.append(firsts[1:], len(placed)) - 1] + 1).tolist(),
            *lows.T.tolist(),
            *highs.T.tolist(),
            strict=True,
        )
        return (self._word(*bound) for bound in bounds)

    @property
    def places(self) -> Places:
        """The box of each character, as an array."""
        return self._places

    def box(self, index: int) -> Box | None:
        """Return the box of a character."""
        return self._boxes[index]

    def _begins(self) -> NDArray[np.bool_]:
        """Say for each character whether a word begins with it."""
        begins = np.ones(len(self._placed), dtype=bool)
        begins[1:] = ~self._placed[:-1] | self._ideographs[1:] | self._ideographs[:-1]
        begins[1:] |= ~adjoining(self._places[:-1], self._places[1:])
        return begins

    def _word(self, start: int, end: int, *box: float) -> Word:
        left, bottom, right, top = box
        spaced = end == len(self._text) or not self._placed[end]
        indexes = tuple(range(start, end))
        return Word(self._text[start:end], (left, bottom, right, top), indexes, spaced)


@lru_cache(maxsize=65_536)
def is_fit(text: str) -> bool:
    """Say whether a character is one that a text layer may hold at all."""
    return unicodedata.category(text) not in UNFIT and text != UNKNOWN


def joint_hits(
    before: PageText, after: PageText, finder: TermFinder
) -> tuple[list[Hit], list[Hit]]:
    """Find terms that run over the end of a page.

    A last or first line of its own (a page number, a heading) may stand between the two parts.

    Returns:
        The boxes on the page before, and those on the page after.
    """
    hits: tuple[dict[Hit, None], dict[Hit, None]] = ({}, {})
    pairs = {
        (tail, head)
        for one, other in zip(before.readings, after.readings, strict=False)
        for tail in _tails(one)
        for head in _heads(other)
    }
    for tail, head in pairs:
        text = "".join(sign for sign, _ in tail) + "\n" + "".join(sign for sign, _ in head)
        for span in finder.spans(text):
            parts = (tail[span.start : span.end], head[: max(0, span.end - len(tail) - 1)])
            if not (parts[0] and parts[1]):
                continue
            for page, part, found in zip((before, after), parts, hits, strict=True):
                boxes = [box for _, index in part if index >= 0 and (box := page.box(index))]
                found.update({Hit(span.term, box): None for box in joined_lines(boxes)})
    return list(hits[0]), list(hits[1])


Signs = tuple[tuple[str, int], ...]


def _tails(reading: Reading) -> Iterator[Signs]:
    text = reading.text.rstrip()
    yield _signs(reading, max(0, len(text) - JOINT), len(text))
    cut = text.rfind("\n")
    if cut > 0:
        yield _signs(reading, max(0, cut - JOINT), cut)


def _heads(reading: Reading) -> Iterator[Signs]:
    start = len(reading.text) - len(reading.text.lstrip())
    yield _signs(reading, start, start + JOINT)
    cut = reading.text.find("\n", start)
    if cut > 0:
        yield _signs(reading, cut + 1, cut + 1 + JOINT)


def _signs(reading: Reading, start: int, end: int) -> Signs:
    return tuple(zip(reading.text[start:end], reading.sources[start:end], strict=True))


def around(boxes: Sequence[Box]) -> Box:
    """Return the smallest box that holds all boxes."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def joined_lines(boxes: Sequence[Box]) -> list[Box]:
    """Join neighbouring boxes, in reading order, into one box for each line."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _adjoining(lines[-1], box):
            lines[-1] = around([lines[-1], box])
        else:
            lines.append(box)
    return lines


def _adjoining(before: Box, box: Box) -> bool:
    size = max(before[3] - before[1], box[3] - box[1])
    beside = min(before[3], box[3]) - max(before[1], box[1])
    gap = max(box[0] - before[2], before[0] - box[2])
    close = beside > -0.3 * size and gap < JOINED_GAP * size
    if close and level(box[1], box[3], before[1], before[3]):
        return True
    width = max(before[2] - before[0], box[2] - box[0])
    beneath = min(before[2], box[2]) - max(before[0], box[0])
    fall = max(before[1] - box[3], box[1] - before[3])
    return beneath > SAME_LINE * width and fall < SAME_LINE * width and width < 3 * size


def adjoining(before: Places, boxes: Places) -> NDArray[np.bool_]:
    """Say of many pairs at once what ``_adjoining`` says of one."""
    high, first_high = boxes[:, 3] - boxes[:, 1], before[:, 3] - before[:, 1]
    size = np.maximum(high, first_high)
    width = np.maximum(boxes[:, 2] - boxes[:, 0], before[:, 2] - before[:, 0])
    lower, upper = np.minimum(before, boxes), np.maximum(before, boxes)
    # Positive where the two overlap, negative where there is a gap.
    beneath, beside = lower[:, 2] - upper[:, 0], lower[:, 3] - upper[:, 1]
    close = (beside > -0.3 * size) & (-beneath < JOINED_GAP * size)
    smaller = (high <= first_high)[:, None]
    inner, outer = np.where(smaller, boxes, before), np.where(smaller, before, boxes)
    middle, slack = (inner[:, 1] + inner[:, 3]) / 2, MIDDLE_SLACK * size
    beside_each_other = (outer[:, 1] - slack <= middle) & (middle <= outer[:, 3] + slack)
    falls = (beneath > SAME_LINE * width) & (-beside < SAME_LINE * width) & (width < 3 * size)
    joined: NDArray[np.bool_] = (close & beside_each_other) | falls
    return joined
