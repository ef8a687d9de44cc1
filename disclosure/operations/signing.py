"""Signing: people's decisions over the exact SHA-256 of a rendition.

Owns signatures and their voiding. The hash is never taken from the form: the form only proves which
bytes the signer looked at. The database checks every signature again (``storage/protection.py``).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from disclosure.domain.events import Event
from disclosure.domain.guards import missing_roles, signable_roles
from disclosure.domain.workflow import Action
from disclosure.errors import Refused, Stale
from disclosure.operations.desk import SYSTEM, Work
from disclosure.operations.facts import case_facts, latest_rendition
from disclosure.operations.recording import record
from disclosure.operations.transition import Change, advance
from disclosure.storage.cases import Case
from disclosure.storage.releases import Rendition, Signature, SignatureVoiding


def submit_for_signing(work: Work, case: Case) -> None:
    """Put the gated rendition before those who sign."""
    rendition = latest_rendition(work, case)
    data = {"rendition": rendition.id, "sha256": rendition.sha256} if rendition else {}
    advance(work, case, Action.SUBMIT_FOR_SIGNING, Change(data=data))


def sign(work: Work, case: Case, *, sha256: str, reason: str) -> Signature:
    """Sign the current rendition; the last missing signature approves the case.

    Args:
        work: The unit of work.
        case: A case in signing.
        sha256: Hash of the bytes that the signer was shown.
        reason: Why, in the signer's words.

    Raises:
        Stale: When the bytes shown are not the current ones.
        Refused: When this person may not sign, or the stored file is not what was built.
    """
    rendition = latest_rendition(work, case)
    if rendition is None or rendition.sha256 != sha256:
        raise Stale("The rendition has changed since you opened it: look at the new one first.")
    roles = signable_roles(case_facts(work, case), work.actor.signer)
    role = roles[0].value if roles else "none"
    signature = Signature(
        id=uuid.uuid4().hex,
        case_id=case.id,
        rendition_id=rendition.id,
        sha256=rendition.sha256,
        person_id=work.actor.person,
        role=role,
        signed_at=work.now,
    )
    data = {
        "signature": signature.id,
        "rendition": rendition.id,
        "sha256": rendition.sha256,
        "role": role,
    }
    change = Change(subjects=[signature.id], data=data, reason=reason)
    advance(work, case, Action.SIGN, change)
    require_intact(work, rendition)
    work.session.add(signature)
    flush_or_refuse(work, "signature")
    _approve_when_complete(work, case, rendition)
    return signature


def flush_or_refuse(work: Work, what: str) -> None:
    """Write what was added, or say what the database's own guards refuse.

    Args:
        work: The unit of work.
        what: ``signature``, ``release`` or ``answer for the gate``.

    Raises:
        Refused: With the guard's own words.
    """
    try:
        work.session.flush()
    except IntegrityError as error:
        raise Refused(f"The database refused the {what}: {error.orig}") from error


def _approve_when_complete(work: Work, case: Case, rendition: Rendition) -> None:
    if missing_roles(case_facts(work, case)):
        return
    data = {"rendition": rendition.id, "sha256": rendition.sha256}
    advance(work.as_actor(SYSTEM), case, Action.APPROVE, Change(data=data))


def require_intact(work: Work, rendition: Rendition) -> bytes:
    """Read the stored bytes once and return them when they are what was built.

    Raises:
        NotReady: When one byte on disk differs, or the file is gone.
        Refused: When the file has another size than the one that was signed.
    """
    content = work.desk.files.read(rendition.sha256)
    if len(content) != rendition.size:
        raise Refused("The stored file is not the one that was built.")
    return content


def require_unchanged(work: Work, rendition: Rendition) -> None:
    """Ask of the stored bytes what ``require_intact`` asks, without holding them all at once.

    Raises:
        NotReady: When one byte on disk differs, or the file is gone.
        Refused: When the file has another size than the one that was signed.
    """
    if work.desk.files.check(rendition.sha256) != rendition.size:
        raise Refused("The stored file is not the one that was built.")


def return_for_redaction(work: Work, case: Case, *, reason: str) -> None:
    """Send the case back to redacting; every signature so far is void."""
    void_signatures(work, case, cause="returned")
    advance(work, case, Action.RETURN_FOR_REDACTION, Change(reason=reason))


def lapse_approval(work: Work, case: Case, *, cause: str) -> None:
    """Void the signatures and hold the case, because something it rests on has changed."""
    system = work.as_actor(SYSTEM)
    void_signatures(system, case, cause="lapsed")
    advance(system, case, Action.LAPSE, Change(private={"cause": cause}))


def void_signatures(work: Work, case: Case, *, cause: str) -> None:
    """Take the force from every live signature over the current, unreleased rendition."""
    rendition = latest_rendition(work, case)
    if rendition is None:
        return
    live = work.session.scalars(
        select(Signature)
        .outerjoin(SignatureVoiding, SignatureVoiding.signature_id == Signature.id)
        .where(Signature.rendition_id == rendition.id, SignatureVoiding.signature_id.is_(None))
    ).all()
    for signature in live:
        voiding = SignatureVoiding(signature_id=signature.id, cause=cause, voided_at=work.now)
        work.session.add(voiding)
        record(
            work,
            Event.SIGNATURE_VOIDED,
            case=case,
            subjects=[signature.id],
            data={"signature": signature.id, "rendition": rendition.id, "cause": cause},
        )
    work.session.flush()


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """A signature with what became of it, for pages."""

    person: str
    role: str
    signed_at: datetime
    voided: str


def signatures_shown(work: Work, case: Case, rendition: Rendition) -> list[ShownSignature]:
    """Return every signature over a rendition, voided ones included, oldest first."""
    rows = work.session.execute(
        select(Signature.person_id, Signature.role, Signature.signed_at, SignatureVoiding.cause)
        .outerjoin(SignatureVoiding, SignatureVoiding.signature_id == Signature.id)
        .where(Signature.case_id == case.id, Signature.rendition_id == rendition.id)
        .order_by(Signature.signed_at)
    )
    return [ShownSignature(row.person_id, row.role, row.signed_at, row.cause or "") for row in rows]
