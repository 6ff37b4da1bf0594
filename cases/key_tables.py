"""The table of group keys, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def group_key_wrap(metadata: MetaData) -> Table:
    """One version of a group's key for one member (vault.grant.Wrap).

    What was taken back stays as a record, without what it held.
    """
    return Table(
        "group_key_wrap",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("group_name", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("member", Text, nullable=False),
        #: the member's own public key: a member with a new one is given the group's key anew
        Column("recipient", Text, nullable=False),
        #: an age file; NULL once taken back
        Column("sealed", LargeBinary),
        Column("granted_by", Text, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("at", _INSTANT, nullable=False),
        Column("revoked_at", _INSTANT),
        Column("revoked_by", Text),
        CheckConstraint("(sealed IS NULL) = (revoked_at IS NOT NULL)", name="revoked"),
        Index(
            "uq_group_key_wrap_held",
            "member",
            "recipient",
            "group_name",
            "version",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
