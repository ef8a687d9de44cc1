"""The ledger as rows, and the outbox that is written in the same transaction.

Entries are kept as the exact bytes that were hashed. The format is ``domain/ledger.py``'s.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from disclosure.storage.base import Base, EncryptedText, JsonText, UtcDateTime


class LedgerEntry(Base):
    """One thing that happened, as canonical JSON."""

    __tablename__ = "ledger_entry"
    __table_args__ = (UniqueConstraint("case_id", "case_seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    leaf: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    case_seq: Mapped[int | None]


class LedgerHead(Base):
    """The newest sequence number and leaf; the one row that every append locks.

    ``frontier`` holds the roots of the tree's full subtrees, so that it grows without being read.
    """

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    leaf: Mapped[str] = mapped_column(String(64))
    frontier: Mapped[str] = mapped_column(Text, default="", server_default="")


class LedgerCaseHead(Base):
    """How many entries a case has and the hash of the last one: a leaf of the tree of heads."""

    __tablename__ = "ledger_case_head"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case.id"), primary_key=True, autoincrement=False
    )
    count: Mapped[int]
    leaf: Mapped[str] = mapped_column(String(64))


class LedgerCheckpoint(Base):
    """A signed statement of the whole ledger, as the exact bytes that leave the house."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    key_number: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerKey(Base):
    """A key that signed checkpoints: the first, then each that an entry introduced.

    ``seq`` is that entry, 0 for the first key; the checkpoint of the same size is the last one
    that the key before it signed.
    """

    __tablename__ = "ledger_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    seq: Mapped[int]


class LedgerReceipt(Base):
    """What a witness answered to a checkpoint: a timestamp token, or nothing but that it has it."""

    __tablename__ = "ledger_receipt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    witness: Mapped[str] = mapped_column(String(16))
    size: Mapped[int] = mapped_column(ForeignKey("ledger_checkpoint.size"))
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class LedgerOpening(Base):
    """Salt and value behind a commitment of an entry; deletable, the chain stays whole."""

    __tablename__ = "ledger_opening"

    seq: Mapped[int] = mapped_column(ForeignKey("ledger_entry.seq"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    salt: Mapped[str] = mapped_column(EncryptedText("ledger_opening.salt"))
    value: Mapped[str] = mapped_column(EncryptedText("ledger_opening.value"))


class Outbox(Base):
    """Work to be done after the commit: a mail, a rendering, a fetch. Ids only.

    ``status``: waiting, running, done, parked (after five tries).
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "status", "available_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JsonText)
    secret: Mapped[str | None] = mapped_column(EncryptedText("outbox.secret"))
    status: Mapped[str] = mapped_column(String(12))
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(80), default="")
    error: Mapped[str] = mapped_column(String(200), default="")
    available_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
