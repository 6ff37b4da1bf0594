"""The tables, as SQLAlchemy sees them. No behaviour; Alembic's revisions are the history of these.

Readable columns are only what triage and delivery need. Everything a person said is in a `sealed`
column: VAULT-sealed where the bot must read it back (conversation, draft, outbox), an age file
where only prosecutors may (sealed_object, case_key, group_key_wrap, quarantine). Times are UTC.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from cases import (
    audit_tables,
    bell_tables,
    broadcast_tables,
    entry_tables,
    errand_tables,
    file_tables,
    key_tables,
    message_tables,
    pair_tables,
    people_tables,
    queue_tables,
    work_tables,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_INSTANT = DateTime(timezone=True)
_OPEN = text("state IN ('queued', 'sending')")


def _now(name: str) -> "Column[object]":
    return Column(name, _INSTANT, nullable=False, server_default=func.now())


#: Updates whose effects are committed. A set, never a high-water mark: Telegram restarts its ids
#: at random after a quiet week. Kept 72 hours.
BOT_UPDATE = Table(
    "bot_update",
    METADATA,
    Column("bot_id", BigInteger, primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    _now("seen_at"),
)

UPDATE_FAILURE = Table(
    "update_failure",
    METADATA,
    Column("bot_id", BigInteger, primary_key=True),
    Column("update_id", BigInteger, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("error_type", Text, nullable=False),
    _now("last_at"),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _now("at"),
)

CONVERSATION = Table(
    "conversation",
    METADATA,
    Column("chat_ref", LargeBinary, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    #: counts the saves: an update prepared on an older one is done again
    Column("version", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("quiet", Boolean, nullable=False, server_default=text("false")),
    Column("blocked_at", _INSTANT),
    _now("created_at"),
    _now("last_seen_at"),
    Index(None, "created_at"),
)

DRAFT = Table(
    "draft",
    METADATA,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("chat_ref", LargeBinary, nullable=False),
    Column("flow", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("pass_on", Boolean),
    _now("created_at"),
    _now("updated_at"),
    Column("expires_at", _INSTANT, nullable=False),
    UniqueConstraint("chat_ref", "flow"),
    Index(None, "expires_at"),
)

CASES = Table(
    "cases",
    METADATA,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    #: none where no chat sent it: a caller whose answers somebody entered
    Column("chat_ref", LargeBinary),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("age_band", Text),
    Column("oblast", Text),
    Column("scenario", Text),
    Column("locale", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("partial", Boolean, nullable=False, server_default=text("false")),
    Column("children", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("files", Integer, nullable=False, server_default=text("0")),
    Column("recipient", Text, nullable=False),
    _now("received_at"),
    Column("due_at", _INSTANT, nullable=False),
    #: how many sealed objects it has: the number of the newest
    Column("objects", Integer, nullable=False, server_default=text("0")),
    #: the newest return status the family claims; what is confirmed stands elsewhere
    Column("claimed", Text),
    Column("claimed_at", _INSTANT),
    Column("withdrawn_at", _INSTANT),
    Column("erase_asked_at", _INSTANT),
    #: legal hold: the law wants it kept, whatever the family asks
    Column("held", Boolean, nullable=False, server_default=text("false")),
    Column("erased_at", _INSTANT),
    #: the group's report whose list named this child
    Column("part_of", UUID(as_uuid=True), ForeignKey("cases.id")),
    #: who typed a caller's answers: a staff handle, never a name
    Column("entered_by", Text),
    #: while the family is asked: since when the term stands still, and the status it returns to
    Column("resumes", Text),
    Column("paused_at", _INSTANT),
    #: the newest return status a prosecutor confirmed
    Column("confirmed", Text),
    Column("confirmed_at", _INSTANT),
    #: why it is closed, and the status it would be reopened to by an undo
    Column("closed_reason", Text),
    Column("closed_at", _INSTANT),
    Column("before_closing", Text),
    #: the prosecutor who took it, and when; "claimed" is a family's word here
    Column("taken_by", UUID(as_uuid=True), ForeignKey("staff.id")),
    Column("taken_at", _INSTANT),
    #: the case that is worked on for both, and the status this one had: its family is told by it
    Column("duplicate_of", UUID(as_uuid=True), ForeignKey("cases.id")),
    Column("stood", Text),
    #: a bell rang for it, where no chat has sent it
    Column("rung_at", _INSTANT),
    Index(None, "chat_ref"),
    Index(None, "status", "due_at"),
    Index("ix_cases_part_of", "part_of", postgresql_where=text("part_of IS NOT NULL")),
    Index(
        "ix_cases_duplicate_of", "duplicate_of", postgresql_where=text("duplicate_of IS NOT NULL")
    ),
    *queue_tables.indexes(),
)

CASE_KEY = Table(
    "case_key",
    METADATA,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("list_version", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _now("created_at"),
)

SEALED_OBJECT = Table(
    "sealed_object",
    METADATA,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    _now("created_at"),
    UniqueConstraint("case_id", "sequence"),
)

#: What happened to a case from the family's side, in order; nothing is ever changed here.
CASE_UPDATE = Table(
    "case_update",
    METADATA,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("claimed", Text),
    Column("sequence", Integer),
    Column("at", _INSTANT, nullable=False),
    Index(None, "case_id", "at"),
)

#: The family's own copy of what it sent, sealed to a key that only code + PIN yield. With `public`
#: it can be replaced, and added to, by who cannot open it.
FAMILY_COPY = Table(
    "family_copy",
    METADATA,
    Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("public", LargeBinary),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("bot", Text, nullable=False),
    Column("chat_ref", LargeBinary, nullable=False),
    #: 0 replies, 1 staff bells, 2 broadcasts
    Column("lane", SmallInteger, nullable=False),
    Column("method", Text, nullable=False),
    #: names a sent message so that a later row can edit it
    Column("tag", Text),
    Column("dedupe_key", Text, unique=True),
    #: NULL once the row is finished: nothing said is kept longer than needed
    Column("sealed", LargeBinary),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("not_before", _INSTANT, nullable=False, server_default=func.now()),
    Column("lease_until", _INSTANT),
    Column("worker", Text),
    Column("message_id", BigInteger),
    Column("error", Text),
    _now("created_at"),
    Column("finished_at", _INSTANT),
    CheckConstraint(
        "state IN ('queued', 'sending', 'sent', 'failed', 'unreachable', 'unknown')", name="state"
    ),
    Index("ix_outbox_open", "bot", "lane", "id", postgresql_where=_OPEN),
    Index("ix_outbox_chat_open", "chat_ref", "id", postgresql_where=_OPEN),
    Index("ix_outbox_tag", "chat_ref", "tag", postgresql_where=text("tag IS NOT NULL")),
    Index("ix_outbox_sent_to", "chat_ref", postgresql_where=text("message_id IS NOT NULL")),
)

#: Telegram's "wait" for one bot, known to every process that sends with its token.
SENDER_GATE = Table(
    "sender_gate",
    METADATA,
    Column("bot", Text, primary_key=True),
    Column("resume_at", _INSTANT, nullable=False),
    Column("stopped", Text),
)

ELSEWHERE = tuple(
    made(METADATA)
    for made in (
        *(file_tables.opened_case, file_tables.attachment),
        *(message_tables.message, message_tables.intake_box, message_tables.family_page),
        *people_tables.ALL,
        *(work_tables.confirmation, work_tables.referral, key_tables.group_key_wrap),
        *(audit_tables.audit, audit_tables.audit_head),
    )
)
"""The tables that other modules describe."""
BELLS = bell_tables.made(METADATA)
BROADCASTS = broadcast_tables.made(METADATA)
PAIR_DECISION = pair_tables.pair_decision(METADATA)
ENTRY_DRAFT = entry_tables.entry_draft(METADATA)
ERRAND = errand_tables.errand(METADATA)
ABSENCE = errand_tables.absence(METADATA)
