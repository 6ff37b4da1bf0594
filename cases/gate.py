"""Who may send, or poll, for a bot, and when: one session at a time, and Telegram's pauses."""

from collections.abc import Callable
from typing import Final
from zlib import crc32

import asyncpg

from cases.outbox import CHANNEL, PATIENCE, Database, is_one

_LEAD: Final = 0x6F7574  # "out": the family of advisory locks held by those who lead


async def pause(database: Database, bot: str, seconds: float) -> None:
    """Nobody sends for `bot` for so long. A longer pause that is already on stays."""
    await database.execute(
        """
        INSERT INTO sender_gate AS g (bot, resume_at)
        VALUES ($1, now() + make_interval(secs => $2))
        ON CONFLICT (bot) DO UPDATE SET resume_at = greatest(g.resume_at, excluded.resume_at)
        """,
        *(bot, seconds),
        timeout=PATIENCE,
    )


async def paused(database: Database, bot: str) -> float:
    """Seconds until `bot` may send again; 0 when it may."""
    left = await database.fetchval(
        "SELECT extract(epoch FROM resume_at - now())::float8 FROM sender_gate WHERE bot = $1",
        bot,
        timeout=PATIENCE,
    )
    return max(left or 0.0, 0.0)


async def stop(database: Database, bot: str, why: str) -> None:
    """Nobody sends for `bot` until `reopen`."""
    await database.execute(
        """
        INSERT INTO sender_gate (bot, resume_at, stopped) VALUES ($1, now(), $2)
        ON CONFLICT (bot) DO UPDATE SET stopped = excluded.stopped
        """,
        *(bot, why),
        timeout=PATIENCE,
    )


async def reopen(database: Database, bot: str) -> bool:
    """Undo `stop`, once a person has put the token right. A pause stays. False: not stopped."""
    status = await database.execute(
        "UPDATE sender_gate SET stopped = NULL WHERE bot = $1 AND stopped IS NOT NULL",
        bot,
        timeout=PATIENCE,
    )
    return is_one(status)


async def take_lead(connection: "asyncpg.Connection", bot: str) -> bool:
    """Whether this session is now the one that sends for `bot`; it is until it ends."""
    led: bool = await connection.fetchval(
        "SELECT pg_try_advisory_lock($1, $2)",
        *(_LEAD, crc32(bot.encode()) >> 1),
        timeout=PATIENCE,
    )
    return led


async def lapse(connection: "asyncpg.Connection", seconds: float) -> None:
    """The session ends, and its lead with it, once nothing was asked in it for so long.

    Without that a host that is frozen, or cut off, keeps the lead for as long as TCP waits: hours.
    """
    await connection.execute(
        "SELECT set_config('idle_session_timeout', $1, false)",
        f"{seconds * 1000:.0f}ms",
        timeout=PATIENCE,
    )


async def attest(connection: "asyncpg.Connection") -> None:
    """The session lives, and does not lapse. Raises one of cases.outbox.AWAY when it does not."""
    await connection.execute("SELECT", timeout=PATIENCE)


async def listen(connection: "asyncpg.Connection", heard: Callable[[str], None]) -> None:
    """Call `heard` with the bot's name whenever something is queued, while the session lasts."""
    await connection.add_listener(CHANNEL, lambda _c, _pid, _channel, bot: heard(bot))
