"""Which characters a reader of the final pixels can see, asked for all of a page at once.

Imported only in the limited child. Owns the contrast that makes a character seen. Knows neither
terms nor file formats.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.documents.plan import Box

CONTRAST: Final = 40
"""Difference of brightness (of 255) below which a character is not there for a reader."""

AT_ONCE: Final = 4_000_000
"""So many pixels are looked at together."""

OVERLAP: Final = 0.3
NOWHERE: Final = (np.nan,) * 4

Boxes = NDArray[np.float64]
Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]


def distance(one: Pixels, other: Pixels) -> Pixels:
    """Return how far two brightnesses are apart, without leaving single bytes."""
    apart: Pixels = np.maximum(one, other) - np.minimum(one, other)
    return apart


def add_up(table: NDArray[np.int32]) -> None:
    """Make each number the sum of all above and before it, in place."""
    np.cumsum(table, axis=1, out=table)
    # Row by row this takes a third of the time of a sum down the columns.
    for above, row in pairwise(table):
        np.add(above, row, out=row)


def boxes_of(boxes: Sequence[Box | None]) -> Boxes:
    """Return boxes as an array; a character without one has no numbers."""
    return np.array([box or NOWHERE for box in boxes], dtype=np.float64).reshape(-1, 4)


def within(boxes: Boxes, page: Box) -> Mask:
    """Say for each box whether its middle lies on the page."""
    across, up = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return (page[0] <= across) & (across <= page[2]) & (page[1] <= up) & (up <= page[3])


def touched(boxes: Boxes, burned: Sequence[Box]) -> Mask:
    """Say for each box whether it overlaps a burned one by more than a hair."""
    mask = np.zeros(len(boxes), dtype=bool)
    wide = np.minimum(OVERLAP, (boxes[:, 2] - boxes[:, 0]) / 2)
    high = np.minimum(OVERLAP, (boxes[:, 3] - boxes[:, 1]) / 2)
    for left, bottom, right, top in burned:
        across = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
        down = np.minimum(boxes[:, 3], top) - np.maximum(boxes[:, 1], bottom)
        mask |= (across > wide) & (down > high)
    return mask


def seen(boxes: Boxes, page: Box, final: Pixels) -> Mask:
    """Say for each box whether the pixels in it differ enough to show a character."""
    mask = _surely_seen(boxes, page, final)
    left = np.flatnonzero(~mask & ~np.isnan(boxes[:, 0]))
    places = _rectangles(boxes[left], page, (final.shape[0], final.shape[1]))
    sizes = places[:, 2:] - places[:, :2]
    for wide, high in np.unique(sizes[(sizes > 0).all(axis=1)], axis=0).tolist():
        alike = np.flatnonzero((sizes == (wide, high)).all(axis=1))
        for some in np.array_split(alike, -(-alike.size * wide * high // AT_ONCE)):
            rows = places[some, 1, None, None] + np.arange(high)[:, None]
            columns = places[some, 0, None, None] + np.arange(wide)
            areas = final[rows, columns]
            spread = areas.max(axis=(1, 2)).astype(int) - areas.min(axis=(1, 2))
            mask[left[some]] = spread.reshape(some.size, -1).max(axis=1) >= CONTRAST
    return mask


def _rectangles(boxes: Boxes, page: Box, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return the pixels that each box touches, as ``burn.rectangle`` does for one."""
    height, width = shape
    across, down = width / (page[2] - page[0]), height / (page[3] - page[1])
    return np.stack(
        [
            np.clip(np.floor((boxes[:, 0] - page[0]) * across), 0, width),
            np.clip(np.floor((page[3] - boxes[:, 3]) * down), 0, height),
            np.clip(np.ceil((boxes[:, 2] - page[0]) * across), 0, width),
            np.clip(np.ceil((page[3] - boxes[:, 1]) * down), 0, height),
        ],
        axis=1,
    ).astype(np.int64)


def _surely_seen(boxes: Boxes, page: Box, final: Pixels) -> Mask:
    """Find most of them quickly, by pairs of pixels wholly inside a box, at half the resolution."""
    half = final[::2, ::2] if final.ndim == len(("height", "width")) else final[::2, ::2, 1]
    values = np.ascontiguousarray(half)
    counted = np.zeros((values.shape[0] + 1, values.shape[1]), dtype=np.int32)
    pairs = distance(values[:, 1:], values[:, :-1]) >= CONTRAST
    counted[1:, 1:] = pairs
    add_up(counted)
    height, width = values.shape
    across, down = width / (page[2] - page[0]), height / (page[3] - page[1])
    known = np.nan_to_num(boxes)
    left = np.clip(np.ceil((known[:, 0] - page[0]) * across), 0, width - 1).astype(int)
    right = np.clip(np.floor((known[:, 2] - page[0]) * across) - 1, 0, width - 1).astype(int)
    top = np.clip(np.ceil((page[3] - known[:, 3]) * down), 0, height).astype(int)
    bottom = np.clip(np.floor((page[3] - known[:, 1]) * down), 0, height).astype(int)
    right, bottom = np.maximum(left, right), np.maximum(top, bottom)
    found = (
        counted[bottom, right] - counted[top, right] - counted[bottom, left] + counted[top, left]
    )
    surely: Mask = (found > 0) & ~np.isnan(boxes[:, 0])
    return surely
