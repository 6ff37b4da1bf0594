"""The tables of files, for cases.tables to add to its own. No behaviour."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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


def opened_case(metadata: MetaData) -> Table:
    """The case a draft will become, from its first file on, until it is sent or gone.

    `objects` counts the numbers its files have taken.
    """
    return Table(
        "opened_case",
        metadata,
        #: no foreign key: who sends a draft must say what becomes of its files
        Column("draft_id", UUID(as_uuid=True), primary_key=True),
        Column("case_id", UUID(as_uuid=True), nullable=False, unique=True),
        Column("recipient", Text, nullable=False),
        Column("list_version", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("objects", Integer, nullable=False, server_default=text("0")),
    )


def attachment(metadata: MetaData) -> Table:
    """A file from its message to its place in the object store.

    States: queued, taking, held, failed, removed. `object` names what stands, or may stand, in
    the store; only names given out here ever do.
    """
    return Table(
        "attachment",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("bot", Text, nullable=False),
        Column("chat_ref", LargeBinary, nullable=False),
        #: no foreign key: the case is stored when its draft is sent
        Column("case_id", UUID(as_uuid=True), nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("recipient", Text, nullable=False),
        Column("in_draft", Boolean, nullable=False),
        #: where Telegram keeps it and what it is called, VAULT-sealed; NULL once it is taken
        Column("locator", LargeBinary),
        Column("state", Text, nullable=False, server_default="queued"),
        Column("reason", Text),
        Column("size", BigInteger, nullable=False),
        Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
        Column("not_before", _INSTANT, nullable=False, server_default=func.now()),
        Column("lease_until", _INSTANT),
        Column("worker", Text),
        Column("object", UUID(as_uuid=True), unique=True),
        #: of what stands in the store
        Column("sha256", LargeBinary),
        #: sealed to the case; moves to sealed_object when the draft is sent
        Column("manifest", LargeBinary),
        Column("created_at", _INSTANT, nullable=False, server_default=func.now()),
        Column("finished_at", _INSTANT),
        CheckConstraint(
            "state IN ('queued', 'taking', 'held', 'failed', 'removed')", name="state"
        ),
        Index(None, "case_id"),
        Index(
            "ix_attachment_open",
            "bot",
            "created_at",
            postgresql_where=text("state IN ('queued', 'taking')"),
        ),
        Index(
            "ix_attachment_thrown_away",
            "id",
            postgresql_where=text("object IS NOT NULL AND state IN ('failed', 'removed')"),
        ),
        Index(
            "ix_attachment_in_draft",
            "case_id",
            postgresql_where=text("in_draft AND state <> 'removed'"),
        ),
    )
