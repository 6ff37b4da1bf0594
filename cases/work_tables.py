"""The tables of what prosecutors decide about cases, for cases.tables to add to its own."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def confirmation(metadata: MetaData) -> Table:
    """A return status that a prosecutor confirmed; the basis is the case's object `sequence`."""
    return Table(
        "confirmation",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("status", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("by", UUID(as_uuid=True), ForeignKey("staff.id"), nullable=False),
        Column("at", _INSTANT, nullable=False),
        #: a death is confirmed by two people
        Column("needs_second", Boolean, nullable=False),
        Column("second_by", UUID(as_uuid=True), ForeignKey("staff.id")),
        Column("second_at", _INSTANT),
        Column("undone_by", UUID(as_uuid=True), ForeignKey("staff.id")),
        Column("undone_at", _INSTANT),
        Index(None, "case_id", "at"),
    )
