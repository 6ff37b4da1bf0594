"""What prosecutors are told outside their desk: a code, a level, a term, a number of theirs.

Never a name, a place or a word of a family. Telegram, a mail server and a webhook see all of it.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cases.bells import LANE, STAFF
from cases.digest import Counts
from cases.intake import Receipt
from cases.ringing import Fresh
from cases.turn import Outgoing
from flows.answers import Json
from locales import html, say
from locales.dates import KYIV, moment

LOCALE: Final = "uk"
"""What the group, mail and the webhook's readers speak."""
BUTTON: Final = re.compile(r"s1\|([A-Za-z0-9_-]{22})", re.ASCII)

_HOUR: Final = timedelta(hours=1)
_DAYS_FROM: Final = timedelta(days=2)


@dataclass(frozen=True)
class Bell:
    """Where prosecutors hear of new reports: a bot, a group. `desk`: its address, or ""."""

    bot_id: int
    chat: int = field(repr=False)
    desk: str = ""


def tag(case: UUID) -> str:
    """Under what name a report's message is found again, to be edited."""
    return f"bell {case}"


def ring(bell: Bell, receipt: Receipt | Fresh, case: UUID) -> Outgoing:
    """The first bell of a report, in the group, with the button that takes it."""
    text = told(receipt.code, receipt.level, receipt.due_at)
    return to_group(bell, message(text, keyboard(case, bell.desk)), tag(case), tag(case))


def to_group(bell: Bell, params: dict[str, Json], key: str, tag: str | None = None) -> Outgoing:
    """A message to the group. Whoever rings twice under a key rings once."""
    return Outgoing(
        "sendMessage",
        params,
        lane=LANE,
        tag=tag,
        bot=STAFF,
        bot_id=bell.bot_id,
        chat=bell.chat,
        dedupe_key=key,
    )


def message(text: str, markup: Json = None) -> dict[str, Json]:
    """Parameters of a message of the staff bot."""
    params: dict[str, Json] = {"text": text, "parse_mode": "HTML", "protect_content": True}
    return params if markup is None else {**params, "reply_markup": markup}


def told(code: str, level: str, due_at: datetime) -> str:
    """«Нове звернення · 7K4M-29QX · Невідкладне · розглянути до 10:14 25 листопада»."""
    return html(LOCALE, "bell.new", code=code, level=level_word(level), due=moment(LOCALE, due_at))


def unclaimed(code: str, level: str, since: timedelta) -> str:
    """«Ніхто не взяв за 30 хв: 7K4M-29QX · Невідкладне»."""
    return html(LOCALE, "bell.unclaimed", span=span(since), code=code, level=level_word(level))


def called(who: str) -> str:
    """«Дзвонимо: П-07, П-12»: for whom it rings in private as well."""
    return html(LOCALE, "bell.called", who=who)


def claimed(code: str, who: str, taken_at: datetime, received_at: datetime) -> str:
    """«7K4M-29QX · взято: П-07, 09:41»; on a later day than it came, with the day."""
    here = taken_at.astimezone(KYIV)
    same = here.date() == received_at.astimezone(KYIV).date()
    time = f"{here:%H:%M}" if same else moment(LOCALE, taken_at)
    return html(LOCALE, "bell.claimed", code=code, who=who, time=time)


def wanted(why: str, code: str, who: str) -> str:
    """«П-03, вас згадали в 7K4M-29QX»."""
    return html(LOCALE, f"bell.errand.{why}", code=code, who=who)


def over(code: str) -> str:
    """Closed, or withdrawn by its family: nobody need take it."""
    return html(LOCALE, "bell.over", code=code)


def level_word(level: str) -> str:
    return say(LOCALE, f"bell.level.{level}")


def span(passed: timedelta) -> str:
    """«30 хв», «12 год», «3 дн»: whole units, the largest that says something."""
    if passed < _HOUR:
        return say(LOCALE, "bell.span.minutes", n=int(passed.total_seconds()) // 60)
    if passed < _DAYS_FROM:
        return say(LOCALE, "bell.span.hours", n=int(passed.total_seconds()) // 3600)
    return say(LOCALE, "bell.span.days", n=passed.days)


def digest(counts: Counts) -> str:
    """«Нові 12 (невідкладні 3) · прострочені 2 · чекають родину 18 · повернулися за тиждень 4»."""
    return html(
        LOCALE,
        "bell.digest",
        new=counts.new,
        critical=counts.critical,
        overdue=counts.overdue,
        waiting=counts.waiting,
        home=counts.home,
    )


def keyboard(case: UUID, desk: str) -> Json:
    """«Взяти», and the way to the desk where one can go there from a phone.

    Telegram refuses a link that is not HTTPS, and the whole message with it.
    """
    data = urlsafe_b64encode(case.bytes).decode().rstrip("=")
    row: list[Json] = [{"text": say(LOCALE, "bell.claim"), "callback_data": f"s1|{data}"}]
    return {"inline_keyboard": [row + _way(case, desk)]}


def link(case: UUID, desk: str) -> Json:
    """The way to the desk alone; nothing where one cannot go there from a phone."""
    way = _way(case, desk)
    return {"inline_keyboard": [way]} if way else None


def _way(case: UUID, desk: str) -> list[Json]:
    if not desk.startswith("https://"):
        return []
    return [{"text": say(LOCALE, "bell.desk"), "url": page(case, desk)}]


def page(case: UUID, desk: str) -> str:
    """The case's own page at the desk; "" without an address."""
    return f"{desk}/cases/{case}" if desk else ""


def case_of(pressed: str) -> UUID | None:
    """Which report a button is of; None when it is none of these."""
    found = BUTTON.fullmatch(pressed)
    return UUID(bytes=urlsafe_b64decode(found[1] + "==")) if found else None
