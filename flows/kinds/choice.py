"""Choice and Many: questions answered by one button, and by several."""

from collections.abc import Sequence
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
    Word,
)
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.kind import Now
from flows.kinds.subs import number_in, words_in
from flows.kinds.unknown import is_unknown

BUTTONS = 8
"""The most buttons one page of a question holds; "Done" under a Many comes on top."""

MORE = Option("#more", Word("kind.more"))
FEWER = Option("#fewer", Word("kind.fewer"))
DONE = Option("#done", Word("kind.done"))


def wording(key: str) -> Word:
    """The label of an option; the renderer finds it in the wording of the option's own step."""
    return Word(f"option.{key}")


def leaves(options: Sequence[str], first: int, room: int = BUTTONS) -> tuple[tuple[str, ...], ...]:
    """`options` cut into pages of at most `room` buttons, those that turn them counted.

    A lone last option is never hidden behind "More": it takes that button's place.
    """
    first = min(first, room - 1)
    if len(options) <= first + 1:
        return (tuple(options),)
    pages, rest = [tuple(options[:first])], tuple(options[first:])
    while len(rest) > room - 1:
        pages.append(rest[: room - 2])
        rest = rest[room - 2 :]
    return (*pages, rest)


def turning(page: int, count: int) -> tuple[tuple[Option, ...], ...]:
    """The rows that turn pages, under page number `page` of `count`."""
    back = ((FEWER,),) if page else ()
    return (*back, (MORE,)) if page + 1 < count else back


def _asked_anew(text: str) -> NotKnown:
    if is_unknown(clean_line(text)):
        return NotKnown(storable(text))
    raise Invalid("choose")


@dataclass(frozen=True, init=False)
class Choice:
    """One of several options. Value: the option's key.

    More than `first` options: the first ones and "More", which leads to sub {"page": n}.
    """

    options: tuple[str, ...]
    first: int

    def __init__(self, *options: str, first: int = 6) -> None:
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "first", first)

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        pages = leaves(self.options, self.first)
        at = number_in(sub, "page", len(pages))
        rows = tuple((Option(key, wording(key)),) for key in pages[at])
        return Page((*rows, *turning(at, len(pages))))

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        """Labels typed in full were matched before this is called; anything else asks again."""
        return _asked_anew(text)

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        if key in (MORE.key, FEWER.key):
            at = number_in(sub, "page", len(leaves(self.options, self.first)))
            return Deeper({"page": at + (1 if key == MORE.key else -1)})
        return Taken(key)

    def told(self, value: Json) -> tuple[Label, ...]:
        return (wording(str(value)),) if self.fits(value) else ()

    def fits(self, value: Json) -> bool:
        return isinstance(value, str) and value in self.options


@dataclass(frozen=True, init=False)
class Many:
    """Any of several options, ticked one by one until "Done". Value: keys in declared order.

    `alone` options ("none of this") exclude all others. sub: {"picked": [...], "page": n}.
    """

    options: tuple[str, ...]
    alone: tuple[str, ...]

    def __init__(self, *options: str, alone: tuple[str, ...] = ()) -> None:
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "alone", alone)

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        pages = self._pages()
        at = number_in(sub, "page", len(pages))
        rows = tuple((Option(key, wording(key)),) for key in (*pages[at], *self.alone))
        ticked = words_in(sub, "picked", self.options)
        return Page((*rows, *turning(at, len(pages)), (DONE,)), ticked=ticked)

    def _pages(self) -> tuple[tuple[str, ...], ...]:
        """ "None of this" stands on every page: nobody should have to look for it."""
        others = [key for key in self.options if key not in self.alone]
        room = BUTTONS - len(self.alone)
        return leaves(others, room - 1, room)

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        """Labels typed in full were matched before this is called; anything else asks again."""
        return _asked_anew(text)

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        picked = words_in(sub, "picked", self.options)
        if key == DONE.key:
            if not picked:
                raise Invalid("pick_one")
            return Taken(list(picked))
        at = number_in(sub, "page", len(self._pages()))
        if key in (MORE.key, FEWER.key):
            return Deeper({"picked": list(picked), "page": at + (1 if key == MORE.key else -1)})
        return Deeper({"picked": self._toggled(key, picked), "page": at})

    def _toggled(self, key: str, picked: tuple[str, ...]) -> list[Json]:
        if key in picked:
            kept = set(picked) - {key}
        elif key in self.alone:
            kept = {key}
        else:
            kept = {*picked, key} - set(self.alone)
        return [option for option in self.options if option in kept]

    def told(self, value: Json) -> tuple[Label, ...]:
        if not isinstance(value, list):
            return ()
        return tuple(wording(key) for key in self.options if key in value)

    def fits(self, value: Json) -> bool:
        return (
            isinstance(value, list)
            and bool(value)
            and all(isinstance(key, str) and key in self.options for key in value)
        )
