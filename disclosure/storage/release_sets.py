"""The sets of one collection: which case takes over what another one collected.

Owns the row alone. Marks, masks, flags and dispositions are each case's own.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, UtcDateTime


class ReleaseSet(Base):
    """A case for a further recipient of what ``collection_id`` collected; never changed.

    ``source_id`` is the case from which it was opened, ``collection_id`` the first of them all.
    """

    __tablename__ = "release_set"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    opened_by: Mapped[str] = mapped_column(String(32), ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
