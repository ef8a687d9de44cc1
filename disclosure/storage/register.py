"""The register of agencies, with our own call-back numbers, and its two-person changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, JsonText, UtcDateTime


class Agency(Base):
    """An authority, court or issuing body as we know it, not as a letter says."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    local_name: Mapped[str] = mapped_column(Text, default="")
    requester_class: Mapped[str] = mapped_column(String(32))
    country: Mapped[str] = mapped_column(String(8))
    domains: Mapped[list[str]] = mapped_column(JsonText)
    callback_phone: Mapped[str] = mapped_column(String(64))
    delivery_address: Mapped[str] = mapped_column(String(254))
    verified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active: Mapped[bool] = mapped_column(default=True)


class AgencyChange(Base):
    """A proposed change to the register; takes effect when a second person confirms it."""

    __tablename__ = "agency_change"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    values: Mapped[dict[str, Any]] = mapped_column(JsonText)
    source: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed: Mapped[bool | None]
