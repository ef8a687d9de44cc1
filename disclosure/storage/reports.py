"""Published transparency reports: the exact bytes, which triggers keep from any change."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, UtcDateTime


class TransparencyReport(Base):
    """One published report; its id is its period, and no two share a day.

    ``content`` is the structured file, without personal data; ``up_to`` the last ledger entry that
    it counts.
    """

    __tablename__ = "transparency_report"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    period_from: Mapped[date]
    period_to: Mapped[date]
    up_to: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    published_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
