"""The deadlines of a case: set at intake, moved by stops, extended with a reason.

Owns the deadline rows and ``case.due_at``, the nearest of them. How days are counted is
``domain/deadlines.py``'s; which deadline a ground or class has is in the packs.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from disclosure.domain.deadlines import Calendar, DeadlineRule, Stop, Unit, due_at
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput
from disclosure.operations.desk import Work
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, ClockStop, Deadline

MOST_EXTENSION_DAYS = 60
HOME_CALENDAR = "CN"
EXTENDED = "extended_days"
"""Key of a deadline's rule: calendar days added to it, so that stops still move the whole."""


def calendar_of(work: Work) -> Calendar:
    """Return the calendar in which the house counts working days."""
    return work.desk.calendars[HOME_CALENDAR]


def set_deadlines(work: Work, case: Case, rules: dict[str, DeadlineRule]) -> None:
    """Give a new case its deadlines, counted from the day it was received.

    Args:
        work: The unit of work.
        case: A case that has no deadlines yet.
        rules: Kind (``house``, ``statutory``, ``instrument``) -> length.
    """
    for kind, rule in rules.items():
        row = Deadline(
            case_id=case.id,
            kind=kind,
            rule={"amount": rule.amount, "unit": rule.unit.value},
            started_at=case.received_at,
            due_at=case.received_at,
        )
        work.session.add(row)
    work.session.flush()
    recompute_deadlines(work, case)


def recompute_deadlines(work: Work, case: Case) -> None:
    """Count every deadline again with the stops so far; the nearest becomes the case's."""
    stops = tuple(
        Stop(stop.started_at, stop.ended_at)
        for stop in work.session.scalars(select(ClockStop).where(ClockStop.case_id == case.id))
    )
    live = live_deadlines(work, case)
    for row in live:
        rule = DeadlineRule(row.rule["amount"], Unit(row.rule["unit"]))
        due = due_at(
            rule,
            row.started_at,
            stops,
            calendar=calendar_of(work),
            zone=work.desk.settings.zone,
            now=work.now,
        )
        row.due_at = due.at + timedelta(days=row.rule.get(EXTENDED, 0))
        row.provisional = due.provisional
    if live:
        nearest = min(live, key=lambda row: row.due_at)
        case.due_at, case.due_provisional = nearest.due_at, nearest.provisional
    work.session.flush()


def live_deadlines(work: Work, case: Case) -> list[Deadline]:
    """List the deadlines that count, nearest first."""
    rows = work.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case.id, Deadline.replaced_at.is_(None))
        .order_by(Deadline.due_at)
    )
    return list(rows)


def extend_deadline(work: Work, case: Case, *, days: int, reason: str) -> datetime:
    """Extend the nearest deadline by calendar days, with a reason; the old date stays on record.

    Raises:
        BadInput: When the days are out of range.
        Refused: When the workflow does not allow it now.
    """
    if not 1 <= days <= MOST_EXTENSION_DAYS:
        raise BadInput(f"Extend by 1 to {MOST_EXTENSION_DAYS} days.", where="days")
    recompute_deadlines(work, case)
    old = live_deadlines(work, case)[0]
    new_due = old.due_at + timedelta(days=days)
    advance(
        work,
        case,
        Action.EXTEND_DEADLINE,
        Change(
            data={"kind": old.kind, "days": days, "due": new_due.strftime("%Y-%m-%dT%H:%MZ")},
            reason=reason,
        ),
    )
    old.replaced_at = work.now
    extended = Deadline(
        case_id=case.id,
        kind=old.kind,
        rule={**old.rule, EXTENDED: old.rule.get(EXTENDED, 0) + days},
        started_at=old.started_at,
        due_at=new_due,
        provisional=old.provisional,
    )
    work.session.add(extended)
    work.session.flush()
    recompute_deadlines(work, case)
    return new_due
