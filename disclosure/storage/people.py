"""Staff, their roles, sessions and one-time links; counters that slow guessing down."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disclosure.storage.base import Base, EncryptedText, UtcDateTime


class Person(Base):
    """A member of staff; one row per human being, whatever their roles."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(EncryptedText("person.name"))
    email: Mapped[str] = mapped_column(EncryptedText("person.email"))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    grants: Mapped[list["RoleGrant"]] = relationship(lazy="selectin", order_by="RoleGrant.id")


class RoleGrant(Base):
    """One role given to one person, until it is revoked; never deleted."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(32))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One signed-in browser; the cookie's token is stored as its SHA-256 only."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginLink(Base):
    """A one-time sign-in link; the token is stored as its SHA-256 only."""

    __tablename__ = "login_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempts(Base):
    """A durable counter of failed tries on one secret within one window of time."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("subject", "window"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(96))
    window: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
