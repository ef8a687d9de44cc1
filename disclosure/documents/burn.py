"""Which pixels a black box covers, and what it looks like there.

Owns the rectangle and the label; how large a box is made is ``padding.py``'s. Engine and gate share
it: the engine draws, the gate computes the same pixels again from the plan and compares. Knows no
file format.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from disclosure.documents.padding import UPRIGHT, padded
from disclosure.documents.plan import Box

LABEL_WIDTH: Final = 66.0
LABEL_HEIGHT: Final = 9.0
LABEL_MARGIN: Final = 1.0
LETTER_SIZES: Final = (7.5, 6.5, 5.5, 4.5)

BLACK: Final = 0
WHITE: Final = 255

Mark = tuple[Box, str]
Rectangle = tuple[int, int, int, int]
Grey = NDArray[np.uint8]


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
