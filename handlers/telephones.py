"""Whom else one can call, as a message."""

from html import escape
from typing import Final

from handlers.talk import Talk
from locales import html, say
from locales.contacts import contacts

_NO_AREA: Final = "declined"


def contact_lines(locale: str, area: str) -> str:
    """The numbers that work from `area`, one a line, as plain text."""
    lines = []
    for one in contacts(area or _NO_AREA):
        what = say(locale, f"contacts.{one.id}.what")
        if area not in ("controlled", "abroad", "occupied"):
            what = f"{what} ({say(locale, f'contacts.reach.{one.reach}')})"
        lines.append(say(locale, "contacts.line", number=one.number, what=what))
    return "\n".join(lines)


def tell_contacts(talk: Talk) -> None:
    lines = contact_lines(talk.locale, talk.settled.area)
    talk.send(f"{html(talk.locale, 'contacts.head')}\n{escape(lines)}")
