"""The orders in which the characters of a page can be read: rows, columns, and blocks of either.

Owns how lines, pieces of lines, cells and columns are told from the boxes of characters alone.
Knows no term; what is read is searched by ``words.py``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
Boxes = NDArray[np.float64]
"""Left, bottom, right, top of each character; no numbers where it has no box."""

Codes = NDArray[np.uint32]
"""Code points."""


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
    low = high = lowest = highest = 0.0
    sign = 1 if along == 0 else -1
    for middle, box, index in items:
        if found and high - low >= box[far] - box[across]:
            # What ``level`` says of the smaller ones, which most are, without asking it.
            beside = lowest <= -middle / 2 <= highest
        else:
            beside = bool(found) and level(box[across], box[far], low, high)
        if beside:
            found[-1].append((sign * box[along], index))
        else:
            low, high = box[across], box[far]
            slack = MIDDLE_SLACK * (high - low)
            lowest, highest = low - slack, high + slack
            found.append([(sign * box[along], index)])
    return [[index for _, index in sorted(line, key=itemgetter(0))] for line in found]


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


def blocks(boxes: Boxes, lines: Lines, *, upright: bool = False) -> Lines:
    """Return the lines of each cell or column before those of the next one.

    Args:
        boxes: Of all characters.
        lines: As ``rows`` or ``columns`` gives them.
        upright: Whether they are columns.
    """
    segments = _segments(_Extents.of(boxes, upright=upright), lines)
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


@dataclass(frozen=True, slots=True)
class _Extents:
    """Where each character begins and ends along its line, and how far it reaches across."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, boxes: Boxes, *, upright: bool) -> "_Extents":
        left, bottom, right, top = boxes.T
        return cls(-top, -bottom, left, right) if upright else cls(left, right, bottom, top)

    def taken(self, order: NDArray[np.int64]) -> "_Extents":
        return _Extents(self.start[order], self.end[order], self.low[order], self.high[order])


def _segments(extents: _Extents, lines: Lines) -> list[_Segment]:
    order, firsts = _joined(lines)
    here = extents.taken(order)
    size = np.maximum(here.high - here.low, here.end - here.start)
    # Only beside such a gap can a line be parted; most lines have none.
    gaps = here.start[1:] - here.end[:-1] > BLOCK_GAP * size[1:]
    parted = set(np.searchsorted(firsts, np.flatnonzero(gaps) + 1, side="right") - 1)
    whole = zip(
        lines,
        here.start[firsts].tolist(),
        np.maximum.reduceat(here.end, firsts).tolist(),
        np.minimum.reduceat(here.low, firsts).tolist(),
        np.maximum.reduceat(here.high, firsts).tolist(),
        strict=True,
    )
    found: list[_Segment] = []
    for at, (line, *sides) in enumerate(whole):
        found.extend(_parts(extents, line) if at in parted else [_Segment(line, *sides)])
    return found


def _joined(lines: Lines) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the characters of all lines one after the other, and where each line begins."""
    order = np.fromiter(chain.from_iterable(lines), dtype=np.int64)
    ends = np.cumsum([len(line) for line in lines])
    return order, np.concatenate(([0], ends[:-1]))


def _parts(extents: _Extents, line: list[int]) -> list[_Segment]:
    """Part one line at its gaps."""
    found: list[_Segment] = []
    here = extents.taken(np.array(line))
    sides = zip(*(each.tolist() for each in (here.start, here.end, here.low, here.high)),
                strict=True)  # fmt: skip
    for index, (start, end, low, high) in zip(line, sides, strict=True):
        current = found[-1] if found else None
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


def spelt(codes: Codes, boxes: Boxes, lines: Lines) -> tuple[Codes, NDArray[np.int64]]:
    """Return the signs of lines with a space at each gap, and the character behind each sign."""
    order, firsts = _joined(lines)
    gaps = np.flatnonzero(_apart(boxes[order[:-1]], boxes[order[1:]])) + 1
    gaps = np.setdiff1d(gaps, firsts, assume_unique=True)
    ends = np.append(firsts[1:], len(order))
    places = np.concatenate((gaps, ends))
    signs = np.concatenate((np.full(len(gaps), ord(" ")), np.full(len(ends), ord("\n"))))
    return (
        np.insert(codes[order], places, signs.astype(codes.dtype)),
        np.insert(order, places, NO_SIGN),
    )


def _apart(before: Boxes, boxes: Boxes) -> NDArray[np.bool_]:
    left, bottom, right, top = before.T
    limit = WORD_GAP * np.maximum(top - bottom, right - left)
    parted: NDArray[np.bool_] = (
        (boxes[:, 0] - right > limit)
        | (left - boxes[:, 2] > limit)
        | (boxes[:, 1] - top > limit)
        | (bottom - boxes[:, 3] > limit)
    )
    return parted


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
