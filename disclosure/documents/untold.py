"""Ink on a page that no character accounts for: letters drawn as paths, patterns, small pictures.

Imported only in the limited child. Owns one question about pixels: must they be read because they
may show text that the text layer does not tell? Knows neither terms nor file formats.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.documents.plan import Box
from disclosure.documents.sight import add_up, distance

STEP: Final = 48
"""Difference of brightness between neighbours that counts as an edge of a letter."""

RULE: Final = 40
"""Upright edges longer than this many pixels (at half resolution) are lines of a table."""

WINDOW: Final = 96
"""Width in pixels (at half resolution) over which the edges of one row are counted."""

EDGES: Final = 6
ROWS: Final = 5
"""A line of text has at least this many edges in each of at least this many rows."""

ROUND: Final = 2

Edges = NDArray[np.bool_]


def holds_untold_ink(grey: NDArray[np.uint8], page: Box, told: Iterable[Box]) -> bool:
    """Say whether a page may show text besides the characters that are told.

    Args:
        grey: The page as pixels, unrotated.
        page: Its visible box, in points.
        told: Boxes of the characters of its text layer.
    """
    half = np.ascontiguousarray(grey[::2, ::2])
    across = distance(half[:, 1:], half[:, :-1]) > STEP
    down = distance(half[1:], half[:-1]) > STEP
    silent = _around(list(told), page, (half.shape[0], half.shape[1]))
    across &= ~silent[:, 1:]
    down &= ~silent[1:]
    return _reads_like_text(across) or _reads_like_text(np.ascontiguousarray(down.T))


def _around(boxes: list[Box], page: Box, shape: tuple[int, int]) -> Edges:
    """Return the pixels in or close around any of many boxes."""
    height, width = shape
    steps = np.zeros((height + 1, width + 1), dtype=np.int32)
    if boxes:
        places = np.array(boxes, dtype=np.float64)
        across, down = width / (page[2] - page[0]), height / (page[3] - page[1])
        left = np.floor((places[:, 0] - page[0]) * across) - ROUND
        right = np.ceil((places[:, 2] - page[0]) * across) + ROUND
        top = np.floor((page[3] - places[:, 3]) * down) - ROUND
        bottom = np.ceil((page[3] - places[:, 1]) * down) + ROUND
        left, right = (np.clip(side, 0, width).astype(int) for side in (left, right))
        top, bottom = (np.clip(side, 0, height).astype(int) for side in (top, bottom))
        for rows, columns, step in (
            (top, left, 1), (bottom, right, 1), (top, right, -1), (bottom, left, -1)
        ):  # fmt: skip
            np.add.at(steps.reshape(-1), rows * (width + 1) + columns, np.int32(step))
    add_up(steps)
    inside: Edges = steps[:height, :width] > 0
    return inside


def _reads_like_text(edges: Edges) -> bool:
    if not edges.any():
        return False
    edges = edges & ~_long_runs(edges)
    height, width = edges.shape
    padded = np.zeros((height, -(-width // WINDOW) * WINDOW + WINDOW), dtype=np.uint8)
    padded[:, :width] = edges
    for shift in (0, WINDOW // 2):
        view = padded[:, shift : shift + padded.shape[1] - WINDOW]
        counts = view.reshape(height, -1, WINDOW).sum(axis=2, dtype=np.int16)
        busy = counts >= EDGES
        run = busy
        for step in range(1, ROWS):
            run = run[:-1] & busy[step:]
        if run.any():
            return True
    return False


def _long_runs(edges: Edges) -> Edges:
    """Return the edges that belong to upright runs of at least ``RULE`` pixels."""
    if edges.shape[0] <= RULE:
        return np.zeros_like(edges)
    core, length = edges, 1
    while length < RULE:
        step = min(length, RULE - length)
        core = core[:-step] & core[step:]
        length += step
    grown = np.zeros_like(edges)
    for start in range(0, RULE, 1):
        grown[start : start + core.shape[0]] |= core
    return grown
