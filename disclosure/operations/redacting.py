"""Redacting: field masks by rule or by a person, and marks in documents, each with a reason code.

Owns masks and marks. Masks only ever take away: the strongest that a person chose stands above the
rule's. Any change makes the rendition stale; applying is ``operations/rendering.py``'s.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from disclosure.documents.plan import Box, Plan, Region, Term, plan_from
from disclosure.domain.ledger import Payload
from disclosure.domain.masking import MASKS
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, NotFound
from disclosure.operations.desk import Work
from disclosure.operations.mark_groups import boxes_of, grouped
from disclosure.operations.outbox import Effect
from disclosure.operations.papers import find_document
from disclosure.operations.removed_elsewhere import let_go, look_back, look_elsewhere
from disclosure.operations.suggesting import (
    ACCEPTED,
    OPEN,
    REJECTED,
    follow_term,
    note_decision,
    suggestions_of,
)
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import (
    Case,
    Document,
    DocumentMark,
    FieldMask,
    ResponsiveValue,
    SuggestedMark,
)

LONGEST_TERM = 200
LONGEST_NOTE = 500
KEEP, REMOVE = "keep", "remove"
WHOLE_PAGE: Box = (-30_000.0, -30_000.0, 30_000.0, 30_000.0)
"""More than any page that is taken; what is burned is cut to the page."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that a person chose on a page.

    Attributes:
        page: From 1.
        start: Offset of the first character in the page's text, as the engine reads it.
        end: Offset after the last one, with the separators that follow.
        boxes: One for each line, in points of the unrotated page; read by the server itself.
    """

    page: int
    start: int
    end: int
    boxes: tuple[Box, ...]


def mask_choices(work: Work, field: str) -> tuple[str, ...]:
    """Return the masks that a person may choose for a field, weakest first."""
    default = work.desk.catalogue.fields[field].mask
    return tuple(dict.fromkeys([KEEP, default if default in MASKS else REMOVE, REMOVE]))


def masks_of(work: Work, case: Case) -> dict[str, FieldMask]:
    """Return what people decided, by field; a field without a row leaves in clear."""
    rows = work.session.scalars(select(FieldMask).where(FieldMask.case_id == case.id))
    return {row.field: row for row in rows}


def set_mask(work: Work, case: Case, *, field: str, mask: str, code: str) -> None:
    """Decide how an allowed field leaves.

    Raises:
        BadInput: When the field is not allowed, or the mask or reason code is not of the list.
    """
    if field not in case.allowed_fields:
        raise BadInput("This field is not among those that may leave.", where="field")
    if mask not in mask_choices(work, field):
        raise BadInput("Choose one of the masks offered for this field.", where="mask")
    _require_code(work, code, needed=mask != KEEP)
    change = Change(data={"field": field, "mask": mask, "code": code or "none"})
    advance(work, case, Action.MARK, change)
    row = masks_of(work, case).get(field)
    if row is None:
        row = FieldMask(case_id=case.id, field=field)
        work.session.add(row)
    row.mask, row.reason_code = mask, code
    row.person_id, row.set_at = work.actor.person, work.now
    work.session.flush()


def counts_of(work: Work, case: Case) -> dict[str, int]:
    """Return how many values were fetched for each field, without reading them."""
    rows = work.session.execute(
        select(ResponsiveValue.field, func.count())
        .where(ResponsiveValue.case_id == case.id, ResponsiveValue.batch == case.batch)
        .group_by(ResponsiveValue.field)
    )
    return {field: int(count) for field, count in rows}


def add_term(
    work: Work, case: Case, *, document_id: str, text: str, code: str, note: str = ""
) -> DocumentMark:
    """Mark a text in a document, wherever and however it is written there.

    A suggestion of the same text is thereby accepted.

    Raises:
        BadInput: When the text is empty or too long, or the reason code is unknown.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TERM:
        raise BadInput(f"Write 1 to {LONGEST_TERM} characters.", where="text")
    _require_code(work, code, needed=True)
    plan_from({"regions": [], "terms": [{"text": text, "reason": code}], "password": None})
    document = find_document(work, case, document_id)
    mark = DocumentMark(kind="term", term=text, reason_code=code, note=_note(note))
    added = _add_mark(work, case, document.id, mark)
    follow_term(work, document.id, text, marked=True)
    look_elsewhere(work, case, added)
    return added


