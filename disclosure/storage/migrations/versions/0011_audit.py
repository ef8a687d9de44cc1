"""Records to take away, batches of them, and second decisions by somebody who is blind."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _case(*, nullable: bool = False) -> sa.Column[int]:
    return sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=nullable)


def _key(name: str, other: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=32), sa.ForeignKey(other), primary_key=True)


def upgrade() -> None:
    """Add the tables of exports and of shadow reviews."""
    _batches()
    _files()
    _draws()
    _answers()


def _batches() -> None:
    op.create_table(
        "export_batch",
        sa.Column("id", sa.String(length=32), primary_key=True),
        _text("requested_by", 32),
        _text("session", 64, nullable=True),
        _time("requested_at"),
        _text("variant", 12),
        sa.Column("criteria", sa.Text(), nullable=False),
        _number("total"),
        _text("outbox_id", 32, nullable=True),
        _time("expires_at"),
        _time("cancelled_at", nullable=True),
        _time("finished_at", nullable=True),
    )
    op.create_table(
        "batch_case",
        _key("batch_id", "export_batch.id"),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        _text("reference", 16),
        _case(nullable=True),
        _text("status", 12),
        _text("note", 200),
        _text("sha256", 64, nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        _number("entries", nullable=True),
    )
    op.create_index("ix_batch_case_case_id", "batch_case", ["case_id"])


def _files() -> None:
    op.create_table(
        "record_file",
        sa.Column("id", sa.String(length=32), primary_key=True),
        _case(nullable=True),
        sa.Column("batch_id", sa.String(length=32), sa.ForeignKey("export_batch.id")),
        _number("part", nullable=True),
        _text("variant", 12),
        _text("sha256", 64),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _text("made_by", 32),
        _time("made_at"),
        _time("expires_at"),
        _time("removed_at", nullable=True),
    )
    op.create_index("ix_record_file_case_id", "record_file", ["case_id"])
    op.create_index("ix_record_file_batch", "record_file", ["batch_id", "part"])
    op.create_table(
        "record_download",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("file_id", sa.String(32), sa.ForeignKey("record_file.id"), nullable=False),
        _text("person_id", 32),
        _text("session", 64, nullable=True),
        _time("at"),
    )
    op.create_index("ix_record_download_file", "record_download", ["file_id", "person_id"])


def _draws() -> None:
    op.create_table(
        "shadow_draw",
        sa.Column("upto", sa.Integer(), primary_key=True, autoincrement=False),
        _number("after"),
        _number("one_in"),
        _text("seed", 40),
        _number("ended"),
        _number("drawn"),
        _time("drawn_at"),
    )
    op.create_table(
        "shadow_review",
        sa.Column("id", sa.String(length=32), primary_key=True),
        _case(),
        _number("ended_seq"),
        _number("decided_seq"),
        sa.Column("evaluation_id", sa.String(32), sa.ForeignKey("evaluation.id"), nullable=False),
        _time("drawn_at"),
        sa.UniqueConstraint("case_id", "ended_seq"),
    )
    op.create_index("ix_shadow_review_case_id", "shadow_review", ["case_id"])


def _answers() -> None:
    op.create_table(
        "shadow_take",
        _key("review_id", "shadow_review.id"),
        sa.Column("person_id", sa.String(length=32), sa.ForeignKey("person.id"), nullable=False),
        _time("taken_at"),
    )
    op.create_table(
        "shadow_answer",
        _key("review_id", "shadow_review.id"),
        sa.Column("person_id", sa.String(length=32), sa.ForeignKey("person.id"), nullable=False),
        _text("outcome", 12),
        sa.Column("fields", sa.Text(), nullable=False),
        _text("first_outcome", 12),
        sa.Column("first_fields", sa.Text(), nullable=False),
        sa.Column("same_outcome", sa.Boolean(), nullable=False),
        sa.Column("same_fields", sa.Boolean(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        _time("answered_at"),
    )


def downgrade() -> None:
    """Remove the tables of exports and of shadow reviews."""
    for table in ("shadow_answer", "shadow_take", "shadow_review", "shadow_draw"):
        op.drop_table(table)
    for table in ("record_download", "record_file", "batch_case", "export_batch"):
        op.drop_table(table)
