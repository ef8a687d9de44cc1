"""Finding cases for auditors: by reference, ground, state, days of receipt, and who signed.

Owns that query; it changes nothing. The queue of those who work cases is ``operations/queue.py``'s.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, select

from disclosure.domain.states import State
from disclosure.errors import BadInput
from disclosure.operations.desk import Work
from disclosure.operations.sight import visible_cases
from disclosure.storage.cases import Case
from disclosure.storage.releases import Signature

PAGE = 50
LONGEST_REFERENCE = 16
_PERSON = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseQuery:
    """What cases are looked for; empty means any.

    Attributes:
        reference: The reference or a part of it.
        ground: A ground's id.
        state: A state's code.
        approver: Id of a person who signed in the case.
        first: The first day of receipt, in the installation's zone.
        last: The last day of receipt, included.
    """

    reference: str = ""
    ground: str = ""
    state: str = ""
    approver: str = ""
    first: date | None = None
    last: date | None = None

    def told(self) -> dict[str, str]:
        """Return what was asked for, without what was left empty."""
        days = {"first": self.first, "last": self.last}
        words = {"reference": self.reference, "ground": self.ground, "state": self.state}
        words["approver"] = self.approver
        words |= {name: day.isoformat() for name, day in days.items() if day is not None}
        return {name: value for name, value in words.items() if value}


@dataclass(frozen=True, slots=True)
class FoundCase:
    """One case as the list shows it."""

    reference: str
    received_at: datetime
    ground: str
    state: State
    restricted: bool


def query_of(given: Mapping[str, str]) -> CaseQuery:
    """Read a query as a form or an address carries it.

    Raises:
        BadInput: When a day is none, or the last one is before the first.
    """
    first, last = _day(given, "first"), _day(given, "last")
    if first and last and last < first:
        raise BadInput("Choose a last day that is not before the first.", where="last")
    state = given.get("state", "")
    if state and state not in {each.code for each in State}:
        raise BadInput("Choose a state of the list.", where="state")
    approver = given.get("approver", "")
    if approver and not _PERSON.fullmatch(approver):
        raise BadInput("Choose a person of the list.", where="approver")
    return CaseQuery(
        reference=given.get("reference", "").strip().upper()[:LONGEST_REFERENCE],
        ground=given.get("ground", "").strip().upper()[:8],
        state=state,
        approver=approver,
        first=first,
        last=last,
    )


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadInput("Write the day as 2026-01-31.", where=name) from None
    if not 1990 <= found.year <= 2200:  # noqa: PLR2004 - what a database and a zone can hold
        raise BadInput("Choose a day of this or the last century.", where=name)
    return found


def find_cases(work: Work, query: CaseQuery, *, page: int = 1) -> tuple[list[FoundCase], int]:
    """Return one page of the cases that fit, newest first, and how many there are."""
    conditions = _conditions(work, query)
    total = work.session.scalar(select(func.count()).select_from(Case).where(*conditions))
    rows = work.session.execute(
        select(Case.reference, Case.received_at, Case.ground, Case.state, Case.restricted)
        .where(*conditions)
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    found = [
        FoundCase(row.reference, row.received_at, row.ground, State.of(row.state), row.restricted)
        for row in rows
    ]
    return found, int(total or 0)


def references_of(work: Work, query: CaseQuery, *, most: int) -> Sequence[str]:
    """Return the references of the cases that fit, in their order, at most so many."""
    return list(
        work.session.scalars(
            select(Case.reference)
            .where(*_conditions(work, query))
            .order_by(Case.reference)
            .limit(most)
        )
    )


def _conditions(work: Work, query: CaseQuery) -> list[ColumnElement[bool]]:
    conditions = visible_cases(work)
    if query.reference:
        conditions.append(Case.reference.contains(query.reference, autoescape=True))
    if query.ground:
        conditions.append(Case.ground == query.ground)
    if query.state:
        conditions.append(Case.state == query.state)
    if query.approver:
        signed = select(Signature.case_id).where(Signature.person_id == query.approver)
        conditions.append(Case.id.in_(signed))
    zone = work.desk.settings.zone
    if query.first:
        conditions.append(Case.received_at >= datetime.combine(query.first, time.min, zone))
    if query.last:
        after = query.last + timedelta(days=1)
        conditions.append(Case.received_at < datetime.combine(after, time.min, zone))
    return conditions
