"""Intake: conversations, drafts, sealed cases, outbox, audit chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_OPEN = sa.text("state IN ('queued', 'sending')")


def _now(name: str) -> "sa.Column[object]":
    return sa.Column(name, _INSTANT, nullable=False, server_default=sa.func.now())


def upgrade() -> None:
    _intake()
    _cases()
    _outbox()
    _audit()


def _intake() -> None:
    op.create_table(
        "bot_update",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        _now("seen_at"),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name="pk_bot_update"),
    )
    op.create_table(
        "update_failure",
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error_type", sa.Text, nullable=False),
        _now("last_at"),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name="pk_update_failure"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("bot_id", sa.BigInteger, nullable=False),
        sa.Column("update_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _now("at"),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_table(
        "conversation",
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("quiet", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("blocked_at", _INSTANT),
        _now("created_at"),
        _now("last_seen_at"),
        sa.PrimaryKeyConstraint("chat_ref", name="pk_conversation"),
    )
    op.create_table(
        "draft",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("flow", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("pass_on", sa.Boolean),
        _now("created_at"),
        _now("updated_at"),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("chat_ref", "flow", name="uq_draft_chat_ref_flow"),
    )
    op.create_index("ix_draft_expires_at", "draft", ["expires_at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("rules_version", sa.Integer, nullable=False),
        sa.Column("age_band", sa.Text),
        sa.Column("oblast", sa.Text),
        sa.Column("scenario", sa.Text),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("children", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("files", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("recipient", sa.Text, nullable=False),
        _now("received_at"),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("code", name="uq_cases_code"),
    )
    op.create_index("ix_cases_chat_ref", "cases", ["chat_ref"])
    op.create_index("ix_cases_status_due_at", "cases", ["status", "due_at"])
    op.create_table(
        "case_key",
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("list_version", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("case_id", "list_version", name="pk_case_key"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_key_case_id"),
    )
    op.create_table(
        "sealed_object",
        sa.Column("id", UUID(as_uuid=True), nullable=False),
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        _now("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_object"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_sealed_object_case_id"),
        sa.UniqueConstraint("case_id", "sequence", name="uq_sealed_object_case_id_sequence"),
    )
    op.create_table(
        "family_copy",
        sa.Column("case_id", UUID(as_uuid=True), nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_family_copy"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_family_copy_case_id"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("chat_ref", sa.LargeBinary, nullable=False),
        sa.Column("lane", sa.SmallInteger, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("tag", sa.Text),
        sa.Column("dedupe_key", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("state", sa.Text, nullable=False, server_default="queued"),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default=sa.text("0")),
        _now("not_before"),
        sa.Column("lease_until", _INSTANT),
        sa.Column("worker", sa.Text),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("error", sa.Text),
        _now("created_at"),
        sa.Column("finished_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("dedupe_key", name="uq_outbox_dedupe_key"),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unreachable', 'unknown')",
            name=op.f("ck_outbox_state"),
        ),
    )
    op.create_index("ix_outbox_open", "outbox", ["bot", "lane", "id"], postgresql_where=_OPEN)
    op.create_index("ix_outbox_chat_open", "outbox", ["chat_ref", "id"], postgresql_where=_OPEN)
    op.create_index(
        "ix_outbox_tag",
        "outbox",
        ["chat_ref", "tag"],
        postgresql_where=sa.text("tag IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_sent_to",
        "outbox",
        ["chat_ref"],
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "sender_gate",
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("resume_at", _INSTANT, nullable=False),
        sa.Column("stopped", sa.Text),
        sa.PrimaryKeyConstraint("bot", name="pk_sender_gate"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", UUID(as_uuid=True)),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("prev", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("sig", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_table(
        "audit_head",
        sa.Column("one", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("one", name="pk_audit_head"),
        sa.CheckConstraint("one", name=op.f("ck_audit_head_one")),
    )
    op.execute("INSERT INTO audit_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'))")


def downgrade() -> None:
    for table in (
        "audit_head", "audit", "sender_gate", "outbox", "family_copy", "sealed_object",
        "case_key", "cases", "draft", "conversation", "quarantine", "update_failure", "bot_update",
    ):  # fmt: skip
        op.drop_table(table)
