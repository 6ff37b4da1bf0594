"""Floods of the catalogue, played: too many messages, too many presses, too many reports."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from chat import Person, kept
from walk import MINIMUM

from cases.limits import RATE, REPORTS_A_DAY

NOTICE = "Забагато повідомлень поспіль"
KEPT = "Збережено як чернетку"
SEND = "Надіслати прокурорам"

_MORE = """
INSERT INTO cases
SELECT (jsonb_populate_record(NULL::cases, to_jsonb(c) || jsonb_build_object(
           'id', gen_random_uuid(), 'code', gen_random_uuid()))).*
  FROM (SELECT * FROM cases LIMIT 1) c, generate_series(1, $1)
"""


def limited(person: Person) -> Person:
    """From now on the limits count for this person; the other tests' people are faster than life."""
    person.door = replace(person.door, rate=RATE)
    return person


def notices(person: Person) -> int:
    return sum(NOTICE in params.get("text", "") for _, params in person.calls)


async def tip(person: Person) -> None:
    """Press something old until the pause begins."""
    limited(person)
    before = notices(person)
    for _ in range(RATE.updates + 1):
        await person.presses("d1|0|0")
        if notices(person) > before:
            return
    raise AssertionError("no pause")


async def more_reports(person: Person, count: int) -> None:
    """The one report that was sent counts as so many more."""
    await person.door.database.execute(_MORE, count)


async def sent(person: Person) -> int:
    return int(await person.door.database.fetchval("SELECT count(*) FROM cases"))


async def _fifty_messages(person: Person) -> str:
    limited(person)
    for number in range(50):
        assert await person.says(f"Слово {number}") == "committed"
    queued = await person.door.database.fetchval("SELECT count(*) FROM outbox")
    return "LIMIT" if notices(person) == 1 and queued < 50 * 2 else "OK"


async def _a_press_under_the_limit(person: Person) -> str:
    await tip(person)
    before = kept(await person.known())
    await person.taps("Мати")
    same = kept(await person.known()) == before
    return "LIMIT" if same and NOTICE in (person.toasts[-1] or "") else "OK"


async def _twenty_reports(person: Person) -> str:
    await person.does(*MINIMUM[1:], f"[{SEND}]", f"[{SEND}]", "[На початок]")
    await more_reports(person, REPORTS_A_DAY - 1)
    await person.does(*MINIMUM, f"[{SEND}]")
    for _ in range(15):
        await person.taps(SEND)
        assert person.says_somewhere(KEPT)
    return "LIMIT" if await sent(person) == REPORTS_A_DAY else "OK"


FLOODS: dict[str, Callable[[Person], Awaitable[str]]] = {
    "UP-162": _fifty_messages, "UP-164": _twenty_reports, "CA-097": _a_press_under_the_limit,
}  # fmt: skip
"""Each begins at the first question of a report."""
