"""The engine: each page becomes pixels with the boxes burned in, and a layer of allowed words.

Runs only in the limited child. Owns the order in which a page is made safe: find terms, burn,
then allow only words that are still seen in the final pixels. Whether the result is clean is
judged by ``gate.py``, which shares the rules of ``terms.py`` and ``burn.py`` but no parser.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import numpy as np

from disclosure.documents.burn import Mark, burn, padded, rectangle
from disclosure.documents.encode import Pixels, encode, grey_of, has_colour
from disclosure.documents.media import Media
from disclosure.documents.pages import Bounds, SourcePage, open_pages
from disclosure.documents.plan import Box, Region, Term
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.recognise import languages_for, read_pixels
from disclosure.documents.terms import TermFinder
from disclosure.documents.words import PageText, Word, joined_lines
from disclosure.documents.writer import FreshPdf, PlacedWord

CONTRAST: Final = 40
"""Difference of brightness (of 255) below which a character is not there for a reader."""

OVERLAP: Final = 0.3


@dataclass(slots=True)
class Applied:
    """Count what was done, page by page."""

    marks: list[dict[str, object]] = field(default_factory=list)
    hits: Counter[int] = field(default_factory=Counter)
    kept: int = 0
    dropped: int = 0
    unread: list[int] = field(default_factory=list)
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What the engine is asked to do.

    Attributes:
        regions: Marked boxes.
        terms: Values to be removed wherever they stand.
        scans: Pages whose pixels may hold text that no layer tells.
        unlayered: Pages that get no layer of words.
        read_pages: How many pages may be read by character recognition.
    """

    regions: tuple[Region, ...]
    terms: tuple[Term, ...]
    scans: frozenset[int]
    unlayered: frozenset[int]
    read_pages: int

    @classmethod
    def of(cls, arguments: Mapping[str, object]) -> "Order":
        """Read the order from a task's arguments."""
        regions = cast("list[tuple[int, list[float], str]]", arguments["regions"])
        terms = cast("list[tuple[str, str]]", arguments["terms"])
        return cls(
            regions=tuple(
                Region(page, (box[0], box[1], box[2], box[3]), reason)
                for page, box, reason in regions
            ),
            terms=tuple(Term(text, reason) for text, reason in terms),
            scans=frozenset(cast("list[int]", arguments["scans"])),
            unlayered=frozenset(cast("list[int]", arguments["unlayered"])),
            read_pages=int(cast("int", arguments["limit_read"])),
        )


def apply_plan(arguments: Mapping[str, object]) -> dict[str, object]:
    """Redact a document; the task ``apply``.

    Args:
        arguments: ``source``, ``media``, ``password``, ``target``, the order and the limits.

    Returns:
        Counts, burned boxes and the pages that could not be read; no text.
    """
    source = Path(str(arguments["source"]))
    password = cast("str | None", arguments["password"])
    bounds = Bounds.of(arguments)
    pages = open_pages(source, Media[str(arguments["media"])], bounds, password=password)
    engine = Engine(Order.of(arguments))
    with Path(str(arguments["target"])).open("wb") as stream:
        fresh = FreshPdf(stream)
        for index in range(len(pages)):
            engine.add(index + 1, pages.read(index), fresh)
        fresh.finish()
    done = engine.applied
    return {
        "pages": done.pages,
        "marks": done.marks,
        "hits": [done.hits[index] for index in range(len(engine.order.terms))],
        "kept": done.kept,
        "dropped": done.dropped,
        "unread": done.unread,
    }


