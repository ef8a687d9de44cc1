"""Retention: what is held, what has come to its term, and who agreed to destroy it.

Owns holds, longer terms and proposals of destruction. What a destruction wipes is
``operations/destroying.py``'s. The term follows the rules that are in force now, not those of the
day on which the case ended: a longer duty to keep counts for old cases too.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, CompoundSelect, select, union

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.retention import (
    LEAST_YEARS,
    Ending,
    Retention,
    RetentionFacts,
    RetentionRule,
    retention_of,
    rule_for,
)
from disclosure.domain.states import State
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations.desk import Work
from disclosure.operations.facts import latest_release
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.recording import record
from disclosure.operations.verifying import require_sight
from disclosure.storage.cases import Case
from disclosure.storage.retention_rows import Destruction, RetentionHold, RetentionTerm

SHORTEST_REASON, LONGEST_REASON = 10, 2000
PAGE = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeps the records of one case, and until when.

    Attributes:
        case: The case.
        ending: What came of it.
        rule: The term that the packs give.
        facts: What the state rests on.
        state: What happens to the records now.
        hold: The hold that stands, if one does.
        destruction: The proposal that waits, was agreed or is done.
    """

    case: Case
    ending: Ending
    rule: RetentionRule
    facts: RetentionFacts
    state: Retention
    hold: RetentionHold | None
    destruction: Destruction | None


def kept(work: Work, case: Case) -> Kept:
    """Return what keeps the records of a case at this instant."""
    ending = _ending(work, case)
    rule = rule_for(work.desk.catalogue.retention, case.ground, ending)
    hold, destruction = _open_hold(work, case), standing_destruction(work, case)
    facts = RetentionFacts(
        ended=not case.is_open,
        keep_until=_keep_until(work, case, rule),
        held=hold is not None,
        agreed=destruction is not None and destruction.agreed is True,
        destroyed=destruction is not None and destruction.done_at is not None,
    )
    return Kept(case, ending, rule, facts, retention_of(facts, work.now), hold, destruction)


def _ending(work: Work, case: Case) -> Ending:
    if case.state == State.REJECTED.code:
        return Ending.FORGED
    return Ending.DISCLOSED if latest_release(work, case) else Ending.NOT_DISCLOSED


def _keep_until(work: Work, case: Case, rule: RetentionRule) -> datetime | None:
    if case.is_open or case.ended_at is None:
        return None
    longer = work.session.scalars(
        select(RetentionTerm.until).where(RetentionTerm.case_id == case.id)
    ).all()
    return max([rule.until(case.ended_at, work.desk.settings.zone), *longer])


def _open_hold(work: Work, case: Case) -> RetentionHold | None:
    return work.session.scalars(
        select(RetentionHold).where(
            RetentionHold.case_id == case.id, RetentionHold.lifted_at.is_(None)
        )
    ).first()


def standing_destruction(work: Work, case: Case) -> Destruction | None:
    """Return the destruction that was proposed, agreed or done, and not refused."""
    return work.session.scalars(
        select(Destruction).where(Destruction.case_id == case.id, Destruction.agreed.is_not(False))
    ).first()


def hold_records(work: Work, case: Case, *, reason: str) -> RetentionHold:
    """Keep everything of a case, whatever its term; an agreed destruction is called off.

    Raises:
        Refused: When a hold stands already, or the records are destroyed.
    """
    found = _changeable(work, case)
    if found.hold is not None:
        raise Refused("A hold on this case stands already.")
    hold = RetentionHold(
        id=uuid.uuid4().hex,
        case_id=case.id,
        reason=_reason(reason),
        placed_by=work.actor.person,
        placed_at=work.now,
    )
    work.session.add(hold)
    _record(work, case, Event.RETENTION_HELD, {"hold": hold.id}, reason=reason)
    if found.destruction is not None:
        _end(work, case, found.destruction, Permission.KEEP_RECORDS)
    return hold


def free_records(work: Work, case: Case, *, reason: str) -> None:
    """Lift the hold: the term counts again.

    Raises:
        Refused: When no hold stands.
    """
    hold = _changeable(work, case).hold
    if hold is None:
        raise Refused("No hold on this case stands.")
    _reason(reason)
    hold.lifted_by, hold.lifted_at = work.actor.person, work.now
    _record(work, case, Event.RETENTION_FREED, {"hold": hold.id}, reason=reason)


def keep_longer(work: Work, case: Case, *, until: date, reason: str) -> None:
    """Keep an ended case beyond its term, to the end of a day.

    Raises:
        BadInput: When the day is not later than the end of the present term.
        Refused: When the case is open, or its destruction was proposed.
    """
    found = _changeable(work, case)
    if found.facts.keep_until is None:
        raise Refused("This case is open: its term begins when it ends.")
    if found.destruction is not None:
        raise Refused("The destruction of this case was proposed: decide on that first.")
    end = datetime.combine(until, time.max, tzinfo=work.desk.settings.zone)
    if end <= max(found.facts.keep_until, work.now):
        raise BadInput("Choose a day after the end of the present term.", where="until")
    term = RetentionTerm(
        id=uuid.uuid4().hex,
        case_id=case.id,
        until=end,
        reason=_reason(reason),
        person_id=work.actor.person,
        set_at=work.now,
    )
    work.session.add(term)
    _record(work, case, Event.RETENTION_EXTENDED, {"until": until.isoformat()}, reason=reason)


