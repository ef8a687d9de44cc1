"""Ink on a page that no character accounts for: letters drawn as paths, patterns, small pictures.

Imported only in the limited child. Owns one question about pixels: must they be read because they
may show text that the text layer does not tell? Knows neither terms nor file formats.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.documents.burn import rectangle
from disclosure.documents.plan import Box

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
    half = grey[::2, ::2].astype(np.int16)
    across = abs(np.diff(half, axis=1)) > STEP
    down = abs(np.diff(half, axis=0)) > STEP
    for box in told:
        place = rectangle(box, page, (half.shape[0], half.shape[1]))
        if place is not None:
            left, top, right, bottom = place
            area = (
                slice(max(0, top - ROUND), bottom + ROUND),
                slice(max(0, left - ROUND), right + ROUND),
            )
            across[area] = False
            down[area] = False
    return _reads_like_text(across) or _reads_like_text(np.ascontiguousarray(down.T))


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
