"""Comparing what embedded fonts are said to show with what they do show.

Imported only in the limited child. Owns the sample: for each font that only pixels can vouch for,
enough words that every sign is in it, cut from the page, read by character recognition and
compared. A font that fails is treated like one that lies.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

import numpy as np
from numpy.typing import NDArray

from disclosure.documents.burn import rectangle
from disclosure.documents.pages import SourcePage
from disclosure.documents.plan import Box
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.recognise import BLOCK_OF_TEXT, languages_for, read_pixels
from disclosure.documents.terms import fold, is_ideograph
from disclosure.documents.words import around

LONGEST_PIECE: Final = 16
MOST_PIECES: Final = 30
ENOUGH: Final = 1
"""A piece is taken when it brings a sign that was taken fewer times than this."""

LINE_WIDTH: Final = 1500
MARGIN: Final = 6
SIMILAR: Final = 0.6
SIGN_LOST: Final = 3
"""A sign that is never read as itself is suspicious from so many occurrences on."""

ALIKE: Final = str.maketrans({"l": "1", "i": "1", "|": "1", "!": "1", "o": "0", "j": "1"})

Grey = NDArray[np.uint8]
Identity = tuple[int, int]


@dataclass(slots=True)
class FontProof:
    """Remember which fonts were compared, over the pages of one document.

    Attributes:
        unproven: Fonts of each page that nothing but pixels can vouch for.
    """

    unproven: Mapping[int, frozenset[Identity]]
    _proven: set[Identity] = field(default_factory=set)
    _doubted: set[Identity] = field(default_factory=set)

    def wanted(self, number: int) -> bool:
        """Say whether a page brings a font that was not compared yet."""
        return bool(self.unproven.get(number, frozenset()) - self._proven - self._doubted)

    def doubts(self, number: int, page: SourcePage, grey: Grey) -> bool:
        """Say whether the characters of a page cannot be believed."""
        fonts = self.unproven.get(number, frozenset())
        if fresh := fonts - self._proven - self._doubted:
            kept = self._proven if _shows_what_it_says(page, grey) else self._doubted
            kept.update(fresh)
        return bool(fonts & self._doubted)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    box: Box


def _shows_what_it_says(page: SourcePage, grey: Grey) -> bool:
    pieces = list(_sample(page))
    if not pieces:
        return True
    said = "".join(_plain(piece.text) for piece in pieces)
    languages = languages_for([piece.text for piece in pieces])
    try:
        strip = _strip(pieces, page, grey)
        read = _plain(read_pixels(strip, languages, layout=BLOCK_OF_TEXT).text)
    except ProgramMissing:
        # Without the program nothing can be compared; scans are refused in any case.
        return True
    except ProgramFailed:
        return False
    return _agree(said, read)


def _agree(said: str, read: str) -> bool:
    matcher = SequenceMatcher(a=said, b=read, autojunk=False)
    matched: Counter[str] = Counter()
    total = 0
    for block in matcher.get_matching_blocks():
        matched.update(said[block.a : block.a + block.size])
        total += block.size
    lost = [
        sign
        for sign, count in Counter(said).items()
        if count >= SIGN_LOST and not matched[sign] and sign.isalnum() and not is_ideograph(sign)
    ]
    return total >= SIMILAR * max(1, len(said)) and not lost


def _plain(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum()).translate(ALIKE)


def _sample(page: SourcePage) -> Iterator[_Piece]:
    """Yield pieces until each font has shown each of its signs."""
    taken: dict[int, Counter[str]] = defaultdict(Counter)
    count = 0
    for font, piece in _pieces(page):
        seen = taken[font]
        signs = set(_plain(piece.text))
        if count >= MOST_PIECES:
            return
        if any(seen[sign] < ENOUGH for sign in signs):
            seen.update(signs)
            count += 1
            yield piece


def _pieces(page: SourcePage) -> Iterator[tuple[int, _Piece]]:
    run: list[tuple[str, Box]] = []
    font = 0
    for character, here in zip(page.characters, page.fonts, strict=True):
        box = character.box
        broken = box is None and not character.text.isspace()
        jumped = run and box is not None and not _goes_on(run[-1][1], box)
        if run and (broken or jumped or here != font or len(run) >= LONGEST_PIECE):
            yield from _piece(font, run)
            run = []
        if box is not None:
            run.append((character.text, box))
            font = here
    yield from _piece(font, run)


def _goes_on(before: Box, box: Box) -> bool:
    size = max(before[3] - before[1], box[3] - box[1])
    level = abs((before[1] + before[3]) - (box[1] + box[3])) < size
    return level and -size < box[0] - before[2] < 2 * size


def _piece(font: int, run: list[tuple[str, Box]]) -> Iterable[tuple[int, _Piece]]:
    text = "".join(sign for sign, _ in run)
    if len(_plain(text)) < len("two") - 1:
        return []
    return [(font, _Piece(text, around([box for _, box in run])))]


def _strip(pieces: list[_Piece], page: SourcePage, grey: Grey) -> Grey:
    """Lay the pieces out in lines on a white page."""
    lines: list[list[Grey]] = [[]]
    width = 0
    for piece in pieces:
        cut = _cut(piece.box, page.box, grey)
        if width + cut.shape[1] > LINE_WIDTH and lines[-1]:
            lines.append([])
            width = 0
        lines[-1].append(cut)
        width += cut.shape[1] + 4 * MARGIN
    rows = [_row(line) for line in lines if line]
    widest = max(row.shape[1] for row in rows)
    return np.vstack(
        [np.pad(row, ((MARGIN, MARGIN), (0, widest - row.shape[1])), constant_values=255)
         for row in rows]
    )  # fmt: skip


def _cut(box: Box, page: Box, grey: Grey) -> Grey:
    place = rectangle(box, page, (grey.shape[0], grey.shape[1]))
    if place is None:
        return np.full((MARGIN, MARGIN), 255, dtype=np.uint8)
    left, top, right, bottom = place
    area = grey[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    dark = float(np.median(area)) < 128  # noqa: PLR2004  half of the brightness
    return 255 - area if dark else area


def _row(cuts: list[Grey]) -> Grey:
    high = max(cut.shape[0] for cut in cuts)
    return np.hstack(
        [
            np.pad(cut, ((high - cut.shape[0], 0), (2 * MARGIN, 2 * MARGIN)), constant_values=255)
            for cut in cuts
        ]
    )
