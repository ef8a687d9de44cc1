"""Asking for a preview of one document with its marks as they are, by a job.

Owns that question; the redacting itself is ``drawing.make_preview``. A preview changes nothing.
"""

from sqlalchemy import select

from disclosure.operations.desk import Work
from disclosure.operations.outbox import RUNNING, WAITING, Effect, enqueue
from disclosure.storage.cases import Case, Document
from disclosure.storage.ledger_rows import Outbox


def preview_job(work: Work, document: Document) -> Outbox | None:
    """Return the preview of a document that is being made, if there is one."""
    rows = work.session.scalars(
        select(Outbox).where(
            Outbox.case_id == document.case_id,
            Outbox.kind == "preview",
            Outbox.status.in_([WAITING, RUNNING]),
        )
    )
    return next((row for row in rows if row.arguments["document"] == document.id), None)


def ask_for_preview(work: Work, case: Case, document: Document) -> None:
    """Have a document redacted with its marks as they are; asking twice makes one."""
    if preview_job(work, document) is None:
        arguments = {"case": case.reference, "document": document.id}
        enqueue(work, Effect("preview", arguments), case=case)
