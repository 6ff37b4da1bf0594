"""Text: an answer in the person's own words. It is data: never refused for what it says."""

from dataclasses import dataclass

from flows.answers import (
    Deeper,
    Invalid,
    Json,
    Label,
    Literal,
    NotKnown,
    Outcome,
    Page,
    Sub,
    Taken,
    Word,
)
from flows.kinds.choice import DONE
from flows.kinds.cleaning import clean_text, loses_to_cleaning, storable
from flows.kinds.kind import Now
from flows.kinds.subs import flags_in, text_in
from flows.kinds.unknown import is_unknown

SHORT = 300
"""Up to this limit a question asks for a fact, and a bare "не знаю" answers "I don't know"."""

CUT = 3_900
"""Telegram cuts a text at 4,096 characters, at a space when it can: one this long may go on."""


@dataclass(frozen=True)
class Text:
    """Free text of at most `at_most` characters. Value: the cleaned text.

    Flag "cleaned": something visible was removed. `verbatim` is kept when it differs.
    A text that Telegram may have cut is joined with the messages after it, until "Done".
    sub: {"held", "verbatim", "flags"} while it waits for more.
    """

    at_most: int = SHORT

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        if text_in(sub, "held"):
            return Page(((DONE,),), ask=Word("kind.text.more"))
        return Page()

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        held = text_in(sub, "held")
        # Spaces and invisible characters may double a text, never multiply it.
        if len(text) + len(held) > 2 * self.at_most + 4096:
            raise Invalid("too_long", count=len(text) + len(held), limit=self.at_most)
        clean = clean_text(text)
        if not clean:
            raise Invalid("empty")
        joined = f"{held}\n{clean}" if held else clean
        if len(joined) > self.at_most:
            raise Invalid("too_long", count=len(joined), limit=self.at_most)
        if not held and self.at_most <= SHORT and is_unknown(clean):
            return NotKnown(storable(text))
        taken = _joined(joined, text, clean, sub)
        if held or (len(text) >= CUT and self.at_most > CUT):
            more: Sub = {
                "held": joined,
                "verbatim": taken.verbatim,
                "flags": list(taken.flags),
            }
            return Deeper(more, taken)
        return taken

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        held = text_in(sub, "held")
        if not held or key != DONE.key:
            raise Invalid("choose")
        return Taken(held, text_in(sub, "verbatim") or None, flags_in(sub))

    def told(self, value: Json) -> tuple[Label, ...]:
        return (Literal(value),) if isinstance(value, str) else ()

    def fits(self, value: Json) -> bool:
        return isinstance(value, str) and 0 < len(value) <= self.at_most


def _joined(joined: str, typed: str, clean: str, sub: Sub) -> Taken:
    before, flags = text_in(sub, "verbatim"), flags_in(sub)
    if loses_to_cleaning(typed) and "cleaned" not in flags:
        flags = (*flags, "cleaned")
    if not before and typed == clean:
        return Taken(joined, None, flags)
    earlier = before or text_in(sub, "held")
    return Taken(joined, f"{earlier}\n{storable(typed)}" if earlier else storable(typed), flags)
