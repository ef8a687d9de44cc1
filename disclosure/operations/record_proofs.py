"""Proofs for a case record: that its entries, its case's head and each key are under the roots.

Owns which nodes of which tree a record needs. The arithmetic is ``domain/merkle.py``'s, the check
is ``verify.py``'s. Reads only, and may read the whole ledger: it does so outside of any writing
transaction, since what it reads can no longer change.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from disclosure.domain.merkle import Tree
from disclosure.operations.checkpoints import case_heads, heads_tree, keys_of
from disclosure.operations.desk import Work
from disclosure.storage.ledger_rows import LedgerCheckpoint, LedgerEntry

BATCH = 10_000


def head_proof(work: Work, reference: str) -> dict[str, object]:
    """Return what ties a case's head to the root over the heads of all cases, as they are now."""
    place = [case for case, *_ in case_heads(work)].index(reference)
    return {"place": place, "nodes": heads_tree(work).proof([place])}


def tree_proof(work: Work, seqs: Sequence[int], size: int) -> dict[str, str]:
    """Return the nodes that tie entries, and every earlier checkpoint, to one checkpoint's root.

    Args:
        work: The unit of work.
        seqs: The entries that the reader of the proof has.
        size: Size of the checkpoint.
    """
    rows = work.session.scalars(
        select(LedgerEntry.leaf)
        .where(LedgerEntry.seq <= size)
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=BATCH)
    )
    tree = Tree([bytes.fromhex(leaf) for leaf in rows])
    earlier = work.session.scalars(
        select(LedgerCheckpoint.size).where(LedgerCheckpoint.size < size)
    )
    return tree.proof((seq - 1 for seq in seqs), earlier)


def key_changes(work: Work, size: int) -> list[dict[str, str]]:
    """Return for each later key the entry that introduced it and the checkpoint right behind it.

    Args:
        work: The unit of work.
        size: Size of the checkpoint that the record carries.
    """
    changes = []
    for key in keys_of(work):
        if 0 < key.seq < size:
            entry = work.session.get_one(LedgerEntry, key.seq)
            checkpoint = work.session.get_one(LedgerCheckpoint, key.seq)
            changes.append(
                {
                    "entry": bytes(entry.body).decode(),
                    "checkpoint": bytes(checkpoint.body).decode(),
                }
            )
    return changes


def proofs_of(
    work: Work, entries: Sequence[tuple[int, bytes]], size: int, heads: Mapping[str, object]
) -> dict[str, object]:
    """Return everything that a record's ``proofs.json`` holds.

    Args:
        work: The unit of work.
        entries: ``seq`` and exact bytes of the case's entries.
        size: Size of the checkpoint that the record carries.
        heads: What ``head_proof`` gave when the checkpoint was made.
    """
    changes = key_changes(work, size)
    introducing = [key.seq for key in keys_of(work) if 0 < key.seq < size]
    seqs = [*(seq for seq, _ in entries), *introducing]
    return {"tree": tree_proof(work, seqs, size), "heads": heads, "keys": changes}
