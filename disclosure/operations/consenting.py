"""The consent register: the platform's own consents, lists taken in by staff, and withdrawals.

Owns the rows of consents and of their ends. A consent is never changed: a list adds new ones, and
a withdrawal stands beside the consent, whoever keeps that. Cases read it at each evaluation and
once more in the release's own transaction (A01 to A05).

Source: policy 3(a), 2(c); PIPL 14, 15, 23.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from disclosure.domain.access import Permission
from disclosure.domain.consents import RegisteredConsent, read_list
from disclosure.domain.events import Event
from disclosure.domain.fields import NEVER
from disclosure.errors import BadInput, NotFound, Refused
from disclosure.operations.access_ends import bring_forward
from disclosure.operations.desk import Work
from disclosure.operations.recording import record
from disclosure.storage.encryption import blind_index
from disclosure.storage.parties import ConsentRecord, ConsentWithdrawal

MOST_BYTES = 4 * 1024 * 1024
LONGEST_VALUE = 40
LONGEST_REASON = 2000


def consents_of(work: Work, value: str) -> list[RegisteredConsent]:
    """Return the consents of an account, or the one of a number, with their withdrawals.

    Args:
        work: The unit of work.
        value: An account's or a consent's number.

    Returns:
        Newest first; of one number the platform's own.
    """
    source = work.desk.source
    found = list(source.consents(value)) if source is not None and value.strip() else []
    known = {each.reference for each in found}
    found += [each for each in _uploaded(work, value.strip()) if each.reference not in known]
    return sorted(_with_ends(work, found), key=lambda each: each.given_at, reverse=True)


def _uploaded(work: Work, value: str) -> Iterable[RegisteredConsent]:
    rows = work.session.scalars(
        select(ConsentRecord).where(
            (ConsentRecord.reference == value)
            | (ConsentRecord.account_index == blind_index(value, "consent_record.account"))
        )
    )
    for row in rows:
        yield RegisteredConsent(
            reference=row.reference,
            account=row.account,
            recipient=row.recipient,
            purpose=row.purpose,
            fields=tuple(row.fields),
            text_version=row.text_version,
            channel=row.channel,
            separate=row.separate,
            sensitive_separate=row.sensitive_separate,
            guardian=row.guardian,
            given_at=row.given_at,
            expires_at=row.expires_at,
            access_ends_at=row.access_ends_at,
            withdrawn_at=None,
            source="upload",
        )


def _with_ends(work: Work, consents: Iterable[RegisteredConsent]) -> Iterable[RegisteredConsent]:
    for consent in consents:
        row = work.session.get(ConsentWithdrawal, consent.reference)
        ends = [at for at in (consent.withdrawn_at, row.withdrawn_at if row else None) if at]
        yield replace(consent, withdrawn_at=min(ends, default=None))


def look_up(work: Work, value: str) -> list[RegisteredConsent]:
    """Look a consent up for a person; the look is an entry of the ledger.

    Raises:
        BadInput: When nothing, or too much, was typed.
    """
    work.actor.require(Permission.SEE_CASES)
    if not value.strip() or len(value.strip()) > LONGEST_VALUE:
        raise BadInput("Enter the number of an account or of a consent.", where="value")
    found = consents_of(work, value)
    record(
        work,
        Event.CONSENT_VIEWED,
        data={"found": len(found)},
        private={"value": value.strip()},
        permission=Permission.SEE_CASES,
    )
    return found


def take_in(work: Work, content: bytes) -> int:
    """Take a list of consents into the register, all of it or nothing.

    Args:
        work: The unit of work of a person who keeps the register.
        content: CSV or JSON, see ``domain/consents.py``.

    Returns:
        How many consents are new.

    Raises:
        BadInput: Naming each line that is wrong.
    """
    work.actor.require(Permission.KEEP_CONSENTS)
    if not content:
        raise BadInput("Choose the list first: a CSV or JSON file.", where="list")
    if len(content) > MOST_BYTES:
        raise BadInput("The list is over 4 MB. Split it.", where="list")
    fields = {each.id for each in work.desk.catalogue.fields.values() if each.mask != NEVER}
    consents = read_list(content, fields=fields, zone=work.desk.settings.zone)
    _require_new(work, consents)
    for consent in consents:
        work.session.add(_row(work, consent))
    work.session.flush()
    record(
        work,
        Event.CONSENTS_RECORDED,
        subjects=[consent.reference for consent in consents],
        data={"consents": len(consents)},
        permission=Permission.KEEP_CONSENTS,
    )
    for consent in consents:
        if consent.withdrawn_at is not None:
            _end(work, consent, consent.withdrawn_at, "As the list says.")
    return len(consents)


def _require_new(work: Work, consents: Iterable[RegisteredConsent]) -> None:
    known = [each.reference for each in consents if consents_of(work, each.reference)]
    if known:
        shown = ", ".join(known[:10])
        raise BadInput(
            f"Nothing was taken in. In the register already: {shown}. "
            "A consent is never changed: record a withdrawal, or take in a new number.",
            where="list",
        )


def _row(work: Work, consent: RegisteredConsent) -> ConsentRecord:
    return ConsentRecord(
        reference=consent.reference,
        account=consent.account,
        account_index=blind_index(consent.account, "consent_record.account"),
        recipient=consent.recipient,
        purpose=consent.purpose,
        fields=list(consent.fields),
        text_version=consent.text_version,
        channel=consent.channel,
        separate=consent.separate,
        sensitive_separate=consent.sensitive_separate,
        guardian=consent.guardian,
        given_at=consent.given_at,
        expires_at=consent.expires_at,
        access_ends_at=consent.access_ends_at,
        taken_by=work.actor.person,
        taken_at=work.now,
    )


def withdraw(work: Work, reference: str, *, reason: str) -> None:
    """Record that a data subject has withdrawn a consent; it holds from now on (PIPL 15).

    What was released before stays lawful; a recipient whose access is still running loses it now.

    Raises:
        NotFound: When the register has no such consent.
        Refused: When it is withdrawn already.
        BadInput: When the reason is missing.
    """
    work.actor.require(Permission.KEEP_CONSENTS)
    found = [each for each in consents_of(work, reference) if each.reference == reference]
    if not found:
        raise NotFound("The register has no consent of this number.")
    if found[0].withdrawn_at is not None:
        raise Refused("This consent is withdrawn already.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise BadInput("Write how the person withdrew it.", where="reason")
    _end(work, found[0], work.now, reason.strip())


def _end(work: Work, consent: RegisteredConsent, at: datetime, reason: str) -> None:
    work.session.add(
        ConsentWithdrawal(
            reference=consent.reference,
            withdrawn_at=at,
            reason=reason,
            recorded_by=work.actor.person,
            recorded_at=work.now,
        )
    )
    work.session.flush()
    record(
        work,
        Event.CONSENT_WITHDRAWN,
        subjects=[consent.reference],
        data={"consent": consent.reference, "at": at.isoformat()},
        private={"reason": reason},
        permission=Permission.KEEP_CONSENTS,
    )
    bring_forward(work, consent.reference)
