"""Access ends: the day on which a recipient loses what a release gave it, and its answer.

Owns these rows. The day comes as a row of the outbox: links are closed and the recipient is asked
to confirm that all of it is deleted. No answer in time is an escalation: a mark above the queue and
mail to every compliance officer, again each week until the confirmation is there.

Source: policy 2(a); PIPL 21, 23; NDSR 12.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from disclosure.domain.access import Permission, Role
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.outbox import Effect, enqueue
from disclosure.operations.papers import Upload, require_acceptable
from disclosure.operations.recipients import recipient_names
from disclosure.operations.recording import record
from disclosure.operations.sight import visible_cases
from disclosure.storage.cases import Case
from disclosure.storage.parties import AccessEnd
from disclosure.storage.people import Person, RoleGrant
from disclosure.storage.releases import Delivery, Release

ANSWER_TIME = timedelta(days=7)
LONGEST_NOTE = 2000


def set_access_end(
    work: Work,
    case: Case,
    made: Release,
    *,
    facts: Mapping[str, Any],
    consent_ends: datetime | None,
) -> None:
    """Keep when the recipient's access ends, for releases that have such a day.

    Args:
        work: The unit of work of the release.
        case: The released case.
        made: The release.
        facts: The ground facts of this instant; ``access_end`` under 3(b), ``consent`` under 3(a).
        consent_ends: When the consent says that access ends.
    """
    consent = str((facts.get("consent") or {}).get("id", ""))
    given = facts.get("access_end") if case.ground == "G3B" else None
    ends = _instant(work, str(given)) if given else consent_ends
    if ends is None:
        return
    row = AccessEnd(release_id=made.id, case_id=case.id, consent=consent, ends_at=ends)
    work.session.add(row)
    work.session.flush()
    enqueue(work, _end_due(case, row, ends), case=case)
    _record(work, Event.ACCESS_END_SET, case, row, {"ends": ends.isoformat()})


def _instant(work: Work, text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=work.desk.settings.zone)
    return zoned.astimezone(UTC)


def _end_due(case: Case, row: AccessEnd, after: datetime) -> Effect:
    ids = {"case": case.reference, "release": row.release_id}
    return Effect("access_end", ids, after=after)


def _answer_due(case: Case, row: AccessEnd, after: datetime) -> Effect:
    ids = {"case": case.reference, "release": row.release_id}
    return Effect("access_overdue", ids, after=after)


def _record(work: Work, event: Event, case: Case, row: AccessEnd, data: Payload) -> None:
    record(
        work,
        event,
        case=case,
        subjects=[row.release_id],
        data={"release": row.release_id, **data},
    )


def reach_end(work: Work, case: Case, release_id: str) -> None:
    """End a recipient's access on its day: close links, and ask for the deletion's confirmation.

    May run twice: what was done once is not done again.
    """
    row = work.session.get_one(AccessEnd, release_id)
    if row.reached_at is not None or row.ends_at > work.now:
        return
    row.reached_at, row.due_at = work.now, work.now + ANSWER_TIME
    work.session.execute(
        update(Delivery)
        .where(
            Delivery.release_id == release_id,
            Delivery.spent_at.is_(None),
            Delivery.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )
    work.session.flush()
    ids = {"template": "access_ended", "case": case.reference, "release": release_id}
    enqueue(work, Effect("letter", ids), case=case)
    enqueue(work, _answer_due(case, row, row.due_at), case=case)
    system = work.as_actor(SYSTEM)
    _record(system, Event.ACCESS_END_REACHED, case, row, {"due": row.due_at.isoformat()})


def escalate(work: Work, case: Case, release_id: str) -> None:
    """Tell every compliance officer that a deletion is not confirmed, and again in a week."""
    row = work.session.get_one(AccessEnd, release_id)
    if row.confirmed_at is not None or row.due_at is None or row.due_at > work.now:
        return
    row.overdue_at = row.overdue_at or work.now
    officers = _compliance_officers(work)
    for person in officers:
        ids = {"template": "access_overdue", "case": case.reference, "person": person}
        enqueue(work, Effect("letter", {**ids, "release": release_id}), case=case)
    enqueue(work, _answer_due(case, row, work.now + ANSWER_TIME), case=case)
    system = work.as_actor(SYSTEM)
    _record(system, Event.ACCESS_END_OVERDUE, case, row, {"told": list(officers)})


def _compliance_officers(work: Work) -> Sequence[str]:
    roles = (Role.COMPLIANCE_OFFICER.value, Role.SENIOR_COMPLIANCE_OFFICER.value)
    return work.session.scalars(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.active.is_(True), RoleGrant.role.in_(roles), RoleGrant.revoked_at.is_(None))
        .distinct()
        .order_by(Person.id)
    ).all()


def bring_forward(work: Work, consent: str) -> None:
    """End at once every access that rests on a consent which was withdrawn (PIPL 15)."""
    rows = work.session.scalars(
        select(AccessEnd).where(AccessEnd.consent == consent, AccessEnd.reached_at.is_(None))
    ).all()
    for row in rows:
        case = work.session.get_one(Case, row.case_id)
        row.ends_at = min(row.ends_at, work.now)
        work.session.flush()
        enqueue(work, _end_due(case, row, work.now), case=case)
        _record(work, Event.ACCESS_END_SET, case, row, {"ends": row.ends_at.isoformat()})


def confirm_deletion(
    work: Work, release_id: str, *, note: str, proof: Upload | None = None
) -> None:
    """Keep the recipient's confirmation that all of it is deleted.

    Args:
        work: The unit of work.
        release_id: The release whose access ended.
        note: Who confirmed it, and how.
        proof: The paper, where there is one; kept as it is and never opened.

    Raises:
        NotFound: When this release has no access end.
        Refused: When its day has not come, or the deletion is confirmed already.
        BadInput: When the note is missing, or the file is not acceptable.
    """
    work.actor.require(Permission.WORK_CASE)
    row = work.session.get(AccessEnd, release_id)
    if row is None:
        raise NotFound("This release has no day on which access ends.")
    if row.confirmed_at is not None:
        raise Refused("The deletion is confirmed already.")
    if row.reached_at is None:
        raise Refused("Access has not ended yet: the confirmation comes after that day.")
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise BadInput("Write who confirmed the deletion, and how.", where="note")
    if proof is not None:
        require_acceptable(work, proof)
        row.proof_sha256 = work.desk.files.add(proof.content)
    row.confirmed_at, row.confirmed_by, row.note = work.now, work.actor.person, note.strip()
    work.session.flush()
    record(
        work,
        Event.ACCESS_END_CONFIRMED,
        case=work.session.get_one(Case, row.case_id),
        subjects=[release_id],
        data={"release": release_id, "proof": row.proof_sha256 or "none"},
        private={"note": note.strip()},
        permission=Permission.WORK_CASE,
    )


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """An access end as its page lists it: ``overdue``, ``ended``, ``running`` or ``confirmed``."""

    row: AccessEnd
    reference: str
    recipient: str
    state: str


def access_ends(work: Work) -> list[ShownEnd]:
    """List access ends: overdue ones first, then by the day; confirmed ones last."""
    work.actor.require(Permission.SEE_CASES)
    rows = work.session.execute(
        select(AccessEnd, Case).join(Case, Case.id == AccessEnd.case_id).where(*visible_cases(work))
    ).all()
    shown = [
        ShownEnd(row, case.reference, recipient_names(work, case)[0], _state(row, work.now))
        for row, case in rows
    ]
    order = ("overdue", "ended", "running", "confirmed")
    return sorted(shown, key=lambda each: (order.index(each.state), each.row.ends_at))


def _state(row: AccessEnd, now: datetime) -> str:
    if row.confirmed_at is not None:
        return "confirmed"
    if row.reached_at is None:
        return "running"
    return "overdue" if row.due_at is not None and row.due_at <= now else "ended"


def overdue_ends(work: Work) -> int:
    """Count the recipients that have not confirmed a deletion in time."""
    query = select(func.count()).where(
        AccessEnd.confirmed_at.is_(None),
        AccessEnd.due_at.is_not(None),
        AccessEnd.due_at <= work.now,
    )
    return int(work.session.scalar(query) or 0)


def access_end_of(work: Work, release: Release | None) -> AccessEnd | None:
    """Return the access end of a release, if it has one."""
    return work.session.get(AccessEnd, release.id) if release is not None else None
