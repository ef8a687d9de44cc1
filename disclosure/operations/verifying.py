"""Verifying: claiming a case, call-backs, findings, forged senders, asking and answering.

Owns the rows that say who is asking and what people found out. Each change of a fact runs the
rules again, so that the case page never shows a decision over older facts.
"""

from disclosure.domain.access import Permission
from disclosure.domain.findings import question_for, read_answer
from disclosure.domain.workflow import Action
from disclosure.errors import BadInput, Forbidden, Refused
from disclosure.operations.assessing import assess
from disclosure.operations.desk import Work
from disclosure.operations.incidents import open_incident
from disclosure.operations.outbox import Effect
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Callback, Case, Finding
from disclosure.storage.register import Agency
from disclosure.storage.releases import Incident

LONGEST_NAME = 200
GAG = "instrument.gag"
"""The finding that hides a case from staff without need to know."""


def claim(work: Work, case: Case) -> None:
    """Make the actor the case handler; a case of somebody else is handed over by claiming it."""
    if case.handler_id == work.actor.person:
        raise Refused("This case is yours already.")
    case.handler_id = work.actor.person
    advance(work, case, Action.CLAIM, Change(subjects=[work.actor.person]))


def start_verifying(work: Work, case: Case) -> None:
    """Begin to find out who is asking; an unclaimed case becomes the actor's."""
    if case.handler_id is None:
        claim(work, case)
    advance(work, case, Action.START_VERIFYING)
    assess(work, case)


def record_callback(work: Work, case: Case, *, confirmed: bool, answered_by: str) -> None:
    """Record a call to the number in our own register.

    The number is never typed: it is the register's, whatever the letter says.

    Args:
        work: The unit of work.
        case: A case whose requester is an agency of the register.
        confirmed: Whether the agency confirmed that the demand is theirs.
        answered_by: Who answered, by name or function.

    Raises:
        Refused: When the case has no agency, its entry has expired, or the caller decides the case.
    """
    agency = work.session.get(Agency, case.agency_id) if case.agency_id else None
    if agency is None:
        raise Refused("Choose the agency from the register first: we call its number, no other.")
    if not agency.active or agency.expires_at <= work.now:
        raise Refused("The register's entry for this agency has expired: have it renewed first.")
    if work.actor.person == case.decider_id:
        raise Refused("The legal reviewer of the case does not make the call (V03).")
    if not answered_by.strip() or len(answered_by) > LONGEST_NAME:
        raise BadInput("Write who answered, by name or function.", where="answered_by")
    call = Callback(
        case_id=case.id,
        agency_id=agency.id,
        number=agency.callback_phone,
        confirmed=confirmed,
        answered_by=answered_by.strip(),
        person_id=work.actor.person,
        called_at=work.now,
    )
    work.session.add(call)
    work.session.flush()
    change = Change(
        data={"agency": agency.id, "confirmed": confirmed},
        private={"answered_by": answered_by.strip()},
    )
    advance(work, case, Action.RECORD_CALLBACK, change)
    assess(work, case)


def choose_agency(work: Work, case: Case, agency_id: int) -> None:
    """Say which agency of the register the requester claims to be.

    Raises:
        BadInput: When there is no such agency, or it is of another class.
    """
    agency = work.session.get(Agency, agency_id)
    if agency is None or not agency.active:
        raise BadInput("Choose an agency of the register.", where="agency")
    if agency.requester_class != case.requester_class:
        raise BadInput("This agency is of another class than the case.", where="agency")
    case.agency_id = agency.id
    change = Change(
        data={"key": "agency", "agency": agency.id},
        reason=f"Register entry {agency.id} chosen.",
    )
    advance(work, case, Action.RECORD_FINDING, change)
    assess(work, case)


def record_finding(work: Work, case: Case, *, key: str, answer: str, reason: str) -> None:
    """Record what a person found out about one fact, and run the rules again.

    Raises:
        BadInput: When the answer is not of the question's form, or the reason is missing.
        Forbidden: When the question is for a legal reviewer.
    """
    question = question_for(key)
    work.actor.require(question.permission)
    value = read_answer(question, answer, frozenset(case.fields))
    advance(
        work,
        case,
        Action.RECORD_FINDING,
        Change(
            data={"key": key, "check": question.check},
            private={"answer": str(value)},
            reason=reason,
        ),
    )
    if key == GAG:
        case.restricted = value is True
    work.session.add(
        Finding(
            case_id=case.id,
            key=key,
            answer={"value": value},
            reason=reason.strip(),
            person_id=work.actor.person,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    assess(work, case)


def confirm_requester(work: Work, case: Case) -> None:
    """Go on to assessing: the requester is who they say they are."""
    assess(work, case)
    advance(work, case, Action.CONFIRM_REQUESTER)


def reject_sender(work: Work, case: Case, *, reason: str) -> Incident:
    """Reject a look-alike sender or forged paper and open a security incident."""
    advance(work, case, Action.REJECT_SENDER, Change(reason=reason))
    return open_incident(work, case, kind="forged_demand", note=reason)


def ask_requester(work: Work, case: Case, *, reason: str) -> None:
    """Ask the requester for what is missing; the clocks stop until the answer is in."""
    effect = Effect("letter", {"template": "needs_info", "case": case.reference}, secret=reason)
    advance(work, case, Action.ASK_REQUESTER, Change(reason=reason, effects=[effect]))


def receive_answer(work: Work, case: Case, *, reason: str) -> None:
    """Take in the requester's answer: the clocks run again and verifying starts over."""
    advance(work, case, Action.RECEIVE_ANSWER, Change(reason=reason))
    assess(work, case)


def require_sight(work: Work, case: Case) -> None:
    """Refuse a case to those who may not see it.

    Raises:
        Forbidden: Without the permission, or when the case is under a non-disclosure order and the
            person has no part in it and no oversight over it.
    """
    work.actor.require(Permission.SEE_CASES)
    if not case.restricted:
        return
    if work.actor.person in {case.handler_id, case.decider_id} or case.handler_id is None:
        return
    oversight = (Permission.EXPORT_RECORD, Permission.RELEASE, Permission.DECIDE_CASE)
    for permission in oversight:
        try:
            work.actor.require(permission)
        except Forbidden:
            continue
        return
    raise Forbidden(
        "This case is under a non-disclosure order: only those who need to know see it."
    )
