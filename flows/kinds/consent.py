"""Consent: with whom else a report may be shared. Ticks are off until the person sets them."""

from dataclasses import dataclass

from flows.answers import (
    Deeper,
    Invalid,
    Json,
    Label,
    NotKnown,
    Option,
    Outcome,
    Page,
    Sub,
    Taken,
)
from flows.kinds.choice import DONE, wording
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.kind import Now
from flows.kinds.subs import words_in
from flows.kinds.unknown import is_unknown

CONSENT_VERSION = 1
"""Raised whenever the wording of the parties changes, so that each consent names its text."""


@dataclass(frozen=True, init=False)
class Consent:
    """Ticks beside `parties`; `fixed` ones are always on. Value: {"version", "parties"}."""

    parties: tuple[str, ...]
    fixed: tuple[str, ...]

    def __init__(self, *parties: str, fixed: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "parties", parties)
        object.__setattr__(self, "fixed", fixed)

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        rows = tuple((Option(key, wording(key)),) for key in self.parties)
        return Page((*rows, (DONE,)), ticked=self._ticked(sub))

    def _ticked(self, sub: Sub) -> tuple[str, ...]:
        picked = words_in(sub, "picked", self.parties)
        return tuple(key for key in self.parties if key in picked or key in self.fixed)

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        if is_unknown(clean_line(text)):
            return NotKnown(storable(text))
        raise Invalid("choose")

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        ticked = self._ticked(sub)
        if key == DONE.key:
            return Taken({"version": CONSENT_VERSION, "parties": list(ticked)})
        if key in self.fixed:
            raise Invalid("consent_fixed")
        if key not in self.parties:
            raise Invalid("choose")
        wanted = set(ticked) ^ {key}
        return Deeper({"picked": [party for party in self.parties if party in wanted]})

    def told(self, value: Json) -> tuple[Label, ...]:
        given = value.get("parties") if isinstance(value, dict) else None
        if not isinstance(given, list):
            return ()
        return tuple(wording(key) for key in self.parties if key in given)

    def fits(self, value: Json) -> bool:
        """A consent to another wording, or without a fixed party, has to be given again."""
        if not isinstance(value, dict) or value.get("version") != CONSENT_VERSION:
            return False
        given = value.get("parties")
        return (
            isinstance(given, list)
            and all(key in self.parties for key in given)
            and all(key in given for key in self.fixed)
        )
