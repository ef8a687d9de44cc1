"""Consents, access ends, blocked recipients, and the steps of incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _person(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=32), sa.ForeignKey("person.id"), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("incident") as batch:
        batch.add_column(sa.Column("reference", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("contact", sa.LargeBinary(), nullable=True))
        batch.create_unique_constraint("incident_reference_key", ["reference"])
    _consents()
    _blocks()
    op.create_table(
        "access_end",
        sa.Column(
            "release_id", sa.String(length=32), sa.ForeignKey("release.id"), primary_key=True
        ),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id"), nullable=False),
        sa.Column("consent", sa.String(length=40), nullable=False),
        _time("ends_at"),
        _time("reached_at", nullable=True),
        _time("due_at", nullable=True),
        _time("overdue_at", nullable=True),
        _time("confirmed_at", nullable=True),
        _person("confirmed_by", nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("proof_sha256", sa.String(length=64), nullable=True),
    )
    op.create_index("ix_access_end_case_id", "access_end", ["case_id"])
    op.create_index("ix_access_end_consent", "access_end", ["consent"])
    op.create_table(
        "incident_step",
        sa.Column(
            "incident_id", sa.String(length=32), sa.ForeignKey("incident.id"), primary_key=True
        ),
        sa.Column("code", sa.String(length=24), primary_key=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        _person("done_by"),
        _time("done_at"),
    )


def _consents() -> None:
    op.create_table(
        "consent_record",
        sa.Column("reference", sa.String(length=40), primary_key=True),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("account_index", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("separate", sa.Boolean(), nullable=False),
        sa.Column("sensitive_separate", sa.Boolean(), nullable=False),
        sa.Column("guardian", sa.Boolean(), nullable=False),
        _time("given_at"),
        _time("expires_at", nullable=True),
        _time("access_ends_at", nullable=True),
        _person("taken_by"),
        _time("taken_at"),
    )
    op.create_index("ix_consent_record_account_index", "consent_record", ["account_index"])
    op.create_table(
        "consent_withdrawal",
        sa.Column("reference", sa.String(length=40), primary_key=True),
        _time("withdrawn_at"),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        _person("recorded_by"),
        _time("recorded_at"),
    )


def _blocks() -> None:
    op.create_table(
        "case_recipient",
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case.id"), primary_key=True),
        sa.Column("name_index", sa.String(length=32), primary_key=True),
    )
    op.create_index("ix_case_recipient_name_index", "case_recipient", ["name_index"])
    op.create_table(
        "recipient_block",
        sa.Column("id", sa.String(length=32), primary_key=True),
        sa.Column(
            "incident_id", sa.String(length=32), sa.ForeignKey("incident.id"), nullable=False
        ),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        _person("blocked_by"),
        _time("blocked_at"),
        sa.Column("lift_reason", sa.LargeBinary(), nullable=True),
        _person("lift_proposed_by", nullable=True),
        _time("lift_proposed_at", nullable=True),
        _person("lifted_by", nullable=True),
        _time("lifted_at", nullable=True),
        sa.CheckConstraint(
            "lifted_at IS NULL OR (lift_proposed_by IS NOT NULL AND lifted_by IS NOT NULL "
            "AND lifted_by <> lift_proposed_by)",
            name="block_is_lifted_by_two",
        ),
    )
    op.create_index("ix_recipient_block_incident_id", "recipient_block", ["incident_id"])
    op.create_table(
        "blocked_name",
        sa.Column(
            "block_id", sa.String(length=32), sa.ForeignKey("recipient_block.id"), primary_key=True
        ),
        sa.Column("name_index", sa.String(length=32), primary_key=True),
    )
    op.create_index("ix_blocked_name_name_index", "blocked_name", ["name_index"])
