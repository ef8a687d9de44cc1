"""The engine: each page becomes pixels with the boxes burned in, and a layer of allowed words.

Runs only in the limited child. Owns the order in which a page is made safe: find terms, burn,
then allow only words that are still seen in the final pixels. Whether the result is clean is
judged by ``gate.py``, which shares the rules of ``terms.py`` and ``burn.py`` but no parser.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pikepdf

from disclosure.documents.burn import Mark, burn
from disclosure.documents.encode import Pixels, encode, grey_of, has_colour
from disclosure.documents.fonts_of_page import unproven_fonts
from disclosure.documents.media import Media
from disclosure.documents.padding import padded
from disclosure.documents.pages import Bounds, SourcePage, open_pages
from disclosure.documents.plan import Box, Region, Term
from disclosure.documents.programs import ProgramFailed, ProgramMissing
from disclosure.documents.proving import FontProof
from disclosure.documents.recognise import languages_for, read_in_any_turn
from disclosure.documents.sight import seen, touched, within
from disclosure.documents.terms import TermFinder
from disclosure.documents.untold import holds_untold_ink
from disclosure.documents.words import Hit, PageText, Word, is_fit, joined_lines, joint_hits
from disclosure.documents.writer import FreshPdf, PlacedWord


@dataclass(slots=True)
class Applied:
    """Count what was done, page by page."""

    marks: list[dict[str, object]] = field(default_factory=list)
    hits: Counter[int] = field(default_factory=Counter)
    kept: int = 0
    dropped: int = 0
    read: list[int] = field(default_factory=list)
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
        Counts, burned boxes, the pages whose pixels were read and those that could not be; no text.
    """
    source, media = Path(str(arguments["source"])), Media[str(arguments["media"])]
    password = cast("str | None", arguments["password"])
    order = Order.of(arguments)
    pages = open_pages(source, media, Bounds.of(arguments), password=password)
    proof = _proof(source, media, password) if order.terms else FontProof({})
    engine = Engine(order, proof)
    with Path(str(arguments["target"])).open("wb") as stream:
        fresh = FreshPdf(stream)
        for index in range(len(pages)):
            engine.take(index + 1, pages.read(index, fonts=proof.wanted(index + 1)), fresh)
        engine.end(fresh)
        fresh.finish()
    done = engine.applied
    return {
        "pages": done.pages,
        "marks": done.marks,
        "hits": [done.hits[index] for index in range(len(engine.order.terms))],
        "kept": done.kept,
        "dropped": done.dropped,
        "unread": done.unread,
        "read": done.read,
    }


def _proof(source: Path, media: Media, password: str | None) -> FontProof:
    if media is not Media.PDF:
        return FontProof({})
    with pikepdf.open(source, password=password or "", suppress_warnings=True) as pdf:
        return FontProof(unproven_fonts(pdf))


@dataclass(frozen=True, slots=True)
class _Held:
    """A page that waits for the next one, because a value may run over the end of a page."""

    number: int
    page: SourcePage
    text: PageText


class Engine:
    """Make pages safe one after the other.

    Args:
        order: What has to go.
        proof: Which fonts were compared with what they show.
    """

    def __init__(self, order: Order, proof: FontProof) -> None:
        self.order = order
        self.applied = Applied()
        self._proof = proof
        self._finder = TermFinder([term.text for term in order.terms])
        self._languages = languages_for([term.text for term in order.terms])
        self._held: _Held | None = None
        self._carried: list[Hit] = []

    def take(self, number: int, page: SourcePage, fresh: FreshPdf) -> None:
        """Take the next page, and write the one before."""
        text = PageText(
            [character.text for character in page.characters],
            [character.box for character in page.characters],
        )
        before, self._held = self._held, _Held(number, page, text)
        if before is None:
            return
        carried = self._carried
        here, self._carried = joint_hits(before.text, text, self._finder)
        self._write(before, [*carried, *here], fresh)

    def end(self, fresh: FreshPdf) -> None:
        """Write the last page."""
        if self._held is not None:
            self._write(self._held, self._carried, fresh)
        self._held = None

    def _write(self, held: _Held, joints: Sequence[Hit], fresh: FreshPdf) -> None:
        number, page, text = held.number, held.page, held.text
        colour = has_colour(page.pixels)
        grey = grey_of(page.pixels)
        hits, _ = text.hits(self._finder)
        found = [(hit.term, hit.box, "term") for hit in dict.fromkeys([*hits, *joints])]
        found += [(term, box, "recognised") for term, box in self._recognised(number, page, grey)]
        regions = [region for region in self.order.regions if region.page == number]
        marks = [(box, self.order.terms[term].reason) for term, box, _ in found]
        region_marks = [(region.box, region.reason) for region in regions]
        final: Pixels = np.ascontiguousarray(page.pixels[:, :, :3]) if colour else grey
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
        boxes = text.places
        allowed = within(boxes, page.box) & seen(boxes, page.box, final)
        allowed &= ~touched(boxes, [padded(box, page.box) for box, _ in marks])
        words, dropped = text.words(allowed.tolist())
        kept = text.without_terms(words, self._finder) if dropped else words
        self.applied.kept += len(kept)
        self.applied.dropped += dropped + len(words) - len(kept)
        return kept

    def _must_be_read(self, number: int, page: SourcePage, grey: Pixels) -> bool:
        """Say whether a page may show text that its characters do not tell."""
        if number in self.order.scans or self._proof.doubts(number, page, grey):
            return True
        told = [
            character.box
            for character in page.characters
            if character.box is not None and is_fit(character.text)
        ]
        return holds_untold_ink(grey, page.box, told)

    def _recognised(self, number: int, page: SourcePage, grey: Pixels) -> list[tuple[int, Box]]:
        if not self.order.terms or not self._must_be_read(number, page, grey):
            return []
        self.applied.read.append(number)
        upright = np.ascontiguousarray(np.rot90(grey, -(page.rotation // 90) % 4))
        try:
            if len(self.applied.read) > self.order.read_pages:
                self.applied.unread.append(number)
                return []
            text, turns = read_in_any_turn(upright, self._languages)
        except (ProgramMissing, ProgramFailed):
            self.applied.unread.append(number)
            return []
        rotation = (page.rotation - 90 * turns) % 360
        found = []
        for span in self._finder.spans(text.text):
            boxes = [box for box in text.boxes[span.start : span.end] if box is not None]
            # In pixels the vertical axis points down; joining lines does not mind.
            found += [
                (span.term, _user_space(box, page, rotation, grey.shape))
                for box in joined_lines(boxes)
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


def _user_space(box: Box, page: SourcePage, rotation: int, shape: tuple[int, ...]) -> Box:
    """Turn a box in pixels of a page as it was read into points of the unrotated page."""
    height, width = shape[0], shape[1]
    corners = [
        _unrotated(x, y, rotation, (width, height)) for x, y in ((box[0], box[1]), (box[2], box[3]))
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
