"""The tables of the audit chain, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID


def audit(metadata: MetaData) -> Table:
    """Every entry carries the hash of the one before and a signature."""
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
    )


def audit_head(metadata: MetaData) -> Table:
    """Where the chain ends. One row, locked by whoever writes."""
    return Table(
        "audit_head",
        metadata,
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("seq", BigInteger, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        CheckConstraint("one", name="one"),
    )
