"""The tables of what prosecutors write to families, for cases.tables to add to its own.

No behaviour.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def message(metadata: MetaData) -> Table:
    """A question or a word to the family of a case, and how far it has come.

    `sealed` is for the intake alone, and NULL once nobody needs it; the case keeps its own copy as
    object `sequence`.
    """
    return Table(
        "message",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("sealed", LargeBinary),
        Column("questions", SmallInteger, nullable=False, server_default=text("0")),
        Column("sequence", Integer, nullable=False),
        Column("author", Text, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("due_at", _INSTANT),
        #: the family's chat has been told that there is something; or need not be
        Column("told_at", _INSTANT),
        Column("reminded_at", _INSTANT),
        Column("opened_at", _INSTANT),
        Column("answered_at", _INSTANT),
        Column("withdrawn_at", _INSTANT),
        CheckConstraint("kind IN ('question', 'word')", name="kind"),
        Index(None, "case_id", "at"),
        Index(
            "ix_message_open",
            "at",
            postgresql_where=text(
                "answered_at IS NULL AND withdrawn_at IS NULL"
                " AND (told_at IS NULL OR reminded_at IS NULL)"
            ),
        ),
    )


def intake_box(metadata: MetaData) -> Table:
    """The public half of the intake's letter-box, signed by INTAKE-SIGN. One row."""
    return Table(
        "intake_box",
        metadata,
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("public", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("at", _INSTANT, nullable=False, server_default=func.now()),
        CheckConstraint("one", name="one"),
    )


def family_page(metadata: MetaData) -> Table:
    """What a family added after sending, sealed to the public half of its code and PIN."""
    return Table(
        "family_page",
        metadata,
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), primary_key=True),
        Column("sequence", Integer, primary_key=True, autoincrement=False),
        Column("sealed", LargeBinary, nullable=False),
    )
