"""How fast one chat is listened to, and how many reports it may send: the figures and the count.

What is done about it, and what is never refused, is said in handlers.limits.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from flows.answers import Json

REPORTS_A_DAY: Final = 5
URGENT_A_DAY: Final = 20
"""For reports that triage finds critical, a child's own call among them."""
DAY: Final = timedelta(hours=24)

MANY_NEW: Final = 300
"""New chats in a minute; with more, nothing is said that could be left out."""

# In order, and no further than needed: in a quiet minute the first look at the index ends it.
CROWDED: Final = f"""
(SELECT true FROM conversation WHERE created_at > now() - interval '1 minute'
  ORDER BY created_at DESC OFFSET {MANY_NEW} LIMIT 1) IS NOT NULL
"""  # noqa: S608 - a constant
"""Whether more than MANY_NEW chats are new, for cases.turn to ask with everything else."""


class Standing(Enum):
    """FREE: listened to. TIPPED: this one was too many, a pause begins. PAUSED: in the pause."""

    FREE = auto()
    TIPPED = auto()
    PAUSED = auto()


@dataclass(frozen=True)
class Rate:
    """More than `updates` within `window` begin a `pause`."""

    updates: int = 20
    window: timedelta = timedelta(seconds=10)
    pause: timedelta = timedelta(seconds=30)
    #: how often urgent things are answered during it; no chat is written to faster anyway
    urgent: timedelta = timedelta(seconds=1)


RATE: Final = Rate()


@dataclass(frozen=True)
class Pace:
    """What one chat did last. Moments are whole milliseconds since 1970; 0: never."""

    since: int = 0
    count: int = 0
    paused: int = 0
    urgent: int = 0
    #: pictures of one album count once
    album: str = ""

    @classmethod
    def of(cls, stored: Json) -> "Pace":
        """What `as_json` gave; anything else is a chat that did nothing yet."""
        match stored:
            case [int(since), int(count), int(paused), int(urgent), str(album)]:
                return cls(since, count, paused, urgent, album)
            case _:
                return cls()

    def as_json(self) -> list[Json]:
        return [self.since, self.count, self.paused, self.urgent, self.album]

    def counted(self, rate: Rate, now: datetime, album: str = "") -> tuple["Pace", Standing]:
        """The pace after one more update, and how the chat stands with it.

        `album`: what pictures sent together share, "" for everything else.
        """
        moment = _milliseconds(now)
        if _within(self.paused, moment, rate.pause):
            return self, Standing.PAUSED
        if not _within(self.since, moment, rate.window):
            return Pace(moment, 1, 0, 0, album), Standing.FREE
        if album and album == self.album:
            return self, Standing.FREE
        if self.count < rate.updates:
            return replace(self, count=self.count + 1, album=album), Standing.FREE
        return Pace(paused=moment), Standing.TIPPED

    def pressed(self, rate: Rate, now: datetime) -> tuple["Pace", bool]:
        """The pace after an urgent wish during the pause, and whether it is answered."""
        moment = _milliseconds(now)
        if _within(self.urgent, moment, rate.urgent):
            return self, False
        return replace(self, urgent=moment), True


def _within(start: int, moment: int, term: timedelta) -> bool:
    """A start in the future is a clock that was set back, and binds nobody."""
    return start <= moment < start + _span(term)


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)


def _span(term: timedelta) -> int:
    return term // timedelta(milliseconds=1)
