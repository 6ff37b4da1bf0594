"""Everything a family can be told when something does not go: where, and after what."""

from calendar import monthrange

from plans import Wrong
from ways import Move, Other, Say, See, Send, Tap, Told

from flows.answers import Word

LONG = "а" * 301
BIG = 21 << 20
ABROAD = (Tap(Word("kind.place.elsewhere")), See(Word("kind.place.country")))
BACK = (Tap(Word("nav.back")), See(Word("news.place_now.ask")))

#: what is told: (the form, the question, what is done there)
TABLE: dict[str, tuple[str, str, Move]] = {
    "error.choose": ("report", "sex", Say("якось так")),
    "error.pick_one": ("report", "languages", Tap(Word("kind.done"))),
    "error.consent_fixed":
        ("report", "share", Tap(Word("report.share.option.prosecutor"))),
    "error.file_expected": ("report", "photos", Say("зараз пошукаю")),
    "error.empty": ("report", "name", Say("\u200b")),
    "error.too_long": ("report", "marks", Say(LONG)),
    "error.email": ("report", "reporter_email", Say("olena(at)example")),
    "error.name_digits": ("collective", "name", Say(f"Ковальчук {'1' * 1000}")),
    "error.name_letters": ("sighting", "name", Say("Ковальчук @")),
    "error.name_several": ("sighting", "name", Say("Ковальчук Софія та Ковальчук Іван")),
    "error.name_long": ("collective", "name", Say("я" * 81)),
    "error.date": ("report", "born", Say("не скажу")),
    "error.date_future": ("report", "born", Say("27 3 2099")),
    "error.date_month": ("report", "born", Say("2017-13-01")),
    "error.age": ("report", "born", Say("200 років")),
    "error.phone": ("report", "reporter_phone", Say("+380001234567")),
    "error.phone_short": ("report", "reporter_phone", Say("067 123")),
    "error.phone_long": ("collective", "own_phone", Say("067 123 45 67 89 01 23")),
    "error.phone_letters": ("collective", "own_phone", Say("мій старий")),
    "error.phone_several":
        ("sighting", "witness_phone", Say("067 123 45 67, 050 999 88 77")),
    "error.phone_service": ("sighting", "witness_phone", Say("0 800 500 202")),
    "error.country": ("news", "place_now", Say("Ввцфйбщ")),
    "error.place_country": ("report", "current_place", Say("Ввцфйбщ")),
    "error.location": ("report", "last_place", Other("location")),
    "error.text_expected": ("report", "relation", Other("sticker")),
    "error.quarantined": ("report", "scenario", Other("broken")),
    "files.too_big": ("report", "photos", Send(pretends=BIG)),
    "files.refused_type": ("report", "photos", Send("x.exe")),
} | {
    f"error.date_days.{month}":
        ("sighting" if month % 2 else "collective", "observed_on" if month % 2 else "moved_on",
         Say(f"32.{month}.2020"))
    for month in range(1, 13)
}  # fmt: skip

NUMBERS: dict[str, dict[str, int | str]] = {
    "error.too_long": {"count": 301, "limit": 300},
    "error.name_long": {"limit": 80},
    "error.date_month": {"month": 13},
} | {
    f"error.date_days.{month}": {"year": 2020, "days": monthrange(2020, month)[1]}
    for month in range(1, 13)
}
"""What fills the placeholders then."""

ALONE = {
    "error.too_fast": "somebody who writes too fast does nothing else",
    "error.generic": "nobody can send while the list of recipients has expired",
}
"""Told to people of their own; the same test walks them."""

OUT_OF_REACH = {
    "error.required": "a question that must be answered has no button to skip it",
    "error.group_full": "a full group has no button to add to it",
    "error.not_saved": "nothing says it: an update that is not saved comes again by itself",
}
"""Wordings no press and no word leads to."""


def told(key: str) -> Word:
    return Word(key, NUMBERS.get(key, {}))


def wrong() -> Wrong:
    """The table by question."""
    found: Wrong = {}
    for key, (flow, question, deed) in TABLE.items():
        before, after = (ABROAD, BACK) if key == "error.country" else ((), ())
        found.setdefault((flow, question), []).append((*before, Told(deed, told(key)), *after))
    return found
