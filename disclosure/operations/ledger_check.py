"""Checking the whole ledger: bytes, hashes, chains, tree, checkpoints, guards, and rows.

Owns what has to agree: every entry with its bytes and the one before, the head rows with the last
entries, each checkpoint with its key, its predecessor and the tree, each case's state and every
protected row with an entry. Reads only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from disclosure.domain.ledger_walk import Batch, StoredEntry, Walked, skim, walk
from disclosure.operations.checkpoint_check import CheckedCheckpoints, read_checkpoints
from disclosure.operations.desk import Work
from disclosure.operations.row_check import Told, row_faults
from disclosure.operations.witnessing import witness_fault
from disclosure.storage import protection
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerCaseHead, LedgerHead

BATCH = 1000


@dataclass
class LedgerReport:
    """What a check of the whole ledger found.

    Attributes:
        entries: How many entries were read.
        checkpoints: How many checkpoints were found right.
        faults: What is not right, first things first; empty when all is whole.
    """

    entries: int = 0
    checkpoints: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults

    def lines(self) -> list[str]:
        """Return the result as lines for people."""
        if self.whole:
            return [
                f"whole: {self.entries} entries, every hash, chain and root recomputed",
                f"whole: {self.checkpoints} checkpoints, each named by the next, the last signed",
                "whole: the database's guards, the heads, states, signatures, releases, renditions",
            ]
        return [f"NOT WHOLE: {fault}" for fault in self.faults]


def verify_ledger(work: Work, *, deep: bool = False) -> LedgerReport:
    """Check the whole ledger and what rests on it, in one pass over the entries.

    Args:
        work: A unit of work; nothing is written.
        deep: Read every entry as JSON too, and check the signature of every checkpoint, which takes
            several times as long and finds nothing that was written by this program; what another
            program wrote may differ in form. A ledger that is not whole is read so in any case, to
            name its first bad entry.
    """
    report = LedgerReport()
    checked = read_checkpoints(work, deep=deep)
    walked, told = _walked(work, checked.roots, deep=deep)
    report.entries = walked.tree.size
    if walked.broken is not None:
        report.faults.append(f"entry {walked.broken.seq} {walked.broken.why}")
    report.faults += checked.faults
    report.checkpoints = len(checked.roots)
    report.faults += _head_faults(work, walked)
    if walked.broken is None:
        report.faults += _case_faults(work, walked, checked)
        report.faults += row_faults(work, told)
    if fault := witness_fault(work):
        report.faults.append(fault)
    report.faults += [
        f"guard {name} of the database is gone or was changed"
        for name in protection.missing(work.session.connection())
    ]
    return report


def _walked(work: Work, roots: Mapping[int, bytes], *, deep: bool) -> tuple[Walked, Told]:
    """Read the entries in the quick way; when they are not whole or it is asked, step by step."""
    if not deep:
        told = Told()
        walked = skim(_watched(_batches(work), told), roots=roots)
        if walked is not None:
            return walked, told
    told = Told()
    entries = (
        StoredEntry(*row)
        for batch in _watched(_batches(work), told)
        for row in zip(*batch, strict=True)
    )
    return walk(entries, roots=roots), told


def _batches(work: Work) -> Iterator[Batch]:
    """Read the entries by the driver's own rows, a thousand at a time: a ledger is long."""
    cases = work.session.execute(select(Case.id, Case.reference))
    references = _References({None: None} | {row.id: row.reference for row in cases})
    last = 0
    while rows := _rows_behind(work, last):
        seqs, ids, case_seqs, leaves, bodies = zip(*rows, strict=True)
        if set(map(type, bodies)) != {bytes}:  # SQLite keeps what it is given, whatever the column
            bodies = tuple(body if isinstance(body, bytes) else b"" for body in bodies)
        named = tuple(map(references.__getitem__, ids))
        yield Batch(seqs, named, case_seqs, leaves, bodies)
        last = seqs[-1]


class _References(dict[int | None, str | None]):
    """The cases by their id; one that is not there gets a name that no entry has."""

    def __missing__(self, row_id: int | None) -> str:
        return f"no case {row_id}"


def _rows_behind(work: Work, last: int) -> Sequence[tuple[Any, ...]]:
    query = (
        "SELECT seq, case_id, case_seq, leaf, body FROM ledger_entry "  # noqa: S608 - two integers
        f"WHERE seq > {last:d} ORDER BY seq LIMIT {BATCH:d}"
    )
    rows: Sequence[tuple[Any, ...]] = (
        work.session.connection().exec_driver_sql(query).cursor.fetchall()
    )
    return rows


def _watched(batches: Iterator[Batch], told: Told) -> Iterator[Batch]:
    for batch in batches:
        told.remember(batch)
        yield batch


def _head_faults(work: Work, walked: Walked) -> list[str]:
    head = work.session.get(LedgerHead, 1, populate_existing=True)
    if walked.broken is not None:
        return []
    size = walked.tree.size
    told = (head.seq, head.leaf) if head else (0, walked.leaf if size == 0 else "")
    if told != (size, walked.leaf):
        return [f"the head row names entry {told[0]}, which is not the last one"]
    if head is not None and head.frontier != walked.tree.text():
        return ["the head row holds another tree than the entries make"]
    return []


def _case_faults(work: Work, walked: Walked, checked: CheckedCheckpoints) -> list[str]:
    rows = work.session.execute(
        select(Case.reference, LedgerCaseHead.count, LedgerCaseHead.leaf).join(
            Case, Case.id == LedgerCaseHead.case_id
        )
    )
    told = {reference: (count, leaf) for reference, count, leaf in rows}
    wrong = sorted(
        case
        for case in told.keys() | walked.cases.keys()
        if told.get(case) != walked.cases.get(case)
    )
    faults = [f"case {case} has another head than its entries make" for case in wrong]
    return faults + checked.head_faults(walked)
