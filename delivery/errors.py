"""What each answer of Telegram means for the message: one pure function and a table of texts.

Reasons are our own words. Telegram's may quote the message, and reasons are stored and logged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from delivery.pace import seconds_of
from delivery.request import NoAnswer, NotSent


@dataclass(frozen=True)
class Done:
    """Nothing is left to do. `note`: why, when Telegram did not simply carry it out."""

    note: str | None = None
    message_id: int | None = None


@dataclass(frozen=True)
class Gone:
    """The person or group does not take it. `whole_chat`: nor anything else."""

    reason: str
    whole_chat: bool = True


@dataclass(frozen=True)
class Wait:
    """Not now, and not the message's fault: a flood wait, or a chat that has had its share."""

    seconds: float


@dataclass(frozen=True)
class Retry:
    """It has not been carried out; later it may be."""

    reason: str


@dataclass(frozen=True)
class Permanent:
    """It will never be accepted. `as_plain_text`: perhaps without its formatting."""

    reason: str
    as_plain_text: bool = False


@dataclass(frozen=True)
class NewChat:
    """The group has moved: the same call to the new id."""

    chat_id: int = field(repr=False)


@dataclass(frozen=True)
class TokenRefused:
    """The token is wrong or revoked: nothing can be sent at all."""


@dataclass(frozen=True)
class Unknown:
    """It may have been carried out, or not."""

    reason: str


Verdict: TypeAlias = Done | Gone | Wait | Retry | Permanent | NewChat | TokenRefused | Unknown

#: part of Telegram's text in lower case, and what it means; the first that fits
TEXTS: tuple[tuple[str, Verdict], ...] = (
    ("message is not modified", Done("not modified")),
    ("message to edit not found", Done("nothing to edit")),
    ("message can't be edited", Done("nothing to edit")),
    ("message_id_invalid", Done("nothing to edit")),
    ("message to delete not found", Done("nothing to delete")),
    ("message can't be deleted", Done("nothing to delete")),
    ("message identifier is not specified", Done("nothing to edit")),
    ("bot was blocked by the user", Gone("blocked")),
    ("user is deactivated", Gone("deactivated")),
    ("can't initiate conversation", Gone("never started")),
    ("can't send messages to bots", Gone("is a bot")),
    ("chat not found", Gone("chat not found")),
    ("user not found", Gone("chat not found")),
    ("peer_id_invalid", Gone("chat not found")),
    ("bot was kicked", Gone("kicked")),
    ("bot is not a member", Gone("kicked")),
    ("group chat was deactivated", Gone("group deleted")),
    ("group chat was deleted", Gone("group deleted")),
    ("chat_write_forbidden", Gone("no rights", whole_chat=False)),
    ("have no rights to send", Gone("no rights", whole_chat=False)),
    ("not enough rights", Gone("no rights", whole_chat=False)),
    ("can't parse entities", Permanent("formatting", as_plain_text=True)),
    ("can't find end of", Permanent("formatting", as_plain_text=True)),
    ("unsupported start tag", Permanent("formatting", as_plain_text=True)),
    ("is too long", Permanent("too long")),
    ("text is empty", Permanent("empty")),
    ("button_data_invalid", Permanent("keyboard")),
    ("reply markup", Permanent("keyboard")),
    ("inline keyboard", Permanent("keyboard")),
    ("wrong file", Permanent("file")),
    ("method not found", Permanent("method")),
)


def by_text(error: TelegramError, otherwise: Verdict) -> Verdict:
    text = error.message.lower()
    return next((verdict for part, verdict in TEXTS if part in text), otherwise)


def _by_status(error: NoAnswer) -> Verdict:
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Permanent("too large")
    if error.code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
        return Retry("a proxy's answer")
    return Retry(f"HTTP {error.code}")


def _by_phrase(error: NetworkError) -> Verdict:
    """A NetworkError that carries no status: python-telegram-bot keeps only the words of a 413."""
    if "request entity too large" in error.message.lower():
        return Permanent("too large")
    return Unknown(type(error).__name__)


def _flood(error: RetryAfter) -> Verdict:
    return Wait(seconds_of(error))


def _moved(error: ChatMigrated) -> Verdict:
    return NewChat(error.new_chat_id)


#: in this order: BadRequest and our own are NetworkErrors too
_CLASSES: tuple[tuple[type[TelegramError], Callable[[Any], Verdict]], ...] = (
    (ChatMigrated, _moved),
    (RetryAfter, _flood),
    (InvalidToken, lambda error: by_text(error, TokenRefused())),
    (Forbidden, lambda error: by_text(error, Gone("forbidden", whole_chat=False))),
    (BadRequest, lambda error: by_text(error, Permanent("refused"))),
    (NotSent, lambda _: Retry("no connection")),
    (NoAnswer, _by_status),
    (NetworkError, _by_phrase),
)


def classify(error: TelegramError) -> Verdict:
    """What to do about the message that raised `error`."""
    for kind, judge in _CLASSES:
        if isinstance(error, kind):
            return judge(error)
    return Unknown(type(error).__name__)


#: a gateway's word that it got no answer: the call behind it may have been carried out
DOUBTFUL = frozenset({"HTTP 502", "HTTP 504"})

HOUR = 3600.0
_LONGEST_WAIT = 60.0


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before the next try: 1, 2, 4 … 60, shortened by up to half. 0 ≤ `jitter` < 1."""
    return min(2.0 ** min(attempt - 1, 10), _LONGEST_WAIT) * (1 - jitter / 2)


def patience(lane: int) -> float:
    """After how many seconds a message that cannot be sent is given up."""
    return 24 * HOUR if lane == 2 else 48 * HOUR  # noqa: PLR2004 - the lane of broadcasts
