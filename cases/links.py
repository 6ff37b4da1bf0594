"""Which chat is whose: a code made at the desk, once, soon, links a person's chat with the bot.

A linked chat is an address for bells, and says whose press a press is; what that person may do is
read from their role each time. It opens nothing.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

import asyncpg

from cases.audit import AuditEvent, Signer, append
from cases.outbox import PATIENCE, Database
from cases.person import NotNow, Person, person_of
from vault.local import Vault

LASTS: Final = timedelta(minutes=10)

_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 16
"""78 bits: a plain hash that is stolen is not undone in ten minutes, nor in ten years."""
_LATIN: Final = str.maketrans("АВСЕНКМРТХ", "ABCEHKMPTX")

#: who it is, without the name: neither the bot nor the watchman needs one
WHO: Final = "p.id, p.number, '' AS name, p.role, p.units, p.state"


def new_code(choice: Callable[[str], str] = secrets.choice) -> str:
    """Four groups of four, to be typed or dictated."""
    letters = "".join(choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, _LENGTH, 4))


def _hash(code: str) -> bytes:
    """Spaces, dashes, small letters and look-alike Cyrillic are no other code."""
    bare = "".join(one for one in code.upper() if one.isalnum()).translate(_LATIN)
    return sha256(b"link|" + bare.encode()).digest()


async def offer(database: Database, person: UUID, code: str, now: datetime) -> None:
    """Let `code` link a chat to this person, once, for LASTS. One before it is void."""
    await database.execute(
        "INSERT INTO link_code (person_id, code_hash, expires_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (person_id) DO UPDATE SET code_hash = $2, expires_at = $3",
        *(person, _hash(code), now + LASTS),
        timeout=PATIENCE,
    )


async def offered(database: Database, code: str, now: datetime) -> Person | None:
    """Whose code this is; None when it is unknown, used, too old, or its owner is not active."""
    row = await database.fetchrow(
        f"SELECT {WHO} FROM link_code k JOIN staff p ON p.id = k.person_id"  # noqa: S608 - own
        " WHERE k.code_hash = $1 AND k.expires_at > $2 AND p.state = 'active'",
        *(_hash(code), now),
        timeout=PATIENCE,
    )
    return person_of(row) if row else None


async def void(connection: "asyncpg.Connection", code: str) -> None:
    """Nobody may use it any more: it was shown where others see it."""
    await connection.execute("DELETE FROM link_code WHERE code_hash = $1", _hash(code))


async def bind(
    connection: "asyncpg.Connection",
    vault: Vault,
    person: Person,
    code: str,
    *,
    chat_ref: bytes,
    chat_id: int,
    signer: Signer,
    now: datetime,
) -> None:
    """Use the code up: this chat is the person's, and no other is. Raises NotNow."""
    used = await connection.fetchval(
        "DELETE FROM link_code WHERE code_hash = $1 AND person_id = $2 AND expires_at > $3"
        " RETURNING true",
        *(_hash(code), person.id, now),
    )
    if not used:
        raise NotNow
    await connection.execute(
        "DELETE FROM staff_link WHERE chat_ref = $1 OR person_id = $2", chat_ref, person.id
    )
    await connection.execute(
        "INSERT INTO staff_link (person_id, chat_ref, sealed, at) VALUES ($1, $2, $3, $4)",
        *(person.id, chat_ref, vault.seal(chat_id, row(person.id)), now),
    )
    event = AuditEvent(person.actor, "staff.linked")
    await append(connection, [event], signer=signer, now=now)


async def enacted(
    database: Database, vault: Vault, person: UUID, *, chat_ref: bytes, chat_id: int
) -> None:
    """The demo's: a chat linked without a code, where the demo's people are there at all."""
    await database.execute(
        "INSERT INTO staff_link (person_id, chat_ref, sealed)"
        " SELECT id, $2, $3 FROM staff WHERE id = $1 ON CONFLICT DO NOTHING",
        *(person, chat_ref, vault.seal(chat_id, row(person))),
        timeout=PATIENCE,
    )


def row(person: UUID) -> bytes:
    """What the chat of a person is sealed for."""
    return b"staff_link|" + person.bytes


async def undo(
    connection: "asyncpg.Connection", person: Person, *, signer: Signer, now: datetime
) -> bool:
    """From now on the person has no chat; False when there was none."""
    done = await connection.fetchval(
        "DELETE FROM staff_link WHERE person_id = $1 RETURNING true", person.id
    )
    if not done:
        return False
    event = AuditEvent(person.actor, "staff.unlinked")
    await append(connection, [event], signer=signer, now=now)
    return True


async def forget(connection: "asyncpg.Connection", person: UUID) -> None:
    """Somebody was shut out: neither their chat nor a code of theirs counts any more."""
    for table in ("staff_link", "link_code"):
        await connection.execute(
            f"DELETE FROM {table} WHERE person_id = $1",  # noqa: S608 - one of two
            person,
        )


async def owner(database: Database, chat_ref: bytes) -> Person | None:
    """Whose chat this is, with the role of this moment; only whoever works here now."""
    found = await database.fetchrow(
        f"SELECT {WHO} FROM staff_link l JOIN staff p ON p.id = l.person_id"  # noqa: S608 - own
        " WHERE l.chat_ref = $1 AND p.state = 'active'",
        chat_ref,
        timeout=PATIENCE,
    )
    return person_of(found) if found else None
