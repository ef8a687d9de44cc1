"""Holds on a case's records, longer terms, and their destruction by two people."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, EncryptedText, UtcDateTime


class RetentionHold(Base):
    """A reason why nothing of a case may be destroyed: a lawsuit, an investigation, an audit."""

    __tablename__ = "retention_hold"
    __table_args__ = (
        Index(
            "ix_retention_hold_open",
            "case_id",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reason: Mapped[str] = mapped_column(EncryptedText("retention_hold.reason"))
    placed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RetentionTerm(Base):
    """A longer term that a person set after the review; the latest end counts."""

    __tablename__ = "retention_term"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(EncryptedText("retention_term.reason"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Destruction(Base):
    """A case's destruction: proposed by one person, agreed by another, done by a job.

    The database refuses one person in both places.
    """

    __tablename__ = "destruction"
    __table_args__ = (
        CheckConstraint(
            "agreed IS NOT TRUE OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_destruction_two_people",
        ),
        CheckConstraint("done_at IS NULL OR agreed IS TRUE", name="ck_destruction_agreed"),
        Index(
            "ix_destruction_one",
            "case_id",
            unique=True,
            sqlite_where=text("agreed IS NOT FALSE"),
            postgresql_where=text("agreed IS NOT FALSE"),
        ),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reason: Mapped[str] = mapped_column(EncryptedText("destruction.reason"))
    proposed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed: Mapped[bool | None]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
