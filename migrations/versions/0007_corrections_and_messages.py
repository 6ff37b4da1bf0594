"""A report is corrected, prosecutors write to a family, somebody enters a caller's answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NEW = ("part_of", "entered_by", "resumes", "paused_at")

#: a correction may change what the family's answers had set; a level may only rise
_CORRECTED = "age_band, oblast, scenario, children, answers, level, reasons, rules_version, due_at"
_ANSWERED = "status, resumes, paused_at"
_MARKS = "sealed, told_at, reminded_at, opened_at, answered_at"

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        {orders}
    END IF;
END $$
"""


def upgrade() -> None:
    op.alter_column("cases", "chat_ref", nullable=True)
    op.add_column("cases", sa.Column("part_of", UUID(as_uuid=True)))
    op.create_foreign_key("fk_cases_part_of", "cases", "cases", ["part_of"], ["id"])
    op.add_column("cases", sa.Column("entered_by", sa.Text))
    op.add_column("cases", sa.Column("resumes", sa.Text))
    op.add_column("cases", sa.Column("paused_at", _INSTANT))
    op.create_index(
        "ix_cases_part_of", "cases", ["part_of"], postgresql_where=sa.text("part_of IS NOT NULL")
    )
    op.add_column("family_copy", sa.Column("public", sa.LargeBinary))
    op.create_table(
        "family_page",
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "sequence", name="pk_family_page"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_family_page_case_id"),
    )
    op.create_table(
        "intake_box",
        sa.Column("one", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("one", name="pk_intake_box"),
        sa.CheckConstraint("one", name=op.f("ck_intake_box_one")),
    )
    _message()
    _rights()


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("questions", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        *(
            sa.Column(name, _INSTANT)
            for name in (
                "due_at",
                "told_at",
                "reminded_at",
                "opened_at",
                "answered_at",
                "withdrawn_at",
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_message_case_id"),
        sa.CheckConstraint("kind IN ('question', 'word')", name=op.f("ck_message_kind")),
    )
    op.create_index("ix_message_case_id_at", "message", ["case_id", "at"])
    op.create_index(
        "ix_message_open",
        "message",
        ["at"],
        postgresql_where=sa.text(
            "answered_at IS NULL AND withdrawn_at IS NULL"
            " AND (told_at IS NULL OR reminded_at IS NULL)"
        ),
    )


def _rights() -> None:
    rights = {
        "dodomu_bot": f"GRANT UPDATE ({_CORRECTED}, {_ANSWERED}) ON cases TO dodomu_bot;"
        " GRANT UPDATE (sealed, public) ON family_copy TO dodomu_bot;"
        " GRANT SELECT, INSERT ON family_page TO dodomu_bot;"
        " GRANT SELECT, INSERT, UPDATE ON intake_box TO dodomu_bot;"
        f" GRANT SELECT, UPDATE ({_MARKS}) ON message TO dodomu_bot;",
        "dodomu_desk": "GRANT SELECT ON intake_box TO dodomu_desk;"
        " GRANT SELECT, INSERT, UPDATE (withdrawn_at, sealed) ON message TO dodomu_desk;",
        "dodomu_janitor": "GRANT SELECT (case_id), DELETE ON family_page TO dodomu_janitor;"
        " GRANT SELECT (id, case_id, sealed, answered_at, withdrawn_at), UPDATE (sealed),"
        " DELETE ON message TO dodomu_janitor;",
    }
    for role, orders in rights.items():
        op.execute(_IF_ROLE.format(role=role, orders=orders))


def downgrade() -> None:
    op.execute(
        _IF_ROLE.format(
            role="dodomu_bot",
            orders=f"REVOKE UPDATE ({_CORRECTED}, {_ANSWERED}) ON cases FROM dodomu_bot;"
            " REVOKE UPDATE (sealed, public) ON family_copy FROM dodomu_bot;",
        )
    )
    for table in ("message", "intake_box", "family_page"):
        op.drop_table(table)
    op.drop_column("family_copy", "public")
    op.drop_index("ix_cases_part_of", "cases")
    for name in _NEW:
        op.drop_column("cases", name)
    # A case without a chat had none that could be confused with a real one either.
    op.execute(
        "UPDATE cases SET chat_ref = decode(replace(id::text, '-', ''), 'hex')"
        " WHERE chat_ref IS NULL"
    )
    op.alter_column("cases", "chat_ref", nullable=False)
