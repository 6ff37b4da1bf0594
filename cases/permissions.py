"""Who may do what: one table (permissions.toml), one question. What it does not say is denied."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Final, Literal, Protocol, TypeAlias, get_args
from uuid import UUID

Role: TypeAlias = Literal[
    "triage", "prosecutor", "head", "operator", "approver", "admin", "auditor"
]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
Scope: TypeAlias = Literal["yes", "unit", "own", "two"]

EVERYWHERE: Final = "UA"
"""The unit that is the whole country, reports without a known oblast included."""


class Verdict(Enum):
    """YES; DENIED; SECOND: yes, once another person has done the first half."""

    YES = "yes"
    SECOND = "second"
    DENIED = "denied"


class Member(Protocol):
    """Whoever asks: a person of cases.people. Only an active one is allowed anything."""

    @property
    def id(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def units(self) -> Sequence[str]: ...
    @property
    def active(self) -> bool: ...


@dataclass(frozen=True)
class About:
    """What an action is about. `owner`: whose it is (who took the case, whose session).

    `first`: who did the first half of what needs two; nobody yet: None.
    """

    oblast: str | None = None
    owner: UUID | None = None
    first: UUID | None = None


NOTHING: Final = About()


@cache
def table() -> Mapping[str, Mapping[Role, Scope]]:
    """{action: {role: scope}}, as the file has it."""
    held = files("cases").joinpath("permissions.toml").read_text(encoding="utf-8")
    return tomllib.loads(held)


def allowed(person: Member, action: str, about: About = NOTHING) -> Verdict:
    """Whether `person` may do this now. Unknown actions, roles and scopes are denied."""
    if not person.active:
        return Verdict.DENIED
    scope = scope_of(person.role, action)
    match scope:
        case "yes":
            return Verdict.YES
        case "unit":
            return _when(in_unit(person, about.oblast) or about.owner == person.id)
        case "own":
            return _when(about.owner == person.id)
        case "two" if about.first is None:
            return Verdict.SECOND
        case "two":
            return _when(about.first != person.id)
        case _:
            return Verdict.DENIED


def may(person: Member, action: str, about: About = NOTHING) -> bool:
    """Whether `allowed` says YES."""
    return allowed(person, action, about) is Verdict.YES


def reaches(person: Member, action: str) -> bool:
    """Whether there is anything at all that `person` may do this to: for a menu, never a gate."""
    return person.active and scope_of(person.role, action) is not None


def scope_of(role: str, action: str) -> str | None:
    """The word in the table; None: denied."""
    return {str(name): scope for name, scope in table().get(action, {}).items()}.get(role)


def in_unit(person: Member, oblast: str | None) -> bool:
    return EVERYWHERE in person.units or oblast in person.units


def _when(holds: bool) -> Verdict:
    return Verdict.YES if holds else Verdict.DENIED
