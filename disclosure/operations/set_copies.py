"""The rows of a set that come from another case over the same collection.

Owns the copying. A document's file stays where it is: the copy names the same hash. Each copied
row belongs to the new case alone, so that what happens to the other one does not reach it. Notes
between colleagues stay behind, as do page flags, which are about the other demand.
"""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import class_mapper

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.cases import Case, Document, DocumentMark, FieldMask, ResponsiveValue


def copy_documents(work: Work, case: Case, documents: Sequence[Document]) -> dict[str, Document]:
    """Take documents into a case without their files; whether they leave is open.

    Returns:
        The copies by the id of what they are a copy of.
    """
    copies: dict[str, Document] = {}
    for document in documents:
        copy = Document(
            **_columns(document),
            id=uuid.uuid4().hex,
            case_id=case.id,
            disposition="",
            added_by=work.actor.person,
            added_at=work.now,
            copied_from=document.id,
        )
        work.session.add(copy)
        work.session.flush()
        data: Payload = {
            "document": copy.id,
            "sha256": copy.sha256,
            "role": copy.role,
            "size": copy.size,
            "copied_from": document.id,
        }
        record(
            work,
            Event.DOCUMENT_ADDED,
            case=case,
            subjects=[copy.id],
            data=data,
            permission=Permission.WORK_CASE,
        )
        copies[document.id] = copy
    return copies


_OWN = frozenset(
    {"id", "case_id", "document_id", "disposition", "added_by", "added_at", "copied_from"}
    | {"person_id", "marked_at", "withdrawn_at", "note", "set_at", "batch"}
)
"""Columns that a copy has of its own."""


def _columns(row: Document | DocumentMark | ResponsiveValue) -> dict[str, object]:
    keys = (attribute.key for attribute in class_mapper(type(row)).column_attrs)
    return {key: getattr(row, key) for key in keys if key not in _OWN}


def copy_values(work: Work, case: Case, values: Sequence[ResponsiveValue]) -> str | None:
    """Keep values as the case's batch, with their source and times; return the batch."""
    if not values:
        return None
    batch = uuid.uuid4().hex
    for value in values:
        work.session.add(ResponsiveValue(**_columns(value), case_id=case.id, batch=batch))
    case.batch = batch
    work.session.flush()
    return batch


def copy_marks(work: Work, case: Case, copies: Mapping[str, Document]) -> list[str]:
    """Start the documents with the marks that stand in the originals, each the actor's own now."""
    rows = work.session.scalars(
        select(DocumentMark)
        .where(DocumentMark.document_id.in_(copies), DocumentMark.withdrawn_at.is_(None))
        .order_by(DocumentMark.marked_at, DocumentMark.id)
    ).all()
    made = [
        DocumentMark(
            **_columns(row),
            id=uuid.uuid4().hex,
            case_id=case.id,
            document_id=copies[row.document_id].id,
            person_id=work.actor.person,
            marked_at=work.now,
            copied_from=row.id,
        )
        for row in rows
    ]
    work.session.add_all(made)
    work.session.flush()
    return [mark.id for mark in made]


def copy_masks(work: Work, case: Case, source: Case) -> list[str]:
    """Start the allowed fields with the masks of the other case; return the fields."""
    taken = set(work.session.scalars(select(FieldMask.field).where(FieldMask.case_id == case.id)))
    rows = work.session.scalars(
        select(FieldMask).where(FieldMask.case_id == source.id).order_by(FieldMask.field)
    ).all()
    wanted = [row for row in rows if row.field in case.allowed_fields and row.field not in taken]
    for row in wanted:
        work.session.add(
            FieldMask(
                case_id=case.id,
                field=row.field,
                mask=row.mask,
                reason_code=row.reason_code,
                person_id=work.actor.person,
                set_at=work.now,
            )
        )
    work.session.flush()
    return [row.field for row in wanted]
