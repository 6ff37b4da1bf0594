"""Telephone numbers of others who help. The list is contacts.toml; its wording is in the catalogs.

Only numbers with a date of checking are ever shown. A number older than OLDEST_DAYS on the day of
the release must be checked again: a test says so.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

OLDEST_DAYS = 180
REACHES = ("ua_only", "abroad", "both")

_FILE = Path(__file__).with_name("contacts.toml")
_SHOWN = {
    "controlled": ("ua_only", "both"),
    "abroad": ("abroad", "both"),
    # Ukrainian short numbers do not work from networks in occupied territory, russia and Belarus.
    "occupied": ("both",),
}


@dataclass(frozen=True)
class Contact:
    """`number` as it is dialled there; `reach`: from where. Worded as `contacts.<id>.what`."""

    id: str
    number: str
    reach: str
    source: str
    verified_on: date | None


def contacts(area: str) -> tuple[Contact, ...]:
    """Who can be called from `area` (an option of arrival's "area"), the most urgent first.

    An area that was not told gives all of them, so that the person picks.
    """
    reaches = _SHOWN.get(area, REACHES)
    return tuple(one for one in every() if one.verified_on and one.reach in reaches)


@cache
def every() -> tuple[Contact, ...]:
    """All entries of the file, the unchecked ones too."""
    return tuple(
        Contact(
            entry["id"],
            entry["number"],
            entry["reach"],
            entry["source"],
            entry.get("verified_on"),
        )
        for entry in _read()["contact"]
    )


def released() -> date:
    """The day this release of the list was made."""
    day = _read()["released"]
    assert isinstance(day, date)
    return day


def outdated() -> tuple[str, ...]:
    """Ids of shown contacts that were checked more than OLDEST_DAYS before the release."""
    return tuple(
        one.id
        for one in every()
        if one.verified_on and (released() - one.verified_on).days > OLDEST_DAYS
    )


@cache
def _read() -> dict[str, Any]:
    with _FILE.open("rb") as text:
        return tomllib.load(text)
