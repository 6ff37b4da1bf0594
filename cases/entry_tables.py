"""The table of what callers have said so far, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def entry_draft(metadata: MetaData) -> Table:
    """Answers typed in for a caller and not sent yet, under the desk's own key."""
    return Table(
        "entry_draft",
        metadata,
        #: the case's, once it is sent
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("person_id", UUID(as_uuid=True), ForeignKey("staff.id"), nullable=False),
        Column("flow", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("channel", Text, nullable=False),
        Column("locale", Text, nullable=False),
        #: counts the saves: what was typed on an older one is not saved over a newer
        Column("version", Integer, nullable=False),
        Column("created_at", _INSTANT, nullable=False),
        Column("updated_at", _INSTANT, nullable=False),
        Column("expires_at", _INSTANT, nullable=False),
        CheckConstraint("channel IN ('operator_phone', 'walk_in')", name="channel"),
        Index(None, "person_id"),
        Index(None, "expires_at"),
    )
