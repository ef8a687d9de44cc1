"""Where the words of a page stand, and how a place on the screen becomes a place in the file.

Owns rotation, crop box and shifted origin for everybody above the renderer: a page as shown has its
origin at the top left of what is visible; marks are kept in the unrotated user space of the file.
Every range of characters is of the stream that the engine reads. Opens no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from disclosure.documents.plan import Box
from disclosure.documents.words import PageText, around, joined_lines
from disclosure.errors import BadInput

Shown = tuple[float, float, float, float]
"""Left, top, width and height in points of the page as it is shown."""

Range = tuple[int, int]
"""Start and end in the page's characters; separators that follow belong to it."""


@dataclass(frozen=True, slots=True, repr=False)
class Layout:
    """One page without its pixels.

    Attributes:
        box: Visible box in unrotated user space, in points.
        rotation: Clockwise turn on the screen, in degrees.
        text: One sign for each character of the engine's stream.
        boxes: Of each character; none for a separator.
        words: What a person can choose, in the order of the stream.
    """

    box: Box
    rotation: int
    text: str
    boxes: tuple[Box | None, ...]
    words: tuple[Range, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height of the page as shown."""
        wide, high = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (high, wide) if self.rotation % 180 else (wide, high)

    def shown(self, box: Box) -> Shown:
        """Return where a box of the file stands on the page as shown, cut to what is visible."""
        left, bottom, right, top = _cut(box, self.box)
        corners = [self._to_screen(left, bottom), self._to_screen(right, top)]
        (x0, x1), (y0, y1) = (sorted(axis) for axis in zip(*corners, strict=True))
        return x0, y0, x1 - x0, y1 - y0

    def box_at(self, place: Shown) -> Box:
        """Return the box of the file that a place on the page as shown covers.

        Raises:
            BadInput: When nothing of it is on the page.
        """
        x, y, wide, high = place
        across, down = self.size
        right, bottom = min(x + wide, across), min(y + high, down)
        x, y = max(x, 0.0), max(y, 0.0)
        if right - x < 1 or bottom - y < 1:
            raise BadInput("Draw an area of at least one point on the page.", where="area")
        corners = [self._to_file(x, y), self._to_file(right, bottom)]
        (left, right), (low, top) = (sorted(axis) for axis in zip(*corners, strict=True))
        return left, low, right, top

    def lines(self, start: int, end: int) -> list[Box]:
        """Return the boxes that a range of characters covers, one for each line.

        Raises:
            BadInput: When the range is not of this page or holds nothing that can be seen.
        """
        if not 0 <= start < end <= len(self.boxes):
            raise BadInput("These words are not on this page. Load it again.", where="words")
        boxes = [box for box in self.boxes[start:end] if box is not None and self.sees(box)]
        if not boxes:
            raise BadInput("There is nothing to mark here.", where="words")
        return joined_lines(boxes)

    def sees(self, box: Box) -> bool:
        """Say whether the middle of a box lies on the visible page."""
        across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        left, bottom, right, top = self.box
        return left <= across <= right and bottom <= up <= top

    def _to_screen(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        return {
            0: (x - left, top - y),
            90: (y - bottom, x - left),
            180: (right - x, y - bottom),
            270: (top - y, right - x),
        }[self.rotation % 360]

    def _to_file(self, x: float, y: float) -> tuple[float, float]:
        left, bottom, right, top = self.box
        return {
            0: (left + x, top - y),
            90: (left + y, bottom + x),
            180: (right - x, bottom + y),
            270: (right - y, top - x),
        }[self.rotation % 360]


def layout_of(box: Box, rotation: int, text: str, boxes: Sequence[Box | None]) -> Layout:
    """Divide the characters of a page into words and keep what is visible of them."""
    layout = Layout(box, rotation, text, tuple(boxes), ())
    words = [word for word in PageText(list(text), boxes).every_word() if layout.sees(word.box)]
    # The separators behind a word go with it, so that neighbours touch.
    ranges = ((word.indexes[0], _end(boxes, word.indexes[-1] + 1)) for word in words)
    return Layout(box, rotation, text, tuple(boxes), tuple(ranges))


def _end(boxes: Sequence[Box | None], end: int) -> int:
    while end < len(boxes) and boxes[end] is None:
        end += 1
    return end


def level_lines(layout: Layout) -> list[Shown]:
    """Return a place for each word, those of a line equally high, for the eye."""
    places = []
    for start, end in layout.words:
        found = [box for box in layout.boxes[start:end] if box is not None]
        places.append(layout.shown(around(found)))
    lines: list[list[int]] = [[0]] if places else []
    for before, at in pairwise(range(len(places))):
        if _beside(places[before], places[at]):
            lines[-1].append(at)
        else:
            lines.append([at])
    for line in lines:
        top = min(places[at][1] for at in line)
        bottom = max(places[at][1] + places[at][3] for at in line)
        for at in line:
            places[at] = (places[at][0], top, places[at][2], bottom - top)
    return places


def _beside(before: Shown, after: Shown) -> bool:
    shared = min(before[1] + before[3], after[1] + after[3]) - max(before[1], after[1])
    return after[0] > before[0] and shared > min(before[3], after[3]) / 2


def _cut(box: Box, page: Box) -> Box:
    left, bottom = max(box[0], page[0]), max(box[1], page[1])
    return left, bottom, max(left, min(box[2], page[2])), max(bottom, min(box[3], page[3]))
