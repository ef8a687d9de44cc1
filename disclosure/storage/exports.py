"""Case records that were made to be taken away: their files, batches of them, and downloads.

The files stand in the file store, encrypted, for some days. Nothing here tells about a person.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, JsonText, UtcDateTime


class ExportBatch(Base):
    """Many case records that one person asked for at once.

    ``requested_by`` is a person's id, or the command line's name; ``session`` is what the ledger
    names beside it. ``criteria`` says how the cases were chosen.
    """

    __tablename__ = "export_batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    requested_by: Mapped[str] = mapped_column(String(32))
    session: Mapped[str | None] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    variant: Mapped[str] = mapped_column(String(12))
    criteria: Mapped[dict[str, Any]] = mapped_column(JsonText)
    total: Mapped[int]
    outbox_id: Mapped[str | None] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BatchCase(Base):
    """One case of a batch; ``status`` is waiting, built, or left_out, which ``note`` explains."""

    __tablename__ = "batch_case"

    batch_id: Mapped[str] = mapped_column(ForeignKey("export_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    status: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(200), default="")
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(BigInteger)
    entries: Mapped[int | None]


class RecordFile(Base):
    """One file that can be downloaded: the record of a case, or a whole batch.

    ``part`` is the case's number in its batch while the batch is being made; parts are not
    downloaded. A removed file's row stays, so that its downloads can be told.
    """

    __tablename__ = "record_file"
    __table_args__ = (Index("ix_record_file_batch", "batch_id", "part"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("export_batch.id"))
    part: Mapped[int | None]
    variant: Mapped[str] = mapped_column(String(12))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecordDownload(Base):
    """A download that a person began; going on with it in the same session is no other one."""

    __tablename__ = "record_download"
    __table_args__ = (Index("ix_record_download_file", "file_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("record_file.id"))
    person_id: Mapped[str] = mapped_column(String(32))
    session: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