def add_region(
    work: Work,
    case: Case,
    *,
    document_id: str,
    page: int,
    box: Sequence[float],
    code: str,
) -> DocumentMark:
    """Mark a box on a page of a document.

    Args:
        work: The unit of work.
        case: The case.
        document_id: A responsive document of the case.
        page: From 1.
        box: Left, bottom, right, top in points of the unrotated original page.
        code: Reason code.

    Raises:
        BadInput: When the page or box is outside the document, or the reason code is unknown.
    """
    document = find_document(work, case, document_id)
    _require_page(document, page)
    _require_code(work, code, needed=True)
    raw = {"page": page, "box": list(box), "reason": code}
    plan_from({"regions": [raw], "terms": [], "password": None})
    mark = DocumentMark(kind="region", page=page, box=list(box), reason_code=code)
    return _add_mark(work, case, document.id, mark)


def add_words(
    work: Work, case: Case, *, document_id: str, words: Words, code: str, note: str = ""
) -> DocumentMark:
    """Mark words on a page of a document.

    Raises:
        BadInput: When the page is outside the document, or the reason code is unknown.
    """
    document = find_document(work, case, document_id)
    _require_page(document, words.page)
    _require_code(work, code, needed=True)
    mark = DocumentMark(kind="words", page=words.page, reason_code=code, note=_note(note))
    mark.span_start, mark.span_end = words.start, words.end
    mark.boxes = [list(box) for box in words.boxes]
    return _add_mark(work, case, document.id, mark)


def add_again(work: Work, case: Case, mark: DocumentMark) -> DocumentMark:
    """Mark once more what was taken back; the withdrawn mark stays on record as it is."""
    names = ("kind", "term", "page", "box", "span_start", "span_end", "boxes", "found_on")
    copy = DocumentMark(reason_code=mark.reason_code, note=mark.note)
    for name in names:
        setattr(copy, name, getattr(mark, name))
    added = _add_mark(work, case, mark.document_id, copy)
    if copy.term is not None:
        follow_term(work, mark.document_id, copy.term, marked=True)
        look_elsewhere(work, case, added)
    return added


def note_on(mark: DocumentMark, note: str) -> None:
    """Keep a note for colleagues beside a mark; it never leaves the house.

    Raises:
        BadInput: When it is too long.
    """
    mark.note = _note(note)


def add_page(
    work: Work, case: Case, *, document_id: str, page: int, code: str, note: str = ""
) -> DocumentMark:
    """Withhold a whole page of a document.

    Raises:
        BadInput: When the document has no such page, or the reason code is unknown.
    """
    document = find_document(work, case, document_id)
    _require_page(document, page)
    _require_code(work, code, needed=True)
    mark = DocumentMark(kind="page", page=page, reason_code=code, note=_note(note))
    return _add_mark(work, case, document.id, mark)


def settle_suggestions(
    work: Work, case: Case, *, document_id: str, chosen: str, decision: str, code: str
) -> int:
    """Accept or reject one suggestion of a document, or all open ones of a kind.

    Args:
        work: The unit of work.
        case: The case.
        document_id: A responsive document of the case.
        chosen: The id of a suggestion, or the name of a kind.
        decision: ``accepted`` or ``rejected``.
        code: Reason code of the marks that accepted suggestions become.

    Returns:
        How many were decided.

    Raises:
        BadInput: When the decision or code is unknown, or nothing open was chosen.
    """
    document = find_document(work, case, document_id)
    if decision not in {ACCEPTED, REJECTED}:
        raise BadInput("Accept or reject the suggestion.", where="decision")
    _require_code(work, code, needed=decision == ACCEPTED)
    rows = [row for row in suggestions_of(work, document.id) if chosen in {row.id, row.kind}]
    if not rows:
        raise BadInput("This suggestion was decided already. Look at the page again.", where="code")
    for row in rows:
        if row.answer != OPEN:
            continue
        if decision == ACCEPTED:
            note_decision(work, row, ACCEPTED)
            mark = add_term(work, case, document_id=document.id, text=row.text, code=code)
            mark.found_on = list(row.pages)
        else:
            _reject(work, case, row)
    work.session.flush()
    return len(rows)


