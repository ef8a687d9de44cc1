"""Sets of one collection, where a copy comes from, and which mark a suggestion follows."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

ORIGINS = (
    ("document", "copied_from"),
    ("document_mark", "copied_from"),
    ("suggested_mark", "mark_id"),
)


def upgrade() -> None:
    """Add the sets and the origins."""
    op.create_table(
        "release_set",
        sa.Column(
            "case_id",
            sa.Integer(),
            sa.ForeignKey("case.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("collection_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=False),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=False),
        sa.Column("opened_by", sa.String(length=32), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_release_set_collection_id", "release_set", ["collection_id"])
    for table, column in ORIGINS:
        op.add_column(table, sa.Column(column, sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for table, column in ORIGINS:
        with op.batch_alter_table(table) as changed:
            changed.drop_column(column)
    op.drop_table("release_set")
