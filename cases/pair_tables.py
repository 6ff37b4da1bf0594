"""The table of what was decided about pairs, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def pair_decision(metadata: MetaData) -> Table:
    """What a person said of two children of two cases. Nothing is deleted: it is undone.

    `score` and `weights` as cases.matching gave them; `leads`: which case is worked on for both.
    """
    return Table(
        "pair_decision",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("case_a", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("item_a", Text, nullable=False),
        Column("case_b", UUID(as_uuid=True), ForeignKey("cases.id"), nullable=False),
        Column("item_b", Text, nullable=False),
        Column("decision", Text, nullable=False),
        Column("score", Integer, nullable=False),
        Column("weights", Integer, nullable=False),
        Column("leads", UUID(as_uuid=True), ForeignKey("cases.id")),
        Column("by_person", UUID(as_uuid=True), ForeignKey("staff.id"), nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("undone_at", _INSTANT),
        Column("undone_by", UUID(as_uuid=True), ForeignKey("staff.id")),
        CheckConstraint("case_a < case_b", name="ordered"),
        CheckConstraint("decision IN ('same', 'different', 'unsure')", name="decision"),
        CheckConstraint(
            "leads IS NULL OR (decision = 'same' AND leads IN (case_a, case_b))", name="leads"
        ),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index(
            "uq_pair_decision_stands",
            *("case_a", "item_a", "case_b", "item_b"),
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_pair_decision_case_b", "case_b"),
        Index("ix_pair_decision_at", "at"),
    )
