"""A fresh proof of who it is, before what nobody can call back: which deeds, and for how long."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

from cases.audit import AuditEvent, Signer, append
from cases.database import Pool, transaction
from cases.person import Person
from cases.sessions import Session

LASTS: Final = timedelta(minutes=5)

How: TypeAlias = Literal["passkey", "totp", "recovery", "key", "demo"]
"""By what: "key" is the member's key file with its passphrase."""


@cache
def table() -> Mapping[str, str]:
    """{action: why it asks for a proof}, as proofs.toml has it."""
    held = files("cases").joinpath("proofs.toml").read_text(encoding="utf-8")
    return {action: told["why"] for action, told in tomllib.loads(held).items()}


def holds(session: Session, now: datetime) -> bool:
    """Whether this session's person proved it a moment ago."""
    return session.proven_at is not None and session.proven_at <= now < session.proven_at + LASTS


async def proved(
    pool: Pool,
    person: Person,
    session: Session,
    action: str,
    how: How,
    *,
    signer: Signer,
    now: datetime,
) -> None:
    """Remember, and write down, that it was proved, for `action` first."""
    async with transaction(pool) as connection:
        await connection.execute(
            "UPDATE desk_session SET proven_at = $3 WHERE id = $1 AND person_id = $2",
            *(session.id, person.id, now),
        )
        event = AuditEvent(person.actor, "desk.proved", None, {"for": action, "how": how})
        await append(connection, [event], signer=signer, now=now)


async def failed(
    pool: Pool, person: Person, action: str, how: str, *, signer: Signer, now: datetime
) -> None:
    """Write down that somebody in this person's session could not prove it."""
    async with transaction(pool) as connection:
        event = AuditEvent(person.actor, "desk.unproved", None, {"for": action, "how": how})
        await append(connection, [event], signer=signer, now=now)
