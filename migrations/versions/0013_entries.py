"""What callers say is typed in on the desk: drafts, the right to send them, a bell for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        {orders}
    END IF;
END $$
"""

#: a case as it comes; what is decided later has no place in it
_COMES = (
    "id, code, chat_ref, kind, status, level, reasons, rules_version, age_band, oblast, scenario,"
    " locale, channel, partial, children, answers, recipient, received_at, due_at, objects,"
    " entered_by, part_of"
)
_UNRUNG = (
    "rung_at IS NULL AND status = 'received' AND part_of IS NULL"
    " AND channel IN ('operator_phone', 'walk_in')"
)

_RIGHTS = {
    "dodomu_desk": "GRANT SELECT, INSERT, UPDATE, DELETE ON entry_draft TO dodomu_desk;"
    f" GRANT INSERT ({_COMES}) ON cases TO dodomu_desk;"
    " GRANT INSERT ON family_copy TO dodomu_desk;",
    "dodomu_bot": "GRANT UPDATE (rung_at) ON cases TO dodomu_bot;",
    "dodomu_janitor": "GRANT SELECT (id, expires_at), UPDATE (expires_at), DELETE ON entry_draft"
    " TO dodomu_janitor;",
}


def upgrade() -> None:
    op.create_table(
        "entry_draft",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entry_draft"),
        sa.ForeignKeyConstraint(["person_id"], ["staff.id"], name="fk_entry_draft_person_id"),
        sa.CheckConstraint(
            "channel IN ('operator_phone', 'walk_in')", name=op.f("ck_entry_draft_channel")
        ),
    )
    op.create_index("ix_entry_draft_person_id", "entry_draft", ["person_id"])
    op.create_index("ix_entry_draft_expires_at", "entry_draft", ["expires_at"])
    op.add_column("cases", sa.Column("rung_at", _INSTANT))
    op.create_index("ix_cases_unrung", "cases", ["received_at"], postgresql_where=sa.text(_UNRUNG))
    for role, orders in _RIGHTS.items():
        op.execute(_IF_ROLE.format(role=role, orders=orders))


def downgrade() -> None:
    op.execute(
        _IF_ROLE.format(
            role="dodomu_desk",
            orders=f"REVOKE INSERT ({_COMES}) ON cases FROM dodomu_desk;"
            " REVOKE INSERT ON family_copy FROM dodomu_desk;",
        )
    )
    op.drop_index("ix_cases_unrung", "cases")
    op.drop_column("cases", "rung_at")
    op.drop_table("entry_draft")
