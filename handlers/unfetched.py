"""A file that was counted as received and then could not be had: its family is told, once.

Where nobody may write first, it is told with the next answer.
"""

from datetime import datetime
from typing import Final

from cases.offered import Offered
from cases.turn import Turn
from flows.answers import Json
from handlers.silence import NOT_NOW, may_write_first
from handlers.talk import Talk
from locales import html

_UNTOLD: Final = "unfetched"
#: whoever was away for days, the advice is the same
_LATE: Final = frozenset({"telegram", "store"})


def tell(turn: Turn, offered: Offered, reason: str, now: datetime) -> None:
    """Say it in `turn`, which no update caused, or keep it there to be said."""
    talk = Talk(turn, now, {})
    if may_write_first(talk) and (talk.spot_kind not in NOT_NOW or _has_stopped(talk)):
        _say(talk, reason, offered.message_id)
    else:
        talk.person.state[_UNTOLD] = [*_untold(talk), [reason, offered.message_id]]


def catch_up(talk: Talk) -> None:
    """Say what could not be said when it happened."""
    if talk.spot_kind in NOT_NOW:
        return
    for one in _untold(talk):
        if isinstance(one, list):
            reason, message_id = one
            _say(talk, str(reason), message_id if isinstance(message_id, int) else None)
    talk.person.state.pop(_UNTOLD, None)


def _has_stopped(talk: Talk) -> bool:
    """Left in peace, sure that all is kept; whoever cleared the chat must not find it speaking."""
    return talk.spot_kind == "away" and not talk.spot.get("cleared")


def _untold(talk: Talk) -> list[Json]:
    stored = talk.person.state.get(_UNTOLD)
    return stored if isinstance(stored, list) else []


def _say(talk: Talk, reason: str, message_id: int | None) -> None:
    word = "late" if reason in _LATE else reason
    talk.send(html(talk.locale, f"files.lost.{word}"), reply_to=message_id)