def _reject(work: Work, case: Case, row: SuggestedMark) -> None:
    data: Payload = {
        "document": row.document_id,
        "suggestion": row.id,
        "kind": row.kind,
        "rejected": True,
    }
    advance(work, case, Action.MARK, Change(subjects=[row.id], data=data))
    note_decision(work, row, REJECTED)


def _note(note: str) -> str | None:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"Write at most {LONGEST_NOTE} characters.", where="note")
    return note or None


def _add_mark(work: Work, case: Case, document_id: str, mark: DocumentMark) -> DocumentMark:
    mark.id, mark.case_id, mark.document_id = uuid.uuid4().hex, case.id, document_id
    mark.person_id, mark.marked_at = work.actor.person, work.now
    data = {
        "mark": mark.id,
        "document": document_id,
        "kind": mark.kind,
        "code": mark.reason_code,
        "page": mark.page,
    }
    advance(work, case, Action.MARK, Change(subjects=[mark.id], data=data))
    work.session.add(mark)
    work.session.flush()
    return mark


def withdraw_mark(work: Work, case: Case, mark_id: str) -> None:
    """Take back a mark; it stays on record as withdrawn.

    Raises:
        NotFound: When the case has no such live mark.
    """
    mark = work.session.get(DocumentMark, mark_id)
    if mark is None or mark.case_id != case.id or mark.withdrawn_at is not None:
        raise NotFound("There is no such mark in this case.")
    change = Change(subjects=[mark.id], data={"mark": mark.id, "withdrawn": True})
    advance(work, case, Action.MARK, change)
    mark.withdrawn_at = work.now
    work.session.flush()
    if mark.term is not None:
        follow_term(work, mark.document_id, mark.term, marked=False)
        work.session.flush()
        let_go(work, mark)
        look_back(work, case, mark)


def _require_page(document: Document, page: int) -> None:
    if not 1 <= page <= document.pages:
        raise BadInput(f"This document has pages 1 to {document.pages}.", where="page")


def _require_code(work: Work, code: str, *, needed: bool) -> None:
    if not needed and not code:
        return
    reason = work.desk.catalogue.reasons.get(code)
    if reason is None or not reason.withholds:
        raise BadInput("Choose the reason code under which this is withheld.", where="code")


def marks_of(work: Work, case: Case, document_id: str) -> list[DocumentMark]:
    """Return the live marks of a document, oldest first."""
    rows = work.session.scalars(
        select(DocumentMark)
        .where(
            DocumentMark.case_id == case.id,
            DocumentMark.document_id == document_id,
            DocumentMark.withdrawn_at.is_(None),
        )
        .order_by(DocumentMark.marked_at, DocumentMark.id)
    )
    return list(rows)


def plan_of(work: Work, case: Case, document_id: str) -> Plan:
    """Return a document's marks as a plan for the engine."""
    marks = marks_of(work, case, document_id)
    return Plan(
        regions=tuple(
            Region(group[0].page, box or WHOLE_PAGE, group[0].reason_code)
            for group in grouped(marks)
            if group[0].page is not None
            for box in boxes_of(group)
        ),
        terms=tuple(Term(mark.term, mark.reason_code) for mark in marks if mark.term is not None),
    )


def request_rendition(work: Work, case: Case) -> None:
    """Ask for the rendition to be built, by a job."""
    arguments = {"case": case.reference, "by": work.actor.person}
    change = Change(data={"by": work.actor.person}, effects=[Effect("render", arguments)])
    advance(work, case, Action.BUILD_RENDITION, change)
