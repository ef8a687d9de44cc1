"""Witnessing: which checkpoints are shown to whom, and whether the database still agrees.

Owns when each witness is due, the receipts, and the comparison with the last witnessed checkpoint.
How a witness is reached is ``gateways/witness.py``'s. A witness that knows more than the database
means that an older copy was put in its place, or that somebody rewrote it.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from disclosure.config import Settings
from disclosure.domain.checkpoints import NotACheckpoint, digest_of, read_checkpoint
from disclosure.domain.events import Event
from disclosure.errors import NotReady, Refused
from disclosure.gateways.witness import add_to_file, last_in_file, mail_to_auditors, timestamp
from disclosure.operations.checkpoints import checkpoint_now, latest_checkpoint, lock_head
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.ledger_rows import LedgerCheckpoint, LedgerReceipt

FILE, MAIL, TIMESTAMP, CHECK = "file", "mail", "timestamp", "check"
INTERVALS = {FILE: timedelta(0), TIMESTAMP: timedelta(hours=1), MAIL: timedelta(days=1)}
NIGHTLY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Showing:
    """What one witness is to be shown: all new checkpoints for a file, the newest for others."""

    witness: str
    size: int
    notes: tuple[bytes, ...]


def witnesses_of(settings: Settings) -> tuple[str, ...]:
    """Return the witnesses that are switched on."""
    on = {
        FILE: settings.witness_file is not None,
        TIMESTAMP: bool(settings.witness_timestamp_url),
        MAIL: bool(settings.witness_mail.split()),
    }
    return tuple(witness for witness, is_on in on.items() if is_on)


def due_showings(work: Work) -> list[Showing]:
    """Return what is to be shown now."""
    newest = latest_checkpoint(work)
    if newest is None:
        return []
    due = []
    for witness in witnesses_of(work.desk.settings):
        seen = last_receipt(work, witness)
        rested = seen is None or work.now - seen.at >= INTERVALS[witness]
        if rested and (seen is None or seen.size < newest.size):
            due.append(_showing(work, witness, seen, newest))
    return due


def _showing(
    work: Work, witness: str, seen: LedgerReceipt | None, newest: LedgerCheckpoint
) -> Showing:
    if witness != FILE:
        return Showing(witness, newest.size, (bytes(newest.body),))
    rows = work.session.scalars(
        select(LedgerCheckpoint.body)
        .where(LedgerCheckpoint.size > (seen.size if seen else 0))
        .order_by(LedgerCheckpoint.size)
    )
    return Showing(witness, newest.size, tuple(bytes(body) for body in rows))


def show(settings: Settings, showing: Showing) -> bytes | None:
    """Show a witness what it is to see; outside of any transaction.

    Returns:
        Its receipt, where it gives one.

    Raises:
        NotReady: When it cannot be reached.
    """
    if showing.witness == FILE and settings.witness_file is not None:
        add_to_file(settings.witness_file, showing.notes)
    elif showing.witness == MAIL:
        newest = showing.notes[-1]
        mail_to_auditors(settings, newest, digest=digest_of(newest))
    elif showing.witness == TIMESTAMP:
        return timestamp(settings.witness_timestamp_url, showing.notes[-1])
    return None


def note_shown(work: Work, witness: str, size: int, receipt: bytes | None = None) -> None:
    """Keep that a witness has seen everything up to a checkpoint."""
    row = LedgerReceipt(
        id=uuid.uuid4().hex, witness=witness, size=size, receipt=receipt, at=work.now
    )
    work.session.add(row)
    work.session.flush()


def last_receipt(work: Work, witness: str) -> LedgerReceipt | None:
    """Return the newest receipt of a witness."""
    return work.session.scalars(
        select(LedgerReceipt)
        .where(LedgerReceipt.witness == witness)
        .order_by(LedgerReceipt.at.desc(), LedgerReceipt.size.desc())
        .limit(1)
    ).first()


def check_is_due(work: Work) -> bool:
    """Tell whether the last full check is a night ago; an empty ledger needs none."""
    seen = last_receipt(work, CHECK)
    if seen is not None:
        return work.now - seen.at >= NIGHTLY
    return latest_checkpoint(work) is not None


def note_checked(work: Work, *, entries: int, checkpoints: int, faults: int) -> None:
    """Record that the whole ledger was checked, and what came of it."""
    data = {"entries": entries, "checkpoints": checkpoints, "faults": faults}
    record(work, Event.LEDGER_VERIFIED, data={**data, "whole": faults == 0})
    newest = latest_checkpoint(work)
    if newest is not None:
        note_shown(work, CHECK, newest.size)


def witness_fault(work: Work) -> str:
    """Compare the database with the last checkpoint in the witness file.

    Returns:
        What is wrong, or an empty text.
    """
    path = work.desk.settings.witness_file
    if path is None:
        return ""
    try:
        note = last_in_file(path)
        told = read_checkpoint(note.decode()) if note is not None else None
    except (NotReady, NotACheckpoint, UnicodeDecodeError):
        return "the witness file cannot be read, or does not end with a checkpoint"
    if note is None or told is None:
        return ""
    ours = work.session.get(LedgerCheckpoint, told.size)
    if ours is not None and ours.sha256 == digest_of(note):
        return ""
    newest = work.session.scalar(select(func.max(LedgerCheckpoint.size))) or 0
    if newest < told.size:
        return (
            f"the witness knows a ledger of {told.size} entries, this database signed {newest}: "
            "it is an older copy, or its end was cut off"
        )
    return f"the witness knows another ledger of {told.size} entries than this database"


def accept_loss(work: Work, *, reason: str) -> LedgerCheckpoint:
    """Let the ledger go on although a witness knows entries that it has not.

    Whoever keeps an older checkpoint will see it: their record's history is not this one's.

    Raises:
        Refused: When the witness and the database agree, or no reason is given.
    """
    path, fault = work.desk.settings.witness_file, witness_fault(work)
    if path is None or not fault:
        raise Refused("The witness and the database agree: there is no loss to accept.")
    if not reason.strip():
        raise Refused("Write the reason: it is kept in the ledger.")
    head = lock_head(work)
    record(
        work,
        Event.LEDGER_LOSS_ACCEPTED,
        data={"entries": head.seq},
        private={"reason": reason.strip(), "witness": fault},
    )
    made = checkpoint_now(work)
    add_to_file(path, [bytes(made.body)])
    note_shown(work, FILE, made.size)
    return made
