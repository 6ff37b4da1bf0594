"""The desk's people: who they are, how they sign in, who took which case; the queue's indexes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

revision = "0008"
down_revision = "0007"
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

_RIGHTS = {
    "staff": "SELECT, INSERT, UPDATE",
    "role_grant": "SELECT, INSERT, UPDATE",
    "staff_invite": "SELECT, INSERT, UPDATE",
    "passkey": "SELECT, INSERT, UPDATE, DELETE",
    "totp": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_code": "SELECT, INSERT, UPDATE, DELETE",
    "desk_session": "SELECT, INSERT, UPDATE, DELETE",
    "passkey_challenge": "SELECT, INSERT, DELETE",
    "sign_in_try": "SELECT, INSERT, UPDATE, DELETE",
    "duty": "SELECT, INSERT, DELETE",
}
#: all that a prosecutor decides about a case; the rest of its row is as it was received
_DECIDED = "status, taken_by, taken_at, held, objects"

_OPEN = (
    "status IN ('received', 'screening', 'triaged', 'needs_info', 'referred', 'assigned',"
    " 'in_work', 'monitoring', 'reopened')"
)
_INDEXES = (
    ("untaken", ["due_at", "id"], f"taken_by IS NULL AND {_OPEN}"),
    ("untaken_oblast", ["oblast", "due_at", "id"], f"taken_by IS NULL AND {_OPEN}"),
    ("urgent", ["due_at", "id"], f"level = 'critical' AND {_OPEN}"),
    ("taken", ["taken_by", "due_at", "id"], f"taken_by IS NOT NULL AND {_OPEN}"),
    ("waiting", ["due_at", "id"], "status = 'needs_info'"),
    ("received", ["received_at", "id"], None),
    ("received_oblast", ["oblast", "received_at", "id"], None),
    ("received_status", ["status", "received_at", "id"], None),
    ("received_kind", ["kind", "received_at", "id"], None),
)
_FILTERED = ("oblast", "kind", "age_band", "status")


def upgrade() -> None:
    _people()
    _ways_in()
    _sessions()
    op.add_column("cases", sa.Column("taken_by", UUID(as_uuid=True)))
    op.add_column("cases", sa.Column("taken_at", _INSTANT))
    op.create_foreign_key("fk_cases_taken_by", "cases", "staff", ["taken_by"], ["id"])
    for name, columns, predicate in _INDEXES:
        op.create_index(
            f"ix_cases_{name}",
            "cases",
            columns,
            postgresql_where=None if predicate is None else sa.text(predicate),
            postgresql_include=[one for one in _FILTERED if one not in columns],
        )
    orders = [f"GRANT {rights} ON {table} TO dodomu_desk;" for table, rights in _RIGHTS.items()]
    orders.append("REVOKE UPDATE ON cases FROM dodomu_desk;")
    orders.append(f"GRANT UPDATE ({_DECIDED}) ON cases TO dodomu_desk;")
    op.execute(_IF_ROLE.format(orders=" ".join(orders)))


def _person(name: str = "person_id", *, null: bool = False) -> sa.Column:
    return sa.Column(name, UUID(as_uuid=True), nullable=null)


def _to_staff(table: str, name: str = "person_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["staff.id"], name=f"fk_{table}_{name}")


def _people() -> None:
    op.create_table(
        "staff",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("units", ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("password", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.Column("enrolled_at", _INSTANT),
        sa.Column("granted_at", _INSTANT),
        sa.Column("suspended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("number", name="uq_staff_number"),
        sa.CheckConstraint(
            "state IN ('pending', 'active', 'suspended')", name=op.f("ck_staff_state")
        ),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        _person(),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("units", ARRAY(sa.Text), nullable=False),
        _person("proposed_by", null=True),
        sa.Column("proposed_at", _INSTANT, nullable=False),
        _person("decided_by", null=True),
        sa.Column("decided_at", _INSTANT),
        sa.Column("granted", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_role_grant"),
        *(_to_staff("role_grant", name) for name in ("person_id", "proposed_by", "decided_by")),
    )
    op.create_index(
        "ix_role_grant_open",
        "role_grant",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_table(
        "duty",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        _person(),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty"),
        _to_staff("duty"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_forwards")),
    )
    op.create_index("ix_duty_ends_at", "duty", ["ends_at"])


def _ways_in() -> None:
    op.create_table(
        "staff_invite",
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        _person(),
        _person("invited_by", null=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_invite"),
        *(_to_staff("staff_invite", name) for name in ("person_id", "invited_by")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.LargeBinary, nullable=False),
        _person(),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        _to_staff("passkey"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])
    op.create_table(
        "totp",
        _person(),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("person_id", name="pk_totp"),
        _to_staff("totp"),
    )
    op.create_table(
        "recovery_code",
        _person(),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.PrimaryKeyConstraint("person_id", "hash", name="pk_recovery_code"),
        _to_staff("recovery_code"),
    )


def _sessions() -> None:
    op.create_table(
        "desk_session",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        _person(),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_session"),
        sa.UniqueConstraint("token_hash", name="uq_desk_session_token_hash"),
        _to_staff("desk_session"),
    )
    op.create_index("ix_desk_session_person_id", "desk_session", ["person_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("visit", sa.LargeBinary, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_passkey_challenge"),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_try"),
    )


def downgrade() -> None:
    op.execute(
        _IF_ROLE.format(
            orders=f"REVOKE UPDATE ({_DECIDED}) ON cases FROM dodomu_desk;"
            " GRANT UPDATE ON cases TO dodomu_desk;"
        )
    )
    for name, *_ in _INDEXES:
        op.drop_index(f"ix_cases_{name}", "cases")
    op.drop_column("cases", "taken_at")
    op.drop_column("cases", "taken_by")
    for table in reversed(_RIGHTS):
        op.drop_table(table)
