"""When a session's person proved who they are again; to whom cases were referred."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dodomu_desk') THEN
        GRANT SELECT, INSERT ON referral TO dodomu_desk;
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column("desk_session", sa.Column("proven_at", _INSTANT))
    op.create_table(
        "referral",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("first", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.SmallInteger, nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        sa.UniqueConstraint("first", "number", name="uq_referral_first_number"),
        sa.ForeignKeyConstraint(["first"], ["referral.id"], name="fk_referral_first"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_referral_case_id"),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name="fk_referral_by"),
        sa.CheckConstraint(
            "state IN ('referred', 'accepted', 'declined', 'returned', 'withdrawn')",
            name=op.f("ck_referral_state"),
        ),
        sa.CheckConstraint(
            "(first = id) = (number = 0) AND (number = 0) = (state = 'referred')",
            name=op.f("ck_referral_beginning"),
        ),
    )
    op.create_index("ix_referral_case_id_at", "referral", ["case_id", "at"])
    op.execute(_IF_ROLE)


def downgrade() -> None:
    op.drop_table("referral")
    op.drop_column("desk_session", "proven_at")
