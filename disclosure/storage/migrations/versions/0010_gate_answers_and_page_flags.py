"""Answers for the gate, and pages that are set aside."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LIVE = sa.text("withdrawn_at IS NULL AND answered_at IS NULL")


def upgrade() -> None:
    """Add the gate's outcome, the answers for it, and the flags of pages."""
    op.add_column(
        "rendition",
        sa.Column("gate_outcome", sa.String(length=12), nullable=False, server_default=""),
    )
    _gate_answers()
    _page_flags()


def _gate_answers() -> None:
    op.create_table(
        "gate_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("rendition_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["rendition_id"], ["rendition.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entry.seq"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rendition_id", "person_id"),
    )
    op.create_index("ix_gate_answer_case_id", "gate_answer", ["case_id"])
    op.create_index("ix_gate_answer_rendition_id", "gate_answer", ["rendition_id"])


def _page_flags() -> None:
    op.create_table(
        "page_flag",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("of_document_id", sa.String(length=32), nullable=True),
        sa.Column("of_page", sa.Integer(), nullable=True),
        sa.Column("consulted", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("flagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["of_document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_page_flag_case_id", "page_flag", ["case_id"])
    op.create_index(
        "ix_page_flag_live",
        "page_flag",
        ["document_id", "page", "kind"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("page_flag")
    op.drop_table("gate_answer")
    with op.batch_alter_table("rendition") as table:
        table.drop_column("gate_outcome")
