"""Files: what is to be fetched from Telegram, and the case a draft's first file opens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0005"
down_revision = "0004"
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

_DESKS = "id, case_id, sequence, state, reason, size, object, sha256, created_at, finished_at"


def upgrade() -> None:
    op.create_table(
        "opened_case",
        sa.Column("draft_id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("list_version", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("objects", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("draft_id", name="pk_opened_case"),
        sa.UniqueConstraint("case_id", name="uq_opened_case_case_id"),
    )
    _attachment()
    op.execute(
        _IF_ROLE.format(
            role="dodomu_bot",
            orders="GRANT SELECT, INSERT, UPDATE ON attachment TO dodomu_bot;"
            " GRANT SELECT, INSERT, UPDATE (objects), DELETE ON opened_case TO dodomu_bot;"
            " GRANT UPDATE (files) ON cases TO dodomu_bot;",
        )
    )
    op.execute(
        _IF_ROLE.format(
            role="dodomu_desk", orders=f"GRANT SELECT ({_DESKS}) ON attachment TO dodomu_desk;"
        )
    )


def _attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("in_draft", sa.Boolean, nullable=False),
        sa.Column("locator", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        sa.Column("reason", sa.Text),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("not_before", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("lease_until", _INSTANT),
        sa.Column("worker", sa.Text),
        sa.Column("object", UUID(as_uuid=True)),
        sa.Column("sha256", sa.LargeBinary),
        sa.Column("manifest", sa.LargeBinary),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("object", name="uq_attachment_object"),
        sa.CheckConstraint(
            "state IN ('queued', 'taking', 'held', 'failed', 'removed')",
            name=op.f("ck_attachment_state"),
        ),
    )
    op.create_index("ix_attachment_case_id", "attachment", ["case_id"])
    for name, columns, where in (
        ("open", ["bot", "created_at"], "state IN ('queued', 'taking')"),
        ("thrown_away", ["id"], "object IS NOT NULL AND state IN ('failed', 'removed')"),
        ("in_draft", ["case_id"], "in_draft AND state <> 'removed'"),
    ):
        op.create_index(
            f"ix_attachment_{name}", "attachment", columns, postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    op.execute(
        _IF_ROLE.format(
            role="dodomu_bot", orders="REVOKE UPDATE (files) ON cases FROM dodomu_bot;"
        )
    )
    op.drop_table("attachment")
    op.drop_table("opened_case")
