"""Releasing and delivering: the one moment in which signed bytes leave, and the link to them.

Owns releases and deliveries. A release runs every check again inside its own transaction; the
database refuses the row unless the signatures carry it. A link alone opens nothing: the code goes
by the second channel, and looking at the page spends nothing.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from disclosure.domain.approvals import EMERGENCY
from disclosure.domain.events import Event
from disclosure.domain.ledger import Payload
from disclosure.domain.workflow import Action, why_not
from disclosure.errors import DisclosureError, NotFound, NotReady, Refused
from disclosure.operations.access_ends import set_access_end
from disclosure.operations.assessing import FactsJson, assemble_facts, decide_now, findings_of
from disclosure.operations.desk import REQUESTER, SYSTEM, Work
from disclosure.operations.facts import (
    case_facts,
    latest_release,
    latest_rendition,
    valid_signatures,
)
from disclosure.operations.ground_facts import consent_of
from disclosure.operations.incidents import open_incident
from disclosure.operations.noticing import send_notice_at_release
from disclosure.operations.outbox import Effect
from disclosure.operations.recipients import is_blocked, note_recipient, partner_of
from disclosure.operations.recording import hold_ledger, record
from disclosure.operations.signing import flush_or_refuse, require_unchanged
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case, Evaluation
from disclosure.storage.register import Agency
from disclosure.storage.releases import Delivery, EmergencyReview, Release, Rendition

LINK_LIFE = timedelta(days=7)
GRACE = timedelta(minutes=10)
MOST_CODE_TRIES = 5
CODE_DIGITS = 8


class ApprovalLapsed(Refused):
    """Say that what the signatures rest on no longer holds; the edge puts the case on hold."""


def release(work: Work, case: Case) -> Release:
    """Release the signed rendition and send the delivery link.

    The ledger is held from before the checks to the commit: a consent's withdrawal or a recipient's
    block, which are entries as well, comes before the checks or after the release, never between.

    Raises:
        ApprovalLapsed: When a check fails now, or the stored bytes are not the signed ones.
        Refused: When the workflow or the database does not allow it.
    """
    refusal = why_not(Action.RELEASE, case_facts(work, case), work.actor.signer, now=work.now)
    if refusal:
        raise Refused(refusal)
    rendition = latest_rendition(work, case)
    if rendition is None:
        raise Refused("The rendition has not been built yet.")
    hold_ledger(work, case)
    note_recipient(work, case)
    if problem := release_problem(work, case, rendition):
        raise ApprovalLapsed(problem)
    made = Release(
        id=uuid.uuid4().hex,
        case_id=case.id,
        rendition_id=rendition.id,
        sha256=rendition.sha256,
        profile=case.approval_profile,
        released_by=work.actor.person,
        released_at=work.now,
    )
    data = {
        "release": made.id,
        "rendition": rendition.id,
        "sha256": rendition.sha256,
        "profile": made.profile,
    }
    advance(work, case, Action.RELEASE, Change(subjects=[made.id], data=data))
    work.session.add(made)
    flush_or_refuse(work, "release")
    _issue_link(work, case, made)
    send_notice_at_release(work, case)
    _keep_access_end(work, case, made)
    return made


def _keep_access_end(work: Work, case: Case, made: Release) -> None:
    """Keep the day on which access ends, where the service or the consent has one (2(a))."""
    consent = consent_of(work, case) if case.ground in {"G3A", "G2C"} else None
    facts: FactsJson = assemble_facts(work, case)["facts"]["ground_facts"]
    ends = consent.access_ends_at if consent is not None else None
    set_access_end(work, case, made, facts=facts, consent_ends=ends)


def release_problem(work: Work, case: Case, rendition: Rendition) -> str | None:
    """Run every check that depends on time or on others again, at this instant (R02 to R06).

    Returns:
        Why the release must not happen, or None.
    """
    try:
        require_unchanged(work, rendition)
    except DisclosureError as error:
        return f"The stored file is not the one that was signed: {error.message}"
    decision, _ = decide_now(work, case, process=_process(work, case, rendition))
    decided = work.session.get_one(Evaluation, case.decided_evaluation_id)
    if not decision.outcome.releases:
        return f"The rules say {decision.outcome.value} now: {decision.deciding.reason}"
    if list(decision.releasable_fields) != case.allowed_fields:
        return "The rules allow other fields now than were decided and signed."
    if decision.approvals.value != case.approval_profile:
        return f"The case needs the approval profile {decision.approvals.value} now."
    if decision.notice.value != decided.notice_rule:
        return "The notice plan is another one now than was decided."
    return _address_problem(work, case)


def _process(work: Work, case: Case, rendition: Rendition) -> dict[str, object]:
    signatures = valid_signatures(work, rendition)
    reviewer = next((s.person for s in signatures if s.role.value == "legal_reviewer"), None)
    process: dict[str, object] = {
        "approvers": [s.person for s in signatures if s.role.value != "legal_reviewer"],
        "pia": bool(findings_of(work, case).get("process.pia")),
    }
    if reviewer is not None:
        process["reviewer"] = reviewer
    return process


def _address_problem(work: Work, case: Case) -> str | None:
    try:
        delivery_address(work, case)
    except Refused as refusal:
        return refusal.message
    return None


def delivery_address(work: Work, case: Case) -> str:
    """Return where the link goes: the register's address, or the signed-in account's (R04).

    Raises:
        Refused: When all we have is the address in the demand.
    """
    if case.agency_id is not None:
        agency = work.session.get_one(Agency, case.agency_id)
        if agency.active and agency.expires_at > work.now:
            return agency.delivery_address
    partner = partner_of(work, case)
    if partner is not None and partner.email:
        return partner.email
    account = case.requester.get("account", "")
    is_authority = work.desk.catalogue.classes[case.requester_class].is_authority
    if account and not is_authority and work.desk.source is not None:
        address = work.desk.source.subject_facts(account, now=work.now).email
        if address:
            return address
    raise Refused(
        "No delivery address is bound: neither the register nor the platform has one (R04)."
    )


def _issue_link(work: Work, case: Case, made: Release) -> Delivery:
    if is_blocked(work, case):
        raise Refused("The recipient is blocked: no link is sent to it until two people lift that.")
    token, code = secrets.token_urlsafe(32), _new_code()
    delivery = Delivery(
        id=uuid.uuid4().hex,
        release_id=made.id,
        token_hash=_hash(token),
        code_hash=_hash(code),
        expires_at=work.now + LINK_LIFE,
        sent_at=work.now,
    )
    work.session.add(delivery)
    work.session.flush()
    ids = {"case": case.reference, "delivery": delivery.id}
    effects = [
        Effect("letter", {"template": "delivery_link", **ids}, secret=token),
        Effect("letter", {"template": "delivery_code", **ids}, secret=code),
    ]
    change = Change(subjects=[delivery.id], data={"delivery": delivery.id}, effects=effects)
    advance(work.as_actor(SYSTEM), case, Action.ISSUE_LINK, change)
    return delivery


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def reissue_link(work: Work, case: Case, *, reason: str) -> Delivery:
    """Send a new link and make every earlier one useless."""
    advance(work, case, Action.SEND_LINK, Change(reason=reason))
    made = latest_release(work, case)
    if made is None:
        raise Refused("Nothing has been released yet.")
    _revoke_open(work, made)
    return _issue_link(work, case, made)


def revoke_link(work: Work, case: Case, *, reason: str) -> None:
    """Make every open link of the case useless."""
    advance(work, case, Action.REVOKE_LINK, Change(reason=reason))
    made = latest_release(work, case)
    if made is not None:
        _revoke_open(work, made)


def _revoke_open(work: Work, made: Release) -> None:
    work.session.execute(
        update(Delivery)
        .where(
            Delivery.release_id == made.id,
            Delivery.spent_at.is_(None),
            Delivery.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )


def open_delivery(work: Work, token: str) -> tuple[Delivery, Case]:
    """Find the delivery of a link without spending it.

    Raises:
        NotFound: When it is unknown, expired, spent or revoked, all in the same words.
    """
    delivery = work.session.scalars(
        select(Delivery).where(Delivery.token_hash == _hash(token))
    ).first()
    dead = delivery is None or delivery.revoked_at is not None or delivery.expires_at <= work.now
    if delivery is None or dead or _is_spent(work, delivery):
        raise NotFound("This link is used, was withdrawn, or has expired. Ask for a new one.")
    if delivery.code_tries >= MOST_CODE_TRIES:
        raise NotFound("This link is closed after too many wrong codes. Ask for a new one.")
    made = work.session.get_one(Release, delivery.release_id)
    return delivery, work.session.get_one(Case, made.case_id)


def note_opened(work: Work, token: str) -> None:
    """Record that the page of a link was looked at; nothing is spent."""
    delivery, case = open_delivery(work, token)
    record(
        work,
        Event.DELIVERY_OPENED,
        case=case,
        subjects=[delivery.id],
        data={"delivery": delivery.id},
    )


def _is_spent(work: Work, delivery: Delivery) -> bool:
    return delivery.spent_at is not None and work.now - delivery.spent_at > GRACE


@dataclass(frozen=True, slots=True)
class Collected:
    """The released file, as whoever may fetch it now fetches it.

    Attributes:
        sha256: Its hash, under which it is stored.
        size: In bytes.
        filename: What it is called outside.
        grace: The secret with which the same browser may go on after a broken download.
    """

    sha256: str
    size: int
    filename: str
    grace: str


def redeem(work: Work, token: str, code: str, *, grace: str = "") -> tuple[bytes, str, str] | None:
    """Spend a link, as ``spend_link`` does, and return the released bytes.

    Returns:
        The bytes, the file name, and the secret for resuming; None when the code is wrong.
    """
    found = spend_link(work, token, code, grace=grace)
    if found is None:
        return None
    return work.desk.files.read(found.sha256), found.filename, found.grace


def spend_link(work: Work, token: str, code: str, *, grace: str = "") -> Collected | None:
    """Spend a link with the code of the second channel.

    The caller commits in both cases: a wrong code is counted and is a ledger entry.

    Args:
        work: The unit of work.
        token: From the link.
        code: From the second channel.
        grace: Secret of the browser that redeemed before; lets a broken download be resumed.

    Returns:
        What may be fetched; None when the code is wrong.

    Raises:
        NotFound: When the link is dead.
        ApprovalLapsed: When the stored bytes are not the released ones.
    """
    work.session.execute(
        select(Delivery.id).where(Delivery.token_hash == _hash(token)).with_for_update()
    )
    delivery, case = open_delivery(work, token)
    made = work.session.get_one(Release, delivery.release_id)
    rendition = work.session.get_one(Rendition, made.rendition_id)
    if delivery.spent_at is not None:
        return resume_delivery(work, token, grace=grace)
    if not secrets.compare_digest(_hash(code.strip().replace(" ", "")), delivery.code_hash):
        _count_wrong_code(work, case, delivery)
        return None
    _require_released_bytes(work, rendition, made)
    grace = _spend(work, case, delivery, made)
    return Collected(made.sha256, rendition.size, f"{case.reference}.pdf", grace)


def resume_delivery(work: Work, token: str, *, grace: str) -> Collected:
    """Let the browser that spent a link fetch the file, or the rest of it, for a while.

    Each piece proves itself when it is read, so that going on from the middle needs no look at
    what was sent before.

    Raises:
        NotFound: When the link is dead, was not spent, or by another browser.
        ApprovalLapsed: When the file is gone, or is not the released one.
    """
    delivery, case = open_delivery(work, token)
    if delivery.spent_at is None or not grace or _hash(grace) != delivery.grace_hash:
        raise NotFound("This link is used. Ask for a new one.")
    made = work.session.get_one(Release, delivery.release_id)
    rendition = work.session.get_one(Rendition, made.rendition_id)
    _require_released_bytes(work, rendition, made, whole=False)
    return Collected(made.sha256, rendition.size, f"{case.reference}.pdf", grace)


def _spend(work: Work, case: Case, delivery: Delivery, made: Release) -> str:
    """Spend a link by compare-and-set and return the secret that lets its browser resume."""
    grace = secrets.token_urlsafe(24)
    spent = work.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.spent_at.is_(None))
        .values(spent_at=work.now, grace_hash=_hash(grace))
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's cursor result has it
        raise NotFound("This link is used. Ask for a new one.")
    change = Change(
        subjects=[delivery.id],
        data={"delivery": delivery.id, "sha256": made.sha256, "release": made.id},
    )
    advance(work.as_actor(REQUESTER), case, Action.CONFIRM_DELIVERY, change)
    return grace


def _count_wrong_code(work: Work, case: Case, delivery: Delivery) -> None:
    delivery.code_tries += 1
    work.session.flush()
    data: Payload = {"delivery": delivery.id, "tries": delivery.code_tries}
    advance(work.as_actor(REQUESTER), case, Action.REFUSE_CODE, Change(data=data))


def _require_released_bytes(
    work: Work, rendition: Rendition, made: Release, *, whole: bool = True
) -> None:
    try:
        if whole:
            require_unchanged(work, rendition)
        else:
            next(work.desk.files.stream(rendition.sha256))
    except NotReady as error:
        raise ApprovalLapsed(f"The released file was changed on disk: {error.message}") from error
    if rendition.sha256 != made.sha256:
        raise ApprovalLapsed("The released file is not the one that was signed.")


def review_emergency(work: Work, case: Case, *, justified: bool, reason: str) -> None:
    """Record the senior officer's look at an emergency release; a wrong one is an incident."""
    made = latest_release(work, case)
    if made is None or made.profile != EMERGENCY:
        raise Refused("This was not an emergency release.")
    change = Change(data={"release": made.id, "justified": justified}, reason=reason)
    advance(work, case, Action.REVIEW_EMERGENCY, change)
    review = EmergencyReview(
        release_id=made.id,
        person_id=work.actor.person,
        justified=justified,
        reviewed_at=work.now,
    )
    work.session.add(review)
    work.session.flush()
    if not justified:
        open_incident(work, case, kind="emergency_not_justified", note=reason)


def recall(work: Work, case: Case, *, reason: str) -> None:
    """Call a wrong release back: links die and a misrelease incident is opened (PIPL 57)."""
    advance(work, case, Action.RECALL, Change(reason=reason))
    made = latest_release(work, case)
    if made is not None:
        _revoke_open(work, made)
    open_incident(work, case, kind="misrelease", note=reason)
