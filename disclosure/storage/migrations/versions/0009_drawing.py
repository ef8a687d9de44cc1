"""Words as marks, where terms were found, and who sits over which document."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("span_start", sa.Integer()),
    ("span_end", sa.Integer()),
    ("boxes", sa.Text()),
    ("found_on", sa.Text()),
)


def upgrade() -> None:
    """Add the columns of words and the table of sittings."""
    for name, kind in COLUMNS:
        op.add_column("document_mark", sa.Column(name, kind, nullable=True))
    op.create_table(
        "drawing_sitting",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("document_id", "person_id"),
    )
    op.create_index("ix_drawing_sitting_case_id", "drawing_sitting", ["case_id"])


def downgrade() -> None:
    """Remove the table of sittings and the columns of words."""
    op.drop_table("drawing_sitting")
    for name, _ in reversed(COLUMNS):
        op.drop_column("document_mark", name)
