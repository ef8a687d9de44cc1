"""Checking the whole ledger: bytes, hashes and chains, and the rows that rest on it.

Owns what has to agree: every entry with its bytes and the one before, the head row with the last
entry, each case's state with its last entry, every signature and release with an entry. Reads only.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from disclosure.domain.events import Event
from disclosure.domain.ledger import EMPTY, StoredEntry, check_chain
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerHead
from disclosure.storage.releases import Release, Signature

BATCH = 1000


@dataclass
class LedgerReport:
    """What a check of the whole ledger found.

    Attributes:
        entries: How many entries were read.
        faults: What is not right, first things first; empty when all is whole.
    """

    entries: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults

    def lines(self) -> list[str]:
        """Return the result as lines for people."""
        if self.whole:
            return [f"whole: {self.entries} entries, every hash and chain recomputed"]
        return [f"NOT WHOLE: {fault}" for fault in self.faults]


def verify_ledger(work: Work) -> LedgerReport:
    """Check the whole ledger and what rests on it, in one pass over the entries."""
    report = LedgerReport()
    seen = _Seen()
    broken = check_chain(_watched(_stored(work), report, seen))
    if broken is not None:
        report.faults.append(f"entry {broken.seq} {broken.why}")
    _check_head(work, report)
    if report.whole:
        _check_states(work, report, seen)
        _check_rows(work, report, seen)
    return report


@dataclass
class _Seen:
    """What the entries say, remembered while they are read."""

    states: dict[str, str] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)


def _stored(work: Work) -> Iterator[StoredEntry]:
    rows = work.session.execute(
        select(
            LedgerEntry.seq,
            LedgerEntry.leaf,
            LedgerEntry.body,
            LedgerEntry.case_seq,
            Case.reference,
        )
        .outerjoin(Case, Case.id == LedgerEntry.case_id)
        .order_by(LedgerEntry.seq)
        .execution_options(yield_per=BATCH)
    )
    for row in rows:
        yield StoredEntry(row.seq, row.reference, row.case_seq, row.leaf, bytes(row.body))


def _watched(
    entries: Iterator[StoredEntry], report: LedgerReport, seen: _Seen
) -> Iterator[StoredEntry]:
    for entry in entries:
        report.entries += 1
        _remember(entry, seen)
        yield entry


def _remember(entry: StoredEntry, seen: _Seen) -> None:
    try:
        fields = json.loads(entry.body)
        data = fields["data"]
    except (ValueError, KeyError, TypeError):
        return
    if entry.case is not None and "to" in data:
        seen.states[entry.case] = data["to"]
    elif entry.case is not None and fields["action"] == Event.CASE_RECEIVED.value:
        seen.states[entry.case] = "received"
    if fields["action"] == Event.SIGNATURE_GIVEN.value:
        seen.signatures[data["signature"]] = data["sha256"]
    if fields["action"] == Event.RELEASE_MADE.value:
        seen.releases[data["release"]] = data["sha256"]


def _check_head(work: Work, report: LedgerReport) -> None:
    head = work.session.get(LedgerHead, 1)
    last = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.leaf).order_by(LedgerEntry.seq.desc()).limit(1)
    ).first()
    told = (head.seq, head.leaf) if head else (0, EMPTY)
    if told != ((last.seq, last.leaf) if last else (0, EMPTY)):
        report.faults.append(f"the head row names entry {told[0]}, which is not the last one")


def _check_states(work: Work, report: LedgerReport, seen: _Seen) -> None:
    for row in work.session.execute(select(Case.reference, Case.state)):
        if seen.states.get(row.reference) != row.state:
            report.faults.append(f"case {row.reference} is {row.state}, its entries say otherwise")


def _check_rows(work: Work, report: LedgerReport, seen: _Seen) -> None:
    signatures = work.session.execute(select(Signature.id, Signature.sha256)).all()
    releases = work.session.execute(select(Release.id, Release.sha256)).all()
    for kind, rows, told in (
        ("signature", signatures, seen.signatures),
        ("release", releases, seen.releases),
    ):
        for row in rows:
            if told.get(row.id) != row.sha256:
                report.faults.append(f"{kind} {row.id} has no entry of its own")
        missing = set(told) - {row.id for row in rows}
        report.faults += [f"{kind} {each} has an entry and no row" for each in sorted(missing)]
