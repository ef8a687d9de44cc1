"""What is signed, what leaves, and who is told.

Signatures, their voidings and releases can only be added: triggers of the migration refuse change
and deletion, and refuse a release that its signatures do not carry (``storage/protection.py``).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, EncryptedText, JsonText, UtcDateTime


class Rendition(Base):
    """The final, sealed PDF, its hash, and the gate's verdict over exactly those bytes.

    ``gate_outcome``: passed, leak, cannot-tell; empty on rows from before it was kept.
    """

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    pages: Mapped[int]
    basis: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(8))
    separation: Mapped[str] = mapped_column(String(16))
    gate_sha256: Mapped[str] = mapped_column(String(64))
    gate_passed: Mapped[bool]
    gate_outcome: Mapped[str] = mapped_column(String(12), default="", server_default="")
    gate_report: Mapped[dict[str, Any]] = mapped_column(JsonText)
    redaction_log: Mapped[dict[str, Any]] = mapped_column(JsonText)
    manifest: Mapped[dict[str, Any]] = mapped_column(JsonText)
    built_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RenditionPreparer(Base):
    """A person who collected, marked or built this rendition and therefore can not sign it."""

    __tablename__ = "rendition_preparer"

    rendition_id: Mapped[str] = mapped_column(ForeignKey("rendition.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)


class GateAnswer(Base):
    """An officer's word for exact bytes of which the gate could not tell; never for a leak.

    The written reason stands behind the ledger's entry ``seq``.
    """

    __tablename__ = "gate_answer"
    __table_args__ = (UniqueConstraint("rendition_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    rendition_id: Mapped[str] = mapped_column(ForeignKey("rendition.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    seq: Mapped[int] = mapped_column(ForeignKey("ledger_entry.seq"))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(Base):
    """One person's decision over the exact SHA-256 of a rendition, in one role."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("rendition_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    rendition_id: Mapped[str] = mapped_column(ForeignKey("rendition.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(32))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignatureVoiding(Base):
    """The end of a signature: a changed byte, fact, mark or role, or a return to redacting."""

    __tablename__ = "signature_voiding"

    signature_id: Mapped[str] = mapped_column(ForeignKey("signature.id"), primary_key=True)
    cause: Mapped[str] = mapped_column(String(48))
    voided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Release(Base):
    """The one moment in which a signed rendition is let go; at most once per rendition."""

    __tablename__ = "release"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    rendition_id: Mapped[str] = mapped_column(ForeignKey("rendition.id"), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    profile: Mapped[str] = mapped_column(String(8))
    released_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EmergencyReview(Base):
    """A senior compliance officer's look, afterwards, at an emergency release."""

    __tablename__ = "emergency_review"

    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    justified: Mapped[bool]
    reviewed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Delivery(Base):
    """A one-time link; its token and its code are stored as hashes only."""

    __tablename__ = "delivery"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    code_tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    grace_hash: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Notice(Base):
    """What the data subject is told and when: prior, at release, delayed or suppressed."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    rule: Mapped[str] = mapped_column(String(12))
    legal_basis: Mapped[str] = mapped_column(String(128))
    contact: Mapped[str] = mapped_column(EncryptedText("notice.contact"))
    token_hash: Mapped[str] = mapped_column(String(64))
    objection_days: Mapped[int] = mapped_column(default=0)
    objection_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    review_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Objection(Base):
    """A data subject's objection against a release, and its decision."""

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    text: Mapped[str] = mapped_column(EncryptedText("objection.text"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(EncryptedText("objection.reason"))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Incident(Base):
    """Something that went wrong and is followed up: a forged demand, a misrelease, a leak."""

    __tablename__ = "incident"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(16), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(EncryptedText("incident.note"))
    contact: Mapped[str | None] = mapped_column(EncryptedText("incident.contact"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
