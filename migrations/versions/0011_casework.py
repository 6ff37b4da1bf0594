"""What prosecutors decide about a case: levels, returns confirmed, closing and reopening."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NEW = ("confirmed", "confirmed_at", "closed_reason", "closed_at", "before_closing")
#: beside what 0008 gives: levels, clocks of questions, and what is confirmed or closed
_DECIDED = "level, due_at, resumes, paused_at, " + ", ".join(_NEW)
_FILES = "id, case_id, sequence, state, object, sha256, size, created_at"

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dodomu_desk') THEN
        {orders}
    END IF;
END $$
"""


def upgrade() -> None:
    for name in ("confirmed", "closed_reason", "before_closing"):
        op.add_column("cases", sa.Column(name, sa.Text))
    for name in ("confirmed_at", "closed_at"):
        op.add_column("cases", sa.Column(name, _INSTANT))
    op.create_table(
        "confirmation",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("by", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("needs_second", sa.Boolean, nullable=False),
        sa.Column("second_by", UUID(as_uuid=True)),
        sa.Column("second_at", _INSTANT),
        sa.Column("undone_by", UUID(as_uuid=True)),
        sa.Column("undone_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_confirmation_case_id"),
        *(
            sa.ForeignKeyConstraint([name], ["staff.id"], name=f"fk_confirmation_{name}")
            for name in ("by", "second_by", "undone_by")
        ),
    )
    op.create_index("ix_confirmation_case_id_at", "confirmation", ["case_id", "at"])
    op.execute(
        _IF_ROLE.format(
            orders=f"GRANT UPDATE ({_DECIDED}) ON cases TO dodomu_desk;"
            " GRANT SELECT, INSERT, UPDATE (second_by, second_at, undone_by, undone_at)"
            " ON confirmation TO dodomu_desk;"
            f" GRANT SELECT ({_FILES}) ON attachment TO dodomu_desk;"
        )
    )


def downgrade() -> None:
    op.execute(_IF_ROLE.format(orders=f"REVOKE UPDATE ({_DECIDED}) ON cases FROM dodomu_desk;"))
    op.drop_table("confirmation")
    for name in _NEW:
        op.drop_column("cases", name)
