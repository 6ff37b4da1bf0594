"""What every kind of question can do."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flows.answers import Json, Label, Outcome, Page, Sub


@dataclass(frozen=True)
class Now:
    """What a kind may know of the world: the day in Kyiv, how often this answer was refused."""

    today: date
    tries: int = 0


class Kind(Protocol):
    """A kind is a frozen value without state; where the person is inside it travels as `sub`."""

    def page(self, sub: Sub, now: Now) -> Page:
        """The buttons for `sub` ({} is the question freshly asked). Deterministic: option n of a
        page is found again by drawing the page again."""

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:
        """Take a typed answer. Raises Invalid; never raises anything else, whatever the text."""

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        """Take the option `key` of `page(sub)`. Raises Invalid for a key that is not there."""

    def told(self, value: Json) -> tuple[Label, ...]:
        """The stored value as words, for "check your answers". Joined by commas."""

    def fits(self, value: Json) -> bool:
        """Whether a stored value still belongs to this kind (an older draft may not)."""
