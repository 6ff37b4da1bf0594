"""Who would hear a broadcast: chosen by what stands unsealed, counted, and frozen at approval.

Counts are told in tens, so that two audiences which differ by one family do not tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from cases.own import CLOSED, WORDS
from locales import LOCALES

BOT: Final = "family"
"""Whose chats broadcasts go to (outbox.bot)."""
AREAS: Final = ("controlled", "abroad", "unknown", "occupied")
"""Where the person said they are; "unknown": would not say."""
OCCUPIED: Final = "occupied"
UNSENT: Final = "unsent"
STAGES: Final = (UNSENT, *dict.fromkeys(WORDS.values()), CLOSED)
"""How far a family's case is, in the words it is told; "unsent": it has sent none yet."""
LEAST: Final = 10
"""A smaller audience could be somebody. It is refused."""
EXCLUDED: Final = ("blocked", "erased", "silenced", "quiet", "occupied", "settings_unknown")
"""Why a family that would be meant is left out, the first reason that holds."""

_FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = {
    "uk": ("uk", "ru", "en"),
    "ru": ("ru", "uk", "en"),
    "en": ("en", "uk", "ru"),
    "pl": ("pl", "uk", "en", "ru"),
    "de": ("de", "uk", "en", "ru"),
}
_PATIENCE: Final = 30.0


class TooFew(Exception):
    """Fewer than LEAST families would hear it: choose wider."""


class Forbidden(Exception):
    """The occupied area is written to in a safety message only, and with grounds."""


@dataclass(frozen=True)
class Audience:
    """Empty tuples choose all; `areas` empty: all but the occupied. Words of LOCALES, AREAS, STAGES.

    `oblasts`: ISO 3166-2, where the child of one of the family's cases was last or lived.
    `safety`: the message is about the safety of those who read it.
    """

    locales: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    oblasts: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    safety: bool = False

    def to_json(self) -> dict[str, Any]:
        """Sorted, so that the same choice is the same value."""
        return {
            **{name: sorted(getattr(self, name)) for name in _LISTS},
            "safety": self.safety,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` made. Words that mean nothing here are dropped."""
        lists = {name: tuple(str(one) for one in stored.get(name, ())) for name in _LISTS}
        known = {"locales": LOCALES, "areas": AREAS, "stages": STAGES}
        kept = {
            name: tuple(one for one in told if one in known.get(name, told))
            for name, told in lists.items()
        }
        return cls(**kept, safety=stored.get("safety") is True)

    @property
    def meets_occupied(self) -> bool:
        return OCCUPIED in self.areas


_LISTS: Final = ("locales", "areas", "oblasts", "stages")


@dataclass(frozen=True)
class Count:
    """Families, in tens, rounded down: by language, in all, and left out by reason.

    `too_small`: fewer than LEAST; then nothing is counted. `large`: more than 500.
    """

    per_locale: Mapping[str, int] = field(default_factory=dict)
    reached: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    too_small: bool = False
    large: bool = False


LARGE: Final = 500


def spoken(locales: Sequence[str]) -> dict[str, str]:
    """For each of LOCALES the language a family that speaks it is written to in.

    `locales`: those the broadcast has texts in. Empty where there is none.
    """
    return {
        one: next((other for other in _FALLBACKS[one] if other in locales), locales[0])
        for one in LOCALES
        if locales
    }


async def count(
    database: "asyncpg.Pool | asyncpg.Connection", audience: Audience, grounds: str = ""
) -> Count:
    """How many it reaches now. Raises Forbidden. With too few, `too_small` alone is told."""
    _lawful(audience, grounds)
    raise NotImplementedError


async def freeze(
    connection: "asyncpg.Connection", broadcast: UUID, audience: Audience, texts: Sequence[str]
) -> tuple[int, bytes]:
    """Write down everybody it reaches now; how many, and a hash over who. Raises TooFew."""
    raise NotImplementedError


def _lawful(audience: Audience, grounds: str) -> None:
    if audience.meets_occupied and not (audience.safety and grounds.strip()):
        raise Forbidden
