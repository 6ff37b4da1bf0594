"""To whom a case may be referred and what each may be told: bodies.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final


@dataclass(frozen=True)
class Body:
    """`consent`: the party of the family's consent; None where no family is asked about it.

    `parts`: the most it may be told. `language`: "uk" or "en", of the papers.
    """

    id: str
    consent: str | None
    parts: tuple[str, ...]
    language: str
    source: str


LATER: Final = "later"
FILES: Final = "files"
ORIGINALS: Final = "originals"


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(files("cases").joinpath("bodies.toml").read_text(encoding="utf-8"))


@cache
def bodies() -> Mapping[str, Body]:
    """By id, in the order of the file."""
    return {
        id_: Body(id_, told.get("consent"), tuple(told["parts"]), told["language"], told["source"])
        for id_, told in _file()["body"].items()
    }


@cache
def parts() -> Mapping[str, tuple[str, ...]]:
    """{part: the sections of a report that belong to it}."""
    return {name: tuple(sections) for name, sections in _file()["parts"].items()}


@cache
def grounds() -> tuple[str, ...]:
    """Why a case is handed over where the family was not asked."""
    return tuple(_file()["grounds"])
