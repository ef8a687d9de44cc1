"""Marks as the drawing tool makes them: one step of one person, and the sentence that says so.

Owns what counts as a step and what is said after it. Marks themselves are ``redacting.py``'s,
which alone writes them; a step can be taken back by ``sittings.py``. No sentence holds text of a
document.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from disclosure.documents.drawing import Found
from disclosure.documents.layout import Layout
from disclosure.documents.plan import Box
from disclosure.errors import NotFound
from disclosure.operations import redacting, sittings
from disclosure.operations.desk import Work
from disclosure.operations.redacting import Words, marks_of
from disclosure.storage.cases import Case, Document, DocumentMark

MARKED_ALREADY = "This is marked already."


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """Under which code something is marked, and the note for colleagues."""

    code: str
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A page with its layout, as the server read it."""

    number: int
    layout: Layout


def mark_words(
    work: Work, case: Case, document: Document, *, asked: Asked, at: Place, span: tuple[int, int]
) -> str:
    """Mark a range of a page's characters.

    Raises:
        BadInput: When the range is not of this page, or the reason code is unknown.
    """
    start, end = span
    words = Words(at.number, start, end, tuple(at.layout.lines(start, end)))
    for mark in marks_of(work, case, document.id):
        if mark.page == at.number and mark.reason_code == asked.code and _covers(mark, span):
            return MARKED_ALREADY
    made = redacting.add_words(
        work, case, document_id=document.id, words=words, code=asked.code, note=asked.note
    )
    sittings.note_step(work, document.id, [made])
    count = sum(start <= first < end for first, _ in at.layout.words)
    return f"Marked {_counted(count, 'word')}."


def _covers(mark: DocumentMark, span: tuple[int, int]) -> bool:
    if mark.span_start is None or mark.span_end is None:
        return False
    return mark.span_start <= span[0] and span[1] <= mark.span_end


def mark_area(
    work: Work, case: Case, document: Document, *, asked: Asked, page: int, box: Box
) -> str:
    """Mark an area of a page.

    Args:
        work: The unit of work.
        case: The case.
        document: A responsive document of the case.
        asked: Code and note.
        page: From 1.
        box: In points of the unrotated page.

    Raises:
        BadInput: When the reason code is unknown.
    """
    sides = [round(side, 2) for side in box]
    made = redacting.add_region(
        work, case, document_id=document.id, page=page, box=sides, code=asked.code
    )
    redacting.note_on(made, asked.note)
    sittings.note_step(work, document.id, [made])
    return "Marked an area."


def mark_page(work: Work, case: Case, document: Document, *, asked: Asked, page: int) -> str:
    """Withhold a whole page.

    Raises:
        BadInput: When the reason code is unknown.
    """
    if any(mark.kind == "page" and mark.page == page for mark in marks_of(work, case, document.id)):
        return MARKED_ALREADY
    made = redacting.add_page(
        work, case, document_id=document.id, page=page, code=asked.code, note=asked.note
    )
    sittings.note_step(work, document.id, [made])
    return f"Page {page} is withheld."


def mark_term(
    work: Work, case: Case, document: Document, *, asked: Asked, text: str, found: Found
) -> str:
    """Mark a text wherever it stands.

    Raises:
        BadInput: When the text is empty or too long, or the reason code is unknown.
    """
    text = text.strip()
    for mark in marks_of(work, case, document.id):
        if mark.term == text and mark.reason_code == asked.code:
            return MARKED_ALREADY
    made = redacting.add_term(
        work, case, document_id=document.id, text=text, code=asked.code, note=asked.note
    )
    made.found_on = found.pages
    sittings.note_step(work, document.id, [made])
    return f"Marked everywhere: {said_of(found)}"


def settle(
    work: Work, case: Case, document: Document, *, asked: Asked, chosen: str, decision: str
) -> str:
    """Accept or reject a suggestion; an accepted one can be taken back as a step.

    Raises:
        BadInput: When the decision or code is unknown, or it was decided already.
    """
    before = {mark.id for mark in marks_of(work, case, document.id)}
    count = redacting.settle_suggestions(
        work, case, document_id=document.id, chosen=chosen, decision=decision, code=asked.code
    )
    made = [mark for mark in marks_of(work, case, document.id) if mark.id not in before]
    sittings.note_step(work, document.id, made)
    done = "Marked" if made else "Rejected"
    return f"{done} {_counted(count, 'suggestion')}."


def take_back(work: Work, case: Case, document: Document, *, ids: Sequence[str]) -> str:
    """Withdraw marks; those that a colleague withdrew meanwhile are left as they are.

    Raises:
        NotFound: When none of them is of this document.
    """
    rows = [work.session.get(DocumentMark, each) for each in dict.fromkeys(ids)]
    marks = [row for row in rows if row is not None and row.document_id == document.id]
    if not marks:
        raise NotFound("There is no such mark in this document.")
    live = [mark for mark in marks if mark.withdrawn_at is None]
    for mark in live:
        redacting.withdraw_mark(work, case, mark.id)
    return f"Took back {_counted(len(live), 'mark')}." if live else "This was taken back already."


def undo(work: Work, case: Case, document: Document) -> str:
    """Take back the actor's last step.

    Raises:
        Refused: When there is none.
    """
    gone = sittings.take_back_last(work, case, document.id)
    return f"Took back {_what(gone)}."


def redo(work: Work, case: Case, document: Document) -> str:
    """Do again what the actor took back last.

    Raises:
        Refused: When there is nothing.
    """
    made = sittings.do_again(work, case, document.id)
    return f"Marked again: {_what(made)}."


def said_of(found: Found) -> str:
    """Say where a text stands."""
    if not found.hits:
        said = "It stands nowhere in the text of this document."
    else:
        pages = ", ".join(map(str, found.pages))
        word = "page" if len(found.pages) == 1 else "pages"
        said = f"{_counted(len(found.hits), 'place')} on {word} {pages}."
    if found.silent:
        count = _counted(len(found.silent), "page")
        said += f" {count} without text: pictures are read when the preview is made."
    return said


def _what(marks: Sequence[DocumentMark]) -> str:
    kinds = {"words": "words", "region": "an area", "page": "a whole page", "term": "a text"}
    first = marks[0]
    where = f" on page {first.page}" if first.page is not None else ""
    return f"{_counted(len(marks), 'mark')}: {kinds[first.kind]}{where}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
