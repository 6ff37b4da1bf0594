"""What became of a child, as notes of PFIF: claimed and confirmed apart, and no harm done.

A return that is prepared says no more than that; one that is under way says nothing at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cases.reading import Told, answers, picked, spoken
from desk.export.opened import Confirmed, Opened, Update
from desk.export.wording import returned
from flows.answers import Json
from flows.kinds.subs import text_in
from flows.news import SECRET
from locales import say

LOCALE: Final = "en"
"""The language of what we add; partners read it everywhere."""

UNSAID, ALIVE, MISSING, SOUGHT, DEAD = (
    "", "believed_alive", "believed_missing", "information_sought", "believed_dead",
)  # fmt: skip

STATUSES: Final = {
    "whereabouts_unknown": MISSING,
    "sighting": UNSAID,
    "located": ALIVE,
    "contact": ALIVE,
    "return_in_preparation": ALIVE,
    "obstructed": ALIVE,
    "returned": ALIVE,
    "returned_ua": ALIVE,
    "returned_third_country": ALIVE,
    "reunited": ALIVE,
    "placed_in_family_care": ALIVE,
    "removed_again": MISSING,
    "turned_18_still_there": MISSING,
    "deceased": DEAD,
}
"""What a return status means to others. One that is not here is not told: "in_transit" above all,
for whoever reads of a journey can stop it."""

_IN_TOUCH: Final = frozenset(
    {"contact", "returned", "returned_ua", "returned_third_country", "reunited",
     "placed_in_family_care"}
)  # fmt: skip
_FIRST_HAND: Final = frozenset({"told_by_child", "seen_myself"})
_FIRST: Final = (
    "scenario", "event_date", "last_place", "last_place_on", "last_contact", "last_contact_on",
    "place_known", "current_place", "certainty", "placement", "placement_name",
)  # fmt: skip
_OF_NEWS: Final = ("on", "how_known", "contact_channel", "contact_frequency", "comment")


@dataclass(frozen=True)
class Note:
    """One note on a child. `key` tells the notes of a case apart; `status` "" says nothing."""

    key: str
    at: datetime
    author: str = field(repr=False)
    status: str
    text: str = field(repr=False)
    place: str = field(default="", repr=False)
    contact: bool = False


def notes(
    opened: Opened, office: str, *, hidden: frozenset[str], children: int, deaths: bool
) -> tuple[Note, ...]:
    """The report itself, then what came later, in the order of time.

    `hidden`: questions not to be passed on. `children`: how many records the case has: of several,
    news does not say which child it is about, so it carries no status.
    """
    case = _shown(opened.report, hidden)
    author = spoken(case.get("reporter_name")) or office
    told = [_first(opened, case, author)]
    for one in opened.updates:
        if one.kind == "addition" and opened.facts.claimed not in SECRET:
            told.append(_addition(one, author))
        elif note := _news(one, _shown(one.payload, hidden), author, children):
            told.append(note)
    told += [
        note
        for number, one in enumerate(opened.confirmed, 1)
        if (note := _confirmation(one, number, office, children, deaths=deaths))
    ]
    return tuple(sorted(told, key=lambda note: note.at))


def _shown(report: Mapping[str, Json], hidden: frozenset[str]) -> dict[str, Told]:
    return {key: told for key, told in answers(report).items() if key not in hidden}


def _first(opened: Opened, case: Mapping[str, Told], author: str) -> Note:
    known = picked(case.get("place_known"))
    first_hand = not _FIRST_HAND.isdisjoint(picked(case.get("certainty")))
    status = SOUGHT
    if "know" in known or "guess" in known:
        status = ALIVE if first_hand else UNSAID
    lines = "\n".join(_lines(case, _FIRST))
    place = spoken(case.get("current_place")) or spoken(case.get("last_place"))
    text = f"{say(LOCALE, 'pfif.claimed')}\n{lines}"
    return Note("report", opened.facts.received_at, author, status, text, place)


def _lines(asked: Mapping[str, Told], keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        told = asked.get(key)
        if told is not None and told.given:
            yield f"{told.name}: {told.answer}"


def _addition(update: Update, author: str) -> Note:
    text = f"{say(LOCALE, 'pfif.claimed')}\n{text_in(update.payload, 'text')}"
    return Note(f"{update.sequence:04d}", update.at, author, UNSAID, text)


def _news(update: Update, asked: Mapping[str, Told], author: str, children: int) -> Note | None:
    key = f"{update.sequence:04d}"
    status = next(iter(picked(asked.get("status"))), "")
    if status not in STATUSES:
        return None
    meant = STATUSES[status] if children == 1 else UNSAID
    if status in SECRET:
        return Note(key, update.at, author, meant, say(LOCALE, "pfif.withheld"))
    said = [say(LOCALE, "pfif.claimed"), returned(LOCALE, status)]
    if children > 1:
        said.append(say(LOCALE, "pfif.several", count=children))
    said += _lines(asked, _OF_NEWS)
    place = spoken(asked.get("place_now"))
    return Note(
        key, update.at, author, meant, "\n".join(said), place,
        contact=status in _IN_TOUCH and children == 1,
    )  # fmt: skip


def _confirmation(
    confirmed: Confirmed, number: int, office: str, children: int, *, deaths: bool
) -> Note | None:
    status = confirmed.status
    meant = STATUSES.get(status)
    if meant is None or (meant == DEAD and (not deaths or children > 1)):
        return None
    if children > 1:
        meant = UNSAID
    key = f"confirmed.{number}"
    if status in SECRET:
        return Note(key, confirmed.at, office, meant, say(LOCALE, "pfif.withheld"))
    said = [say(LOCALE, "pfif.confirmed"), returned(LOCALE, status)]
    if children > 1:
        said.append(say(LOCALE, "pfif.several", count=children))
    contact = status in _IN_TOUCH and children == 1
    return Note(key, confirmed.at, office, meant, "\n".join(said), contact=contact)
