"""Case records as files that wait to be downloaded: kept for some days, then removed.

Owns their rows, who downloaded them, and their end. What a record holds is
``operations/exporting.py``'s; many at once are ``operations/batching.py``'s. A file is removed from
the store before its row says so: an end that was cut off is done again.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.errors import NotFound
from disclosure.operations.desk import Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.recording import record
from disclosure.operations.verifying import require_sight
from disclosure.storage.cases import Case
from disclosure.storage.exports import BatchCase, RecordDownload, RecordFile


def expiry(work: Work) -> datetime:
    """Return until when a file that is made now is kept."""
    return work.now + timedelta(days=work.desk.settings.record_days)


def keep_record(work: Work, case: Case, *, variant: str, sha256: str, size: int) -> RecordFile:
    """Keep a case's record, which stands in the store already, for download.

    Args:
        work: The unit of work of whoever exported.
        case: The case.
        variant: ``full`` or ``outsider``.
        sha256: The hash under which it is stored.
        size: In bytes.
    """
    row = RecordFile(
        id=uuid.uuid4().hex,
        case_id=case.id,
        variant=variant,
        sha256=sha256,
        size=size,
        made_by=work.actor.person,
        made_at=work.now,
        expires_at=expiry(work),
    )
    work.session.add(row)
    work.session.flush()
    enqueue(work, Effect("expire_record", {"file": row.id}, after=row.expires_at))
    return row


def find_record(work: Work, file_id: str, *, reference: str) -> RecordFile:
    """Find the record of a case that was made before and is still kept.

    Raises:
        NotFound: When there is none, or its days are over.
        Forbidden: When the actor may not see the case.
    """
    row = _live(work, file_id)
    case = work.session.get(Case, row.case_id) if row.case_id else None
    if case is None or case.reference != reference:
        raise NotFound(_GONE)
    require_sight(work, case)
    return row


_GONE = "This file is no longer kept. Export the record again."


def _live(work: Work, file_id: str) -> RecordFile:
    row = work.session.get(RecordFile, file_id)
    if row is None or row.removed_at is not None or row.expires_at <= work.now:
        raise NotFound(_GONE)
    return row


def batch_file(work: Work, batch_id: str) -> RecordFile | None:
    """Return the finished file of a batch, while it is kept."""
    return work.session.scalars(
        select(RecordFile).where(
            RecordFile.batch_id == batch_id,
            RecordFile.part.is_(None),
            RecordFile.removed_at.is_(None),
            RecordFile.expires_at > work.now,
        )
    ).first()


def note_download(work: Work, file_id: str, *, begins: bool) -> None:
    """Record that a file is being taken, once for each download that is begun.

    Going on with one is no new download, but only for the session that began it.

    Args:
        work: The unit of work of whoever downloads.
        file_id: The file.
        begins: Whether its first byte is asked for.

    Raises:
        Forbidden: Without the permission to export records.
        NotFound: When the file is no longer kept.
    """
    work.actor.require(Permission.EXPORT_RECORD)
    row = _live(work, file_id)
    known = work.session.scalar(
        select(RecordDownload.id).where(
            RecordDownload.file_id == row.id,
            RecordDownload.person_id == work.actor.person,
            RecordDownload.session == work.actor.session,
        )
    )
    if known is not None and not begins:
        return
    work.session.add(
        RecordDownload(
            file_id=row.id, person_id=work.actor.person, session=work.actor.session, at=work.now
        )
    )
    record(
        work,
        Event.RECORD_DOWNLOADED,
        case=work.session.get(Case, row.case_id) if row.case_id else None,
        subjects=[row.id],
        data={
            "sha256": row.sha256,
            "variant": row.variant,
            **({"batch": row.batch_id} if row.batch_id else {}),
        },
        permission=Permission.EXPORT_RECORD,
    )


def kept_of_batch(work: Work, batch_id: str, *, parts: bool) -> Sequence[RecordFile]:
    """Return the files of a batch that are still kept: its parts, or all of it."""
    query = select(RecordFile).where(
        RecordFile.batch_id == batch_id, RecordFile.removed_at.is_(None)
    )
    if parts:
        query = query.where(RecordFile.part.is_not(None))
    return list(work.session.scalars(query.order_by(RecordFile.part)))


def kept_of_case(work: Work, case: Case) -> Sequence[RecordFile]:
    """Return every kept file that holds something of a case: its records, and whole batches."""
    batches = select(BatchCase.batch_id).where(BatchCase.case_id == case.id)
    whole = RecordFile.batch_id.in_(batches) & RecordFile.part.is_(None)
    rows = work.session.scalars(
        select(RecordFile).where(
            RecordFile.removed_at.is_(None), or_(RecordFile.case_id == case.id, whole)
        )
    )
    return list(rows)


def remove_files(work: Work, rows: Sequence[RecordFile]) -> int:
    """Remove files from the store, and say so in their rows; safe to repeat."""
    for row in rows:
        work.desk.files.remove(row.sha256)
    ids = [row.id for row in rows]
    work.session.execute(
        update(RecordFile).where(RecordFile.id.in_(ids)).values(removed_at=work.now)
    )
    return len(ids)


def expire_record(work: Work, file_id: str) -> None:
    """Remove a file whose days are over."""
    row = work.session.get(RecordFile, file_id)
    if row is not None and row.removed_at is None and row.expires_at <= work.now:
        remove_files(work, [row])
