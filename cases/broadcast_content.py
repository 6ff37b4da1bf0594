"""What a broadcast says and to whom: its texts, the fingerprint that is approved, the message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Any, Self

import orjson

from cases.audience import Audience
from flows.answers import Json


@dataclass(frozen=True)
class Button:
    """A link below the message."""

    label: str
    url: str


@dataclass(frozen=True)
class Text:
    """What is said in one language.

    `html`: Telegram HTML with b, i and a. `why`: one plain line, shown below it in italics.
    `buttons`: one a row.
    """

    html: str
    why: str
    buttons: tuple[Button, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "html": self.html,
            "why": self.why,
            "buttons": [{"label": one.label, "url": one.url} for one in self.buttons],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` made."""
        buttons = tuple(Button(one["label"], one["url"]) for one in stored["buttons"])
        return cls(stored["html"], stored["why"], buttons)


@dataclass(frozen=True)
class Content:
    """Everything an author writes. `name` is for colleagues only.

    `texts` by language. `grounds`: why the occupied area is written to, "" otherwise.
    `urgent`: why it may leave between 21 and 8 o'clock, "" otherwise; for safety messages only.
    `not_before`: when it may leave at the earliest, None: as soon as it is approved.
    """

    name: str
    texts: Mapping[str, Text]
    audience: Audience = field(default_factory=Audience)
    grounds: str = ""
    urgent: str = ""
    not_before: datetime | None = None


def digest(content: Content) -> bytes:
    """SHA-256 of what is tested and approved: everything but its name and its time."""
    told = {
        "texts": {locale: text.to_json() for locale, text in content.texts.items()},
        "audience": content.audience.to_json(),
        "grounds": content.grounds,
        "urgent": content.urgent,
    }
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def rendered(text: Text) -> dict[str, Json]:
    """The parameters of sendMessage: exactly what a family gets, and what a preview shows."""
    why = f"\n\n<i>{escape(text.why, quote=False)}</i>" if text.why else ""
    params: dict[str, Json] = {
        "text": f"{text.html}{why}",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if text.buttons:
        rows: list[Json] = [[{"text": one.label, "url": one.url}] for one in text.buttons]
        params["reply_markup"] = {"inline_keyboard": rows}
    return params
