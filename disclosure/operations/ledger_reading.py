"""Reading the ledger for people: entries by case or event, newest first.

Owns these queries; checking the ledger is ``operations/ledger_check.py``'s.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from sqlalchemy import func, select

from disclosure.domain.events import Event
from disclosure.operations.casefile import names_of
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry

PAGE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show: of one case, of one event, before a sequence number."""

    case: str = ""
    event: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a page shows it."""

    seq: int
    at: datetime
    case: str
    event: str
    meaning: str
    who: str
    role: str
    data: str
    leaf: str


def read_entries(work: Work, wanted: Wanted) -> list[Entry]:
    """Return one page of entries, newest first."""
    query = select(LedgerEntry.seq, LedgerEntry.leaf, LedgerEntry.body)
    if wanted.case:
        of_case = select(Case.id).where(Case.reference == wanted.case.upper())
        query = query.where(LedgerEntry.case_id.in_(of_case))
    if wanted.before is not None:
        query = query.where(LedgerEntry.seq < wanted.before)
    if wanted.event in {event.value for event in Event}:
        # Bytes compare alike on both engines, and "action" is the first name of every entry.
        begins = f'{{"action":"{wanted.event}"'
        query = query.where(
            LedgerEntry.body >= f"{begins},".encode(), LedgerEntry.body < f"{begins}-".encode()
        )
    names = names_of(work)
    rows = work.session.execute(query.order_by(LedgerEntry.seq.desc()).limit(PAGE))
    return [_shown(row.seq, row.leaf, json.loads(row.body), names) for row in rows]


def _shown(seq: int, leaf: str, body: dict[str, object], names: dict[str, str]) -> Entry:
    actor, data = body["actor"], body["data"]
    if not isinstance(actor, dict) or not isinstance(data, dict):
        raise TypeError("an entry has another shape than the ledger writes")
    event = Event.of(str(body["action"]))
    return Entry(
        seq=seq,
        at=datetime.fromisoformat(str(body["at"])),
        case=str(body["case"] or ""),
        event=event.value,
        meaning=event.meaning,
        who=names.get(str(actor["person"]), str(actor["person"])),
        role=str(actor["role"]).replace("_", " "),
        data=", ".join(f"{key} {_short(value)}" for key, value in data.items()),
        leaf=leaf,
    )


def _short(value: object) -> str:
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:12]}…"  # noqa: PLR2004 - a line of a table


def count_of(work: Work, case: Case) -> int:
    """Return how many entries a case has."""
    query = select(func.count()).select_from(LedgerEntry).where(LedgerEntry.case_id == case.id)
    return int(work.session.scalar(query) or 0)


def verifier_sha256() -> str:
    """Return the SHA-256 of the stand-alone verifier that this version ships."""
    return hashlib.sha256(files("disclosure").joinpath("verify.py").read_bytes()).hexdigest()
