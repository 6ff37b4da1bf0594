"""The tables of bells and of who hears them, for cases.tables to add to its own. No behaviour.

Nothing here tells of a family. What tells of staff: a Telegram chat, sealed under VAULT, and a
work address for mail, which stands in clear like the name beside it.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def made(metadata: MetaData) -> tuple[Table, ...]:
    """All of them."""
    return tuple(one(metadata) for one in (_bell, _digest, _staff_link, _link_code, _staff_notice))


def _bell(metadata: MetaData) -> Table:
    """A report that rings until somebody takes it. `next_at`: when to look at it again; NULL: not.

    `stage` is what was rung last; `shown` what the messages say now: "open", "over", or the id of
    who took it; `people` whom it rang for in private.
    """
    return Table(
        "bell",
        metadata,
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
        Column("stage", Text, nullable=False, server_default=""),
        Column("shown", Text, nullable=False, server_default="open"),
        Column("people", ARRAY(UUID(as_uuid=True)), nullable=False, server_default="{}"),
        Column("next_at", _INSTANT),
        CheckConstraint("stage IN ('', 'new', 'half', 'due')", name="stage"),
        Index("ix_bell_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )


def _digest(metadata: MetaData) -> Table:
    """The days, in Kyiv, whose digest was sent, or had nothing to say."""
    return Table(
        "digest",
        metadata,
        Column("day", Date, primary_key=True),
        Column("at", _INSTANT, nullable=False),
    )


def _staff_link(metadata: MetaData) -> Table:
    """A person's private chat with the staff bot: bells go there, and presses come thence."""
    return Table(
        "staff_link",
        metadata,
        Column("person_id", UUID(as_uuid=True), ForeignKey("staff.id"), primary_key=True),
        Column("chat_ref", LargeBinary, nullable=False, unique=True),
        Column("sealed", LargeBinary, nullable=False),
        Column("at", _INSTANT, nullable=False, server_default=func.now()),
    )


def _link_code(metadata: MetaData) -> Table:
    """A code that links a chat, once and soon; a new one takes the place of the old."""
    return Table(
        "link_code",
        metadata,
        Column("person_id", UUID(as_uuid=True), ForeignKey("staff.id"), primary_key=True),
        Column("code_hash", LargeBinary, nullable=False, unique=True),
        Column("expires_at", _INSTANT, nullable=False),
    )


def _staff_notice(metadata: MetaData) -> Table:
    """What a person wishes to hear, and where. No row: the digest, and no mail."""
    return Table(
        "staff_notice",
        metadata,
        Column("person_id", UUID(as_uuid=True), ForeignKey("staff.id"), primary_key=True),
        Column("mail", Text),
        Column("digest", Boolean, nullable=False, server_default=text("true")),
    )
