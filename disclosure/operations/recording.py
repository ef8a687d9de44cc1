"""The one writer of the ledger.

Owns appending an entry in the caller's transaction: it locks the head row, so that appends queue
up and the sequence has no gap. Nothing here commits.
"""

import os
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update

from disclosure import __version__
from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import (
    EMPTY,
    SALT_BYTES,
    Payload,
    build_entry,
    commitment,
    leaf_hash,
)
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerHead, LedgerOpening

_NOTHING: Mapping[str, str] = {}


def record(  # noqa: PLR0913 - the parts of an entry
    work: Work,
    event: Event,
    *,
    case: Case | None = None,
    subjects: Sequence[str] = (),
    data: Payload | None = None,
    private: Mapping[str, str] = _NOTHING,
    permission: Permission | None = None,
) -> LedgerEntry:
    """Append one entry.

    Args:
        work: The unit of work; the entry lives and dies with its transaction.
        event: What happened.
        case: The case it happened to, if any.
        subjects: Ids of the things it happened to.
        data: Ids, hashes, codes and counts; never personal data.
        private: Texts that may hold personal data; the entry holds salted commitments only, the
            texts go into the deletable, encrypted openings.
        permission: What the actor used; decides which of their roles the entry names.
    """
    head = _lock_head(work)
    case_seq, case_prev = _case_tip(work, case)
    salts = {name: os.urandom(SALT_BYTES) for name in private}
    body = build_entry(
        seq=head.seq + 1,
        prev=head.leaf,
        at=work.now,
        case=case.reference if case else None,
        case_seq=case_seq,
        case_prev=case_prev,
        actor=work.actor.in_ledger(permission),
        event=event,
        subjects=subjects,
        data=data or {},
        commitments={name: commitment(salts[name], value) for name, value in private.items()},
        app_version=__version__,
    )
    entry = LedgerEntry(
        seq=head.seq + 1,
        leaf=leaf_hash(body),
        body=body,
        case_id=case.id if case else None,
        case_seq=case_seq,
    )
    work.session.add(entry)
    work.session.flush()
    for name, value in private.items():
        opening = LedgerOpening(seq=entry.seq, name=name, salt=salts[name].hex(), value=value)
        work.session.add(opening)
    head.seq, head.leaf = entry.seq, entry.leaf
    work.session.flush()
    return entry


def hold_ledger(work: Work, case: Case) -> None:
    """Let no other transaction write an entry until this one ends.

    For an act that reads what others may end at this moment. The case's row is locked first, as
    every other writer of a case does it, lest two of them wait for each other.
    """
    work.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    _lock_head(work)


def _lock_head(work: Work) -> LedgerHead:
    locked = work.session.execute(
        update(LedgerHead).where(LedgerHead.id == 1).values(seq=LedgerHead.seq)
    )
    if locked.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        work.session.add(LedgerHead(id=1, seq=0, leaf=EMPTY))
        work.session.flush()
    head = work.session.get_one(LedgerHead, 1)
    work.session.refresh(head)
    return head


def _case_tip(work: Work, case: Case | None) -> tuple[int | None, str | None]:
    if case is None:
        return None, None
    last = work.session.execute(
        select(LedgerEntry.case_seq, LedgerEntry.leaf)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq.desc())
        .limit(1)
    ).first()
    return ((last.case_seq or 0) + 1, last.leaf) if last else (1, EMPTY)
