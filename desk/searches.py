"""What is being searched for, in this process's memory only: no address and no log holds it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

KEPT: Final = timedelta(minutes=15)
"""Since somebody looked at it last: to open a case and come back."""
MOST: Final = 20
"""Of one session, the newest."""


@dataclass
class Searches:
    """Each for the session that searches."""

    _held: dict[UUID, tuple[UUID, str, datetime]] = field(default_factory=dict, repr=False)

    def keep(self, session: UUID, words: str, now: datetime) -> UUID:
        """The name by which the words are found again."""
        self._held = {name: one for name, one in self._held.items() if one[2] > now}
        own = [name for name, one in self._held.items() if one[0] == session]
        for name in own[: max(len(own) + 1 - MOST, 0)]:
            del self._held[name]
        made = uuid4()
        self._held[made] = (session, words, now + KEPT)
        return made

    def of(self, name: UUID, session: UUID, now: datetime) -> str | None:
        held = self._held.get(name)
        if held is None or held[0] != session or held[2] <= now:
            return None
        self._held[name] = (session, held[1], now + KEPT)
        return held[1]

    def forget(self) -> None:
        """Called when the last key is locked."""
        self._held.clear()
