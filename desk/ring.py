"""Keys that are open, in this process's memory only: who unlocked, in which session, until when.

Nothing here is written down. A session that ends, a person who is suspended, four hours, or the
end of the process: each of them locks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pyrage.x25519 import Identity

from cases.person import Person

LONGEST: Final = timedelta(hours=4)
GRANT: Final = timedelta(minutes=30)
"""For so long a reason given for a case that is somebody else's need not be given again."""


class Locked(Exception):
    """The keys of this session are not open. Unlock, then come back."""


@dataclass
class Unlocked:
    """One session's keys: every version of the group's key its person holds."""

    person: UUID
    identities: tuple[Identity, ...] = field(repr=False)
    until: datetime
    #: cases whose opening was given a reason for, until when
    reasons: dict[UUID, datetime] = field(default_factory=dict)
    #: cases that were opened, and until when their pictures need no entry of their own
    seen: dict[UUID, datetime] = field(default_factory=dict)


@dataclass
class Ring:
    """All open keys of a desk. `emptied` is called when the last of them is locked."""

    emptied: Callable[[], None] = field(default=lambda: None, repr=False)
    _open: dict[UUID, Unlocked] = field(default_factory=dict, repr=False)

    def unlock(
        self, session: UUID, person: Person, identities: tuple[Identity, ...], now: datetime
    ) -> None:
        self._open[session] = Unlocked(person.id, identities, now + LONGEST)

    def of(self, session: UUID, person: Person, now: datetime) -> Unlocked | None:
        """The keys of this session while they are open, and this person's."""
        held = self._open.get(session)
        if held is None:
            return None
        if held.person != person.id or now >= held.until or not person.active:
            self.lock(session)
            return None
        return held

    def holds(self, keys: Unlocked, now: datetime) -> bool:
        """Whether these very keys are open still."""
        return now < keys.until and any(one is keys for one in self._open.values())

    def expire(self, now: datetime) -> None:
        """Lock what was open for LONGEST, though its session does not come back to be told."""
        for session in [one for one, held in self._open.items() if now >= held.until]:
            self.lock(session)

    def lock(self, session: UUID) -> None:
        if self._open.pop(session, None) is not None and not self._open:
            self.emptied()

    def keep(self, sessions: frozenset[UUID]) -> None:
        """Lock whatever belongs to no session that is still there."""
        for gone in set(self._open) - sessions:
            self.lock(gone)
