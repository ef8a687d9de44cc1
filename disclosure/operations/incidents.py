"""Incidents: opening one, doing its steps, closing it; a misuse report and a user's leak report.

Owns the rows of incidents and of their steps. What contains which kind is ``domain/incidents.py``.

Source: policy 2(b), 6(b); PIPL 57.
"""

import unicodedata
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select

from disclosure.domain.access import Permission
from disclosure.domain.events import Event
from disclosure.domain.incidents import STEPS, IncidentKind
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import Work
from disclosure.operations.facts import latest_release
from disclosure.operations.recipients import block_recipient
from disclosure.operations.recording import record
from disclosure.storage.cases import Case
from disclosure.storage.parties import IncidentStep
from disclosure.storage.releases import Incident

LONGEST_NOTE = 4000
LONGEST_CONTACT = 300
_SHOWN_CONTROLS = "\n\r\t"


def open_incident(
    work: Work, case: Case | None, *, kind: str, note: str, contact: str = ""
) -> Incident:
    """Open an incident.

    Args:
        work: The unit of work.
        case: The case that it is about, if there is one.
        kind: Code of an ``IncidentKind``.
        note: What happened, in the words of whoever says so.
        contact: How to reach somebody outside who reported it.
    """
    incident = Incident(
        id=uuid.uuid4().hex,
        reference=_next_reference(work),
        case_id=case.id if case else None,
        kind=kind,
        note=note,
        contact=contact or None,
        opened_at=work.now,
    )
    work.session.add(incident)
    work.session.flush()
    data = {"kind": kind, "incident": incident.reference or ""}
    record(work, Event.INCIDENT_OPENED, case=case, subjects=[incident.id], data=data)
    return incident


def _next_reference(work: Work) -> str:
    year = work.now.astimezone(work.desk.settings.zone).year
    last = work.session.scalar(
        select(func.max(Incident.reference)).where(Incident.reference.like(f"IN-{year}-%"))
    )
    number = int(last.rpartition("-")[2]) + 1 if last else 1
    return f"IN-{year}-{number:04d}"


def report_misuse(work: Work, case: Case, *, reason: str) -> Incident:
    """Take in that a recipient misused what it was given: refer it for termination, and block it.

    Raises:
        Refused: When nothing was released in this case.
        BadInput: When the report says nothing.
    """
    work.actor.require(Permission.WORK_INCIDENTS)
    if latest_release(work, case) is None:
        raise Refused("Nothing was released in this case: there is nothing to misuse.")
    note = _note(reason, "Write what the recipient did, and who says so.")
    incident = open_incident(work, case, kind=IncidentKind.MISUSE.code, note=note)
    block_recipient(work, case, incident)
    return incident


def report_leak(work: Work, *, what: str, account: str, contact: str) -> Incident:
    """Take in a user's report that data or credentials leaked; no sign-in is needed for it.

    Args:
        work: The unit of work of the data subject.
        what: In the user's own words.
        account: As typed, never proven.
        contact: Where we answer.

    Raises:
        BadInput: When a text is missing, too long or holds hidden signs.
    """
    note = _note(what, "Say what has leaked, and where you saw it.", where="what")
    if not contact.strip() or len(contact) > LONGEST_CONTACT:
        raise BadInput("Say how we can reach you, by mail or telephone.", where="contact")
    if len(account) > LONGEST_CONTACT:
        raise BadInput("Enter the number or name of your account.", where="account")
    for where, text in (("contact", contact), ("account", account)):
        if _has_hidden_signs(text, ""):
            raise BadInput(
                "This text holds invisible control characters; type it again.", where=where
            )
    named = f"Account, as typed: {account.strip()}\n\n" if account.strip() else ""
    return open_incident(
        work, None, kind=IncidentKind.LEAK.code, note=named + note, contact=contact.strip()
    )


def _note(text: str, missing: str, *, where: str = "reason") -> str:
    if not text.strip():
        raise BadInput(missing, where=where)
    if len(text) > LONGEST_NOTE:
        raise BadInput(f"Keep this under {LONGEST_NOTE} characters.", where=where)
    if _has_hidden_signs(text, _SHOWN_CONTROLS):
        raise BadInput("This text holds invisible control characters; type it again.", where=where)
    return text.strip()


def _has_hidden_signs(text: str, allowed: str) -> bool:
    hidden = {"Cc", "Cf", "Cs", "Co"}
    return any(unicodedata.category(sign) in hidden and sign not in allowed for sign in text)


def incidents(work: Work) -> Sequence[Incident]:
    """List every incident, open ones first, newest first."""
    work.actor.require(Permission.SEE_CASES)
    return work.session.scalars(
        select(Incident).order_by(Incident.closed_at.is_not(None), Incident.opened_at.desc())
    ).all()


def open_incidents(work: Work) -> int:
    """Count the incidents that are not closed."""
    query = select(func.count()).select_from(Incident).where(Incident.closed_at.is_(None))
    return int(work.session.scalar(query) or 0)


def find_incident(work: Work, incident_id: str) -> Incident:
    """Return an incident.

    Raises:
        NotFound: When there is none.
    """
    work.actor.require(Permission.SEE_CASES)
    incident = work.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("There is no such incident.")
    return incident


def steps_done(work: Work, incident: Incident) -> dict[str, IncidentStep]:
    """Return the steps of an incident that are done, by their code."""
    rows = work.session.scalars(select(IncidentStep).where(IncidentStep.incident_id == incident.id))
    return {row.code: row for row in rows}


def do_step(work: Work, incident: Incident, code: str, *, note: str) -> None:
    """Write down that a step is done, and how; the last one closes the incident.

    Raises:
        BadInput: When the incident has no such step, or the note is missing.
        Refused: When it is closed, or the step is done.
    """
    work.actor.require(Permission.WORK_INCIDENTS)
    wanted = {step.code for step in STEPS[IncidentKind.of(incident.kind)]}
    if code not in wanted:
        raise BadInput("Choose a step of this incident.", where="step")
    done = steps_done(work, incident)
    if incident.closed_at is not None or code in done:
        raise Refused("This step is done already.")
    text = _note(note, "Write what was done, or why it is not needed.", where="note")
    work.session.add(
        IncidentStep(
            incident_id=incident.id,
            code=code,
            note=text,
            done_by=work.actor.person,
            done_at=work.now,
        )
    )
    work.session.flush()
    _record_step(work, Event.INCIDENT_STEP_DONE, incident, code, text)
    if wanted == {*done, code}:
        incident.closed_at = work.now
        _record_step(work, Event.INCIDENT_CLOSED, incident, code, "")


def _record_step(work: Work, event: Event, incident: Incident, code: str, note: str) -> None:
    work.session.flush()
    record(
        work,
        event,
        case=work.session.get(Case, incident.case_id) if incident.case_id else None,
        subjects=[incident.id],
        data={"incident": incident.reference or "", "step": code},
        private={"note": note} if note else {},
        permission=Permission.WORK_INCIDENTS,
    )
