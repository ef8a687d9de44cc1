"""From characters to lines, hits of terms, and the words that may stay readable.

Owns in which texts a term is looked for (as in the file, and in each order of ``orders.py``) and
the rule that a word goes as soon as one of its characters goes. Knows neither pixels nor files.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from disclosure.documents.orders import Lines, blocks, columns, level, rows, runs_downwards, spelt
from disclosure.documents.plan import Box
from disclosure.documents.terms import TermFinder, is_ideograph

SAME_LINE: Final = 0.5
UNKNOWN: Final = "\ufffd"
JOINT: Final = 200
"""So many signs of a page's end and of the next one's beginning are read together."""

JOINED_GAP: Final = 1.5

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
        self._texts = texts
        self._boxes = boxes

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The page's text in each order: as in the file, then as people may read it."""
        whole = Reading("".join(self._texts), range(len(self._texts)))
        placed = [(box, index) for index, box in enumerate(self._boxes) if box is not None]
        if not placed:
            return (whole,)
        found = [rows(placed)]
        found.append(blocks(self._boxes, found[0]))
        ideographs = [is_ideograph(text) for text in self._texts]
        if any(ideographs):
            found.append(columns(placed))
            if runs_downwards(self._boxes, ideographs):
                found.append(blocks(self._boxes, found[-1], upright=True))
        # A page without cells or columns has its rows twice.
        distinct = {id(lines): lines for lines in found}.values()
        return (whole, *map(self._spelt, distinct))

    def _spelt(self, lines: Lines) -> Reading:
        signs, sources = spelt(self._texts, self._boxes, lines)
        return Reading("".join(signs), sources)

    def without_terms(self, words: list[Word], finder: TermFinder) -> list[Word]:
        """Return the words that do not form a term, now that others are gone.

        Args:
            words: What is left of this page's words.
            finder: For the terms.
        """
        while True:
            owners = {index: at for at, word in enumerate(words) for index in word.indexes}
            gone: set[int] = set()
            for reading in self.readings:
                left = [
                    (sign, source)
                    for sign, source in zip(reading.text, reading.sources, strict=True)
                    if source in owners or source < 0 or self._boxes[source] is None
                ]
                for span in finder.spans("".join(sign for sign, _ in left)):
                    inside = left[span.start : span.end]
                    gone.update(owners[source] for _, source in inside if source in owners)
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
        fit = [may and is_fit(text) for may, text in zip(allowed, self._texts, strict=True)]
        kept, dropped = [], 0
        for word in self._split():
            if all(fit[index] for index in word.indexes):
                kept.append(word)
            else:
                dropped += 1
        return kept, dropped

    def every_word(self) -> list[Word]:
        """Return all words, whether or not a text layer may hold them."""
        return list(self._split())

    @property
    def boxes(self) -> Sequence[Box | None]:
        """The box of each character."""
        return self._boxes

    def box(self, index: int) -> Box | None:
        """Return the box of a character."""
        return self._boxes[index]

    def _split(self) -> Iterator[Word]:
        run: list[int] = []
        for index, text in enumerate(self._texts):
            box = self._boxes[index]
            if box is None:
                yield from self._word(run, spaced=True)
                run = []
                continue
            alone = is_ideograph(text)
            if run and (alone or is_ideograph(self._texts[run[-1]]) or self._apart(run[-1], box)):
                yield from self._word(run, spaced=False)
                run = []
            run.append(index)
        yield from self._word(run, spaced=True)

    def _apart(self, previous: int, box: Box) -> bool:
        before = self._boxes[previous]
        return before is None or not _adjoining(before, box)

    def _word(self, run: list[int], *, spaced: bool) -> Iterator[Word]:
        boxes = [box for index in run if (box := self._boxes[index]) is not None]
        if boxes:
            text = "".join(self._texts[index] for index in run)
            yield Word(text, around(boxes), tuple(run), spaced)


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
