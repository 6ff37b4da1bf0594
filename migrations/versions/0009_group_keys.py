"""A group's key, sealed to each of its members; and the keys of cases can move to a new one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dodomu_desk') THEN
        {orders}
    END IF;
END $$
"""

# Giving and taking back is the desk's; a taken key is emptied, never deleted.
_WRAPS = "SELECT, INSERT, UPDATE (sealed, revoked_at, revoked_by) ON group_key_wrap"
# A draft with files has a key of its case already, which must move with the others.
_OPENED = (
    "SELECT (draft_id, case_id, recipient, list_version, sealed), UPDATE (list_version, sealed)"
    " ON opened_case"
)


def upgrade() -> None:
    op.create_table(
        "group_key_wrap",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("group_name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("member", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.Column("revoked_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_group_key_wrap"),
        sa.CheckConstraint(
            "(sealed IS NULL) = (revoked_at IS NOT NULL)", name=op.f("ck_group_key_wrap_revoked")
        ),
    )
    op.create_index(
        "uq_group_key_wrap_held",
        "group_key_wrap",
        ["member", "recipient", "group_name", "version"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.execute(
        _IF_ROLE.format(orders=f"GRANT {_WRAPS} TO dodomu_desk; GRANT {_OPENED} TO dodomu_desk;")
    )


def downgrade() -> None:
    op.execute(_IF_ROLE.format(orders=f"REVOKE {_OPENED} FROM dodomu_desk;"))
    op.drop_table("group_key_wrap")
