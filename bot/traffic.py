"""What comes in, goes out and waits, read off the doors, the senders and the database."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.house import FAMILY, Pools
from bot.intake import Diligence
from bot.metrics import Sample
from bot.polling import Polling
from bot.vitals import Look, Reading
from cases import measures
from cases.measures import LANES
from cases.triage import TERMS
from delivery.counters import Counters
from delivery.relay import Relay
from delivery.sender import Sender

SILENT_SECONDS: Final = 60.0
"""A process that polls and hears nothing of Telegram for so long is not ready."""

_ELSEWHERE: Final = {"floods", "refusals", "database_losses"}


def updates(bot: str, diligence: Diligence, polling: Polling | None) -> Look:
    """A door of this process. By webhook, silence may just be a quiet night."""

    async def look() -> Reading:
        samples = [
            Sample("dodomu_updates_total", count, (bot, kind, outcome))
            for (kind, outcome), count in diligence.counts.items()
        ]
        samples.append(Sample("dodomu_update_failures_total", diligence.failures, (bot,)))
        if diligence.last is not None:
            age = time.monotonic() - diligence.last
            samples.append(Sample("dodomu_last_update_age_seconds", age, (bot,)))
        if polling is None:
            return Reading(samples)
        silent = time.monotonic() - polling.heard
        samples += [
            Sample("dodomu_polling_leader", float(polling.leading), (bot,)),
            Sample("dodomu_last_poll_age_seconds", silent, (bot,)),
        ]
        return Reading(samples, ["polling"] if silent > SILENT_SECONDS else [])

    return look


def senders(channels: Mapping[str, Sender | Relay]) -> Look:
    """What each has done since the start."""

    async def look() -> Reading:
        return Reading([one for name, by in channels.items() for one in _sent(name, by)])

    return look


def _sent(name: str, by: Sender | Relay) -> Iterator[Sample]:
    counters: Counters = by.counters
    for outcome, count in asdict(counters).items():
        if outcome not in _ELSEWHERE:
            yield Sample("dodomu_deliveries_total", count, (name, outcome))
    yield Sample("dodomu_floods_total", counters.floods, (name,))
    yield Sample("dodomu_refusals_total", counters.refusals, (name,))
    yield Sample("dodomu_database_losses_total", counters.database_losses, (name,))
    if isinstance(by, Sender):
        yield Sample("dodomu_sender_leader", float(by.leading), (name,))


@dataclass(frozen=True)
class Waiting:
    """What the database knows of all processes together. `channels`: names of senders here.

    Each question may fail alone: a login may lack the right to ask it.
    """

    pools: Pools
    channels: Sequence[str]

    def looks(self) -> Iterator[tuple[str, Look]]:
        """By name."""
        asked: dict[str, Callable[[], Awaitable[list[Sample]]]] = {
            "outbox": self._outbox,
            "gates": self._gates,
            "drafts": self._drafts,
            "files": self._files,
            "cases": self._cases,
            "kept": self._kept,
        }
        for name, ask in asked.items():
            yield name, _reading(ask)

    async def _outbox(self) -> list[Sample]:
        counts = {(name, lane, "queued"): 0 for name in self.channels for lane in LANES}
        ages = dict.fromkeys(((name, lane) for name in self.channels for lane in LANES), 0.0)
        for one in await measures.queues(self.pools.sender):
            lane = LANES[one.lane]
            counts[one.bot, lane, one.state] = one.waiting
            ages[one.bot, lane] = max(ages.get((one.bot, lane), 0.0), one.age)
        return [
            *(Sample("dodomu_outbox_messages", count, labels) for labels, count in counts.items()),
            *(
                Sample("dodomu_outbox_oldest_age_seconds", age, labels)
                for labels, age in ages.items()
            ),
        ]

    async def _gates(self) -> list[Sample]:
        found = {one.bot: one for one in await measures.gates(self.pools.sender)}
        samples = []
        for name in {*self.channels, *found}:
            gate = found.get(name)
            paused, stopped = (gate.paused, gate.stopped) if gate else (0.0, False)
            samples += [
                Sample("dodomu_sender_paused_seconds", paused, (name,)),
                Sample("dodomu_sender_stopped", float(stopped), (name,)),
            ]
        return samples

    async def _drafts(self) -> list[Sample]:
        found = await measures.drafts(self.pools.intake)
        return [Sample("dodomu_drafts_open", count, (flow,)) for flow, count in found.items()]

    async def _files(self) -> list[Sample]:
        found = {
            one.bot: (one.waiting, one.age) for one in await measures.files(self.pools.intake)
        }
        samples = []
        for name, (waiting, age) in ({FAMILY: (0, 0.0)} | found).items():
            samples += [
                Sample("dodomu_files_waiting", waiting, (name,)),
                Sample("dodomu_files_oldest_age_seconds", age, (name,)),
            ]
        return samples

    async def _cases(self) -> list[Sample]:
        rows = await measures.untaken(self.pools.intake)
        found = {one.level: (one.waiting, one.overdue) for one in rows}
        samples = []
        for level, (waiting, overdue) in (dict.fromkeys(TERMS, (0, 0)) | found).items():
            samples += [
                Sample("dodomu_cases_untaken", waiting, (level,)),
                Sample("dodomu_cases_overdue", overdue, (level,)),
            ]
        return samples

    async def _kept(self) -> list[Sample]:
        found = await measures.kept(self.pools.janitor)
        return [
            Sample("dodomu_updates_failing", found.failing),
            Sample("dodomu_updates_quarantined", found.set_aside),
        ]


def _reading(ask: Callable[[], Awaitable[list[Sample]]]) -> Look:
    async def look() -> Reading:
        return Reading(await ask())

    return look
