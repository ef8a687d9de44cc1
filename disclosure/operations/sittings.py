"""Who sits over which document, what they did there, and taking the last step back.

Owns the rows of sittings. A sitting begins with an entry of the ledger, as the download of an
original does: one for each person, document and sitting, however many pages they turn. Marks are
made and withdrawn by ``redacting.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from disclosure.errors import Refused
from disclosure.operations import redacting
from disclosure.operations.casefile import note_viewed
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case, Document, DocumentMark
from disclosure.storage.drawing_rows import DrawingSitting

SITTING = timedelta(minutes=30)
"""After so long without a sign of life, looking again is a new reading, and is recorded."""

PRESENT = timedelta(seconds=60)
"""Who showed themselves within this time is told to the others; a page does every 15 seconds."""

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who sits over the same document.

    Attributes:
        person: Person id.
        page: On which they are.
        marks: How many of their live marks came since the other opened the document.
    """

    person: str
    page: int
    marks: int


def sitting_of(work: Work, document_id: str) -> DrawingSitting | None:
    """Return the actor's live sitting over a document."""
    row = work.session.get(DrawingSitting, (document_id, work.actor.person))
    return row if row is not None and work.now - row.seen_at <= SITTING else None


def sit_down(work: Work, case: Case, document: Document, *, page: int) -> DrawingSitting:
    """Show that the actor is on a page; the first look of a sitting is recorded."""
    row = sitting_of(work, document.id)
    if row is None:
        row = _new_sitting(work, case, document)
        note_viewed(work, case, thing=document.id, sha256=document.sha256)
    row.page, row.seen_at = page, work.now
    work.session.flush()
    return row


def _new_sitting(work: Work, case: Case, document: Document) -> DrawingSitting:
    me = work.actor.person
    work.session.execute(
        delete(DrawingSitting).where(
            DrawingSitting.document_id == document.id, DrawingSitting.person_id == me
        )
    )
    row = DrawingSitting(document_id=document.id, person_id=me, case_id=case.id, page=1)
    row.steps, row.opened_at, row.seen_at = {"done": [], "undone": []}, work.now, work.now
    work.session.add(row)
    return row


def colleagues(work: Work, document_id: str) -> list[Colleague]:
    """List who else sits over a document now, and what they marked since the actor opened it."""
    mine = sitting_of(work, document_id)
    since = mine.opened_at if mine is not None else work.now
    rows = work.session.scalars(
        select(DrawingSitting)
        .where(
            DrawingSitting.document_id == document_id,
            DrawingSitting.person_id != work.actor.person,
            DrawingSitting.seen_at >= work.now - PRESENT,
        )
        .order_by(DrawingSitting.person_id)
    )
    counted = work.session.execute(
        select(DocumentMark.person_id, func.count())
        .where(
            DocumentMark.document_id == document_id,
            DocumentMark.withdrawn_at.is_(None),
            DocumentMark.marked_at >= since,
        )
        .group_by(DocumentMark.person_id)
    )
    marks = {person: int(count) for person, count in counted}
    return [Colleague(row.person_id, row.page, marks.get(row.person_id, 0)) for row in rows]


def note_step(work: Work, document_id: str, marks: Sequence[DocumentMark]) -> None:
    """Remember marks of one step, so that it can be taken back; what was undone is forgotten."""
    row = sitting_of(work, document_id)
    if row is None or not marks:
        return
    done = [*row.steps["done"], [mark.id for mark in marks]]
    row.steps = {"done": done[-MOST_STEPS:], "undone": []}
    work.session.flush()


def take_back_last(work: Work, case: Case, document_id: str) -> list[DocumentMark]:
    """Withdraw the marks of the actor's last step in this sitting that still stand.

    Raises:
        Refused: When there is no such step.
    """
    row = sitting_of(work, document_id)
    done = list(row.steps["done"]) if row is not None else []
    while row is not None and done:
        step = done.pop()
        live = [mark for mark in _rows(work, step) if mark.withdrawn_at is None]
        if live:
            for mark in live:
                redacting.withdraw_mark(work, case, mark.id)
            undone = [*row.steps["undone"], [mark.id for mark in live]]
            row.steps = {"done": done, "undone": undone}
            work.session.flush()
            return live
    raise Refused("You have marked nothing here that could be taken back.")


def do_again(work: Work, case: Case, document_id: str) -> list[DocumentMark]:
    """Mark once more what the actor took back last in this sitting.

    Raises:
        Refused: When nothing was taken back, or something was marked since.
    """
    row = sitting_of(work, document_id)
    undone = list(row.steps["undone"]) if row is not None else []
    if row is None or not undone:
        raise Refused("There is nothing to mark again.")
    gone = _rows(work, undone.pop())
    added = [redacting.add_again(work, case, mark) for mark in gone]
    done = [*row.steps["done"], [mark.id for mark in added]]
    row.steps = {"done": done, "undone": undone}
    work.session.flush()
    return added


def _rows(work: Work, ids: Sequence[str]) -> list[DocumentMark]:
    found = (work.session.get(DocumentMark, mark_id) for mark_id in ids)
    return [mark for mark in found if mark is not None]
