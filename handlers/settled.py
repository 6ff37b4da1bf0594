"""What the first minute decided: how safe the person is, where, and what they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.answers import Json
from flows.kinds.subs import record_in, text_in


@dataclass(frozen=True)
class Settled:
    """Empty strings: not asked yet. `area` is an option of arrival's "area"."""

    safe: str
    area: str
    #: {"version", "at", "locale", "text"}, {} before "I agree"
    consent: Mapping[str, Json]

    @classmethod
    def of(cls, stored: Mapping[str, Json]) -> "Settled":
        return cls(text_in(stored, "safe"), text_in(stored, "area"), record_in(stored, "consent"))

    @property
    def agreed(self) -> bool:
        return bool(self.consent)

    @property
    def quiet(self) -> bool:
        """Never write first, keep drafts for a day only, ask for no files."""
        return self.safe in ("no", "not_sure") or self.area == "occupied"
