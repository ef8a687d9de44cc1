"""Work that leaves after the commit: rows written with the change that wants them.

Owns the outbox table: adding, taking by compare-and-set with a lease, progress, retry, parking.
What each kind of row does is ``disclosure/jobs.py``'s. Arguments are ids; a text that somebody
must receive (a one-time link, a code) waits in the encrypted ``secret`` until it is sent.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.errors import NotFound, Refused
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import Outbox

LEASE = timedelta(minutes=10)
LATE = timedelta(minutes=5)
MOST_TRIES = 5
WAITING, RUNNING, DONE, PARKED = "waiting", "running", "done", "parked"


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to be done after the commit.

    Attributes:
        kind: One of ``jobs.HANDLERS``.
        arguments: Ids only.
        secret: Text for the receiver's eyes, stored encrypted and wiped when done.
        after: Not before this instant; None is at once.
    """

    kind: str
    arguments: Mapping[str, str]
    secret: str | None = None
    after: datetime | None = None


def enqueue(work: Work, effect: Effect, *, case: Case | None = None) -> Outbox:
    """Add one row to the outbox, in the caller's transaction."""
    row = Outbox(
        id=uuid.uuid4().hex,
        kind=effect.kind,
        case_id=case.id if case else None,
        arguments=dict(effect.arguments),
        secret=effect.secret,
        status=WAITING,
        available_at=effect.after or work.now,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.session.info.setdefault("outbox", []).append(row.id)
    return row


def due(session: Session, now: datetime, *, limit: int = 50) -> list[str]:
    """List ids of rows that may be taken now, oldest first; an expired lease counts as free."""
    return list(
        session.scalars(
            select(Outbox.id)
            .where(_takeable(now))
            .order_by(Outbox.available_at, Outbox.created_at)
            .limit(limit)
        )
    )


def take(session: Session, outbox_id: str, now: datetime) -> Outbox | None:
    """Take a row for the length of the lease.

    Returns:
        None when another worker has it, it is done, or its time has not come: a queue that wakes a
        worker too early must not make a notice due.
    """
    taken = session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, _takeable(now))
        .values(
            status=RUNNING,
            attempts=Outbox.attempts + 1,
            lease_until=now + LEASE,
            progress=0,
            step="",
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        return None
    return session.get_one(Outbox, outbox_id, populate_existing=True)


def _takeable(now: datetime) -> ColumnElement[bool]:
    return or_(
        (Outbox.status == WAITING) & (Outbox.available_at <= now),
        (Outbox.status == RUNNING) & (Outbox.lease_until < now),
    )


def finish(row: Outbox, now: datetime) -> None:
    """Mark a row as done and wipe its secret."""
    row.status, row.done_at, row.progress = DONE, now, 100
    row.secret, row.error, row.lease_until = None, "", None


def fail(work: Work, row: Outbox, reason: str) -> None:
    """Put a failed row back with a growing delay, or park it after the last try.

    Args:
        work: The unit of work of the system.
        row: The row whose handler failed.
        reason: A sentence without personal data, shown on the case.
    """
    row.error, row.lease_until = reason[:200], None
    if row.attempts < MOST_TRIES:
        row.status = WAITING
        row.available_at = work.now + timedelta(seconds=5 * 4**row.attempts)
        return
    row.status = PARKED
    case = work.session.get(Case, row.case_id) if row.case_id else None
    record(
        work.as_actor(SYSTEM),
        Event.JOB_PARKED,
        case=case,
        subjects=[row.id],
        data={"kind": row.kind, "tries": row.attempts},
    )


def find(work: Work, outbox_id: str) -> Outbox:
    """Return a row.

    Raises:
        NotFound: When there is none.
    """
    row = work.session.get(Outbox, outbox_id)
    if row is None:
        raise NotFound("There is no such job.")
    return row


def troubled(work: Work) -> list[Outbox]:
    """Return the rows that failed, parked ones first, then those that are overdue."""
    late = (Outbox.status == WAITING) & (Outbox.available_at < work.now - LATE)
    rows = work.session.scalars(
        select(Outbox)
        .where((Outbox.status == PARKED) | (Outbox.error != "") | late)
        .order_by(Outbox.status, Outbox.created_at.desc())
        .limit(200)
    )
    return list(rows)


def retry(work: Work, outbox_id: str) -> Outbox:
    """Send a failed or parked row on its way again, by a person.

    Raises:
        Forbidden: Without the permission.
        NotFound: When there is no such row.
        Refused: When it is done or running.
    """
    work.actor.require(Permission.SEE_JOBS)
    row = find(work, outbox_id)
    if row.status not in {PARKED, WAITING} or not row.error:
        raise Refused("This job has not failed: there is nothing to retry.")
    row.status, row.attempts, row.error, row.available_at = WAITING, 0, "", work.now
    case = work.session.get(Case, row.case_id) if row.case_id else None
    record(
        work,
        Event.JOB_RETRIED,
        case=case,
        subjects=[row.id],
        data={"kind": row.kind},
        permission=Permission.SEE_JOBS,
    )
    return row