class Engine:
    """Make pages safe one after the other."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.applied = Applied()
        self._finder = TermFinder([term.text for term in order.terms])
        self._languages = languages_for([term.text for term in order.terms])
        self._read = 0

    def add(self, number: int, page: SourcePage, fresh: FreshPdf) -> None:
        """Redact one page and write it."""
        text = PageText(
            [character.text for character in page.characters],
            [character.box for character in page.characters],
        )
        colour = has_colour(page.pixels)
        grey = grey_of(page.pixels)
        hits, _ = text.hits(self._finder)
        found = [(hit.term, hit.box, "term") for hit in hits]
        found += [(term, box, "recognised") for term, box in self._recognised(number, page, grey)]
        regions = [region for region in self.order.regions if region.page == number]
        marks = [(box, self.order.terms[term].reason) for term, box, _ in found]
        burn(grey, page.box, page.rotation, marks)
        region_marks = [(region.box, region.reason) for region in regions]
        burn(grey, page.box, page.rotation, region_marks)
        final: Pixels = grey
        if colour:
            final = page.pixels
            burn(final, page.box, page.rotation, marks)
            burn(final, page.box, page.rotation, region_marks)
        words = self._words(page, text, final, [*marks, *region_marks])
        if number in self.order.unlayered:
            words = []
        fresh.add_page(page.box, page.rotation, encode(final), words=_placed(words))
        self._record(number, page, found, regions)

    def _words(
        self,
        page: SourcePage,
        text: PageText,
        final: Pixels,
        marks: Sequence[Mark],
    ) -> list[Word]:
        burned = [padded(box, page.box) for box, _ in marks]

        def allowed(index: int) -> bool:
            box = text.box(index)
            return (
                box is not None
                and text.fit(index)
                and _inside(box, page.box)
                and not any(_overlap(box, other) for other in burned)
                and _seen(box, page.box, final)
            )

        words, dropped = text.words(allowed)
        while words:
            signs = [(sign, word.box) for word in words for sign in (*word.text, " ")]
            owners = [at for at, word in enumerate(words) for _ in range(len(word.text) + 1)]
            layer = PageText(
                [sign for sign, _ in signs], [box if sign != " " else None for sign, box in signs]
            )
            _, again = layer.hits(self._finder)
            gone = {owners[index] for index in again}
            if not gone:
                break
            dropped += len(gone)
            words = [word for at, word in enumerate(words) if at not in gone]
        self.applied.kept += len(words)
        self.applied.dropped += dropped
        return words

    def _recognised(self, number: int, page: SourcePage, grey: Pixels) -> list[tuple[int, Box]]:
        if not self.order.terms or number not in self.order.scans:
            return []
        self._read += 1
        turns = -(page.rotation // 90) % 4
        try:
            if self._read > self.order.read_pages:
                self.applied.unread.append(number)
                return []
            seen = read_pixels(np.ascontiguousarray(np.rot90(grey, turns)), self._languages)
        except (ProgramMissing, ProgramFailed):
            self.applied.unread.append(number)
            return []
        found = []
        for span in self._finder.spans(seen.text):
            boxes = [box for box in seen.boxes[span.start : span.end] if box is not None]
            # In pixels the vertical axis points down; joining lines does not mind.
            found += [
                (span.term, _user_space(box, page, grey.shape)) for box in joined_lines(boxes)
            ]
        return found

    def _record(
        self,
        number: int,
        page: SourcePage,
        found: Sequence[tuple[int, Box, str]],
        regions: Sequence[Region],
    ) -> None:
        self.applied.pages += 1
        self.applied.hits.update(term for term, _, _ in found)
        marks = [(box, self.order.terms[term].reason, origin) for term, box, origin in found]
        marks += [(region.box, region.reason, "region") for region in regions]
        self.applied.marks += [
            {"page": number, "box": padded(box, page.box), "reason": reason, "origin": origin}
            for box, reason, origin in marks
        ]


def _placed(words: Sequence[Word]) -> list[PlacedWord]:
    return [PlacedWord(word.text, word.box, word.spaced) for word in words]


def _inside(box: Box, page: Box) -> bool:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return page[0] <= middle[0] <= page[2] and page[1] <= middle[1] <= page[3]


def _overlap(box: Box, other: Box) -> bool:
    across = min(box[2], other[2]) - max(box[0], other[0])
    down = min(box[3], other[3]) - max(box[1], other[1])
    return across > min(OVERLAP, (box[2] - box[0]) / 2) and down > min(
        OVERLAP, (box[3] - box[1]) / 2
    )


def _seen(box: Box, page: Box, final: Pixels) -> bool:
    place = rectangle(box, page, (final.shape[0], final.shape[1]))
    if place is None:
        return False
    left, top, right, bottom = place
    area = final[top:bottom, left:right]
    if area.ndim == len(("height", "width")):
        return int(area.max()) - int(area.min()) >= CONTRAST
    flat = area.reshape(-1, area.shape[2])
    return bool((flat.max(axis=0).astype(int) - flat.min(axis=0)).max() >= CONTRAST)


def _user_space(box: Box, page: SourcePage, shape: tuple[int, ...]) -> Box:
    """Turn a box in pixels of the upright page into points of the unrotated page."""
    height, width = shape[0], shape[1]
    corners = [
        _unrotated(x, y, page.rotation, (width, height))
        for x, y in ((box[0], box[1]), (box[2], box[3]))
    ]
    across = (page.box[2] - page.box[0]) / width
    down = (page.box[3] - page.box[1]) / height
    horizontal = sorted(page.box[0] + x * across for x, _ in corners)
    vertical = sorted(page.box[3] - y * down for _, y in corners)
    return horizontal[0], vertical[0], horizontal[1], vertical[1]


def _unrotated(x: float, y: float, rotation: int, size: tuple[int, int]) -> tuple[float, float]:
    width, height = size
    return {
        0: (x, y),
        90: (y, height - x),
        180: (width - x, height - y),
        270: (width - y, x),
    }[rotation % 360]
