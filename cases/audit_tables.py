"""The tables of the audit chain, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


def audit(metadata: MetaData) -> Table:
    """Entries, each with the hash of the one before. Whoever reads them may ask by any column."""
    return Table(
        "audit",
        metadata,
        Column("seq", BigInteger, primary_key=True, autoincrement=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject", UUID(as_uuid=True)),
        Column("detail", JSONB, nullable=False),
        Column("prev", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("sig", LargeBinary, nullable=False),
        Index("ix_audit_actor", "actor", "seq"),
        Index("ix_audit_action", "action", "seq"),
        Index("ix_audit_subject", "subject", "seq", postgresql_where=text("subject IS NOT NULL")),
        Index("ix_audit_at", "at"),
    )


def audit_head(metadata: MetaData) -> Table:
    """Where the chain ends. One row, locked by whoever adds to it."""
    return Table(
        "audit_head",
        metadata,
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("seq", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        CheckConstraint("one", name="one"),
    )
