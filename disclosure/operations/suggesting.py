"""Suggested marks of a case: kept when a document has been looked at, open until a person decides.

Owns the rows of suggestions, and which documents are looked at again when names become known.
Turning one into a mark is ``redacting.py``'s, which alone writes
marks.
"""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from disclosure.documents.kinds import Kind
from disclosure.documents.suggesting import SuggestedValue
from disclosure.documents.terms import fold
from disclosure.operations.collecting import values_of
from disclosure.operations.desk import Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.storage.cases import Case, Document, DocumentMark, SuggestedMark

OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"
NAME_FIELDS = ("reg.real_name", "reg.display_name", "reg.guardian_name", "ipc.complainant_name")
SHORTEST_NAME = 2
LOOK_AGAIN = "look_again"


def people_of(work: Work, case: Case) -> list[str]:
    """Return the names of the people of a case, as they are known at this instant."""
    names = [str(case.requester.get("name", "")), str(case.requester.get("contact", ""))]
    names += [value.value for value in values_of(work, case) if value.field in NAME_FIELDS]
    kept = (" ".join(name.split()) for name in names)
    return list(dict.fromkeys(name for name in kept if len(name) >= SHORTEST_NAME))


def look_again(work: Work, case: Case) -> None:
    """Have every responsive document searched for the names that were fetched after it came."""
    if not any(value.field in NAME_FIELDS for value in values_of(work, case)):
        return
    documents = work.session.scalars(
        select(Document.id).where(
            Document.case_id == case.id,
            Document.role == "responsive",
            Document.status == "ready",
        )
    )
    for document_id in documents:
        enqueue(work, Effect(LOOK_AGAIN, {"document": document_id}), case=case)


def look_again_if_named(work: Work, document: Document, people: Sequence[str]) -> None:
    """Have a document searched again when names came while it was being looked at.

    Args:
        work: The unit of work.
        document: A document that was just looked at.
        people: The names that it was searched for.
    """
    case = work.session.get_one(Case, document.case_id)
    if document.status == "ready" and set(people_of(work, case)) - set(people):
        enqueue(work, Effect(LOOK_AGAIN, {"document": document.id}), case=case)


def keep_suggestions(work: Work, document: Document, values: Iterable[SuggestedValue]) -> None:
    """Write down what a document may hold about people.

    A value that is known stays as it was, and one that is marked already needs no decision.
    """
    known = {(row.kind, fold(row.text)) for row in _rows(work, document.id)}
    marked = _marked(work, document.id)
    for value in values:
        if value.kind is Kind.REMOVED_ELSEWHERE:
            continue
        if (value.kind.value, fold(value.text)) in known or fold(value.text) in marked:
            continue
        ask_about(work, document, value)
    work.session.flush()


def ask_about(
    work: Work, document: Document, value: SuggestedValue, *, mark_id: str | None = None
) -> None:
    """Add an open suggestion to a document; ``mark_id`` names the mark that asked, if one did."""
    row = SuggestedMark(
        id=uuid.uuid4().hex,
        case_id=document.case_id,
        document_id=document.id,
        kind=value.kind.value,
        text=value.text,
        pages=list(value.pages),
        count=value.count,
        answer=OPEN,
        made_at=work.now,
        mark_id=mark_id,
    )
    work.session.add(row)


def suggestions_of(work: Work, document_id: str, *, answer: str = OPEN) -> list[SuggestedMark]:
    """Return the suggestions of a document with one answer, by kind and text."""
    rows = [row for row in _rows(work, document_id) if row.answer == answer]
    return sorted(rows, key=lambda row: (row.kind, min(row.pages, default=0), row.text))


def _rows(work: Work, document_id: str) -> Sequence[SuggestedMark]:
    return work.session.scalars(
        select(SuggestedMark).where(SuggestedMark.document_id == document_id)
    ).all()


def _marked(work: Work, document_id: str) -> set[str]:
    rows = work.session.scalars(
        select(DocumentMark).where(
            DocumentMark.document_id == document_id, DocumentMark.withdrawn_at.is_(None)
        )
    )
    return {fold(row.term) for row in rows if row.term is not None}


def note_decision(work: Work, row: SuggestedMark, answer: str) -> None:
    """Write down what a person decided about a suggestion."""
    row.answer = answer
    row.person_id, row.settled_at = work.actor.person, work.now


def follow_term(work: Work, document_id: str, text: str, *, marked: bool) -> None:
    """Let the suggestions of a value follow its mark: accepted with it, rejected without it."""
    wanted = fold(text)
    before, after = (OPEN, ACCEPTED) if marked else (ACCEPTED, REJECTED)
    for row in suggestions_of(work, document_id, answer=before):
        if fold(row.text) == wanted:
            note_decision(work, row, after)
