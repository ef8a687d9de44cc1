"""The one writer of the ledger.

Owns appending an entry in the caller's transaction: it locks the head row, so that appends queue
up and the sequence has no gap; the tree grows with each entry. Nothing here commits.
"""

import os
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from disclosure import __version__
from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import (
    EMPTY,
    SALT_BYTES,
    Content,
    Payload,
    Place,
    build_entry,
    commitment,
    leaf_hash,
)
from disclosure.domain.merkle import Frontier
from disclosure.operations.checkpoints import EVERY_ENTRIES, lock_head, make_checkpoint
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerCaseHead, LedgerEntry, LedgerHead, LedgerOpening

_NOTHING: Mapping[str, str] = {}
SEALED_AT_ONCE = frozenset({Event.RELEASE_MADE, Event.CASE_CLOSED, Event.RECORD_EXPORTED})
"""Events after which a checkpoint is made in the same transaction."""


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
    head = lock_head(work)
    tip = _tip_of(work, case)
    salts = {name: os.urandom(SALT_BYTES) for name in private}
    content = Content(
        at=work.now,
        actor=work.actor.in_ledger(permission),
        event=event,
        app_version=__version__,
        subjects=subjects,
        data=data or {},
        commitments={name: commitment(salts[name], value) for name, value in private.items()},
    )
    entry = _append(work, head, tip, _place(head, tip, case), content)
    for name, value in private.items():
        opening = LedgerOpening(seq=entry.seq, name=name, salt=salts[name].hex(), value=value)
        work.session.add(opening)
    work.session.flush()
    if event in SEALED_AT_ONCE or entry.seq % EVERY_ENTRIES == 0:
        make_checkpoint(work, head)
    return entry


def hold_ledger(work: Work, case: Case) -> None:
    """Let no other transaction write an entry until this one ends.

    For an act that reads what others may end at this moment. The case's row is locked first, as
    every other writer of a case does it, lest two of them wait for each other.
    """
    work.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    lock_head(work)


def _tip_of(work: Work, case: Case | None) -> LedgerCaseHead | None:
    """Return the case's own head; a case without entries gets one that is not yet written."""
    if case is None:
        return None
    tip = work.session.get(LedgerCaseHead, case.id, populate_existing=True)
    return tip or LedgerCaseHead(case_id=case.id, count=0, leaf=EMPTY)


def _place(head: LedgerHead, tip: LedgerCaseHead | None, case: Case | None) -> Place:
    if tip is None or case is None:
        return Place(head.seq + 1, head.leaf)
    return Place(head.seq + 1, head.leaf, case.reference, tip.count + 1, tip.leaf)


def _append(
    work: Work, head: LedgerHead, tip: LedgerCaseHead | None, place: Place, content: Content
) -> LedgerEntry:
    """Write the entry and let both heads and the tree grow by it."""
    body = build_entry(place, content)
    entry = LedgerEntry(
        seq=place.seq,
        leaf=leaf_hash(body),
        body=body,
        case_id=tip.case_id if tip else None,
        case_seq=place.case_seq,
    )
    work.session.add(entry)
    work.session.flush()
    tree = Frontier.from_text(head.seq, head.frontier)
    tree.add(bytes.fromhex(entry.leaf))
    head.seq, head.leaf, head.frontier = entry.seq, entry.leaf, tree.text()
    if tip is not None:
        tip.count, tip.leaf = tip.count + 1, entry.leaf
        work.session.add(tip)
    return entry
