"""What was decided about two reports of one child; a case that another one leads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0012"
down_revision = "0011"
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

_DECIDED = "UPDATE (duplicate_of, stood) ON cases"
# Whoever erases a case that leads gives those it led back to the queue.
_ERASED = "SELECT (duplicate_of, stood, status), UPDATE (duplicate_of, stood) ON cases"


def upgrade() -> None:
    op.add_column("cases", sa.Column("duplicate_of", UUID(as_uuid=True)))
    op.add_column("cases", sa.Column("stood", sa.Text))
    op.create_foreign_key("fk_cases_duplicate_of", "cases", "cases", ["duplicate_of"], ["id"])
    op.create_index(
        "ix_cases_duplicate_of",
        "cases",
        ["duplicate_of"],
        postgresql_where=sa.text("duplicate_of IS NOT NULL"),
    )
    _decisions()
    orders = f"GRANT {_DECIDED} TO dodomu_desk;"
    orders += " GRANT SELECT, INSERT, UPDATE (undone_at, undone_by) ON pair_decision"
    op.execute(_IF_ROLE.format(role="dodomu_desk", orders=f"{orders} TO dodomu_desk;"))
    orders = f"GRANT {_ERASED} TO dodomu_janitor;"
    op.execute(_IF_ROLE.format(role="dodomu_janitor", orders=orders))


def _decisions() -> None:
    op.create_table(
        "pair_decision",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_a", UUID(as_uuid=True), nullable=False),
        sa.Column("item_a", sa.Text, nullable=False),
        sa.Column("case_b", UUID(as_uuid=True), nullable=False),
        sa.Column("item_b", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("weights", sa.Integer, nullable=False),
        sa.Column("leads", UUID(as_uuid=True)),
        sa.Column("by_person", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("undone_at", _INSTANT),
        sa.Column("undone_by", UUID(as_uuid=True)),
        sa.PrimaryKeyConstraint("id", name="pk_pair_decision"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_pair_decision_{name}")
            for name, table in (
                ("case_a", "cases"),
                ("case_b", "cases"),
                ("leads", "cases"),
                ("by_person", "staff"),
                ("undone_by", "staff"),
            )
        ),
        sa.CheckConstraint("case_a < case_b", name=op.f("ck_pair_decision_ordered")),
        sa.CheckConstraint(
            "decision IN ('same', 'different', 'unsure')", name=op.f("ck_pair_decision_decision")
        ),
        sa.CheckConstraint(
            "leads IS NULL OR (decision = 'same' AND leads IN (case_a, case_b))",
            name=op.f("ck_pair_decision_leads"),
        ),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_pair_decision_undone")
        ),
    )
    op.create_index(
        "uq_pair_decision_stands",
        "pair_decision",
        ["case_a", "item_a", "case_b", "item_b"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("ix_pair_decision_case_b", "pair_decision", ["case_b"])
    op.create_index("ix_pair_decision_at", "pair_decision", ["at"])


def downgrade() -> None:
    op.drop_table("pair_decision")
    op.execute(
        "UPDATE cases SET status = coalesce(stood, 'received') WHERE status = 'duplicate_of'"
    )
    op.drop_index("ix_cases_duplicate_of", "cases")
    op.drop_column("cases", "stood")
    op.drop_column("cases", "duplicate_of")
