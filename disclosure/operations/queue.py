"""The work queue: which cases are open, for whom, and how urgent each is.

Owns the list's reading and nothing else; it never changes a case.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from disclosure.domain.deadlines import working_days_left
from disclosure.domain.routing import ROUTES
from disclosure.domain.states import NEXT_STEPS, State
from disclosure.operations.access_ends import overdue_ends
from disclosure.operations.deadlines import calendar_of
from disclosure.operations.desk import Work
from disclosure.operations.incidents import open_incidents
from disclosure.operations.sight import visible_cases
from disclosure.operations.tasking import waits_for_me
from disclosure.storage.cases import Case
from disclosure.storage.people import Person

PAGE = 50
SOON_WORKING_DAYS = 2
ANSWERED = frozenset({State.RELEASED, State.DELIVERED, State.PRESERVED, State.RECALLED})
"""States in which the demand has been answered: its deadline counts no more."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked the queue for; empty means no limit."""

    reference: str = ""
    route: str = ""
    state: str = ""
    owner: str = ""
    urgency: str = ""
    question: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the queue.

    Attributes:
        left: ``2 working days left``, ``1 working day late``, or empty without a deadline.
        tone: ``bad`` when late, ``warn`` when due soon, else empty.
    """

    reference: str
    title: str
    route: str
    state: State
    due_at: datetime | None
    provisional: bool
    left: str
    tone: str
    next_step: str
    owner: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the queue with the figures above it."""

    lines: Sequence[Line]
    total: int
    figures: dict[str, int]


def read_queue(work: Work, wanted: Filter) -> Page:
    """Read one page of the open cases, nearest deadline first."""
    visible = visible_cases(work)
    rows = work.session.execute(
        select(
            Case.reference,
            Case.title,
            Case.route,
            Case.state,
            Case.due_at,
            Case.due_provisional,
            Case.restricted,
            Person.name.label("owner"),
        )
        .outerjoin(Person, Person.id == Case.handler_id)
        .where(*visible, *_conditions(work, wanted))
        .order_by(Case.is_open.desc(), _is_answered(), Case.due_at, Case.id)
        .limit(PAGE)
        .offset((max(wanted.page, 1) - 1) * PAGE)
    ).all()
    total = work.session.scalar(
        select(func.count()).select_from(Case).where(*visible, *_conditions(work, wanted))
    )
    return Page([_line(work, row) for row in rows], int(total or 0), _figures(work, visible))


def _line(work: Work, row: Any) -> Line:
    state = State.of(row.state)
    due = None if state in ANSWERED else row.due_at
    return Line(
        reference=row.reference,
        title=row.title,
        route=ROUTES[row.route],
        state=state,
        due_at=due,
        provisional=row.due_provisional,
        left=days_left(work, due),
        tone=urgency(work, due),
        next_step=NEXT_STEPS[state],
        owner=row.owner or "",
        restricted=row.restricted,
    )


def _is_late(work: Work) -> ColumnElement[bool]:
    owed = Case.state.not_in([state.code for state in ANSWERED])
    return (Case.due_at < work.now) & owed


def _conditions(work: Work, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.reference:
        conditions.append(Case.reference.contains(wanted.reference.upper(), autoescape=True))
    if wanted.route:
        conditions.append(Case.route == wanted.route)
    if wanted.state:
        conditions.append(Case.state == wanted.state)
    elif not wanted.reference:
        conditions.append(Case.is_open.is_(True))
    narrowed: dict[tuple[str, str], Callable[[], ColumnElement[bool]]] = {
        ("owner", "mine"): lambda: Case.handler_id == work.actor.person,
        ("owner", "nobody"): lambda: Case.handler_id.is_(None),
        ("urgency", "late"): lambda: _is_late(work),
        ("question", "mine"): lambda: waits_for_me(work),
    }
    return conditions + [
        condition()
        for (name, value), condition in narrowed.items()
        if getattr(wanted, name) == value
    ]


def _figures(work: Work, visible: list[ColumnElement[bool]]) -> dict[str, int]:
    def count(*conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(Case)
        found = work.session.scalar(query.where(Case.is_open.is_(True), *visible, *conditions))
        return int(found or 0)

    return {
        "open": count(),
        "late": count(_is_late(work)),
        "mine": count(Case.handler_id == work.actor.person),
        "unclaimed": count(Case.handler_id.is_(None)),
        "overdue": overdue_ends(work),
        "incidents": open_incidents(work),
        "asked": count(waits_for_me(work)),
    }


def _is_answered() -> ColumnElement[bool]:
    return Case.state.in_([state.code for state in ANSWERED])


def days_left(work: Work, due_at: datetime | None) -> str:
    """Say how many working days are left or over, in words."""
    if due_at is None:
        return ""
    left = _left(work, due_at)
    if due_at < work.now:
        late = max(-left, 0)
        return f"{late} working day{'s' if late != 1 else ''} late" if late else "late today"
    return f"{left} working day{'s' if left != 1 else ''} left" if left else "due today"


def urgency(work: Work, due_at: datetime | None) -> str:
    """Return the tone of a deadline: ``bad``, ``warn`` or empty."""
    if due_at is None:
        return ""
    if due_at < work.now:
        return "bad"
    return "warn" if _left(work, due_at) <= SOON_WORKING_DAYS else ""


def _left(work: Work, due_at: datetime) -> int:
    zone = work.desk.settings.zone
    today, due = work.now.astimezone(zone).date(), due_at.astimezone(zone).date()
    return working_days_left(today, due, calendar_of(work))
