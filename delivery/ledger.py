"""What came of each row, written down however long the database is away."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from cases import gate, outbox
from cases.outbox import Claimed, Database, Receipt
from cases.points import Point, passing
from delivery.counters import Counters

Told = TypeVar("Told")

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
_REMEMBERED: Final = 4096

_LOG = logging.getLogger("delivery")


@contextmanager
def cut_is_away() -> Iterator[None]:
    """A loss like others, though asyncpg may call a cut amid a statement InternalClientError."""
    try:
        yield
    except Exception as fault:
        if type(fault).__name__ == "InternalClientError":
            raise ConnectionError("cut amid a statement") from fault
        raise


@dataclass(frozen=True, eq=False)
class _Mark:
    """A row that was sent, and where to say whether more waits for its chat; None: not ours."""

    row: Claimed
    receipt: Receipt
    more: "asyncio.Future[bool | None]" = field(repr=False)


class Ledger:
    """The rows of a sender's term. Its worker owns them; `flying` are not finished yet.

    A mark that is not written means a second copy of a message that has arrived, so it is tried
    until the database is back. Once the sender stops, for about six seconds more: then one of
    `outbox.AWAY` is raised, and the row is left to whoever sends next.
    """

    def __init__(self, database: Database, counters: Counters) -> None:
        self._database = database
        self._stop = asyncio.Event()
        self._worker = ""
        self.counters = counters
        self.flying: dict[int, Claimed] = {}
        self._marks: list[_Mark] = []
        self._marking = False
        self._tagged: OrderedDict[tuple[bytes, str], int] = OrderedDict()

    def begin(self, worker: str, stop: asyncio.Event) -> None:
        """A new term; `worker` has never been used before."""
        self._worker, self._stop = worker, stop
        self.flying.clear()
        self._tagged.clear()  # somebody else may have sent a newer one

    def take(self, rows: tuple[Claimed, ...]) -> None:
        self.flying.update((row.id, row) for row in rows)
        self.counters.claimed += len(rows)

    def drop(self, row: Claimed) -> None:
        if self.flying.get(row.id) is row:
            del self.flying[row.id]

    def room(self, most: int, lane: int | None = None) -> int:
        """How many more rows (of this lane) may fly when at most `most` do."""
        taken = sum(1 for row in self.flying.values() if lane in {None, row.lane})
        return max(most - taken, 0)

    async def message_of(self, row: Claimed, tag: str) -> int | None:
        if (known := self._tagged.get((row.chat_ref, tag))) is not None:
            return known
        return await self._written(
            row, lambda: outbox.message_of(self._database, row.chat_ref, tag)
        )

    async def messages_to(self, row: Claimed) -> tuple[int, ...]:
        found: tuple[int, ...] | None = await self._written(
            row, lambda: outbox.messages_to(self._database, row.bot, row.chat_ref)
        )
        return found or ()

    async def sent(self, row: Claimed, message_id: int | None, note: str | None) -> bool:
        """Whether more may wait for this chat. What is sent meanwhile is written together."""
        mark = _Mark(row, Receipt(row.id, message_id, note), asyncio.Future())
        self._marks.append(mark)
        if not self._marking:
            await self._write_marks()
        more = await mark.more
        passing(Point.ROW_MARKED)
        self.counters.sent += 1
        self.counters.disowned += more is None
        if row.tag is not None and message_id is not None:
            self._remember(row.chat_ref, row.tag, message_id)
        return more is not False

    async def _write_marks(self) -> None:
        self._marking = True
        try:
            while marks := self._marks:
                self._marks = []
                try:
                    mine = await self._written(None, lambda: self._finish(marks))
                    passing(Point.ROW_MARKED)
                except Exception as loss:  # noqa: BLE001 - whoever waits raises it
                    for mark in marks:
                        mark.more.set_exception(loss)
                    continue
                for mark in marks:
                    mark.more.set_result((mine or {}).get(mark.row.id))
        finally:
            self._marking = False

    async def _finish(self, marks: list[_Mark]) -> dict[int, bool]:
        # One that was claimed anew was written; only the answer was lost.
        ours = [mark.receipt for mark in marks if self.flying.get(mark.row.id) is mark.row]
        return await outbox.sent(self._database, self._worker, ours) if ours else {}

    def _remember(self, chat_ref: bytes, tag: str, message_id: int) -> None:
        self._tagged[chat_ref, tag] = message_id
        self._tagged.move_to_end((chat_ref, tag))
        if len(self._tagged) > _REMEMBERED:
            self._tagged.popitem(last=False)

    async def failed(self, row: Claimed, reason: str) -> None:
        _LOG.error("row %d (%s, lane %d) failed: %s", row.id, row.method, row.lane, reason)
        self._own(await self._mark(row, outbox.failed, reason))
        self.counters.failed += 1

    async def unknown(self, row: Claimed, reason: str) -> None:
        _LOG.warning("row %d (%s, lane %d) unknown: %s", row.id, row.method, row.lane, reason)
        self._own(await self._mark(row, outbox.unknown, reason))
        self.counters.unknown += 1

    async def unreachable(self, row: Claimed, reason: str, *, whole_chat: bool) -> None:
        _LOG.info("row %d (lane %d) unreachable: %s", row.id, row.lane, reason)
        self._own(await self._mark(row, outbox.unreachable, reason, whole_chat=whole_chat))
        self.counters.unreachable += 1

    async def put_back(self, row: Claimed, seconds: float) -> None:
        """As if it had not been claimed; it is due after so long."""
        self._own(await self._mark(row, outbox.again, seconds, None, count_attempt=False))
        self.counters.put_back += 1

    async def retry(self, row: Claimed, seconds: float, reason: str) -> None:
        _LOG.info("row %d attempt %d: %s", row.id, row.attempts, reason)
        self._own(await self._mark(row, outbox.again, seconds, reason, count_attempt=True))
        self.counters.retried += 1

    async def pause(self, bot: str, seconds: float) -> None:
        await self._written(None, lambda: gate.pause(self._database, bot, seconds))

    async def close(self, row: Claimed, bot: str, why: str) -> None:
        await self._written(row, lambda: gate.stop(self._database, bot, why))

    async def _mark(
        self, row: Claimed, mark: Callable[..., Awaitable[bool]], *how: Any, **more: Any
    ) -> bool | None:
        return await self._written(
            row, lambda: mark(self._database, self._worker, row.id, *how, **more)
        )

    def _own(self, mine: object) -> None:
        self.counters.disowned += mine is not None and not mine

    async def _written(
        self, row: Claimed | None, statement: Callable[[], Awaitable[Told]]
    ) -> Told | None:
        pause = FIRST_PAUSE
        while True:
            try:
                with cut_is_away():
                    return await statement()
            except outbox.AWAY as loss:
                self.counters.database_losses += 1
                _LOG.warning("the database is away: %s", type(loss).__name__)
                if self._stop.is_set() and pause >= LONGEST_PAUSE:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            if row is not None and self.flying.get(row.id) is not row:
                return None  # claimed anew: it was written, only the answer was lost
