"""The tables of what prosecutors decide about cases, for cases.tables to add to its own."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
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


def referral(metadata: MetaData) -> Table:
    """Steps of referrals, never changed: `first` is the step a referral began with.

    The basis, and which parts were handed over, are the case's object `sequence`.
    """
    return Table(
        "referral",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("first", UUID(as_uuid=True), ForeignKey("referral.id"), nullable=False),
        #: from 0 on: of two people who say at once what became of it, one is too late
        Column("number", SmallInteger, nullable=False),
        Column("case_id", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("body", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("sequence", Integer),
        Column("by", UUID(as_uuid=True), ForeignKey("staff.id"), nullable=False),
        Column("at", _INSTANT, nullable=False),
        CheckConstraint(
            "state IN ('referred', 'accepted', 'declined', 'returned', 'withdrawn')", name="state"
        ),
        CheckConstraint(
            "(first = id) = (number = 0) AND (number = 0) = (state = 'referred')",
            name="beginning",
        ),
        UniqueConstraint("first", "number"),
        Index(None, "case_id", "at"),
    )
