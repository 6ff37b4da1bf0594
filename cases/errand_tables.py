"""The tables of working together, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def _person(name: str, *, null: bool = False) -> "Column[object]":
    return Column(name, UUID(as_uuid=True), ForeignKey("staff.id"), nullable=null)


def errand(metadata: MetaData) -> Table:
    """A person is wanted at a case. Ids and a word: what a note says stays under its seal.

    `told_at`: when it was passed on to Telegram or mail; `seen_at`: when the person has looked.
    """
    return Table(
        "errand",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        _person("person_id"),
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("why", Text, nullable=False),
        _person("by_person"),
        Column("at", _INSTANT, nullable=False),
        Column("told_at", _INSTANT),
        Column("seen_at", _INSTANT),
        CheckConstraint("why IN ('handed', 'moved', 'named')", name="why"),
        Index(
            "uq_errand_waits",
            *("person_id", "case_id", "why"),
            unique=True,
            postgresql_where=text("seen_at IS NULL"),
        ),
        Index("ix_errand_untold", "at", postgresql_where=text("told_at IS NULL")),
    )


def absence(metadata: MetaData) -> Table:
    """Somebody is away, days in Kyiv, both included; bells ring for the substitute meanwhile."""
    return Table(
        "absence",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        _person("person_id"),
        _person("substitute_id"),
        Column("first", Date, nullable=False),
        Column("last", Date, nullable=False),
        _person("by_person"),
        Column("at", _INSTANT, nullable=False),
        CheckConstraint("last >= first", name="forwards"),
        CheckConstraint("person_id <> substitute_id", name="another"),
        Index(None, "last"),
    )
