"""One row from claim to mark: open, call Telegram, do what the answer means."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from telegram.error import RetryAfter, TelegramError
from telegram.ext import ExtBot

from cases import outbox
from cases.outbox import BROADCAST, Claimed
from cases.points import Point, passing
from delivery.errors import (
    DOUBTFUL,
    Done,
    Gone,
    NewChat,
    Permanent,
    Retry,
    TokenRefused,
    Unknown,
    Verdict,
    Wait,
    backoff,
    classify,
    patience,
)
from delivery.ledger import Ledger
from delivery.methods import METHODS, Params, plain
from delivery.pace import Halted, Pace, share
from vault.local import NotOurs, Vault

Moved: TypeAlias = Callable[[int, int], Awaitable[None]]
"""Told (old chat id, new chat id) when a group has become a supergroup; may be told twice."""

#: seconds a row may hold its slot while its chat has had its share; else it goes back
_LINGER: Final = 0.1
#: and when its token is refused: it waits for a person anyway
_TOKEN_SECONDS: Final = 30.0

_LOG = logging.getLogger("delivery")


@dataclass(frozen=True)
class Parcel:
    """What was sealed: where it goes and what it says."""

    chat_id: int = field(repr=False)
    params: Params = field(repr=False)


def opened(vault: Vault, row: Claimed) -> Parcel | None:
    """None when it does not open for this chat, or is not what `cases.outbox` promises."""
    try:
        payload = vault.open(row.sealed, outbox.row_name(row.chat_ref))
    except NotOurs:
        return None
    match payload:
        case {"chat_id": int(chat_id), "params": dict(params)}:
            return Parcel(chat_id, params)
        case _:
            return None


def _better_plain(params: Params, verdict: Verdict) -> bool:
    """A reply that Telegram cannot parse goes out as it is; a broadcast never as nobody saw it."""
    broken = isinstance(verdict, Permanent) and verdict.as_plain_text
    return broken and "parse_mode" in params


@dataclass(frozen=True)
class Courier:
    """Delivers the rows that are in the ledger. `moves` remembers groups that have a new id."""

    bot: str
    telegram: ExtBot[int] = field(repr=False)
    pace: Pace
    vault: Vault = field(repr=False)
    ledger: Ledger
    moves: dict[int, int] = field(repr=False)
    moved: Moved | None

    async def deliver(self, row: Claimed) -> float | None:
        """Seconds until more is due for this chat; None: nothing known of. Never raises."""
        try:
            try:
                verdict = await self._attempt(row)
            except outbox.AWAY:
                raise
            # A fault of ours, before the call or while reading its answer: it may have arrived,
            # and must neither be repeated for two days nor stop the others.
            except Exception as fault:  # noqa: BLE001 - see above
                await self.ledger.unknown(row, type(fault).__name__)
                return 0.0
            passing(Point.CALL_ANSWERED)
            return await self._settle(row, verdict)
        except outbox.AWAY:
            _LOG.warning("row %d is left to whoever sends next", row.id)
            return None
        finally:
            self.ledger.drop(row)

    async def _attempt(self, row: Claimed) -> Verdict:
        parcel = opened(self.vault, row)
        if parcel is None or row.method not in METHODS:
            return Permanent("payload" if parcel is None else "method")
        chat_id, params = self.moves.get(parcel.chat_id, parcel.chat_id), dict(parcel.params)
        crowded = self.pace.chat_wait(share(row.method, chat_id))
        if crowded > _LINGER:
            return Wait(crowded)
        if tag := params.pop("message_tag", None):
            params["message_id"] = await self.ledger.message_of(row, str(tag))
            if params["message_id"] is None:
                return Done("nothing to edit")
        if params.pop("and_own", False):
            own = await self.ledger.messages_to(row)
            params["message_ids"] = [*params.get("message_ids", ()), *own]
        exact = params.pop("exact", False) or row.lane == BROADCAST
        verdict = await self._call(row, chat_id, params)
        if not exact and _better_plain(params, verdict):
            _LOG.error("row %d goes out as plain text", row.id)
            verdict = await self._call(row, chat_id, plain(params))
        if isinstance(verdict, NewChat):
            await self._remember(parcel.chat_id, verdict.chat_id)
        return verdict

    async def _call(self, row: Claimed, chat_id: int, params: Params) -> Verdict:
        try:
            message_id = await METHODS[row.method](self.telegram, chat_id, params, row.lane)
        except Halted as halt:
            return Wait(halt.seconds)
        except TelegramError as error:
            self.ledger.counters.refusals += not isinstance(error, RetryAfter)
            verdict = classify(error)
            if verdict == Done("not modified"):
                return Done("not modified", params.get("message_id"))
            return verdict
        return Done(message_id=message_id)

    async def _remember(self, old: int, new: int) -> None:
        self.moves[old] = new
        if self.moved is not None:
            with suppress(*outbox.AWAY):  # told again by the next call to the old id
                await self.moved(old, new)

    async def _settle(self, row: Claimed, verdict: Verdict) -> float | None:
        match verdict:
            case Done(note, message_id):
                return 0.0 if await self.ledger.sent(row, message_id, note) else None
            case Gone(reason, whole_chat):
                await self.ledger.unreachable(row, reason, whole_chat=whole_chat)
            case Permanent(reason):
                await self.ledger.failed(row, reason)
            case Unknown(reason) if row.lane == BROADCAST:
                await self.ledger.unknown(row, reason)
            case Retry(reason) if row.lane == BROADCAST and reason in DOUBTFUL:
                await self.ledger.unknown(row, reason)
            case Unknown(reason) | Retry(reason):
                return await self._retry(row, reason)
            case NewChat():
                return await self._retry(row, "moved")
            case Wait(seconds):
                await self.ledger.put_back(row, seconds)
                return seconds
            case TokenRefused():
                _LOG.error("Telegram refuses the token of %s; sending is stopped", self.bot)
                await self.ledger.close(row, self.bot, "token refused")
                await self.ledger.put_back(row, _TOKEN_SECONDS)
                return _TOKEN_SECONDS
        return 0.0

    async def _retry(self, row: Claimed, reason: str) -> float | None:
        if row.age > patience(row.lane):
            await self.ledger.failed(row, f"given up: {reason}")
            return 0.0
        seconds = backoff(row.attempts, secrets.randbelow(1000) / 1000)
        await self.ledger.retry(row, seconds, reason)
        return seconds
