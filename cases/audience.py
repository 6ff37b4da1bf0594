"""Who would hear a broadcast: chosen by what stands unsealed, counted, and frozen at approval.

Counts are told in tens, so that two audiences which differ by one family do not tell them apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self
from uuid import UUID

import asyncpg

from cases.outbox import Database
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
    """In words of LOCALES, AREAS, STAGES. An empty tuple chooses all; of areas: not the occupied.

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


async def count(database: Database, audience: Audience, grounds: str = "") -> Count:
    """How many it reaches now. Raises Forbidden. With too few, `too_small` alone is told."""
    _lawful(audience, grounds)
    rows = await database.fetch(_COUNTED, *_chosen(audience), timeout=_PATIENCE)
    reached = {row["locale"]: row["families"] for row in rows if row["reason"] is None}
    total = sum(reached.values())
    if total < LEAST:
        return Count(too_small=True)
    excluded = Counter[str]()
    for row in rows:
        if row["reason"] is not None:
            excluded[row["reason"]] += row["families"]
    return Count(
        {locale: _tens(number) for locale, number in sorted(reached.items())},
        _tens(total),
        {reason: _tens(excluded[reason]) for reason in EXCLUDED if excluded[reason]},
        large=total > LARGE,
    )


async def freeze(
    connection: "asyncpg.Connection",
    broadcast: UUID,
    audience: Audience,
    texts: Sequence[str],
    grounds: str,
) -> tuple[int, bytes]:
    """Write down everybody it reaches now; how many, and a hash over who.

    In the caller's transaction, which an error must undo. Raises TooFew, Forbidden.
    """
    _lawful(audience, grounds)
    await connection.execute(_LONGER)
    written = spoken(texts)
    row = await connection.fetchrow(
        _FROZEN,
        *(*_chosen(audience), broadcast, list(written), list(written.values())),
        timeout=_PATIENCE,
    )
    if row["families"] < LEAST:
        raise TooFew
    return row["families"], row["who"]


def _lawful(audience: Audience, grounds: str) -> None:
    if audience.meets_occupied and not (audience.safety and grounds.strip()):
        raise Forbidden


def _chosen(audience: Audience) -> tuple[object, ...]:
    lists = (list(getattr(audience, name)) for name in _LISTS)
    return (BOT, *lists, audience.meets_occupied and audience.safety)


def _tens(number: int) -> int:
    return number // 10 * 10


_WORD: Final = (
    "CASE CASE WHEN k.status = 'duplicate_of' THEN coalesce(k.stood, k.status) ELSE k.status END"
    + "".join(f" WHEN '{status}' THEN '{word}'" for status, word in WORDS.items())
    + f" ELSE '{CLOSED}' END"
)
_OWN: Final = "FROM cases k WHERE k.chat_ref = c.chat_ref AND k.part_of IS NULL"


def exclusion(occupied: str) -> str:
    """SQL: why not, for a chat `c` with its reach `r`; the first of EXCLUDED that holds, or NULL.

    `occupied`: a parameter, whether people in the occupied area are written to.
    """
    return f"""
CASE WHEN c.blocked_at IS NOT NULL THEN 'blocked'
     WHEN EXISTS (SELECT {_OWN} AND k.erase_asked_at IS NOT NULL)
      AND NOT EXISTS (SELECT {_OWN} AND k.erase_asked_at IS NULL) THEN 'erased'
     WHEN r.chat_ref IS NULL THEN 'settings_unknown'
     WHEN r.silence IS NOT NULL THEN 'silenced'
     WHEN r.area = '{OCCUPIED}' AND NOT {occupied}::bool THEN 'occupied'
     WHEN c.quiet AND NOT (
          {occupied}::bool AND r.area = '{OCCUPIED}' AND NOT r.hushed
          AND NOT EXISTS (SELECT {_OWN} AND k.kind = 'child')
          AND NOT EXISTS (SELECT FROM draft d WHERE d.chat_ref = c.chat_ref AND d.flow = 'child')
     ) THEN 'quiet' END
"""  # noqa: S608 - put together from constants


_MEANT: Final = f"""
SELECT c.chat_ref, c.locale, {exclusion("$6")} AS reason
  FROM conversation c LEFT JOIN reach r ON r.chat_ref = c.chat_ref
 WHERE c.bot = $1
   AND (r.chat_ref IS NOT NULL OR EXISTS (SELECT {_OWN}))
   AND (cardinality($2::text[]) = 0 OR c.locale = ANY ($2))
   AND (cardinality($3::text[]) = 0 OR r.area = ANY ($3))
   AND ((cardinality($4::text[]) = 0 AND cardinality($5::text[]) = 0)
        OR ('{UNSENT}' = ANY ($5) AND cardinality($4) = 0 AND NOT EXISTS (SELECT {_OWN}))
        OR EXISTS (SELECT {_OWN}
                      AND (cardinality($4) = 0 OR k.oblast = ANY ($4))
                      AND (cardinality($5) = 0 OR {_WORD} = ANY ($5))))
"""  # noqa: S608 - put together from constants

_COUNTED: Final = (
    f"SELECT locale, reason, count(*) AS families FROM ({_MEANT}) AS meant GROUP BY 1, 2"  # noqa: S608 - constants
)
_FROZEN: Final = f"""
WITH frozen AS (
    INSERT INTO broadcast_recipient (broadcast_id, chat_ref, locale)
    SELECT $7, meant.chat_ref, w.written
      FROM ({_MEANT}) AS meant
      JOIN unnest($8::text[], $9::text[]) AS w(spoken, written) ON w.spoken = meant.locale
     WHERE meant.reason IS NULL
    RETURNING chat_ref
)
SELECT count(*) AS families,
       sha256(coalesce(string_agg(chat_ref, '' ORDER BY chat_ref), '')) AS who
  FROM frozen
"""  # noqa: S608 - put together from constants
_LONGER: Final = "SET LOCAL statement_timeout = '60s'"
