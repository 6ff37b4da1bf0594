"""Giving cases to colleagues: several lines of the queue at once, or one case from its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import absences, assigning, errands, taking
from cases.assigning import Dealt
from cases.database import transaction
from cases.permissions import About, may
from cases.person import NotNow, Person
from cases.views import PAGE
from desk.gate import STAFF, opening, permitted, person_of
from desk.pages import onward
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor

_LONGEST_NUMBER: Final = 6


@dataclass(frozen=True)
class Choice:
    """Somebody a case may be given to. `outside`: the case is not of their oblasts."""

    person: Person
    outside: bool = False
    away: date | None = None
    """The last day they are away, when they are so today."""


async def _away(site: Site) -> dict[UUID, date]:
    now = site.now()
    day = absences.today(now)
    ahead = await absences.ahead(site.pool, now)
    return {one.person: one.last for one in ahead if one.holds(day)}


async def choices(site: Site, visitor: Visitor) -> tuple[Choice, ...]:
    """For the queue: everybody who takes cases; nobody where the viewer does not give them out."""
    if not may(person_of(visitor), "assign"):
        return ()
    away = await _away(site)
    takers = await assigning.takers(site.pool)
    return tuple(Choice(one, away=away.get(one.id)) for one in takers)


async def choices_for(site: Site, visitor: Visitor, about: About) -> tuple[Choice, ...]:
    """For one case: who may take it, then, for whoever may grant it, people of other oblasts."""
    me = person_of(visitor)
    if not may(me, "assign", about):
        return ()
    everybody = [one for one in await assigning.takers(site.pool) if one.id != about.owner]
    near = [one for one in everybody if may(one, "take", About(about.oblast))]
    far = [one for one in everybody if one not in near] if may(me, "grant_case", about) else []
    away = await _away(site)
    return tuple(
        Choice(one, outside, away.get(one.id))
        for people, outside in ((near, False), (far, True))
        for one in people
    )


@post("/queue/assign", opt=opening("assign"))
async def assign(request: Asked, site: Here, visitor: Guest) -> Redirect:
    """The ticked lines to one person; what is somebody's by now stays theirs. Raises NotNow."""
    person = await permitted(site, visitor, "assign")
    form = await request.form()
    chosen = [found for one in form.getall("case", []) if (found := _uuid(str(one)))][:PAGE]
    to, back = _uuid(str(form.get("who", ""))), str(form.get("to", "/queue"))
    if not chosen or to is None:
        return onward(back, said="nothing")
    async with transaction(site.pool) as connection:
        dealt = await assigning.assign(
            connection, chosen, to, by=person, signer=site.sign, now=site.now()
        )
    return onward(back, said="dealt", **_told(dealt))


@post("/cases/{case:uuid}/hand", opt=opening("assign"))
async def hand(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """One case, free or another's, to somebody. Raises NotNow, Denied."""
    found = await taking.standing(site.pool, case)
    about = found.about if found else About()
    person = await permitted(site, visitor, "assign", about, case)
    form = await request.form()
    to = _uuid(str(form.get("who", "")))
    if found is None or to is None:
        raise NotNow
    async with transaction(site.pool) as connection:
        code = await assigning.hand_over(
            connection, case, to, was=_uuid(str(form.get("was", ""))),
            granted=may(person, "grant_case", about), by=person, signer=site.sign, now=site.now(),
        )  # fmt: skip
    return onward("/queue", said="handed", code=code)


@post("/errands/{case:uuid}/seen", opt=opening(STAFF))
async def seen(request: Asked, site: Here, visitor: Guest, case: FromPath[UUID]) -> Redirect:
    """One's own line about a case: looked at."""
    await errands.seen(site.pool, person_of(visitor).id, case, site.now())
    return onward(str((await request.form()).get("to", "/queue")))


def _told(dealt: Dealt) -> dict[str, str]:
    """Counts and numbers of colleagues, as the address of the next page carries them."""
    late = "_".join(f"{number}.{count}" for number, count in sorted(dealt.late.items()))
    told = {"n": dealt.given, "late": late, "foreign": dealt.foreign, "gone": dealt.gone}
    return {name: str(value) for name, value in told.items() if value}


def dealt_in(asked: Mapping[str, str]) -> Dealt:
    """What `_told` put into the address; zeros for what is none of it."""
    late = {}
    for one in asked.get("late", "").split("_")[:PAGE]:
        number, _, count = one.partition(".")
        if _number(number) and _number(count):
            late[_number(number)] = _number(count)
    given, foreign, gone = (_number(asked.get(name, "")) for name in ("n", "foreign", "gone"))
    return Dealt(given, late, foreign, gone)


def _number(text: str) -> int:
    whole = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if whole else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ROUTES: Final = (assign, hand, seen)