def propose_destruction(work: Work, case: Case, *, reason: str) -> Destruction:
    """Propose to destroy the records of a case whose term is over.

    Raises:
        Refused: Before the end of the term, under a hold, or when it was proposed already.
    """
    found = _changeable(work, case)
    if found.destruction is not None:
        raise Refused("The destruction of this case was proposed already.")
    if found.state is not Retention.REVIEW:
        raise Refused("A hold stands on this case, or its term is not over: its records are kept.")
    destruction = Destruction(
        id=uuid.uuid4().hex,
        case_id=case.id,
        reason=_reason(reason),
        proposed_by=work.actor.person,
        proposed_at=work.now,
    )
    work.session.add(destruction)
    data: Payload = {"destruction": destruction.id, "source": found.rule.source}
    _record(work, case, Event.DESTRUCTION_PROPOSED, data, reason=reason)
    return destruction


def decide_destruction(work: Work, case: Case, *, agreed: bool) -> Destruction:
    """Agree to a proposed destruction, which a job then does, or refuse it.

    Raises:
        Refused: When none waits, when the proposer agrees, or when the records are kept again.
    """
    work.actor.require(Permission.DESTROY_RECORDS)
    require_sight(work, case)
    found = kept(work, case)
    destruction = found.destruction
    if destruction is None or destruction.decided_at is not None:
        raise Refused("No proposed destruction of this case waits for a second person.")
    if not agreed:
        return _end(work, case, destruction, Permission.DESTROY_RECORDS)
    if destruction.proposed_by == work.actor.person:
        raise Refused("You proposed this destruction: another person agrees to it.")
    if found.state is not Retention.REVIEW:
        raise Refused("A hold stands on this case, or its term is not over: its records are kept.")
    destruction.decided_by, destruction.decided_at = work.actor.person, work.now
    destruction.agreed = True
    _tell(work, case, Event.DESTRUCTION_AGREED, destruction, Permission.DESTROY_RECORDS)
    enqueue(work, Effect("destroy", {"case": case.reference}), case=case)
    return destruction


def _end(work: Work, case: Case, destruction: Destruction, by: Permission) -> Destruction:
    destruction.decided_by, destruction.decided_at = work.actor.person, work.now
    destruction.agreed = False
    _tell(work, case, Event.DESTRUCTION_REFUSED, destruction, by)
    return destruction


def _tell(
    work: Work, case: Case, event: Event, destruction: Destruction, permission: Permission
) -> None:
    work.session.flush()
    record(
        work,
        event,
        case=case,
        subjects=[destruction.id],
        data={"destruction": destruction.id},
        permission=permission,
    )


def _record(work: Work, case: Case, event: Event, data: Payload, *, reason: str) -> None:
    work.session.flush()
    record(
        work,
        event,
        case=case,
        data=data,
        private={"reason": reason.strip()},
        permission=Permission.KEEP_RECORDS,
    )


def _changeable(work: Work, case: Case) -> Kept:
    work.actor.require(Permission.KEEP_RECORDS)
    require_sight(work, case)
    found = kept(work, case)
    if found.facts.destroyed:
        raise Refused("The records of this case are destroyed: there is nothing left to keep.")
    return found


def _reason(given: str) -> str:
    reason = given.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise BadInput(
            f"Give a reason of {SHORTEST_REASON} to {LONGEST_REASON} characters.", where="reason"
        )
    return reason


@dataclass(frozen=True, slots=True)
class Overview:
    """The page of retention: each list oldest first."""

    due: list[Kept]
    waiting: list[Kept]
    held: list[Kept]
    destroyed: list[Kept]


def overview(work: Work) -> Overview:
    """List what came to its term, what waits for a second person, what is held and destroyed.

    Raises:
        Forbidden: Without the permission.
    """
    work.actor.require(Permission.KEEP_RECORDS)
    standing = Destruction.agreed.is_not(False)
    done = select(Destruction.case_id).where(Destruction.done_at.is_not(None))
    waiting = select(Destruction.case_id).where(standing, Destruction.done_at.is_(None))
    held = select(RetentionHold.case_id).where(RetentionHold.lifted_at.is_(None))
    settled = union(done, waiting, held)
    return Overview(
        due=_due(work, settled),
        waiting=_seen(work, Case.id.in_(waiting)),
        held=_seen(work, Case.id.in_(held)),
        destroyed=_seen(work, Case.id.in_(done)),
    )


def _due(work: Work, settled: CompoundSelect[int]) -> list[Kept]:
    """Return the ended cases whose term is over, as many as fit on a page."""
    longest_ago = work.now - timedelta(days=LEAST_YEARS * 365)
    cases = work.session.scalars(
        select(Case)
        .where(Case.is_open.is_(False), Case.ended_at < longest_ago, Case.id.not_in(settled))
        .order_by(Case.ended_at, Case.id)
        .execution_options(yield_per=PAGE)
    )
    found = (kept(work, case) for case in cases if _in_sight(work, case))
    return list(islice((each for each in found if each.state is Retention.REVIEW), PAGE))


def _seen(work: Work, wanted: ColumnElement[bool]) -> list[Kept]:
    cases = work.session.scalars(
        select(Case).where(wanted).order_by(Case.ended_at, Case.id).limit(PAGE)
    ).all()
    return [kept(work, case) for case in cases if _in_sight(work, case)]


def _in_sight(work: Work, case: Case) -> bool:
    try:
        require_sight(work, case)
    except Forbidden:
        return False
    return True
