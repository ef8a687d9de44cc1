"""Ended cases that are decided a second time by somebody who does not know the first decision.

What was drawn and what was answered can only be added (``storage/protection.py``). The reason of an
answer is not here: the ledger commits to it and keeps it where it can be destroyed.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, JsonText, UtcDateTime


class ShadowDraw(Base):
    """One draw: which entries of the ledger it looked at, and by which rule it drew."""

    __tablename__ = "shadow_draw"

    upto: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    after: Mapped[int]
    one_in: Mapped[int]
    seed: Mapped[str] = mapped_column(String(40))
    ended: Mapped[int]
    drawn: Mapped[int]
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShadowReview(Base):
    """A case that was drawn: the entry that ended it, and the entry of the decision in it."""

    __tablename__ = "shadow_review"
    __table_args__ = (UniqueConstraint("case_id", "ended_seq"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    ended_seq: Mapped[int]
    decided_seq: Mapped[int]
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluation.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShadowTake(Base):
    """Who took a review upon themselves; one person for each."""

    __tablename__ = "shadow_take"

    review_id: Mapped[str] = mapped_column(ForeignKey("shadow_review.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShadowAnswer(Base):
    """The second decision beside the first, and whether the two agree.

    ``blind`` is false when the person had seen the case by another way before answering.
    """

    __tablename__ = "shadow_answer"

    review_id: Mapped[str] = mapped_column(ForeignKey("shadow_review.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(12))
    fields: Mapped[list[str]] = mapped_column(JsonText)
    first_outcome: Mapped[str] = mapped_column(String(12))
    first_fields: Mapped[list[str]] = mapped_column(JsonText)
    same_outcome: Mapped[bool]
    same_fields: Mapped[bool]
    blind: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
