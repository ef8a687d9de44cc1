"""Suggested marks, and a note beside each mark."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "suggested_mark",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("suggested_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suggested_mark_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_suggested_mark_document_id"), ["document_id"], unique=False
        )
    with op.batch_alter_table("document_mark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("note", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take both away again."""
    with op.batch_alter_table("document_mark", schema=None) as batch_op:
        batch_op.drop_column("note")
    with op.batch_alter_table("suggested_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suggested_mark_document_id"))
        batch_op.drop_index(batch_op.f("ix_suggested_mark_case_id"))
    op.drop_table("suggested_mark")
