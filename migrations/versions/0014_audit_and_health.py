"""The desk reads the audit by person, action, case and day, and sees how sending goes."""

import sqlalchemy as sa
from alembic import op

from migrations.patience import create_index

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'dodomu_desk') THEN
        {orders}
    END IF;
END $$
"""

# How much waits and since when; what is sent, and to whom, is none of the desk's business.
_SEEN = {
    "outbox": "id, bot, lane, state, attempts, not_before, created_at, finished_at",
    "sender_gate": "bot, resume_at, stopped",
    "update_failure": "bot_id, attempts, error_type, last_at",
}


def upgrade() -> None:
    create_index("ix_audit_actor", "audit", ["actor", "seq"])
    create_index("ix_audit_action", "audit", ["action", "seq"])
    create_index(
        "ix_audit_subject",
        "audit",
        ["subject", "seq"],
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    create_index("ix_audit_at", "audit", ["at"])
    op.execute(_IF_ROLE.format(orders=_orders("GRANT SELECT ({}) ON {} TO dodomu_desk;")))


def downgrade() -> None:
    op.execute(_IF_ROLE.format(orders=_orders("REVOKE SELECT ({}) ON {} FROM dodomu_desk;")))
    for name in ("at", "subject", "action", "actor"):
        op.drop_index(f"ix_audit_{name}", "audit")


def _orders(order: str) -> str:
    return " ".join(order.format(columns, table) for table, columns in _SEEN.items())
