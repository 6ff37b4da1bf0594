"""Receipts not written down yet, in this process's memory only: a PIN is stored nowhere."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cases.intake import Receipt

KEPT: Final = timedelta(minutes=10)
"""Time to read a code and a PIN aloud, also when the page was loaded again meanwhile."""


@dataclass
class Receipts:
    """By case, each for the one who entered it, until it is written down or its time is over."""

    _held: dict[UUID, tuple[UUID, Receipt, str, datetime]] = field(
        default_factory=dict, repr=False
    )

    def keep(self, case: UUID, person: UUID, receipt: Receipt, locale: str, now: datetime) -> None:
        """`locale`: the caller's language."""
        self._held = {key: one for key, one in self._held.items() if one[3] > now}
        self._held[case] = (person, receipt, locale, now + KEPT)

    def of(self, case: UUID, person: UUID, now: datetime) -> tuple[Receipt, str] | None:
        """The receipt and the caller's language."""
        held = self._held.get(case)
        if held is None or held[0] != person or held[3] <= now:
            return None
        return held[1], held[2]

    def forget(self, case: UUID, person: UUID) -> None:
        if case in self._held and self._held[case][0] == person:
            del self._held[case]
