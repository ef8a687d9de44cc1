"""The rule packs that ever counted, and the two people behind each that came into force.

Rows here are written once and never changed; the database holds to that, and to the two people.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from disclosure.storage.base import Base, UtcDateTime


class CatalogueVersion(Base):
    """The exact files of a rule pack, by the fingerprint that evaluations are pinned to."""

    __tablename__ = "catalogue_version"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[str] = mapped_column(String(32))
    files: Mapped[str] = mapped_column(Text)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackProposal(Base):
    """A rule pack that one person wants in force.

    ``examined`` and ``changed`` say what its simulation found when it was proposed.
    """

    __tablename__ = "pack_proposal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("catalogue_version.sha256"))
    base_sha256: Mapped[str] = mapped_column(ForeignKey("catalogue_version.sha256"))
    reason: Mapped[str] = mapped_column(Text)
    examined: Mapped[int]
    changed: Mapped[int]
    proposed_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PackDecision(Base):
    """What a second person said to a proposal; the newest that says yes is in force."""

    __tablename__ = "pack_decision"

    number: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[str] = mapped_column(ForeignKey("pack_proposal.id"), unique=True)
    confirmed: Mapped[bool]
    decided_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


def keep_files(session: Session, row: CatalogueVersion) -> None:
    """Store a pack's files unless they are there; two processes may do so at once."""
    known = select(CatalogueVersion.sha256).where(CatalogueVersion.sha256 == row.sha256)
    if session.scalar(known) is not None:
        return
    values = {name: getattr(row, name) for name in ("sha256", "version", "files", "stored_at")}
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if on_sqlite else postgresql.insert
    session.execute(insert(CatalogueVersion).values(**values).on_conflict_do_nothing())
