"""The tree over the ledger, the heads of cases, checkpoints, keys and what witnesses answered."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ledger_head") as batch:
        batch.add_column(sa.Column("frontier", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "ledger_case_head",
        sa.Column("case_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_table(
        "ledger_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("public_key"),
    )
    op.create_table(
        "ledger_receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("witness", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["ledger_checkpoint.size"]),
        sa.PrimaryKeyConstraint("id"),
    )
    _grow_from_what_is_there()


def _grow_from_what_is_there() -> None:
    """Compute the tree and the heads of cases of a ledger that has entries already."""
    connection = op.get_bind()
    roots: list[bytes] = []
    leaves = connection.execute(sa.text("SELECT leaf FROM ledger_entry ORDER BY seq"))
    for size, (leaf,) in enumerate(leaves):
        roots.append(bytes.fromhex(leaf))
        full = size
        while full & 1:
            right, left = roots.pop(), roots.pop()
            roots.append(hashlib.sha256(b"\x01" + left + right).digest())
            full >>= 1
    text = " ".join(root.hex() for root in roots)
    connection.execute(sa.text("UPDATE ledger_head SET frontier = :text"), {"text": text})
    connection.execute(
        sa.text(
            "INSERT INTO ledger_case_head (case_id, count, leaf) "
            "SELECT case_id, case_seq, leaf FROM ledger_entry AS e WHERE case_id IS NOT NULL "
            "AND case_seq = (SELECT MAX(o.case_seq) FROM ledger_entry AS o "
            "WHERE o.case_id = e.case_id)"
        )
    )


def downgrade() -> None:
    op.drop_table("ledger_receipt")
    op.drop_table("ledger_key")
    op.drop_table("ledger_checkpoint")
    op.drop_table("ledger_case_head")
    with op.batch_alter_table("ledger_head") as batch:
        batch.drop_column("frontier")
