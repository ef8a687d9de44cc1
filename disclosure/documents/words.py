"""From characters to lines, hits of terms, and the words that may stay readable.

Owns the orders in which characters are read (as in the file, along rows, down columns, and each
of the two block by block) and the rule that a word goes as soon as one of its characters goes.
Knows neither pixels nor files.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from disclosure.documents.plan import Box
from disclosure.documents.terms import TermFinder, is_ideograph

SAME_LINE: Final = 0.5
WORD_GAP: Final = 0.25
UNKNOWN: Final = "\ufffd"
JOINT: Final = 200
"""So many signs of a page's end and of the next one's beginning are read together."""

JOINED_GAP: Final = 1.5
COLUMN: Final = 24.0
"""Blocks whose lines begin within so many points stand in one column."""

NEXT_LINES: Final = 60
"""So many pieces of lines after one are asked whether they go on with it."""

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

    def readings(self) -> Iterator[Reading]:
        """Yield the page's text in each order."""
        yield Reading("".join(self._texts), range(len(self._texts)))
        placed = [index for index, box in enumerate(self._boxes) if box is not None]
        if not placed:
            return
        yield self._ordered(placed, _rows)
        yield self._ordered(placed, _blocks_of_rows)
        if any(is_ideograph(self._texts[index]) for index in placed):
            yield self._ordered(placed, _columns)
            yield self._ordered(placed, _blocks_of_columns)

    def hits(self, finder: TermFinder) -> tuple[list[Hit], set[int]]:
        """Find terms in every order.

        Returns:
            The boxes of each occurrence, one a line, and the indexes of all characters in them.
        """
        spans = {
            (span.term, tuple(reading.sources[span.start : span.end]))
            for reading in self.readings()
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

    def words(self, allowed: Callable[[int], bool]) -> tuple[list[Word], int]:
        """Return the words whose every character is allowed, and the number of the others.

        Args:
            allowed: Says whether a character may stay, by its index.
        """
        kept, dropped = [], 0
        for word in self._split():
            if all(map(allowed, word.indexes)):
                kept.append(word)
            else:
                dropped += 1
        return kept, dropped

    def fit(self, index: int) -> bool:
        """Say whether a character is one that a text layer may hold at all."""
        return is_fit(self._texts[index])

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

    def _ordered(
        self, placed: list[int], lines: Callable[[list[tuple[Box, int]]], Iterable[list[int]]]
    ) -> Reading:
        text: list[str] = []
        sources: list[int] = []
        boxed = [(box, index) for index in placed if (box := self._boxes[index]) is not None]
        for line in lines(boxed):
            for index in line:
                before, box = self._boxes[sources[-1]] if text else None, self._boxes[index]
                if before and box and sources[-1] >= 0 and not _touching(before, box):
                    text.append(" ")
                    sources.append(-1)
                text.append(self._texts[index])
                sources.append(index)
            text.append("\n")
            sources.append(-1)
        return Reading("".join(text), sources)


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
        for one, other in zip(before.readings(), after.readings(), strict=False)
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
    rows = min(before[3], box[3]) - max(before[1], box[1])
    gap = max(box[0] - before[2], before[0] - box[2])
    if rows > -0.3 * size and gap < JOINED_GAP * size and _middle(box, 1, before):
        return True
    width = max(before[2] - before[0], box[2] - box[0])
    columns = min(before[2], box[2]) - max(before[0], box[0])
    fall = max(before[1] - box[3], box[1] - before[3])
    return columns > SAME_LINE * width and fall < SAME_LINE * width and width < 3 * size


def _middle(box: Box, axis: int, other: Box) -> bool:
    """Say whether the smaller of two boxes lies beside the other rather than on another line."""
    small, large = sorted((box, other), key=lambda item: item[axis + 2] - item[axis])
    middle = (small[axis] + small[axis + 2]) / 2
    slack = 0.35 * (large[axis + 2] - large[axis])
    return large[axis] - slack <= middle <= large[axis + 2] + slack


def _touching(before: Box, box: Box) -> bool:
    size = max(before[3] - before[1], before[2] - before[0])
    across = max(box[0] - before[2], before[0] - box[2])
    down = max(box[1] - before[3], before[1] - box[3])
    return max(across, down) <= WORD_GAP * size


def _rows(placed: list[tuple[Box, int]]) -> Iterator[list[int]]:
    yield from _clusters(placed, along=0, across=1)


def _columns(placed: list[tuple[Box, int]]) -> Iterator[list[int]]:
    yield from _clusters(placed, along=1, across=0)


def _blocks_of_rows(placed: list[tuple[Box, int]]) -> Iterator[list[int]]:
    yield from _blocks(placed, _rows(placed), along=0, across=1)


def _blocks_of_columns(placed: list[tuple[Box, int]]) -> Iterator[list[int]]:
    yield from _blocks(placed, _columns(placed), along=1, across=0)


@dataclass(slots=True)
class _Segment:
    """A piece of a line without a gap; ``start`` and ``end`` along it, ``low`` and ``high`` across.

    Distances run in reading direction: ``start`` grows along a line, ``high`` falls from line to
    line.
    """

    indexes: list[int]
    start: float
    end: float
    low: float
    high: float
    after: "_Segment | None" = None
    led: bool = False


def _blocks(
    placed: list[tuple[Box, int]], lines: Iterable[list[int]], *, along: int, across: int
) -> Iterator[list[int]]:
    """Yield the lines of each cell or column before those of the next one."""
    boxes = {index: box for box, index in placed}
    segments = [
        segment
        for line in lines
        for segment in _segments([(boxes[index], index) for index in line], along, across)
    ]
    for at, segment in enumerate(segments):
        below = [
            other
            for other in segments[at + 1 : at + 1 + NEXT_LINES]
            if not other.led and _follows(segment, other)
        ]
        if below:
            segment.after = max(below, key=lambda other: other.high)
            segment.after.led = True
    heads = [segment for segment in segments if not segment.led]
    for head in sorted(heads, key=lambda item: (item.start // COLUMN, -item.high)):
        step: _Segment | None = head
        while step is not None:
            yield step.indexes
            step = step.after


def _segments(line: list[tuple[Box, int]], along: int, across: int) -> Iterator[_Segment]:
    sign = 1 if along == 0 else -1
    current: _Segment | None = None
    for box, index in line:
        start, end = sorted((sign * box[along], sign * box[along + 2]))
        size = max(box[across + 2] - box[across], box[along + 2] - box[along])
        if current is None or start - current.end > JOINED_GAP * size:
            if current is not None:
                yield current
            current = _Segment([], start, end, box[across], box[across + 2])
        current.indexes.append(index)
        current.end = max(current.end, end)
        current.low = min(current.low, box[across])
        current.high = max(current.high, box[across + 2])
    if current is not None:
        yield current


def _follows(segment: _Segment, other: _Segment) -> bool:
    size = max(segment.high - segment.low, other.high - other.low)
    shared = min(segment.end, other.end) - max(segment.start, other.start)
    return shared > 0 and -0.5 * size < segment.low - other.high < 2 * size


def _clusters(placed: list[tuple[Box, int]], *, along: int, across: int) -> Iterator[list[int]]:
    """Group boxes into lines; lines run from the far end of ``across`` to its origin."""
    sign = 1 if along == 0 else -1
    line: list[tuple[Box, int]] = []
    for item in sorted(placed, key=lambda entry: -(entry[0][across] + entry[0][across + 2])):
        if line and not _middle(item[0], across, line[0][0]):
            yield [index for _, index in sorted(line, key=lambda entry: sign * entry[0][along])]
            line = []
        line.append(item)
    yield [index for _, index in sorted(line, key=lambda entry: sign * entry[0][along])]
