"""Reading the ledger for people: entries by what is asked of them, and a case from end to end.

Owns these queries; checking the ledger is ``operations/ledger_check.py``'s.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files

from sqlalchemy import ColumnElement, func, select

from disclosure.domain.events import Event
from disclosure.errors import BadInput
from disclosure.operations.casefile import names_of
from disclosure.operations.desk import Work
from disclosure.storage.cases import Case
from disclosure.storage.ledger_rows import LedgerEntry, LedgerOpening
from disclosure.storage.ledger_search import entry_holds

PAGE = 60
_HASH = re.compile(r"[0-9a-f]{8,64}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show.

    Attributes:
        case: Of the case with this reference.
        event: Of this kind.
        person: By the person with this id.
        sha256: That name this hash, or are it: the first eight digits of a leaf at least.
        first: From this day on.
        last: Until this day, included.
        before: Before this sequence number.
    """

    case: str = ""
    event: str = ""
    person: str = ""
    sha256: str = ""
    first: date | None = None
    last: date | None = None
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
    """Return one page of entries, newest first.

    Raises:
        BadInput: When the hash is none.
    """
    query = select(LedgerEntry.seq, LedgerEntry.leaf, LedgerEntry.body)
    query = query.where(*_of_events(wanted), *_of_days(work, wanted))
    if wanted.case:
        of_case = select(Case.id).where(Case.reference == wanted.case.upper())
        query = query.where(LedgerEntry.case_id.in_(of_case))
    if wanted.before is not None:
        query = query.where(LedgerEntry.seq < wanted.before)
    if wanted.sha256:
        query = query.where(_names_hash(wanted.sha256.lower()))
    names = names_of(work)
    rows = work.session.execute(query.order_by(LedgerEntry.seq.desc()).limit(PAGE))
    return [_shown(row.seq, row.leaf, json.loads(row.body), names) for row in rows]


def _of_events(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Say which events and persons are wanted: both stand at the head of every entry."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.event in {event.value for event in Event}:
        # Bytes compare alike on both engines, and "action" is the first name of every entry.
        begins = f'{{"action":"{wanted.event}"'
        conditions.append(LedgerEntry.body >= f"{begins},".encode())
        conditions.append(LedgerEntry.body < f"{begins}-".encode())
    if wanted.person:
        actor = json.dumps(wanted.person, ensure_ascii=False)
        conditions.append(entry_holds(f'"actor":{{"person":{actor},'.encode()))
    return conditions


def _of_days(work: Work, wanted: Wanted) -> list[ColumnElement[bool]]:
    zone, conditions = work.desk.settings.zone, []
    if wanted.first:
        start = datetime.combine(wanted.first, time.min, zone)
        conditions.append(LedgerEntry.seq >= first_since(work, start))
    if wanted.last:
        end = datetime.combine(wanted.last + timedelta(days=1), time.min, zone)
        conditions.append(LedgerEntry.seq < first_since(work, end))
    return conditions


def first_since(work: Work, instant: datetime) -> int:
    """Return the first sequence number at or after an instant: entries stand in their order."""
    low, high = 1, int(work.session.scalar(select(func.max(LedgerEntry.seq))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        body = work.session.scalar(select(LedgerEntry.body).where(LedgerEntry.seq == middle))
        at = datetime.fromisoformat(str(json.loads(body or b"{}")["at"]))
        low, high = (middle + 1, high) if at < instant else (low, middle)
    return low


def _names_hash(given: str) -> ColumnElement[bool]:
    if not _HASH.fullmatch(given):
        raise BadInput("Give a SHA-256 in hexadecimal, or its first digits, eight at least.")
    is_leaf = (LedgerEntry.leaf >= given) & (LedgerEntry.leaf < f"{given}g")
    return is_leaf | entry_holds(f'"{given}'.encode())


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry in the timeline of a case.

    Attributes:
        place: Its place in the case, from 1.
        entry: The entry as pages show it.
        why: The written reason, where there is one and it was not destroyed.
        hashes: What it names by SHA-256: label and hash.
        withheld: Whether it commits to a reason that is no longer there.
    """

    place: int
    entry: Entry
    why: str
    hashes: Sequence[tuple[str, str]]
    withheld: bool


def timeline_of(work: Work, case: Case) -> list[Moment]:
    """Return every entry of a case, oldest first: when, who, what, why, and which hash."""
    rows = work.session.execute(
        select(LedgerEntry.seq, LedgerEntry.leaf, LedgerEntry.body, LedgerEntry.case_seq)
        .where(LedgerEntry.case_id == case.id)
        .order_by(LedgerEntry.case_seq)
    ).all()
    found = work.session.execute(
        select(LedgerOpening.seq, LedgerOpening.value)
        .join(LedgerEntry, LedgerEntry.seq == LedgerOpening.seq)
        .where(LedgerEntry.case_id == case.id, LedgerOpening.name == "reason")
    )
    reasons = {row.seq: row.value for row in found}
    names, told = names_of(work), []
    for row in rows:
        body = json.loads(row.body)
        hashes = [(key, value) for key, value in body["data"].items() if _is_hash(value)]
        body["data"] = _worth_showing(body["data"])
        why = reasons.get(row.seq, "")
        told.append(
            Moment(
                place=row.case_seq or 0,
                entry=_shown(row.seq, row.leaf, body, names),
                why=why,
                hashes=[(key.replace("_", " "), value) for key, value in hashes],
                withheld=not why and "reason" in body["commit"],
            )
        )
    return told


def _worth_showing(told: dict[str, object]) -> dict[str, object]:
    """Leave out hashes, which have a column of their own, and a state that stayed as it was."""
    same = told.get("from") == told.get("to")
    unmoved = frozenset({"from", "to"}) if same else frozenset()
    return {
        key: value
        for key, value in told.items()
        if key not in unmoved and not _is_hash(value) and value not in ("", [])
    }


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and bool(_HASH.fullmatch(value))  # noqa: PLR2004 - hex digits


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
