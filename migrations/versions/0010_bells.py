"""Bells ring until somebody takes the report; people link a chat, and wish what to hear."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

revision = "0010"
down_revision = "0009"
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

#: whom a press is by, and whether their role allows it; no name, no way to sign in
_WHO = "id, number, role, units, state"
_CLAIM = "taken_by, taken_at"
_WATCH = "case_id, next_at"
_TABLES = ("bell", "digest", "staff_link", "link_code", "staff_notice")

_RIGHTS = {
    "dodomu_bot": (
        f"GRANT SELECT ({_WHO}) ON staff TO dodomu_bot",
        f"GRANT UPDATE ({_CLAIM}) ON cases TO dodomu_bot",
        "GRANT SELECT, INSERT, UPDATE (ends_at), DELETE ON duty TO dodomu_bot",
        "GRANT SELECT, INSERT, UPDATE (stage, shown, people, next_at) ON bell TO dodomu_bot",
        "GRANT SELECT, INSERT ON digest TO dodomu_bot",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON staff_link TO dodomu_bot",
        "GRANT SELECT, DELETE ON link_code TO dodomu_bot",
        "GRANT SELECT ON staff_notice TO dodomu_bot",
    ),
    "dodomu_desk": (
        # it makes codes and undoes links; which chat it is, it need not know
        "GRANT SELECT, INSERT, UPDATE, DELETE ON link_code TO dodomu_desk",
        "GRANT SELECT (person_id, at), DELETE ON staff_link TO dodomu_desk",
        "GRANT SELECT, INSERT, UPDATE ON staff_notice TO dodomu_desk",
        # a case decided about there: its bell is looked at; a report typed there rings
        f"GRANT SELECT ({_WATCH}), INSERT ({_WATCH}), UPDATE (next_at) ON bell TO dodomu_desk",
    ),
    "dodomu_janitor": ("GRANT SELECT (case_id), UPDATE (next_at) ON bell TO dodomu_janitor",),
}

#: whatever of a case its bell depends on; whoever changes it need not think of the bell
_CHANGED = (
    "status", "level", "due_at", "taken_by", "paused_at", "withdrawn_at", "erase_asked_at",
    "erased_at",
)  # fmt: skip
_LOOK = """
CREATE FUNCTION bell_look() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE bell SET next_at = '-infinity' WHERE case_id = NEW.id;
    RETURN NULL;
END $$
"""
_WHEN = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in _CHANGED)
_TRIGGER = f"""
CREATE TRIGGER bell_look AFTER UPDATE OF {", ".join(_CHANGED)} ON cases
    FOR EACH ROW WHEN ({_WHEN}) EXECUTE FUNCTION bell_look()
"""

_UNTAKEN = (
    "taken_by IS NULL AND part_of IS NULL AND withdrawn_at IS NULL AND erased_at IS NULL"
    " AND status IN ('received', 'screening', 'triaged', 'needs_info', 'referred', 'assigned',"
    " 'in_work', 'monitoring', 'reopened')"
)


def upgrade() -> None:
    op.create_table(
        "bell",
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("stage", sa.Text, nullable=False, server_default=""),
        sa.Column("shown", sa.Text, nullable=False, server_default="open"),
        sa.Column("people", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
        sa.Column("next_at", _INSTANT),
        sa.PrimaryKeyConstraint("case_id", name="pk_bell"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_bell_case_id"),
        sa.CheckConstraint("stage IN ('', 'new', 'half', 'due')", name=op.f("ck_bell_stage")),
    )
    op.create_index(
        "ix_bell_next_at", "bell", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.create_table(
        "digest",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_digest"),
    )
    _people()
    op.execute(_LOOK)
    op.execute("REVOKE ALL ON FUNCTION bell_look FROM PUBLIC")
    op.execute(_TRIGGER)
    # Reports that wait already: what is overdue has been seen in the queue, and does not ring now.
    op.execute(
        "INSERT INTO bell (case_id, stage, next_at)"  # noqa: S608 - constants
        " SELECT id, CASE WHEN due_at > now() THEN 'new' ELSE 'due' END,"
        " CASE WHEN due_at > now() THEN now() END"
        f" FROM cases WHERE {_UNTAKEN}"
    )
    for role, rights in _RIGHTS.items():
        op.execute(_IF_ROLE.format(role=role, orders=" ".join(f"{one};" for one in rights)))


def _people() -> None:
    op.create_table(
        "staff_link",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("person_id", name="pk_staff_link"),
        sa.UniqueConstraint("chat_ref", name="uq_staff_link_chat_ref"),
        sa.ForeignKeyConstraint(["person_id"], ["staff.id"], name="fk_staff_link_person_id"),
    )
    op.create_table(
        "link_code",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_link_code"),
        sa.UniqueConstraint("code_hash", name="uq_link_code_code_hash"),
        sa.ForeignKeyConstraint(["person_id"], ["staff.id"], name="fk_link_code_person_id"),
    )
    op.create_table(
        "staff_notice",
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("mail", sa.Text),
        sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.PrimaryKeyConstraint("person_id", name="pk_staff_notice"),
        sa.ForeignKeyConstraint(["person_id"], ["staff.id"], name="fk_staff_notice_person_id"),
    )


def downgrade() -> None:
    gone = (
        f"REVOKE SELECT ({_WHO}) ON staff FROM dodomu_bot",  # noqa: S608 - constants
        f"REVOKE UPDATE ({_CLAIM}) ON cases FROM dodomu_bot",
        "REVOKE SELECT, INSERT, UPDATE (ends_at), DELETE ON duty FROM dodomu_bot",
    )
    op.execute(_IF_ROLE.format(role="dodomu_bot", orders=" ".join(f"{one};" for one in gone)))
    op.execute("DROP TRIGGER bell_look ON cases")
    op.execute("DROP FUNCTION bell_look")
    for table in reversed(_TABLES):
        op.drop_table(table)
