"""Checkpoints: signed statements of the whole ledger, made while its head is locked.

Owns the head row, the tree that grows with it, and which key is in force. The text of a checkpoint
is ``domain/checkpoints.py``'s; who is shown it is ``operations/witnessing.py``'s. Nothing here
commits.
"""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update

from disclosure.domain.checkpoints import Checkpoint, digest_of, head_leaf, origin_of
from disclosure.domain.ledger import EMPTY
from disclosure.domain.merkle import Frontier, Tree
from disclosure.errors import NotReady, Refused
from disclosure.operations.desk import Desk, Work
from disclosure.storage.cases import Case
from disclosure.storage.keyring import read_keyring
from disclosure.storage.ledger_rows import LedgerCaseHead, LedgerCheckpoint, LedgerHead, LedgerKey
from disclosure.storage.notes import signed_note

EVERY_ENTRIES = 100
EVERY = timedelta(minutes=1)


def lock_head(work: Work) -> LedgerHead:
    """Lock the one row that every append changes, and return it as it is now."""
    locked = work.session.execute(
        update(LedgerHead).where(LedgerHead.id == 1).values(seq=LedgerHead.seq)
    )
    if locked.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        work.session.add(LedgerHead(id=1, seq=0, leaf=EMPTY, frontier=""))
        work.session.flush()
    head = work.session.get_one(LedgerHead, 1)
    work.session.refresh(head)
    return head


def latest_checkpoint(work: Work) -> LedgerCheckpoint | None:
    """Return the newest checkpoint."""
    return work.session.scalars(
        select(LedgerCheckpoint).order_by(LedgerCheckpoint.size.desc()).limit(1)
    ).first()


def checkpoint_now(work: Work) -> LedgerCheckpoint:
    """Return a checkpoint over every entry that there is, made now unless there is one.

    Raises:
        Refused: When the ledger is empty.
        NotReady: When the key that is in force is not in the key ring.
    """
    return make_checkpoint(work, lock_head(work))


def make_checkpoint(work: Work, head: LedgerHead) -> LedgerCheckpoint:
    """Return a checkpoint over every entry; the head is locked by the caller.

    Args:
        work: The unit of work.
        head: The head row, as ``lock_head`` gave it.

    Raises:
        Refused: When the ledger is empty.
        NotReady: When the key that is in force is not in the key ring.
    """
    latest = latest_checkpoint(work)
    if latest is not None and latest.size == head.seq:
        return latest
    if head.seq == 0:
        raise Refused("The ledger is empty: there is nothing to make a checkpoint of.")
    number, key = key_in_force(work)
    heads = heads_tree(work)
    told = Checkpoint(
        origin=origin_of(work.desk.settings.platform_name),
        size=head.seq,
        root=Frontier.from_text(head.seq, head.frontier).root(),
        cases=heads.size,
        heads=heads.root(),
        at=work.now,
        previous=latest.sha256 if latest is not None else EMPTY,
    )
    note = signed_note(told.body(), origin=told.origin, key=key).encode()
    made = LedgerCheckpoint(
        size=told.size, sha256=digest_of(note), body=note, key_number=number, made_at=work.now
    )
    work.session.add(made)
    work.session.flush()
    return made


def checkpoint_when_due(work: Work) -> LedgerCheckpoint | None:
    """Make a checkpoint when there is news and the last one is a minute old."""
    head = work.session.get(LedgerHead, 1, populate_existing=True)
    if head is None or not is_due(work, head):
        return None
    return checkpoint_now(work)


def is_due(work: Work, head: LedgerHead) -> bool:
    """Tell whether entries wait for a checkpoint and the last one is a minute old."""
    latest = latest_checkpoint(work)
    if latest is None:
        return head.seq > 0
    return latest.size < head.seq and work.now - latest.made_at >= EVERY


def heads_tree(work: Work) -> Tree:
    """Return the tree over the head of every case, in the order of references."""
    return Tree([head_leaf(*row) for row in case_heads(work)])


def case_heads(work: Work) -> list[tuple[str, int, str]]:
    """Return reference, number of entries and last leaf of each case, in the tree's order."""
    rows = work.session.execute(
        select(Case.reference, LedgerCaseHead.count, LedgerCaseHead.leaf).join(
            Case, Case.id == LedgerCaseHead.case_id
        )
    )
    return sorted((reference, count, leaf) for reference, count, leaf in rows)


def key_in_force(work: Work) -> tuple[int, Ed25519PrivateKey]:
    """Return the key that signs checkpoints now, and its number.

    Raises:
        NotReady: When the key ring is another one than the ledger speaks of.
    """
    newest = work.session.scalars(
        select(LedgerKey).order_by(LedgerKey.number.desc()).limit(1)
    ).first()
    if newest is None:
        first = work.desk.keys.ledger_key
        work.session.add(LedgerKey(number=1, public_key=public_hex(first), seq=0))
        work.session.flush()
        return 1, first
    for key in ring_keys(work.desk, newest.number):
        if public_hex(key) == newest.public_key:
            return newest.number, key
    raise NotReady(
        "the key that signs checkpoints is not in the key ring: restore the key ring of this ledger"
    )


def ring_keys(desk: Desk, count: int) -> tuple[Ed25519PrivateKey, ...]:
    """Return the keys of the ring that sign or signed checkpoints, oldest first.

    Args:
        desk: The desk of this process, with the ring as it was at the start.
        count: How many keys the ledger speaks of. When the ring at the start had fewer, a key was
            changed since: the file is read again, so that no process has to be started again. A
            file that does not begin with the keys of the start is another ring, and not taken.
    """
    ours = desk.keys.ledger_keys
    if len(ours) >= count:
        return ours
    fresh = read_keyring(desk.settings.keys).ledger_keys
    begins_alike = [*map(public_hex, fresh[: len(ours)])] == [*map(public_hex, ours)]
    return fresh if begins_alike else ours


def keys_of(work: Work) -> list[LedgerKey]:
    """Return every key that the ledger names, oldest first."""
    return list(work.session.scalars(select(LedgerKey).order_by(LedgerKey.number)))


def public_hex(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key as 64 hex digits."""
    return key.public_key().public_bytes_raw().hex()


def public_key_in_force(work: Work) -> bytes:
    """Return the raw public key whose fingerprint auditors need for the newest records."""
    keys = keys_of(work)
    return bytes.fromhex(keys[-1].public_key if keys else _first_key(work.desk))


def _first_key(desk: Desk) -> str:
    return public_hex(desk.keys.ledger_key)
