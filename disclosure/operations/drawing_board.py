"""What stands on a page while people mark it: marks, suggestions, flags, colleagues.

Owns the reading of one document's marks for the page on which they are made; changes nothing. The
words of a mark are read from the page again, never from what a browser sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from disclosure.documents.layout import Layout, Shown
from disclosure.documents.padding import padded
from disclosure.documents.plan import Box
from disclosure.documents.terms import TermFinder
from disclosure.documents.words import PageText
from disclosure.operations.desk import Work
from disclosure.operations.mark_groups import boxes_of, grouped
from disclosure.operations.page_flags import flags_of
from disclosure.operations.redacting import marks_of
from disclosure.operations.redaction_log import FULL, PART, WITHHELD
from disclosure.operations.sittings import Colleague, colleagues, sitting_of
from disclosure.operations.suggesting import ACCEPTED, suggestions_of
from disclosure.storage.cases import Case, Document, DocumentMark, SuggestedMark


@dataclass(frozen=True, slots=True, repr=False)
class ShownMark:
    """One mark, or neighbours that leave as one.

    Attributes:
        marks: The rows, at least one.
        text: The words that it takes out, where they can be read on this page.
        places: What was marked, on the page as shown.
        burned: What the black boxes will cover.
    """

    marks: Sequence[DocumentMark]
    text: str = ""
    places: Sequence[Shown] = ()
    burned: Sequence[Shown] = ()

    @property
    def first(self) -> DocumentMark:
        """Return the first row."""
        return self.marks[0]

    @property
    def ids(self) -> str:
        """Return the ids of all rows, for a form."""
        return " ".join(mark.id for mark in self.marks)


@dataclass(frozen=True, slots=True, repr=False)
class ShownSuggestion:
    """A value to decide on, with where it stands on this page."""

    row: SuggestedMark
    places: Sequence[Shown] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Board:
    """Everything on a page that changes while people work.

    Attributes:
        here: Marks with something on this page.
        elsewhere: All others.
        suggestions: Open ones, those of this page first.
        flags: Of each page, from the first.
        others: Colleagues over the same document.
        code: Reason code that the actor chose last.
        may_undo: Whether a step of this sitting can be taken back.
        may_redo: Whether one can be done again.
    """

    here: Sequence[ShownMark]
    elsewhere: Sequence[ShownMark]
    suggestions: Sequence[ShownSuggestion]
    flags: Sequence[str]
    others: Sequence[Colleague]
    code: str = ""
    may_undo: bool = False
    may_redo: bool = False
    count: int = field(default=0)


def board_of(work: Work, case: Case, document: Document, *, number: int, layout: Layout) -> Board:
    """Read what stands on a page now."""
    marks = marks_of(work, case, document.id)
    suggestions = suggestions_of(work, document.id)
    texts = [mark.term for mark in marks if mark.term is not None]
    places = _places(layout, [*texts, *(row.text for row in suggestions)])
    shown = [_shown(group, number, layout, places) for group in grouped(marks)]
    sitting = sitting_of(work, document.id)
    steps = sitting.steps if sitting is not None else {"done": [], "undone": []}
    mine = [mark for mark in marks if mark.person_id == work.actor.person]
    return Board(
        here=[each for each in shown if each.places],
        elsewhere=[each for each in shown if not each.places],
        suggestions=sorted(
            (_suggestion(row, number, layout, places) for row in suggestions),
            key=lambda each: not each.places,
        ),
        flags=page_flags(work, case, document, marks),
        others=colleagues(work, document.id),
        code=mine[-1].reason_code if mine else "",
        may_undo=bool(steps["done"]),
        may_redo=bool(steps["undone"]),
        count=len(marks),
    )


def page_flags(
    work: Work, case: Case, document: Document, marks: Iterable[DocumentMark]
) -> list[str]:
    """Return the flag of each page of a document, from the first, as far as it is known.

    A value that stands on pages where nobody looked for it shows only in the preview.
    """
    found = {row.text: row.pages for row in suggestions_of(work, document.id, answer=ACCEPTED)}
    gone: set[int] = set()
    touched: set[int] = set()
    for mark in marks:
        (gone if mark.kind == "page" else touched).update(_pages_of(mark, found))
    aside = {
        flag.page: flag.kind
        for flag in flags_of(work, case)
        if flag.document_id == document.id and flag.answered_at is None
    }
    return [
        aside.get(page) or (WITHHELD if page in gone else PART if page in touched else FULL)
        for page in range(1, document.pages + 1)
    ]


def _pages_of(mark: DocumentMark, found: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """Return the pages on which a mark takes something out, as far as it is known."""
    if mark.page is not None:
        return [mark.page]
    return mark.found_on or found.get(mark.term or "", [])


def _places(layout: Layout, texts: Sequence[str]) -> dict[str, list[Box]]:
    """Find texts on a page as the engine will, by text."""
    found: dict[str, list[Box]] = {}
    if not texts:
        return found
    hits, _ = PageText(list(layout.text), layout.boxes).hits(TermFinder(texts))
    for hit in hits:
        if layout.sees(hit.box):
            found.setdefault(texts[hit.term], []).append(hit.box)
    return found


def _shown(
    group: Sequence[DocumentMark], number: int, layout: Layout, places: dict[str, list[Box]]
) -> ShownMark:
    first = group[0]
    if first.term is not None:
        return _with_places(group, first.term, places.get(first.term, []), layout)
    if first.page != number:
        return ShownMark(group)
    boxes = [layout.box if box is None else box for box in boxes_of(group)]
    text = ""
    if first.span_start is not None:
        ends = [mark.span_end or 0 for mark in group]
        text = " ".join(layout.text[first.span_start : max(ends)].split())
    return _with_places(group, text, boxes, layout)


def _with_places(
    group: Sequence[DocumentMark], text: str, boxes: Sequence[Box], layout: Layout
) -> ShownMark:
    burned = [layout.shown(padded(box, layout.box)) for box in boxes]
    return ShownMark(group, text, [layout.shown(box) for box in boxes], burned)


def _suggestion(
    row: SuggestedMark, number: int, layout: Layout, places: dict[str, list[Box]]
) -> ShownSuggestion:
    boxes = places.get(row.text, []) if number in row.pages else []
    return ShownSuggestion(row, [layout.shown(box) for box in boxes])
