"""Those outside who consent, receive or misuse: consents, access ends, blocks, incident steps.

Consents, withdrawals and the names under which a recipient is known are only ever added to. A
release to a blocked recipient is refused by a trigger (``storage/protection.py``).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, EncryptedText, JsonText, UtcDateTime


class ConsentRecord(Base):
    """A consent that staff took in from a list; the platform's own stay with the platform."""

    __tablename__ = "consent_record"

    reference: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(EncryptedText("consent_record.account"))
    account_index: Mapped[str] = mapped_column(String(32), index=True)
    recipient: Mapped[str] = mapped_column(EncryptedText("consent_record.recipient"))
    purpose: Mapped[str] = mapped_column(EncryptedText("consent_record.purpose"))
    fields: Mapped[list[str]] = mapped_column(JsonText)
    text_version: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))
    separate: Mapped[bool]
    sensitive_separate: Mapped[bool]
    guardian: Mapped[bool]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConsentWithdrawal(Base):
    """The end of a consent, whoever keeps it; the first one counts and none is taken back."""

    __tablename__ = "consent_withdrawal"

    reference: Mapped[str] = mapped_column(String(40), primary_key=True)
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(EncryptedText("consent_withdrawal.reason"))
    recorded_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CaseRecipient(Base):
    """A name under which the recipient of a case is known, as a blind index."""

    __tablename__ = "case_recipient"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    name_index: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class RecipientBlock(Base):
    """A recipient to which nothing more is released, until two people lift it."""

    __tablename__ = "recipient_block"
    __table_args__ = (
        CheckConstraint(
            "lifted_at IS NULL OR (lift_proposed_by IS NOT NULL AND lifted_by IS NOT NULL "
            "AND lifted_by <> lift_proposed_by)",
            name="block_is_lifted_by_two",
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    recipient: Mapped[str] = mapped_column(EncryptedText("recipient_block.recipient"))
    blocked_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    blocked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lift_reason: Mapped[str | None] = mapped_column(EncryptedText("recipient_block.lift_reason"))
    lift_proposed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    lift_proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BlockedName(Base):
    """A name under which a blocked recipient is known, as a blind index."""

    __tablename__ = "blocked_name"

    block_id: Mapped[str] = mapped_column(ForeignKey("recipient_block.id"), primary_key=True)
    name_index: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class AccessEnd(Base):
    """The day on which a recipient loses access to what a release gave it, and what came of it.

    ``reached_at``: access was revoked and deletion asked for; ``due_at``: until when the answer is
    waited for; ``overdue_at``: it was escalated; ``confirmed_at``: the deletion is confirmed.
    """

    __tablename__ = "access_end"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    consent: Mapped[str] = mapped_column(String(40), default="", index=True)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overdue_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(EncryptedText("access_end.note"))
    proof_sha256: Mapped[str | None] = mapped_column(String(64))


class IncidentStep(Base):
    """One step that contains an incident, done by somebody."""

    __tablename__ = "incident_step"

    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    note: Mapped[str] = mapped_column(EncryptedText("incident_step.note"))
    done_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
