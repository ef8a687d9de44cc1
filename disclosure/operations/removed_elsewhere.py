"""A text that is taken out of one document, asked about in every other one of the case.

Owns which texts those are and what becomes of the questions: an open suggestion that names the
mark, and that is closed when the mark is taken back. The reading is the job's that looks at a
document again; deciding is ``redacting.py``'s.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from disclosure.documents.kinds import Kind
from disclosure.documents.suggesting import SuggestedValue
from disclosure.documents.terms import fold
from disclosure.operations.desk import Work
from disclosure.operations.outbox import WAITING, Effect, enqueue
from disclosure.operations.suggesting import LOOK_AGAIN, OPEN, ask_about, note_decision
from disclosure.storage.cases import Case, Document, DocumentMark, SuggestedMark
from disclosure.storage.ledger_rows import Outbox

CLOSED = "closed"
"""The answer of a question that nobody has to decide any more."""


def look_elsewhere(work: Work, case: Case, mark: DocumentMark) -> None:
    """Have the other documents of a case searched for a text that was just taken out."""
    if mark.term is None:
        return
    rows = work.session.scalars(
        select(Outbox).where(
            Outbox.case_id == case.id, Outbox.kind == LOOK_AGAIN, Outbox.status == WAITING
        )
    )
    waiting = {row.arguments["document"] for row in rows}
    for document_id in _others(work, case.id, mark.document_id):
        if document_id not in waiting:
            enqueue(work, Effect(LOOK_AGAIN, {"document": document_id}), case=case)


def _others(work: Work, case_id: int, document_id: str) -> Sequence[str]:
    return work.session.scalars(
        select(Document.id).where(
            Document.case_id == case_id,
            Document.role == "responsive",
            Document.status == "ready",
            Document.id != document_id,
        )
    ).all()


def removed_for(work: Work, document: Document) -> dict[str, DocumentMark]:
    """Return the marks whose texts a document is to be searched for, by folded text."""
    rows = work.session.scalars(
        select(DocumentMark)
        .where(
            DocumentMark.case_id == document.case_id,
            DocumentMark.withdrawn_at.is_(None),
            DocumentMark.term.is_not(None),
        )
        .order_by(DocumentMark.marked_at.desc(), DocumentMark.id)
    ).all()
    here = {fold(row.term or "") for row in rows if row.document_id == document.id}
    found = {fold(row.term or ""): row for row in rows if row.document_id != document.id}
    return {text: row for text, row in found.items() if text not in here}


def texts_for(work: Work, document: Document) -> list[str]:
    """Return the texts that were taken out of other documents of the case and not of this one."""
    return sorted(row.term for row in removed_for(work, document).values() if row.term)


def look_again_if_removed(work: Work, document: Document, texts: Iterable[str]) -> None:
    """Have a document searched again when a text was taken out while it was being looked at."""
    if document.status == "ready" and set(texts_for(work, document)) - set(texts):
        case = work.session.get_one(Case, document.case_id)
        enqueue(work, Effect(LOOK_AGAIN, {"document": document.id}), case=case)


def keep_removed(work: Work, document: Document, values: Iterable[SuggestedValue]) -> None:
    """Ask about the texts that were found; a question that is open already names the mark.

    What was decided stays decided, and a mark that was taken back meanwhile asks nothing.
    """
    live = removed_for(work, document)
    for value in values:
        mark = live.get(fold(value.text))
        if value.kind is Kind.REMOVED_ELSEWHERE and mark is not None:
            _ask(work, document, value, mark)
    work.session.flush()


def _ask(work: Work, document: Document, value: SuggestedValue, mark: DocumentMark) -> None:
    same = _same(work, document.id, value.text)
    asked = next((row for row in same if row.answer == OPEN), None)
    own = next((row for row in same if row.kind == Kind.REMOVED_ELSEWHERE.value), None)
    if asked is not None:
        asked.mark_id = mark.id
    elif own is None:
        ask_about(work, document, value, mark_id=mark.id)
    elif own.answer == CLOSED:
        own.answer, own.person_id, own.settled_at, own.mark_id = OPEN, None, None, mark.id


def _same(work: Work, document_id: str, text: str) -> list[SuggestedMark]:
    rows = work.session.scalars(
        select(SuggestedMark).where(SuggestedMark.document_id == document_id)
    )
    return [row for row in rows if fold(row.text) == fold(text)]


def let_go(work: Work, mark: DocumentMark) -> None:
    """Close the open questions that a mark asked, now that it is taken back.

    Where the same text is still taken out of a third document, the question stays and names that.
    """
    rows = work.session.scalars(
        select(SuggestedMark).where(SuggestedMark.mark_id == mark.id, SuggestedMark.answer == OPEN)
    ).all()
    for row in rows:
        document = work.session.get_one(Document, row.document_id)
        other = removed_for(work, document).get(fold(row.text))
        row.mark_id = other.id if other else None
        if other is None and row.kind == Kind.REMOVED_ELSEWHERE.value:
            note_decision(work, row, CLOSED)
    work.session.flush()


def look_back(work: Work, case: Case, mark: DocumentMark) -> None:
    """Have a document searched again when its mark is gone and the text is taken out elsewhere."""
    document = work.session.get_one(Document, mark.document_id)
    if document.status == "ready" and fold(mark.term or "") in removed_for(work, document):
        enqueue(work, Effect(LOOK_AGAIN, {"document": document.id}), case=case)


def removed_in(work: Work, rows: Iterable[SuggestedMark]) -> Mapping[str, str]:
    """Return for each suggestion that a mark asked the document of that mark."""
    asked = {row.id: row.mark_id for row in rows if row.mark_id}
    marks = work.session.execute(
        select(DocumentMark.id, DocumentMark.document_id).where(
            DocumentMark.id.in_(set(asked.values()))
        )
    )
    places = {row.id: row.document_id for row in marks}
    return {row: places[mark] for row, mark in asked.items() if mark in places}
