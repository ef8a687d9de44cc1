"""Where a black box lies, how large it is made, and what it looks like in pixels.

Owns padding, rounding and the label. Engine and gate share it: the engine draws, the gate
computes the same pixels again from the plan and compares. Knows no file format.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from disclosure.documents.plan import Box

PAD_BEFORE: Final = 1.0
"""Little before a value: its neighbour, often the name of the field, tells where it begins."""

PAD_AFTER: Final = 6.0
PAD_ACROSS: Final = 2.0
STEP: Final = 24.0
"""Lengths along the line are rounded up to this many points, so that they tell nothing."""

LABEL_WIDTH: Final = 66.0
LABEL_HEIGHT: Final = 9.0
LABEL_MARGIN: Final = 1.0
LETTER_SIZES: Final = (7.5, 6.5, 5.5, 4.5)
UPRIGHT: Final = 2.0
"""A box this many times as high as wide holds a vertical line."""

BLACK: Final = 0
WHITE: Final = 255

Mark = tuple[Box, str]
Rectangle = tuple[int, int, int, int]
Grey = NDArray[np.uint8]


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


def rectangle(box: Box, page: Box, shape: tuple[int, int]) -> Rectangle | None:
    """Return the pixels that a box touches: left, top, right, bottom; none when it is off the page.

    Args:
        box: In points.
        page: Visible box of the page, which the pixels show unrotated.
        shape: Height and width in pixels.
    """
    height, width = shape
    across, down = width / (page[2] - page[0]), height / (page[3] - page[1])
    left = max(0, math.floor((box[0] - page[0]) * across))
    right = min(width, math.ceil((box[2] - page[0]) * across))
    top = max(0, math.floor((page[3] - box[3]) * down))
    bottom = min(height, math.ceil((page[3] - box[1]) * down))
    return (left, top, right, bottom) if left < right and top < bottom else None


def burn(pixels: Grey, page: Box, rotation: int, marks: Sequence[Mark]) -> None:
    """Draw the boxes of a page into its pixels, in place, all black before any label.

    Args:
        pixels: Height, width and, when coloured, three channels; unrotated.
        page: Visible box of the page.
        rotation: Turn of the page on the screen; labels stand upright there, or run with the line.
        marks: Marked boxes, before padding, each with its reason code.
    """
    shape = (pixels.shape[0], pixels.shape[1])
    boxes = [(rectangle(padded(box, page), page, shape), reason) for box, reason in marks]
    for place, _ in boxes:
        if place is not None:
            left, top, right, bottom = place
            pixels[top:bottom, left:right] = BLACK
    scale = shape[1] / (page[2] - page[0])
    for place, reason in boxes:
        if place is not None:
            _draw_label(pixels, place, _label_for(reason, place, scale, rotation))


def label_rectangle(place: Rectangle, scale: float, rotation: int) -> Rectangle:
    """Return the middle of a burned rectangle in which a label may stand."""
    left, top, right, bottom = place
    wide, high = LABEL_WIDTH, LABEL_HEIGHT
    if _turns(place, rotation) % 2:
        wide, high = high, wide
    half_width = min(int(wide * scale), right - left - 2) // 2
    half_height = min(int(high * scale), bottom - top - 2) // 2
    across, down = (left + right) // 2, (top + bottom) // 2
    return across - half_width, down - half_height, across + half_width, down + half_height


def _turns(place: Rectangle, rotation: int) -> int:
    """Return the quarter turns, anticlockwise, with which a label is drawn."""
    width, height = place[2] - place[0], place[3] - place[1]
    upright = rotation // 90 % 4
    if width > UPRIGHT * height:
        return upright - upright % 2
    if height > UPRIGHT * width:
        return upright if upright % 2 else upright + 1
    return upright


def _label_for(reason: str, place: Rectangle, scale: float, rotation: int) -> Grey | None:
    left, top, right, bottom = label_rectangle(place, scale, rotation)
    turns = _turns(place, rotation)
    size = (right - left, bottom - top) if turns % 2 == 0 else (bottom - top, right - left)
    return _label(reason, size, scale, turns) if min(size) > 0 else None


@lru_cache(maxsize=256)
def _label(reason: str, size: tuple[int, int], scale: float, turns: int) -> Grey | None:
    text = reason if reason.isascii() else "withheld"
    for letters in LETTER_SIZES:
        font = ImageFont.load_default(size=letters * scale)
        box = font.getbbox(text)
        if box[2] - box[0] <= size[0] - LABEL_MARGIN and box[3] - box[1] <= size[1]:
            break
    else:
        return None
    image = Image.new("1", size, 0)
    at = ((size[0] - box[0] - box[2]) / 2, (size[1] - box[1] - box[3]) / 2)
    ImageDraw.Draw(image).text(at, text, fill=1, font=font)
    drawn = np.array(image).astype(np.uint8) * WHITE
    return np.rot90(drawn, k=turns)


def _draw_label(pixels: Grey, place: Rectangle, label: Grey | None) -> None:
    if label is None:
        return
    height, width = label.shape
    left = (place[0] + place[2]) // 2 - width // 2
    top = (place[1] + place[3]) // 2 - height // 2
    area = pixels[top : top + height, left : left + width]
    drawn = label[:, :, None] if area.ndim > label.ndim else label
    np.maximum(area, drawn, out=area)
