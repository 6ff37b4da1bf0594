"""Broadcasts: what they say, who approved it, whom they reach and what became of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_COUNTS = ("total", "sent", "blocked", "deactivated", "failed", "unknown", "skipped")
_MOVED = (
    "state, started_at, finished_at, why, rate, counted_at,"
    " judged_failed, judged_blocked, judged_done, " + ", ".join(_COUNTS)
)
_CHAT = "chat_ref, bot, locale, quiet, blocked_at"
_LINE = "shown, shown_at, tested_digest"
_STEP = "state, reason, outbox_id, message_id, done_at, recall"

_IF_ROLE = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        {orders}
    END IF;
END $$
"""

_RIGHTS = {
    "dodomu_desk": (
        "GRANT SELECT ON reach TO dodomu_desk",
        f"GRANT SELECT ({_CHAT}) ON conversation TO dodomu_desk",
        "GRANT SELECT (chat_ref, flow) ON draft TO dodomu_desk",
        "GRANT SELECT, INSERT, UPDATE ON broadcast TO dodomu_desk",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON broadcast_text TO dodomu_desk",
        "GRANT SELECT, INSERT ON broadcast_event TO dodomu_desk",
        "GRANT SELECT, INSERT ON broadcast_test TO dodomu_desk",
        # it freezes who is to hear it, and asks for it back; what became of it, others say
        "GRANT SELECT, INSERT, DELETE, UPDATE (recall) ON broadcast_recipient TO dodomu_desk",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON broadcast_template TO dodomu_desk",
    ),
    # the intake keeps what is known of a chat, rings, and shows a test to who asked for it
    "dodomu_bot": (
        "GRANT SELECT, INSERT, UPDATE, DELETE ON reach TO dodomu_bot",
        f"GRANT SELECT, UPDATE ({_LINE}) ON broadcast TO dodomu_bot",
        "GRANT SELECT ON broadcast_text TO dodomu_bot",
        "GRANT SELECT, INSERT, UPDATE (told_at) ON broadcast_event TO dodomu_bot",
        "GRANT SELECT, UPDATE (outbox_id, became) ON broadcast_test TO dodomu_bot",
        "GRANT SELECT (id, state, error) ON outbox TO dodomu_bot",
    ),
    # what is paused is taken out of the outbox again
    "dodomu_sender": (
        "GRANT DELETE ON outbox TO dodomu_sender",
        "GRANT SELECT ON reach TO dodomu_sender",
        "GRANT SELECT (id, chat_ref, erase_asked_at, part_of, kind) ON cases TO dodomu_sender",
        "GRANT SELECT (chat_ref, flow) ON draft TO dodomu_sender",
        f"GRANT SELECT, UPDATE ({_MOVED}) ON broadcast TO dodomu_sender",
        "GRANT SELECT ON broadcast_text TO dodomu_sender",
        "GRANT INSERT ON broadcast_event TO dodomu_sender",
        f"GRANT SELECT, UPDATE ({_STEP}) ON broadcast_recipient TO dodomu_sender",
        "GRANT INSERT ON audit TO dodomu_sender",
        "GRANT SELECT, UPDATE ON audit_head TO dodomu_sender",
    ),
    "dodomu_janitor": (
        "GRANT SELECT (id, finished_at) ON broadcast TO dodomu_janitor",
        "GRANT SELECT, UPDATE, DELETE ON broadcast_recipient TO dodomu_janitor",
        "GRANT SELECT (id, at), UPDATE (became), DELETE ON broadcast_test TO dodomu_janitor",
    ),
}

_TABLES = (
    "broadcast_template", "broadcast_recipient", "broadcast_test", "broadcast_event",
    "broadcast_text", "broadcast", "reach",
)  # fmt: skip
_TAKEN_BACK = {
    "dodomu_desk": (
        f"REVOKE SELECT ({_CHAT}) ON conversation FROM dodomu_desk",  # noqa: S608 - constants
        "REVOKE SELECT (chat_ref, flow) ON draft FROM dodomu_desk",
    ),
    "dodomu_bot": ("REVOKE SELECT (id, state, error) ON outbox FROM dodomu_bot",),
    "dodomu_sender": (
        "REVOKE DELETE ON outbox FROM dodomu_sender",
        "REVOKE SELECT (id, chat_ref, erase_asked_at, part_of, kind) ON cases FROM dodomu_sender",
        "REVOKE SELECT (chat_ref, flow) ON draft FROM dodomu_sender",
        "REVOKE INSERT ON audit FROM dodomu_sender",
        "REVOKE SELECT, UPDATE ON audit_head FROM dodomu_sender",
    ),
}


