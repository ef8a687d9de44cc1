"""Who receives what a case discloses, and to whom nothing is released any more.

Owns the names under which recipients are known and the block list. A recipient that misused what
it was given is blocked at once, by one person; lifting a block takes two. The block is read at each
evaluation (J04), again in the release's transaction, and once more by the database itself.

Source: policy 2(b); PIPL 42.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from disclosure.domain.access import Permission
from disclosure.domain.consents import folded
from disclosure.domain.events import Event
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.gateways.platform import Partner
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.operations.sight import visible_cases
from disclosure.storage.cases import Case
from disclosure.storage.encryption import blind_index
from disclosure.storage.parties import BlockedName, CaseRecipient, RecipientBlock
from disclosure.storage.releases import Delivery, Incident, Release

LONGEST_REASON = 2000
FOR_THIRD_PARTY = "data_subject_for_third_party"
"""The class in which the user asks, and another is the recipient."""


def partner_of(work: Work, case: Case) -> Partner | None:
    """Return the business partner that receives, as the platform knows it."""
    source = work.desk.source
    if source is None or case.agency_id is not None:
        return None
    account, organisation = (
        case.requester.get("account", ""),
        case.requester.get("organisation", ""),
    )
    named = organisation if case.requester_class == FOR_THIRD_PARTY else account or organisation
    return source.partner(named) if named else None


def recipient_names(work: Work, case: Case) -> tuple[str, ...]:
    """Return the names by which a case's recipient is called, the platform's own first."""
    partner = partner_of(work, case)
    if partner is not None:
        return (partner.name,)
    given = case.requester.get("organisation") or case.requester.get("name", "")
    return (str(given),)


def _indexes(work: Work, case: Case) -> set[str]:
    if case.agency_id is not None:
        known = [f"agency {case.agency_id}"]
    else:
        requester = case.requester
        names = [*recipient_names(work, case), requester.get("organisation", "")]
        known = [f"name {folded(name)}" for name in names if name]
        if case.requester_class != FOR_THIRD_PARTY:
            known += [
                f"{key} {requester[key]}" for key in ("account", "email") if requester.get(key)
            ]
    return {blind_index(each, "recipient.name") for each in known}


def note_recipient(work: Work, case: Case) -> None:
    """Keep the names of a case's recipient, so that the database can compare them."""
    kept = set(
        work.session.scalars(
            select(CaseRecipient.name_index).where(CaseRecipient.case_id == case.id)
        )
    )
    for index in sorted(_indexes(work, case) - kept):
        work.session.add(CaseRecipient(case_id=case.id, name_index=index))
    work.session.flush()


def is_blocked(work: Work, case: Case) -> bool:
    """Tell whether the recipient of a case is blocked, by any of its names."""
    kept = select(CaseRecipient.name_index).where(CaseRecipient.case_id == case.id)
    names = _indexes(work, case) | set(work.session.scalars(kept))
    hit = work.session.scalar(
        select(BlockedName.block_id)
        .join(RecipientBlock, RecipientBlock.id == BlockedName.block_id)
        .where(BlockedName.name_index.in_(names), RecipientBlock.lifted_at.is_(None))
        .limit(1)
    )
    return hit is not None


def block_recipient(work: Work, case: Case, incident: Incident) -> RecipientBlock:
    """Block the recipient of a case: nothing is released to it, and its open links die."""
    for earlier in _without_names(work):
        note_recipient(work, earlier)
    note_recipient(work, case)
    block = RecipientBlock(
        id=uuid.uuid4().hex,
        incident_id=incident.id,
        recipient=recipient_names(work, case)[0],
        blocked_by=work.actor.person,
        blocked_at=work.now,
    )
    work.session.add(block)
    work.session.flush()
    names = select(CaseRecipient.name_index).where(CaseRecipient.case_id == case.id)
    for index in sorted(set(work.session.scalars(names))):
        work.session.add(BlockedName(block_id=block.id, name_index=index))
    work.session.flush()
    closed = _close_links(work, block)
    record(
        work,
        Event.RECIPIENT_BLOCKED,
        case=case,
        subjects=[block.id],
        data={"block": block.id, "incident": incident.id, "links_closed": closed},
        permission=Permission.WORK_INCIDENTS,
    )
    return block


