"""The cases this chat has sent, or has shown code and PIN of: remembered sealed, by code alone."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from flows.answers import Json
from flows.kinds.subs import record_in, text_in
from handlers.talk import Talk

MOST: Final = 20
"""Codes a chat remembers; older ones are found by code and PIN."""


@dataclass(frozen=True)
class Known:
    """Enough to add to a case: its id, its code, and what it is sealed to."""

    case: UUID
    code: str
    recipient: str = field(repr=False)

    def as_json(self) -> dict[str, Json]:
        return {"case": str(self.case), "code": self.code, "recipient": self.recipient}

    @classmethod
    def of(cls, stored: Json) -> "Known | None":
        if not isinstance(stored, dict) or "case" not in stored:
            return None
        return cls(
            UUID(str(stored["case"])), text_in(stored, "code"), text_in(stored, "recipient")
        )


def remember(talk: Talk, case: UUID, code: str, recipient: str) -> None:
    """Newest first."""
    kept: list[Json] = [one.as_json() for one in own(talk) if one.case != case]
    talk.person.state["sent"] = [Known(case, code, recipient).as_json(), *kept][:MOST]


def own(talk: Talk) -> tuple[Known, ...]:
    """What this chat has sent, newest first."""
    stored = talk.person.state.get("sent")
    rows = stored if isinstance(stored, list) else []
    return tuple(one for row in rows if (one := Known.of(row)) is not None)


def about(talk: Talk) -> Known | None:
    """The case the open form is about, if one was chosen."""
    return Known.of(record_in(talk.person.state, "about"))


def choose(talk: Talk, known: Known | None) -> None:
    """From now on the open form is about this case, or about none."""
    if known is None:
        talk.person.state.pop("about", None)
    else:
        talk.person.state["about"] = known.as_json()