def upgrade() -> None:
    op.create_table(
        "reach",
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("silence", sa.Text),
        sa.Column("hushed", sa.Boolean, nullable=False),
        sa.Column("at", _INSTANT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("chat_ref", name="pk_reach"),
        sa.CheckConstraint(
            "area IN ('controlled', 'abroad', 'occupied', 'unknown')", name=op.f("ck_reach_area")
        ),
    )
    _broadcasts()
    _said()
    _recipients()
    for role, rights in _RIGHTS.items():
        op.execute(_IF_ROLE.format(role=role, orders=" ".join(f"{one};" for one in rights)))


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("number", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="draft"),
        sa.Column("audience", JSONB, nullable=False),
        sa.Column("grounds", sa.Text, nullable=False, server_default=""),
        sa.Column("urgent", sa.Text, nullable=False, server_default=""),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        *(
            sa.Column(one, sa.LargeBinary)
            for one in ("tested_digest", "approved_digest", "frozen")
        ),
        *(
            sa.Column(one, UUID(as_uuid=True), nullable=one in ("submitted_by", "approved_by"))
            for one in ("author", "edited_by", "submitted_by", "approved_by")
        ),
        *(sa.Column(one, _INSTANT, nullable=False) for one in ("created_at", "edited_at")),
        *(
            sa.Column(one, _INSTANT)
            for one in (
                *("submitted_at", "approved_at", "not_before", "starts_at", "started_at"),
                *("finished_at", "recalled_at"),
            )
        ),
        sa.Column("why", sa.Text),
        sa.Column("returned", JSONB),
        *(_counter(one) for one in _COUNTS),
        sa.Column("rate", sa.Float, nullable=False, server_default=sa.text("0")),
        sa.Column("counted_at", _INSTANT),
        *(_counter(one) for one in ("judged_failed", "judged_blocked", "judged_done")),
        sa.Column("shown", sa.Text),
        sa.Column("shown_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast"),
        sa.UniqueConstraint("number", name="uq_broadcast_number"),
        *(
            sa.ForeignKeyConstraint([one], ["staff.id"], name=f"fk_broadcast_{one}")
            for one in ("author", "edited_by", "submitted_by", "approved_by")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'scheduled', 'running', 'paused', 'finished',"
            " 'stopped', 'refused')",
            name=op.f("ck_broadcast_state"),
        ),
    )
    op.create_index(
        "ix_broadcast_live",
        "broadcast",
        ["starts_at"],
        postgresql_where=sa.text("state IN ('scheduled', 'running', 'paused')"),
    )
    op.create_index("ix_broadcast_edited_at", "broadcast", ["edited_at"])


def _counter(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0"))


def _of(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["broadcast_id"], ["broadcast.id"], name=f"fk_{table}_broadcast_id", ondelete="CASCADE"
    )


def _by(table: str, name: str = "by_person") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["staff.id"], name=f"fk_{table}_{name}")


def _said() -> None:
    op.create_table(
        "broadcast_text",
        sa.Column("broadcast_id", UUID(as_uuid=True), nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("buttons", JSONB, nullable=False),
        sa.PrimaryKeyConstraint("broadcast_id", "locale", name="pk_broadcast_text"),
        _of("broadcast_text"),
    )
    op.create_table(
        "broadcast_event",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("broadcast_id", UUID(as_uuid=True), nullable=False),
        sa.Column("by_person", UUID(as_uuid=True)),
        sa.Column("did", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_event"),
        _of("broadcast_event"),
        _by("broadcast_event"),
    )
    op.create_index(
        "ix_broadcast_event_broadcast_id_id", "broadcast_event", ["broadcast_id", "id"]
    )
    op.create_index(
        "ix_broadcast_event_untold",
        "broadcast_event",
        ["id"],
        postgresql_where=sa.text("told_at IS NULL AND did IN ('submitted', 'halted', 'broken')"),
    )
    op.create_table(
        "broadcast_template",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("texts", JSONB, nullable=False),
        sa.Column("by_person", UUID(as_uuid=True), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_template"),
        _by("broadcast_template"),
    )
    op.create_table(
        "broadcast_test",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("broadcast_id", UUID(as_uuid=True), nullable=False),
        sa.Column("person_id", UUID(as_uuid=True), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("outbox_id", sa.BigInteger),
        sa.Column("became", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_test"),
        _of("broadcast_test"),
        _by("broadcast_test", "person_id"),
    )
    op.create_index(
        "ix_broadcast_test_open",
        "broadcast_test",
        ["id"],
        postgresql_where=sa.text("became IS NULL"),
    )


def _recipients() -> None:
    op.create_table(
        "broadcast_recipient",
        sa.Column("broadcast_id", UUID(as_uuid=True), nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        sa.Column("reason", sa.Text),
        sa.Column("outbox_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("done_at", _INSTANT),
        sa.Column("recall", sa.Text),
        sa.PrimaryKeyConstraint("broadcast_id", "chat_ref", name="pk_broadcast_recipient"),
        _of("broadcast_recipient"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'blocked', 'deactivated', 'failed',"
            " 'unknown', 'skipped')",
            name=op.f("ck_broadcast_recipient_state"),
        ),
        sa.CheckConstraint(
            "recall IN ('queued', 'sending', 'done', 'failed')",
            name=op.f("ck_broadcast_recipient_recall"),
        ),
    )
    for name, where in (
        ("queued", "state = 'queued'"),
        ("sending", "state = 'sending'"),
        ("recall", "recall IN ('queued', 'sending')"),
    ):
        op.create_index(
            f"ix_broadcast_recipient_{name}",
            "broadcast_recipient",
            ["broadcast_id", "chat_ref"],
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    for role, rights in _TAKEN_BACK.items():
        op.execute(_IF_ROLE.format(role=role, orders=" ".join(f"{one};" for one in rights)))
    for table in _TABLES:
        op.drop_table(table)
