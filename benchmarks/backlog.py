"""What families wrote while nothing ran: whether all of it is read, in order, and how fast.

They write the whole questionnaire in words, each button's label where there is one, all of them at
the same time. Whoever was read whole and in order stands at its last screen; nobody else does.
"""

import time
from dataclasses import dataclass

from benchmarks.accounting import cpu_seconds
from benchmarks.rig import Rig, Unanswered
from benchmarks.script import unsent

_SLOWEST = 50
_GRACE = 60.0


@dataclass(frozen=True)
class Backlog:
    """`seconds` from the bot's first answer to the last person's last screen; `cpu` in ms each.

    `people` wrote `updates` in all; `arrived` of them stand where they should.
    """

    people: int
    updates: int
    arrived: int
    seconds: float
    cpu: float

    @property
    def per_second(self) -> float:
        return self.updates / self.seconds


async def measure(rig: Rig, updates: int) -> Backlog:
    """About so many `updates`, over polling."""
    each = len(unsent(0))
    people = max(updates // each, 1)
    url = await rig.database()
    await rig.tell("flood", script="unsent", people=people)
    async with rig.bot(url, {}) as bot:
        await rig.answers(1)
        began = time.monotonic()
        pids = (bot.pid, rig.postmaster)
        spent = sum(map(cpu_seconds, pids))
        deadline = began + people * each / _SLOWEST + _GRACE
        at, arrived = began, 0
        while arrived < people and time.monotonic() < deadline:
            seen = await rig.tell("wait", answered=people * each, seconds=1.0)
            if seen["arrived"] > arrived:
                at, arrived = seen["at"], seen["arrived"]
        spent = sum(map(cpu_seconds, pids)) - spent
        if not arrived:
            raise Unanswered(f"nobody of {people} was read to the end; see {rig.log}")
    return Backlog(people, people * each, arrived, at - began, 1000 * spent / (people * each))
