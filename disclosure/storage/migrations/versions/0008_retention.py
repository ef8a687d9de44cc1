"""Holds, longer terms, and destruction by two people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ONE_HOLD = sa.text("lifted_at IS NULL")
ONE_DESTRUCTION = sa.text("agreed IS NOT FALSE")


def upgrade() -> None:
    """Add the three tables of retention."""
    _holds()
    _terms()
    _destructions()


def _holds() -> None:
    op.create_table(
        "retention_hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("placed_by", sa.String(length=32), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(length=32), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["placed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["lifted_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_retention_hold_case_id", "retention_hold", ["case_id"])
    op.create_index(
        "ix_retention_hold_open",
        "retention_hold",
        ["case_id"],
        unique=True,
        sqlite_where=ONE_HOLD,
        postgresql_where=ONE_HOLD,
    )


def _terms() -> None:
    op.create_table(
        "retention_term",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_retention_term_case_id", "retention_term", ["case_id"])


def _destructions() -> None:
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "agreed IS NOT TRUE OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="ck_destruction_two_people",
        ),
        sa.CheckConstraint("done_at IS NULL OR agreed IS TRUE", name="ck_destruction_agreed"),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_destruction_case_id", "destruction", ["case_id"])
    op.create_index(
        "ix_destruction_one",
        "destruction",
        ["case_id"],
        unique=True,
        sqlite_where=ONE_DESTRUCTION,
        postgresql_where=ONE_DESTRUCTION,
    )


def downgrade() -> None:
    """Remove the three tables of retention."""
    for table in ("destruction", "retention_term", "retention_hold"):
        op.drop_table(table)
