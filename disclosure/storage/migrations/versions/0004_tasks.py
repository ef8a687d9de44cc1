"""Checks that wait for a person, as tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.String(length=48), nullable=False),
        sa.Column("permission", sa.String(length=32), nullable=False),
        sa.Column("opened_by", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["opened_by"], ["evaluation.id"]),
        sa.ForeignKeyConstraint(["closed_by"], ["evaluation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_task_case_id", "task", ["case_id"])
    op.create_index("ix_task_open", "task", ["closed_at", "permission", "case_id"])


def downgrade() -> None:
    op.drop_table("task")
