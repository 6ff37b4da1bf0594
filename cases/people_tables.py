"""The tables of the desk's people, for cases.tables to add to its own. No behaviour.

Whoever reads them learns who works here and when; no secret in them signs anybody in: tokens and
codes are hashes, a TOTP secret is sealed under the desk's key file, a passkey is a public key.
"""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

_INSTANT = DateTime(timezone=True)


def _person(*, key: bool = False, null: bool = False, name: str = "person_id") -> "Column[object]":
    return Column(
        name,
        UUID(as_uuid=True),
        ForeignKey("staff.id"),
        primary_key=key,
        nullable=null and not key,
    )


def staff(metadata: MetaData) -> Table:
    """Everybody who may come to the desk. Nobody is ever deleted: the audit names them.

    `units` are oblasts (ISO 3166-2); "UA" is the whole country, a place not known included.
    """
    return Table(
        "staff",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("number", Integer, Identity(always=True), nullable=False, unique=True),
        Column("name", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("units", ARRAY(Text), nullable=False),
        Column("state", Text, nullable=False, server_default="pending"),
        Column("password", Text),
        Column("created_at", _INSTANT, nullable=False, server_default=func.now()),
        #: has a way to sign in, and a role that was granted: both make a person active
        Column("enrolled_at", _INSTANT),
        Column("granted_at", _INSTANT),
        Column("suspended_at", _INSTANT),
        CheckConstraint("state IN ('pending', 'active', 'suspended')", name="state"),
    )


def role_grant(metadata: MetaData) -> Table:
    """A role proposed by one person and decided by another. No proposer: the command line."""
    return Table(
        "role_grant",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        _person(),
        Column("role", Text, nullable=False),
        Column("units", ARRAY(Text), nullable=False),
        _person(name="proposed_by", null=True),
        Column("proposed_at", _INSTANT, nullable=False),
        _person(name="decided_by", null=True),
        Column("decided_at", _INSTANT),
        Column("granted", Boolean),
        Index(
            "ix_role_grant_open",
            "person_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
    )


def staff_invite(metadata: MetaData) -> Table:
    """A link handed over outside Telegram: 24 hours, one use. The token itself is not kept."""
    return Table(
        "staff_invite",
        metadata,
        Column("token_hash", LargeBinary, primary_key=True),
        _person(),
        _person(name="invited_by", null=True),
        Column("created_at", _INSTANT, nullable=False),
        Column("expires_at", _INSTANT, nullable=False),
        Column("used_at", _INSTANT),
    )


def passkey(metadata: MetaData) -> Table:
    """A WebAuthn credential: the public half of a key that never leaves its device."""
    return Table(
        "passkey",
        metadata,
        Column("id", LargeBinary, primary_key=True),
        _person(),
        Column("public_key", LargeBinary, nullable=False),
        Column("sign_count", BigInteger, nullable=False),
        Column("label", Text, nullable=False),
        Column("created_at", _INSTANT, nullable=False),
        Column("used_at", _INSTANT),
        Index(None, "person_id"),
    )


def totp(metadata: MetaData) -> Table:
    """The second factor of those without a passkey. `last_step`: no code works twice."""
    return Table(
        "totp",
        metadata,
        _person(key=True),
        Column("sealed", LargeBinary, nullable=False),
        Column("last_step", BigInteger, nullable=False, server_default=text("0")),
    )


def recovery_code(metadata: MetaData) -> Table:
    """Stands in for a TOTP code, once."""
    return Table(
        "recovery_code",
        metadata,
        _person(key=True),
        Column("hash", LargeBinary, primary_key=True),
        Column("used_at", _INSTANT),
    )


def desk_session(metadata: MetaData) -> Table:
    """Who is signed in. `how`: passkey, totp, recovery, demo. `device`: a word about a browser."""
    return Table(
        "desk_session",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("token_hash", LargeBinary, nullable=False, unique=True),
        _person(),
        Column("how", Text, nullable=False),
        Column("device", Text, nullable=False),
        Column("created_at", _INSTANT, nullable=False),
        Column("seen_at", _INSTANT, nullable=False),
        Column("ends_at", _INSTANT, nullable=False),
        #: when its person last proved anew who they are
        Column("proven_at", _INSTANT),
        Index(None, "person_id"),
    )


def passkey_challenge(metadata: MetaData) -> Table:
    """What a passkey is asked to sign: 60 seconds, one use, one browser, one purpose."""
    return Table(
        "passkey_challenge",
        metadata,
        Column("hash", LargeBinary, primary_key=True),
        Column("visit", LargeBinary, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("expires_at", _INSTANT, nullable=False),
    )


def sign_in_try(metadata: MetaData) -> Table:
    """How often a person or address has tried. `subject` is a keyed hash: no address is kept."""
    return Table(
        "sign_in_try",
        metadata,
        Column("subject", LargeBinary, primary_key=True),
        Column("since", _INSTANT, nullable=False),
        Column("count", Integer, nullable=False),
    )


def duty(metadata: MetaData) -> Table:
    """Who is on duty, from when until when."""
    return Table(
        "duty",
        metadata,
        Column("id", UUID(as_uuid=True), primary_key=True),
        _person(),
        Column("starts_at", _INSTANT, nullable=False),
        Column("ends_at", _INSTANT, nullable=False),
        CheckConstraint("ends_at > starts_at", name="forwards"),
        Index(None, "ends_at"),
    )


ALL: Final = (
    staff,
    role_grant,
    staff_invite,
    passkey,
    totp,
    recovery_code,
    desk_session,
    passkey_challenge,
    sign_in_try,
    duty,
)
"""Each makes one of the tables."""
