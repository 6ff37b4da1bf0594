"""All identity cards that may be compared, open in this process's memory while a key is.

One task (`Deck.work`) reads them, a batch at a time, in a thread, with the keys of whoever asked
last. When the last key is locked everything is forgotten, and a batch under way is thrown away.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from pyrage.x25519 import Identity

from cases import cards, matching
from cases.cards import SealedCards
from cases.database import Pool
from cases.matching import Card, Index, Spelled, Suggestion, Wanted, find_for
from cases.outbox import AWAY
from cases.reading import shared_with
from desk.ring import Ring, Unlocked
from vault.rewrapping import opened
from vault.unseal import Damaged, Moved, open_object

BATCH: Final = 200
PATIENCE: Final = 1.5
"""Seconds a page waits for the comparing before it shows how far it is."""

MATCH: Final = "match"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How many cases were compared, of how many. `ready`: all of them were, at least once."""

    done: int
    whole: int
    ready: bool


@dataclass
class _Hand:
    """What is open. `read`: by case, how many objects it had when it was read, and its cards."""

    read: dict[UUID, tuple[int, tuple[Card, ...]]] = field(default_factory=dict, repr=False)
    shut: dict[UUID, frozenset[str]] = field(default_factory=dict, repr=False)
    """Cases that did not open, and with which keys that was tried."""
    spelled: dict[UUID, tuple[Spelled, ...]] = field(default_factory=dict, repr=False)
    """By case, its cards as they are searched."""
    index: Index = field(default_factory=Index, repr=False)
    found: list[Suggestion] = field(default_factory=list, repr=False)
    done: int = 0
    whole: int = 0
    ready: bool = False

    def add(self, case: UUID, objects: int, fresh: tuple[Card, ...]) -> None:
        """Compare these with all before them."""
        for card in fresh:
            self.found += find_for(card, self.index)
        for card in fresh:
            self.index.add(card)
        self.spelled[case] = tuple(map(matching.spelled, fresh))
        self.read[case] = (objects, fresh)

    def drop(self, gone: frozenset[UUID]) -> None:
        for case in gone:
            del self.read[case], self.spelled[case]
        names = {str(case) for case in gone}
        self.found = [
            one for one in self.found if one.one.case not in names and one.other.case not in names
        ]
        self.index = Index(card for _, held in self.read.values() for card in held)


class Deck:
    """`ask` from a page, `work` from the application's life. Empty until somebody asks."""

    def __init__(self) -> None:
        self._hand: _Hand | None = None
        self._keys: Unlocked | None = None
        self._asked = asyncio.Event()
        self._settled = asyncio.Event()

    async def ask(self, keys: Unlocked, within: float = PATIENCE) -> Progress:
        """Have what is new compared; answers after `within` seconds at most."""
        self._keys = keys
        self._settled.clear()
        self._asked.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._settled.wait()
        hand = self._hand or _Hand()
        return Progress(hand.done, hand.whole, hand.ready)

    def found(self, case: UUID | None = None) -> list[Suggestion]:
        """All suggestions, or those of one case; the likeliest first. Judge each for yourself:
        the case may have changed since (`objects_of`), the viewer may not see it.
        """
        hand, wanted = self._hand or _Hand(), str(case)
        all_of_them = [
            one
            for one in list(hand.found)
            if case is None or wanted in (one.one.case, one.other.case)
        ]
        return sorted(all_of_them, key=lambda one: -one.comparison.score)

    async def look(self, wanted: Wanted) -> list[UUID]:
        """The cases with a card that holds all that is wanted. Judge them as those of `found`."""
        held = list(self._hand.spelled.items()) if self._hand else []

        def looked() -> list[UUID]:
            return [case for case, all_of in held if any(map(wanted.finds, all_of))]

        return await asyncio.to_thread(looked)

    def objects_of(self, case: UUID) -> int | None:
        """How many objects the case had when its cards were read; None when they are not open."""
        held = self._hand.read.get(case) if self._hand else None
        return held[0] if held else None

    def forget(self) -> None:
        """Called when the last key is locked."""
        self._hand = self._keys = None
        matching.forget()

    async def work(self, pool: Pool, ring: Ring, now: Callable[[], datetime]) -> None:
        """Compare whenever it is asked for. Never returns."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self._renewed(pool, ring, now)
            except AWAY as error:
                _log.warning("cards were not read", extra={"error": type(error)})
            except Exception as error:  # noqa: BLE001 - nothing of a card may reach a log
                _log.error("comparing failed", extra={"error": type(error)})
            if not self._asked.is_set():
                self._settled.set()

    async def _renewed(self, pool: Pool, ring: Ring, now: Callable[[], datetime]) -> None:
        keys = self._keys
        if keys is None or not ring.holds(keys, now()):
            return
        hand = self._hand = self._hand or _Hand()
        fresh = await self._fresh(pool, hand, keys)
        for start in range(0, len(fresh), BATCH):
            if self._hand is not hand or not ring.holds(keys, now()):
                break
            part = dict(fresh[start : start + BATCH])
            sealed = await cards.batch(pool, list(part))
            await asyncio.to_thread(_compared, hand, keys.identities, part, sealed)
            hand.done += len(part)
        else:
            hand.ready = True
        if self._hand is not hand:
            matching.forget()

    async def _fresh(self, pool: Pool, hand: _Hand, keys: Unlocked) -> list[tuple[UUID, int]]:
        """What is to be read, after what changed or may take part no longer was dropped."""
        known = await cards.comparable(pool)
        gone = frozenset(
            case
            for case, (objects, _) in hand.read.items()
            if case not in known or known[case].objects != objects
        )
        if gone:
            await asyncio.to_thread(hand.drop, gone)
        held = _names(keys.identities)
        fresh = [
            (case, one.objects)
            for case, one in known.items()
            if case not in hand.read and not held <= hand.shut.get(case, frozenset())
        ]
        hand.whole, hand.done = len(known), len(known) - len(fresh)
        return fresh


def _names(identities: Sequence[Identity]) -> frozenset[str]:
    return frozenset(str(one.to_public()) for one in identities)


def _compared(
    hand: _Hand,
    identities: Sequence[Identity],
    objects: dict[UUID, int],
    batch: Sequence[SealedCards],
) -> None:
    """In a thread. What has no report, or does not open, is remembered as such."""
    held, missing = _names(identities), set(objects)
    for sealed in batch:
        identity = opened(identities, sealed.keys, sealed.case)
        if identity is not None:
            missing.discard(sealed.case)
            hand.add(sealed.case, objects[sealed.case], tuple(_read(identity, sealed)))
    for case in missing:
        hand.shut[case] = hand.shut.get(case, frozenset()) | held


def _read(identity: Identity, sealed: SealedCards) -> Iterator[Card]:
    """None of the cards is opened unless the family agreed to be compared."""
    head, report = sealed.report
    try:
        told = open_object(identity, report, head)
    except (Damaged, Moved):
        return
    if not isinstance(told, dict) or MATCH not in shared_with(told):
        return
    for head, card in sealed.cards:
        with suppress(Damaged, Moved):
            content = open_object(identity, card, head)
            if isinstance(content, dict):
                yield matching.read(str(sealed.case), content)
