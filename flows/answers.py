"""What a person answered, and the words in which a flow speaks without knowing any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Sub: TypeAlias = Mapping[str, Json]
"""Where inside one question a person is: the level of a picker, a value awaiting "Yes"."""


class State(StrEnum):
    """How a question was answered. "Not asked" is the absence of an answer."""

    GIVEN = "given"
    UNKNOWN = "unknown"  #: the person does not know
    DECLINED = "declined"  #: the person would rather not say
    SKIPPED = "skipped"  #: passed over for now


@dataclass(frozen=True)
class Answer:
    """One answer as it is kept: language-free value beside the exact words."""

    state: State
    value: Json = field(default=None, repr=False)
    #: what was typed, before any cleaning; None when a button was pressed
    verbatim: str | None = field(default=None, repr=False)
    #: remarks for the prosecutor, such as "mixed_script" or "unparsed"
    flags: tuple[str, ...] = ()
    #: when it was given, ISO 8601 in UTC
    at: str = ""

    def as_json(self) -> dict[str, Json]:
        return {
            "state": self.state.value,
            "value": self.value,
            "verbatim": self.verbatim,
            "flags": list(self.flags),
            "at": self.at,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Json]) -> "Answer":
        flags = stored.get("flags") or []
        verbatim = stored.get("verbatim")
        return cls(
            State(str(stored["state"])),
            stored.get("value"),
            None if verbatim is None else str(verbatim),
            tuple(str(flag) for flag in flags) if isinstance(flags, list) else (),
            str(stored.get("at") or ""),
        )


@dataclass(frozen=True)
class Edtf:
    """A date half remembered, in EDTF (ISO 8601-2), to be worded by the reader's language."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Area:
    """A region or country by its ISO 3166 code, to be named in the reader's language.

    `short` leaves out the word for "region".
    """

    code: str
    short: bool = False


Param: TypeAlias = "str | int | Edtf | Area | Word | tuple[Label, ...]"
"""A tuple of labels is told with commas between them."""


@dataclass(frozen=True)
class Word:
    """A key of the catalogs, with what fills its placeholders. Personal data only in params."""

    key: str
    params: Mapping[str, Param] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Literal:
    """A label that is data, not wording: a year, the name of a village."""

    text: str = field(repr=False)


Label: TypeAlias = "Word | Literal | Edtf | Area"


@dataclass(frozen=True)
class Option:
    """A button. `key` is opaque to people; `label` is what they read."""

    key: str
    label: Label


@dataclass(frozen=True)
class Page:
    """One view of a question: its rows of buttons and, when it differs, its own wording.

    `rows` may be empty (the question is answered by typing). `ask` replaces the question's text on
    inner pages of a picker. `shares_contact` asks Telegram for its "share my number" button.
    """

    rows: tuple[tuple[Option, ...], ...] = ()
    ask: Word | None = None
    shares_contact: bool = False
    #: keys of options shown as ticked (Many, Consent)
    ticked: tuple[str, ...] = ()

    def options(self) -> tuple[Option, ...]:
        return tuple(option for row in self.rows for option in row)


@dataclass(frozen=True)
class Taken:
    """The question is answered."""

    value: Json = field(repr=False)
    verbatim: str | None = field(default=None, repr=False)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deeper:
    """The question goes on: another page of it.

    `meanwhile` is what the answer is if the person never comes back to finish it.
    """

    sub: Sub = field(repr=False)
    meanwhile: Taken | None = field(default=None, repr=False)


@dataclass(frozen=True)
class NotKnown:
    """The person typed that they do not know ("не знаю", "?", "-")."""

    verbatim: str = field(repr=False)


Outcome: TypeAlias = Taken | Deeper | NotKnown


class Invalid(Exception):
    """An answer that does not fit its question yet. Ask again with `code`'s words.

    `code` names a catalog entry `error.<code>`; `params` fill its placeholders and never carry the
    raw answer.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
