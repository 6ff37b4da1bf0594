"""After sending: what a family adds, claims, withdraws or wants erased, and when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FAMILYS = "objects, claimed, claimed_at, withdrawn_at, erase_asked_at"

_SHREDDED = "id, erase_asked_at, erased_at, held, status"
_SHRED = "case_key, sealed_object, family_copy"

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        {orders}
    END IF;
END $$
"""


def upgrade() -> None:
    op.add_column(
        "cases", sa.Column("objects", sa.Integer, nullable=False, server_default=sa.text("0"))
    )
    op.execute(
        "UPDATE cases c SET objects ="
        " (SELECT coalesce(max(sequence), 0) FROM sealed_object o WHERE o.case_id = c.id)"
    )
    op.add_column("cases", sa.Column("claimed", sa.Text))
    for name in ("claimed_at", "withdrawn_at", "erase_asked_at"):
        op.add_column("cases", sa.Column(name, _INSTANT))
    op.add_column(
        "cases", sa.Column("held", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )
    op.add_column("cases", sa.Column("erased_at", _INSTANT))
    op.create_table(
        "case_update",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("claimed", sa.Text),
        sa.Column("sequence", sa.Integer),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_update"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_update_case_id"),
    )
    op.create_index("ix_case_update_case_id_at", "case_update", ["case_id", "at"])
    op.execute(
        _IF_ROLE.format(
            role="dodomu_bot",
            orders=f"GRANT UPDATE ({_FAMILYS}) ON cases TO dodomu_bot;"
            " GRANT SELECT, INSERT ON case_update TO dodomu_bot;"
            " GRANT SELECT ON family_copy TO dodomu_bot;",
        )
    )
    op.execute(
        _IF_ROLE.format(
            role="dodomu_desk", orders="GRANT SELECT, INSERT ON case_update TO dodomu_desk;"
        )
    )
    op.execute(
        _IF_ROLE.format(
            role="dodomu_janitor",
            orders=f"GRANT SELECT ({_SHREDDED}), UPDATE (status, erased_at) ON cases"
            " TO dodomu_janitor;"
            f" GRANT SELECT (case_id), DELETE ON {_SHRED} TO dodomu_janitor;",
        )
    )


def downgrade() -> None:
    op.execute(
        _IF_ROLE.format(
            role="dodomu_janitor",
            orders=f"REVOKE SELECT ({_SHREDDED}), UPDATE (status, erased_at) ON cases"  # noqa: S608 - rights
            " FROM dodomu_janitor;"
            f" REVOKE SELECT (case_id), DELETE ON {_SHRED} FROM dodomu_janitor;",
        )
    )
    op.execute(
        _IF_ROLE.format(
            role="dodomu_bot",
            orders=f"REVOKE UPDATE ({_FAMILYS}) ON cases FROM dodomu_bot;"  # noqa: S608 - rights
            " REVOKE SELECT ON family_copy FROM dodomu_bot;",
        )
    )
    op.drop_table("case_update")
    for name in (
        "erased_at",
        "held",
        "erase_asked_at",
        "withdrawn_at",
        "claimed_at",
        "claimed",
        "objects",
    ):
        op.drop_column("cases", name)
