"""The official figures, which are not ours: official.toml, with source and day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("official.toml")


@dataclass(frozen=True)
class Figure:
    """`as_of` None: nobody has checked for which day the source says it. Worded official.<id>."""

    id: str
    count: int
    source: str
    as_of: date | None


@cache
def figures() -> tuple[Figure, ...]:
    """In the order of the file."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["figure"]
    return tuple(
        Figure(one["id"], one["count"], one["source"], one.get("as_of")) for one in listed
    )
