"""Text: an answer in the person's own words. It is data: never refused for what it says."""

from dataclasses import dataclass

from flows.answers import (
    Invalid,
    Json,
    Label,
    Literal,
    NotKnown,
    Outcome,
    Page,
    Sub,
    Taken,
)
from flows.kinds.cleaning import clean_text, loses_to_cleaning, storable
from flows.kinds.kind import Now
from flows.kinds.unknown import is_unknown

SHORT = 300
"""Up to this limit a question asks for a fact, and a bare "не знаю" answers "I don't know"."""


@dataclass(frozen=True)
class Text:
    """Free text of at most `at_most` characters. Value: the cleaned text.

    Flag "cleaned": something visible was removed. `verbatim` is kept when it differs.
    """

    at_most: int = SHORT

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        return Page()

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        # Spaces and invisible characters may double a text, never multiply it.
        if len(text) > 2 * self.at_most + 4096:
            raise Invalid("too_long", count=len(text), limit=self.at_most)
        clean = clean_text(text)
        if not clean:
            raise Invalid("empty")
        if len(clean) > self.at_most:
            raise Invalid("too_long", count=len(clean), limit=self.at_most)
        if self.at_most <= SHORT and is_unknown(clean):
            return NotKnown(storable(text))
        verbatim = storable(text) if text != clean else None
        return Taken(clean, verbatim, ("cleaned",) if loses_to_cleaning(text) else ())

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        raise Invalid("choose")

    def told(self, value: Json) -> tuple[Label, ...]:
        return (Literal(value),) if isinstance(value, str) else ()

    def fits(self, value: Json) -> bool:
        return isinstance(value, str) and 0 < len(value) <= self.at_most
