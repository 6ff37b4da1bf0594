"""The tables of broadcasts and of whom they may reach, for cases.tables to add to its own.

No behaviour. What a broadcast says is said to very many people, and therefore stands in clear; who
hears it does so by `chat_ref` alone.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

_INSTANT = DateTime(timezone=True)
_COUNTS = ("total", "sent", "blocked", "deactivated", "failed", "unknown", "skipped")


def made(metadata: MetaData) -> tuple[Table, ...]:
    """All of them."""
    return tuple(
        one(metadata) for one in (_reach, _broadcast, _text, _event, _test, _recipient, _template)
    )


def _person(name: str, *, null: bool = True) -> "Column[object]":
    return Column(name, UUID(as_uuid=True), ForeignKey("staff.id"), nullable=null)


def _broadcast_id(*, key: bool = False) -> "Column[object]":
    return Column(
        "broadcast_id",
        UUID(as_uuid=True),
        ForeignKey("broadcast.id", ondelete="CASCADE"),
        primary_key=key,
        nullable=False,
    )


def _reach(metadata: MetaData) -> Table:
    """What a broadcast must know of a family's chat, as cases.reach says it. No row: nothing yet.

    `silence` is the level of /stop; `hushed`: not to be written to first, for another reason than
    where the person is.
    """
    return Table(
        "reach",
        metadata,
        Column("chat_ref", LargeBinary, primary_key=True),
        Column("area", Text, nullable=False),
        Column("silence", Text),
        Column("hushed", Boolean, nullable=False),
        Column("at", _INSTANT, nullable=False, server_default=func.now()),
        CheckConstraint("area IN ('controlled', 'abroad', 'occupied', 'unknown')", name="area"),
    )


def _broadcast(metadata: MetaData) -> Table:
    """One message to many families. `digest` is what was tested and is approved.

    `starts_at`: not before; NULL until approved. The counts are those of its recipients by state,
    brought up to date by who feeds it, `rate` a second when it last did. `judged_*` count since a
    person last let it go on: failures (none of a crash of ours), blocked chats, all.
    """
    return Table(
        "broadcast",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("number", Integer, Identity(always=True), nullable=False, unique=True),
        Column("name", Text, nullable=False),
        Column("state", Text, nullable=False, server_default="draft"),
        Column("audience", JSONB, nullable=False),
        #: why people in the occupied area are written to
        Column("grounds", Text, nullable=False, server_default=""),
        #: why it may leave at night
        Column("urgent", Text, nullable=False, server_default=""),
        Column("digest", LargeBinary, nullable=False),
        Column("tested_digest", LargeBinary),
        Column("approved_digest", LargeBinary),
        #: which recipients were frozen: SHA-256 over their references
        Column("frozen", LargeBinary),
        _person("author", null=False),
        _person("edited_by", null=False),
        _person("submitted_by"),
        _person("approved_by"),
        Column("created_at", _INSTANT, nullable=False),
        Column("edited_at", _INSTANT, nullable=False),
        Column("submitted_at", _INSTANT),
        Column("approved_at", _INSTANT),
        Column("not_before", _INSTANT),
        Column("starts_at", _INSTANT),
        Column("started_at", _INSTANT),
        Column("finished_at", _INSTANT),
        Column("recalled_at", _INSTANT),
        #: why it is paused or was stopped: "by_hand", or what went wrong
        Column("why", Text),
        #: what an approver gave back last, to be compared with what comes next
        Column("returned", JSONB),
        *(Column(one, Integer, nullable=False, server_default=text("0")) for one in _COUNTS),
        Column("rate", Float, nullable=False, server_default=text("0")),
        Column("counted_at", _INSTANT),
        *(
            Column(f"judged_{one}", Integer, nullable=False, server_default=text("0"))
            for one in ("failed", "blocked", "done")
        ),
        #: the staff's message of its progress: what it said last, and when
        Column("shown", Text),
        Column("shown_at", _INSTANT),
        CheckConstraint(
            "state IN ('draft', 'submitted', 'scheduled', 'running', 'paused', 'finished',"
            " 'stopped', 'refused')",
            name="state",
        ),
        Index(
            "ix_broadcast_live",
            "starts_at",
            postgresql_where=text("state IN ('scheduled', 'running', 'paused')"),
        ),
        Index(None, "edited_at"),
    )


def _text(metadata: MetaData) -> Table:
    """What it says in one language: Telegram HTML, the line that says why, rows of links."""
    return Table(
        "broadcast_text",
        metadata,
        _broadcast_id(key=True),
        Column("locale", Text, primary_key=True),
        Column("html", Text, nullable=False),
        Column("why", Text, nullable=False),
        Column("buttons", JSONB, nullable=False),
    )


def _event(metadata: MetaData) -> Table:
    """Who did what to it, and why. Never changed; `told_at`: when the bell rang for it."""
    return Table(
        "broadcast_event",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        _broadcast_id(),
        _person("by_person"),
        Column("did", Text, nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
        Column("at", _INSTANT, nullable=False),
        Column("told_at", _INSTANT),
        Index(None, "broadcast_id", "id"),
        Index(
            "ix_broadcast_event_untold",
            "id",
            postgresql_where=text("told_at IS NULL AND did IN ('submitted', 'halted', 'broken')"),
        ),
    )


def _test(metadata: MetaData) -> Table:
    """A copy that somebody wants in their own chat first. `outbox_id`: the last message of it."""
    return Table(
        "broadcast_test",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        _broadcast_id(),
        _person("person_id", null=False),
        Column("digest", LargeBinary, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("outbox_id", BigInteger),
        #: "sent", or why not
        Column("became", Text),
        Index("ix_broadcast_test_open", "id", postgresql_where=text("became IS NULL")),
    )


def _recipient(metadata: MetaData) -> Table:
    """Who is to hear it, from its approval on, in which of its languages, and what became of it.

    `recall`: how far taking it back has come, where it was recalled.
    """
    return Table(
        "broadcast_recipient",
        metadata,
        _broadcast_id(key=True),
        Column("chat_ref", LargeBinary, primary_key=True),
        Column("locale", Text, nullable=False),
        Column("state", Text, nullable=False, server_default="queued"),
        Column("reason", Text),
        Column("outbox_id", BigInteger),
        Column("message_id", BigInteger),
        Column("done_at", _INSTANT),
        Column("recall", Text),
        CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'blocked', 'deactivated', 'failed',"
            " 'unknown', 'skipped')",
            name="state",
        ),
        CheckConstraint("recall IN ('queued', 'sending', 'done', 'failed')", name="recall"),
        *(
            Index(
                f"ix_broadcast_recipient_{name}",
                "broadcast_id",
                "chat_ref",
                postgresql_where=text(where),
            )
            for name, where in (
                ("queued", "state = 'queued'"),
                ("sending", "state = 'sending'"),
                ("recall", "recall IN ('queued', 'sending')"),
            )
        ),
    )


def _template(metadata: MetaData) -> Table:
    """Texts to begin with, by language as a draft has them."""
    return Table(
        "broadcast_template",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("name", Text, nullable=False),
        Column("texts", JSONB, nullable=False),
        _person("by_person", null=False),
        Column("at", _INSTANT, nullable=False),
    )
