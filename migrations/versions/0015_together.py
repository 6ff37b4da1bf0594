"""Working together: who is called to a case, who is away; cases found by part of a code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from migrations.patience import create_index

revision = "0015"
down_revision = "0014"
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

_RIGHTS = {
    "dodomu_desk": "GRANT SELECT, INSERT, UPDATE (seen_at) ON errand TO dodomu_desk;"
    " GRANT SELECT, INSERT, DELETE ON absence TO dodomu_desk;",
    "dodomu_bot": "GRANT SELECT, UPDATE (told_at) ON errand TO dodomu_bot;"
    " GRANT SELECT ON absence TO dodomu_bot;",
}


def upgrade() -> None:
    create_index(
        "ix_cases_code_begins", "cases", ["code"], postgresql_ops={"code": "text_pattern_ops"}
    )
    create_index("ix_cases_code_half", "cases", [sa.text("substr(code, 6) text_pattern_ops")])
    op.create_table(
        "errand",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by_person", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT),
        sa.Column("seen_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_errand"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_errand_{name}")
            for name, table in (
                ("person_id", "staff"),
                ("case_id", "cases"),
                ("by_person", "staff"),
            )
        ),
        sa.CheckConstraint("why IN ('handed', 'moved', 'named')", name=op.f("ck_errand_why")),
    )
    op.create_index(
        "uq_errand_waits",
        "errand",
        ["person_id", "case_id", "why"],
        unique=True,
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_index(
        "ix_errand_untold", "errand", ["at"], postgresql_where=sa.text("told_at IS NULL")
    )
    _absences()
    for role, orders in _RIGHTS.items():
        op.execute(_IF_ROLE.format(role=role, orders=orders))


def _absences() -> None:
    op.create_table(
        "absence",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("substitute_id", UUID(as_uuid=True), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("by_person", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        *(
            sa.ForeignKeyConstraint([name], ["staff.id"], name=f"fk_absence_{name}")
            for name in ("person_id", "substitute_id", "by_person")
        ),
        sa.CheckConstraint("last >= first", name=op.f("ck_absence_forwards")),
        sa.CheckConstraint("person_id <> substitute_id", name=op.f("ck_absence_another")),
    )
    op.create_index("ix_absence_last", "absence", ["last"])


def downgrade() -> None:
    for name in ("half", "begins"):
        op.drop_index(f"ix_cases_code_{name}", "cases")
    op.drop_table("absence")
    op.drop_table("errand")