def _without_names(work: Work) -> Sequence[Case]:
    """Return released cases from before names were kept."""
    kept = select(CaseRecipient.case_id)
    return work.session.scalars(
        select(Case).join(Release, Release.case_id == Case.id).where(Case.id.not_in(kept))
    ).all()


def _cases_of(block: RecipientBlock) -> ColumnElement[bool]:
    names = select(BlockedName.name_index).where(BlockedName.block_id == block.id)
    known = select(CaseRecipient.case_id).where(CaseRecipient.name_index.in_(names))
    return Case.id.in_(known)


def _close_links(work: Work, block: RecipientBlock) -> int:
    releases = select(Release.id).join(Case, Case.id == Release.case_id).where(_cases_of(block))
    closed = work.session.execute(
        update(Delivery)
        .where(
            Delivery.release_id.in_(releases),
            Delivery.spent_at.is_(None),
            Delivery.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )
    return int(closed.rowcount)  # type: ignore[attr-defined]  # an UPDATE's cursor result has it


@dataclass(frozen=True, slots=True)
class Received:
    """One release that a recipient had: which case, when, and which fields."""

    reference: str
    released_at: datetime
    fields: tuple[str, ...]


def releases_to(work: Work, block: RecipientBlock) -> list[Received]:
    """List every release that a blocked recipient had, newest first.

    A case under a non-disclosure order is left out for those who have no part in it.
    """
    rows = work.session.execute(
        select(Case.reference, Release.released_at, Case.allowed_fields)
        .join(Case, Case.id == Release.case_id)
        .where(_cases_of(block), *visible_cases(work))
        .order_by(Release.released_at.desc(), Case.id.desc())
    )
    return [Received(row.reference, row.released_at, tuple(row.allowed_fields)) for row in rows]


def blocks(work: Work) -> Iterable[RecipientBlock]:
    """List every block, live ones first, newest first."""
    return work.session.scalars(
        select(RecipientBlock).order_by(
            RecipientBlock.lifted_at.is_not(None), RecipientBlock.blocked_at.desc()
        )
    ).all()


def block_of(work: Work, incident: Incident) -> RecipientBlock | None:
    """Return the block that an incident led to."""
    return work.session.scalars(
        select(RecipientBlock).where(RecipientBlock.incident_id == incident.id)
    ).first()


def propose_lift(work: Work, block_id: str, *, reason: str) -> RecipientBlock:
    """Propose to lift a block; another person decides.

    Raises:
        BadInput: When the reason is missing.
        Refused: When it is lifted already, or proposed.
    """
    work.actor.require(Permission.LIFT_BLOCK)
    block = _live(work, block_id)
    if block.lift_proposed_at is not None:
        raise Refused("Somebody has proposed to lift this block already.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise BadInput("Write why the recipient can be trusted again.", where="reason")
    block.lift_proposed_by, block.lift_proposed_at = work.actor.person, work.now
    block.lift_reason = reason.strip()
    _record_lift(work, Event.RECIPIENT_LIFT_PROPOSED, block, {"reason": reason.strip()})
    return block


def decide_lift(work: Work, block_id: str, *, confirmed: bool) -> RecipientBlock:
    """Lift a block, or leave it; who proposed it can not.

    Raises:
        Refused: When nobody proposed it, or the actor did.
    """
    work.actor.require(Permission.LIFT_BLOCK)
    block = _live(work, block_id)
    if block.lift_proposed_at is None:
        raise Refused("Nobody has proposed to lift this block.")
    if block.lift_proposed_by == work.actor.person:
        raise Refused("You proposed it: another person lifts the block.")
    if confirmed:
        block.lifted_by, block.lifted_at = work.actor.person, work.now
        _record_lift(work, Event.RECIPIENT_UNBLOCKED, block, {})
    else:
        block.lift_proposed_by = block.lift_proposed_at = block.lift_reason = None
        _record_lift(work, Event.RECIPIENT_LIFT_REFUSED, block, {})
    return block


def _live(work: Work, block_id: str) -> RecipientBlock:
    block = work.session.get(RecipientBlock, block_id)
    if block is None:
        raise NotFound("There is no such block.")
    if block.lifted_at is not None:
        raise Refused("This block is lifted already.")
    return block


def _record_lift(work: Work, event: Event, block: RecipientBlock, private: dict[str, str]) -> None:
    work.session.flush()
    record(
        work,
        event,
        subjects=[block.id],
        data={"block": block.id},
        private=private,
        permission=Permission.LIFT_BLOCK,
    )
