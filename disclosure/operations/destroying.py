"""Destroying: what is wiped when two people agreed that a case's records have served their time.

Owns the wiping itself. Every encrypted column of every row that hangs on the case is emptied, so
that a new table cannot be forgotten; the platform's values, marks, findings, and the salts and
texts behind the ledger's commitments are deleted. What stays tells about the house and not about a
person: states, dates, hashes, roles, who signed. The ledger verifies as before.
"""

from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapper

from disclosure.domain.events import Event
from disclosure.domain.retention import Retention
from disclosure.gateways.mail import forget, stable_message_id
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.outbox import DONE, PARKED, WAITING, Effect, enqueue
from disclosure.operations.record_files import kept_of_case, remove_files
from disclosure.operations.recording import record
from disclosure.operations.retention import kept, standing_destruction
from disclosure.storage.base import Base, EncryptedJson, EncryptedText
from disclosure.storage.cases import (
    Case,
    Document,
    DocumentMark,
    Evaluation,
    Finding,
    PageFlag,
    ResponsiveValue,
)
from disclosure.storage.drawing_rows import DrawingSitting
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening, Outbox
from disclosure.storage.page_images import PageImages
from disclosure.storage.parties import AccessEnd, IncidentStep
from disclosure.storage.releases import Incident, Rendition
from disclosure.storage.retention_rows import Destruction

DESTROYED = "destroyed"
TITLE = "Records destroyed at the end of their term"


def destroy_records(work: Work, case: Case) -> None:
    """Wipe an ended case that two people agreed to destroy; the files go after the commit.

    A case that was held or reopened since, or is wiped already, is left as it is.
    """
    destruction = standing_destruction(work, case)
    if destruction is None or kept(work, case).state is not Retention.DESTROY:
        return
    work = work.as_actor(SYSTEM)
    _delete_rows(work, case)
    for mapper in _hanging_on_a_case():
        _empty_columns(work, case, mapper)
    work.session.execute(
        update(Evaluation).where(Evaluation.case_id == case.id).values(decision={"checks": []})
    )
    steps = select(Incident.id).where(Incident.case_id == case.id)
    work.session.execute(
        update(IncidentStep).where(IncidentStep.incident_id.in_(steps)).values(note="")
    )
    _empty_case(work, case)
    documents, renditions = _mark_documents(work, case), _count_renditions(work, case)
    destruction.done_at = work.now
    work.session.flush()
    record(
        work,
        Event.RECORD_DESTROYED,
        case=case,
        subjects=[destruction.id],
        data={
            "destruction": destruction.id,
            "documents": documents,
            "renditions": renditions,
            "proposed_by": destruction.proposed_by,
            "agreed_by": destruction.decided_by or "",
        },
    )
    enqueue(work, Effect("shred", {"case": case.reference}), case=case)


def _delete_rows(work: Work, case: Case) -> None:
    entries = select(LedgerEntry.seq).where(LedgerEntry.case_id == case.id)
    work.session.execute(delete(LedgerOpening).where(LedgerOpening.seq.in_(entries)))
    for table in (ResponsiveValue, DocumentMark, DrawingSitting, PageFlag, Finding):
        work.session.execute(delete(table).where(table.case_id == case.id))
    work.session.execute(
        update(Outbox)
        .where(Outbox.case_id == case.id, Outbox.status.in_([WAITING, PARKED]))
        .values(status=DONE, done_at=work.now, error="")
    )


def _hanging_on_a_case() -> Iterator[Mapper[Base]]:
    for mapper in Base.registry.mappers:
        if "case_id" in mapper.columns:
            yield mapper


def _empty_columns(work: Work, case: Case, mapper: Mapper[Base]) -> None:
    emptied: dict[str, object] = {}
    for column in mapper.columns:
        if isinstance(column.type, EncryptedText):
            emptied[column.key] = None if column.nullable else ""
        elif isinstance(column.type, EncryptedJson):
            emptied[column.key] = None if column.nullable else {}
    if emptied:
        table = mapper.class_
        work.session.execute(
            update(table).where(mapper.columns["case_id"] == case.id).values(emptied)
        )


def _empty_case(work: Work, case: Case) -> None:
    """Empty the case's own columns; what found it by a person's data finds nothing any more."""
    case.title, case.subject_account = TITLE, ""
    case.requester = dict.fromkeys(case.requester, "")
    case.instrument, case.statement = {}, {}
    case.subject_index, case.fingerprint, case.tracking_hash = "", "", ""
    work.session.flush()


def _mark_documents(work: Work, case: Case) -> int:
    rows = work.session.scalars(select(Document).where(Document.case_id == case.id)).all()
    for row in rows:
        row.status, row.summary, row.refusal = DESTROYED, {}, ""
    work.session.flush()
    return len(rows)


def _count_renditions(work: Work, case: Case) -> int:
    return len(work.session.scalars(select(Rendition.id).where(Rendition.case_id == case.id)).all())


def shred_files(work: Work, case: Case) -> int:
    """Destroy the files, rendered pages and written messages of a wiped case; safe to repeat.

    A file that another case holds too (a rerouted demand, the same paper twice) stays for it. What
    was exported of the case goes too, and with it each whole batch that it is in.

    Returns:
        How many files were destroyed.
    """
    hashes: set[str] = set()
    for column in (Document.sha256, Rendition.sha256, AccessEnd.proof_sha256):
        of_case = select(column).where(column.class_.case_id == case.id, column.is_not(None))
        hashes.update(work.session.scalars(of_case))
    alone = [sha256 for sha256 in sorted(hashes) if not _needed(work, sha256)]
    images = PageImages(work.desk.settings.instance)
    for sha256 in alone:
        work.desk.files.remove(sha256)
        images.drop(sha256)
    exported = remove_files(work, kept_of_case(work, case))
    for outbox_id in work.session.scalars(select(Outbox.id).where(Outbox.case_id == case.id)):
        forget(work.desk.settings, stable_message_id(work.desk.settings, outbox_id))
    return len(alone) + exported


def _needed(work: Work, sha256: str) -> bool:
    wiped = select(Destruction.case_id).where(Destruction.done_at.is_not(None))
    return any(
        work.session.scalar(
            select(table.id).where(table.sha256 == sha256, table.case_id.not_in(wiped)).limit(1)
        )
        for table in (Document, Rendition)
    )
