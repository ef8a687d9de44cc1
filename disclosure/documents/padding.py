"""How large the black box over a marked box is made.

Owns padding and rounding, in points. The engine burns it, the gate expects it, and the pages on
which people mark show it, so that they see what else it covers. Knows no pixels.
"""

import math
from typing import Final

from disclosure.documents.plan import Box

PAD_BEFORE: Final = 1.0
"""Little before a value: its neighbour, often the name of the field, tells where it begins."""

PAD_AFTER: Final = 6.0
PAD_ACROSS: Final = 2.0
STEP: Final = 24.0
"""Lengths along the line are rounded up to this many points, so that they tell nothing."""

UPRIGHT: Final = 2.0
"""A box this many times as high as wide holds a vertical line."""


def padded(box: Box, page: Box) -> Box:
    """Return the box that is burned in for a marked box, inside the page.

    Args:
        box: The marked box in points.
        page: The visible box of the page.
    """
    left, bottom, right, top = box
    if top - bottom > UPRIGHT * (right - left):
        # A vertical line runs downwards: its beginning is the top.
        start, end = _rounded(-top, -bottom, -page[1])
        bottom, top = -end, -start
        left, right = left - PAD_ACROSS, right + PAD_ACROSS
    else:
        left, right = _rounded(left, right, page[2])
        bottom, top = bottom - PAD_ACROSS, top + PAD_ACROSS
    return max(left, page[0]), max(bottom, page[1]), min(right, page[2]), min(top, page[3])


def _rounded(start: float, end: float, edge: float) -> tuple[float, float]:
    length = math.ceil((end - start + PAD_BEFORE + PAD_AFTER) / STEP) * STEP
    first = start - PAD_BEFORE
    # At the edge of the page the box grows backwards, so that its length stays a round one.
    first = max(min(first, edge - length), first - STEP)
    return first, max(first + length, end)
