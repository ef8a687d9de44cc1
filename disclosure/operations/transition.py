"""The single writer of a case's state.

Owns ``advance``: it asks the table in ``domain/workflow.py``, moves the case, writes the ledger
entry and the outbox rows, all in the caller's transaction. It never commits. The stage files
beside this one call it and add their own rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from disclosure.domain.ledger import Payload
from disclosure.domain.states import FINAL, STOPPED, State
from disclosure.domain.workflow import Action, transition_for, why_not
from disclosure.errors import BadInput, Refused, Stale
from disclosure.operations.desk import Work
from disclosure.operations.facts import case_facts
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.recording import record
from disclosure.storage.cases import Case, ClockStop
from disclosure.storage.ledger_rows import LedgerEntry

LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a stage adds to an action.

    Attributes:
        subjects: Ids of the things acted on.
        data: Ids, hashes, codes and counts for the ledger.
        private: Texts that the ledger only commits to.
        reason: The written reason, where the action asks for one.
        effects: Work for after the commit.
    """

    subjects: Sequence[str] = ()
    data: Payload = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    effects: Sequence[Effect] = ()


_NO_CHANGE = Change()


def advance(work: Work, case: Case, action: Action, change: Change = _NO_CHANGE) -> LedgerEntry:
    """Take one action on a case.

    Returns:
        The ledger entry, already flushed.

    Raises:
        Refused: When the workflow does not allow it, with the reason for the person.
        BadInput: When the action asks for a written reason and none is given.
    """
    row = transition_for(action)
    if refusal := why_not(action, case_facts(work, case), work.actor.signer, now=work.now):
        raise Refused(refusal)
    private = dict(change.private)
    if reason := _reason(action, change.reason):
        private["reason"] = reason
    before = State.of(case.state)
    after = row.target or before
    if after is not before:
        _move(work, case, before, after)
    case.changed_at = work.now
    work.session.flush()
    entry = record(
        work,
        row.event,
        case=case,
        subjects=change.subjects,
        data={"from": before.code, "to": after.code, **change.data},
        private=private,
        permission=row.permission,
    )
    for effect in change.effects:
        enqueue(work, effect, case=case)
    return entry


def require_version(case: Case, version: int) -> None:
    """Refuse when the page that the person saw is older than the case."""
    if case.version != version:
        raise Stale(
            "Somebody changed this case since you opened the page. "
            "Nothing of yours was saved; look at the case as it is now and try again."
        )


def _reason(action: Action, given: str) -> str:
    reason = given.strip()
    if action.needs_reason and not reason:
        raise BadInput("Write the reason; it is kept in the case record.", where="reason")
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"Keep the reason under {LONGEST_REASON} characters.", where="reason")
    return reason


def _move(work: Work, case: Case, before: State, after: State) -> None:
    case.state = after.code
    case.is_open = after not in FINAL
    case.ended_at = None if case.is_open else work.now
    if after in STOPPED and before not in STOPPED:
        work.session.add(ClockStop(case_id=case.id, started_at=work.now))
    if before in STOPPED and after not in STOPPED:
        _restart_clock(work, case)


def _restart_clock(work: Work, case: Case) -> None:
    from disclosure.operations.deadlines import recompute_deadlines  # noqa: PLC0415 - it reads stops

    stop = work.session.scalars(
        select(ClockStop).where(ClockStop.case_id == case.id, ClockStop.ended_at.is_(None))
    ).first()
    if stop is not None:
        stop.ended_at = work.now
        work.session.flush()
    recompute_deadlines(work, case)
