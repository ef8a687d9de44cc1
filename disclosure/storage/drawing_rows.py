"""Who sits over which document to redact it, so that two people are told of each other.

Owns that one table. A row tells of work in progress and not of a person's data; it is overwritten
as they go on, and deleted with the case's marks.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, JsonText, UtcDateTime


class DrawingSitting(Base):
    """One person's sitting over one document.

    ``steps``: ids of the marks of each step, done and undone, for taking back and doing again.
    """

    __tablename__ = "drawing_sitting"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    page: Mapped[int]
    steps: Mapped[dict[str, Any]] = mapped_column(JsonText)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
