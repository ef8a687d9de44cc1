"""The orders in which the characters of a page can be read: rows, columns, and blocks of either.

Owns how lines, pieces of lines, cells and columns are told from the boxes of characters alone.
Knows no term; what is read is searched by ``words.py``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from disclosure.documents.plan import Box

WORD_GAP: Final = 0.25
BLOCK_GAP: Final = 1.5
MIDDLE_SLACK: Final = 0.35
COLUMN: Final = 24.0
"""Blocks whose lines begin within so many points stand in one column."""

NEXT_LINES: Final = 24
"""So many pieces of lines after one are asked whether they go on with it."""

NO_SIGN: Final = -1

Placed = Sequence[tuple[Box, int]]
Lines = list[list[int]]


def rows(placed: Placed) -> Lines:
    """Return the characters line by line, from the top."""
    return _clusters(placed, along=0, across=1)


def columns(placed: Placed) -> Lines:
    """Return the characters of upright lines, from the right."""
    return _clusters(placed, along=1, across=0)


def _clusters(placed: Placed, *, along: int, across: int) -> Lines:
    """Group boxes into lines; lines run from the far end of ``across`` to its origin."""
    far = across + 2
    items = sorted((-(box[across] + box[far]), box, index) for box, index in placed)
    found: list[list[tuple[float, int]]] = []
    low = high = 0.0
    sign = 1 if along == 0 else -1
    for _, box, index in items:
        if found and level(box[across], box[far], low, high):
            found[-1].append((sign * box[along], index))
        else:
            low, high = box[across], box[far]
            found.append([(sign * box[along], index)])
    return [[index for _, index in sorted(line, key=_place)] for line in found]


def _place(item: tuple[float, int]) -> float:
    return item[0]


def level(low: float, high: float, first_low: float, first_high: float) -> bool:
    """Say whether the smaller of two extents lies beside the other rather than on another line."""
    if high - low <= first_high - first_low:
        middle, size = (low + high) / 2, first_high - first_low
        slack = MIDDLE_SLACK * size
        return first_low - slack <= middle <= first_high + slack
    middle, slack = (first_low + first_high) / 2, MIDDLE_SLACK * (high - low)
    return low - slack <= middle <= high + slack


@dataclass(slots=True)
class _Segment:
    """A piece of a line without a gap: from ``start`` to ``end``, from ``low`` to ``high`` across.

    ``start`` grows along a line, ``high`` falls from line to line.
    """

    indexes: list[int]
    start: float
    end: float
    low: float
    high: float
    after: "_Segment | None" = None
    led: bool = False


def blocks(boxes: Sequence[Box | None], lines: Lines, *, upright: bool = False) -> Lines:
    """Return the lines of each cell or column before those of the next one.

    Args:
        boxes: Of all characters.
        lines: As ``rows`` or ``columns`` gives them.
        upright: Whether they are columns.
    """
    along, across = (1, 0) if upright else (0, 1)
    segments = [part for line in lines for part in _segments(boxes, line, along, across)]
    if len(segments) == len(lines):
        return lines
    for at, segment in enumerate(segments):
        best = None
        for other in segments[at + 1 : at + 1 + NEXT_LINES]:
            if not other.led and _follows(segment, other):
                best = other if best is None or other.high > best.high else best
        if best is not None:
            segment.after, best.led = best, True
    heads = [segment for segment in segments if not segment.led]
    heads.sort(key=lambda item: (item.start // COLUMN, -item.high))
    return [indexes for head in heads for indexes in _chain(head)]


def _chain(head: _Segment) -> Iterator[list[int]]:
    step: _Segment | None = head
    while step is not None:
        yield step.indexes
        step = step.after


def _segments(
    boxes: Sequence[Box | None], line: Iterable[int], along: int, across: int
) -> list[_Segment]:
    found: list[_Segment] = []
    current: _Segment | None = None
    for index in line:
        box = boxes[index]
        if box is None:
            continue
        start, end = (box[0], box[2]) if along == 0 else (-box[3], -box[1])
        low, high = box[across], box[across + 2]
        size = max(high - low, end - start)
        if current is None or start - current.end > BLOCK_GAP * size:
            current = _Segment([], start, end, low, high)
            found.append(current)
        current.indexes.append(index)
        current.end = max(current.end, end)
        current.low = min(current.low, low)
        current.high = max(current.high, high)
    return found


def _follows(segment: _Segment, other: _Segment) -> bool:
    if other.start >= segment.end or segment.start >= other.end:
        return False
    size = max(segment.high - segment.low, other.high - other.low)
    return -0.5 * size < segment.low - other.high < 2 * size


def spelt(
    texts: Sequence[str], boxes: Sequence[Box | None], lines: Lines
) -> tuple[list[str], list[int]]:
    """Return the signs of lines with a space at each gap, and the character behind each sign."""
    text: list[str] = []
    sources: list[int] = []
    for line in lines:
        before: Box | None = None
        for index in line:
            box = boxes[index]
            if before is not None and box is not None and _apart(before, box):
                text.append(" ")
                sources.append(NO_SIGN)
            text.append(texts[index])
            sources.append(index)
            before = box
        text.append("\n")
        sources.append(NO_SIGN)
    return text, sources


def _apart(before: Box, box: Box) -> bool:
    limit = WORD_GAP * max(before[3] - before[1], before[2] - before[0])
    return (
        box[0] - before[2] > limit
        or before[0] - box[2] > limit
        or box[1] - before[3] > limit
        or before[1] - box[3] > limit
    )


def runs_downwards(boxes: Sequence[Box | None], ideographs: Sequence[bool]) -> bool:
    """Say whether any two signs of a script without spaces follow each other downwards."""
    before: Box | None = None
    for box, ideograph in zip(boxes, ideographs, strict=True):
        if box is None or not ideograph:
            before = None
            continue
        if before is not None:
            width = before[2] - before[0]
            beneath = abs(box[0] + box[2] - before[0] - before[2]) < width
            if beneath and -width / 2 < before[1] - box[3] < width:
                return True
        before = box
    return False
