"""Teams by oblast with what they have to do, and who is away and by whom replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import absences, teams
from cases.absences import Away, NoAbsence, Unfit
from cases.database import transaction
from cases.people import Listed
from cases.permissions import EVERYWHERE, reaches
from cases.person import Person
from cases.teams import Load
from desk.gate import opening, permitted
from desk.pages import oblasts_by_name, onward
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor

SAID: Final = ("away", "back")
WRONG: Final = ("absence", "substitute")


@dataclass(frozen=True)
class Team:
    """`oblast`: ISO 3166-2, EVERYWHERE for who works for all, None for places not known."""

    oblast: str | None
    people: tuple[Person, ...]
    load: Load


async def told(site: Site, visitor: Visitor, listed: Sequence[Listed]) -> dict[str, Any]:
    """What teams.html and absences.html show."""
    now = site.now()
    loads = await teams.loads(site.pool, now)
    away = await absences.ahead(site.pool, now)
    working = [one.person for one in listed if one.person.active and reaches(one.person, "take")]
    codes = {code for one in working for code in one.units} | set(loads.oblasts)
    named = oblasts_by_name(
        visitor.locale, (code for code in codes if code and code != EVERYWHERE)
    )
    order = (EVERYWHERE, *named, None)
    return {
        "teams": [
            Team(
                code,
                tuple(one for one in working if code in one.units),
                loads.oblasts.get(code, Load()),
            )
            for code in order
            if code in codes
        ],
        "loads": loads.people,
        "absences": away,
        "away_now": {one.person: one for one in away if one.holds(absences.today(now))},
    }


@post("/absence", opt=opening("plan_duty"))
async def plan(request: Asked, site: Here, visitor: Guest) -> Redirect:
    """Days in Kyiv, both included. Raises NotNow."""
    person = await permitted(site, visitor, "plan_duty")
    form = await request.form()
    given = [str(form.get(name, "")) for name in ("who", "instead", "first", "last")]
    try:
        away = Away.of(*given)
        async with transaction(site.pool) as connection:
            await absences.plan(connection, away, by=person, signer=site.sign, now=site.now())
    except NoAbsence:
        return onward("/people", wrong="absence")
    except Unfit:
        return onward("/people", wrong="substitute")
    return onward("/people", said="away")


@post("/absence/{absence:uuid}/end", opt=opening("plan_duty"))
async def end(site: Here, visitor: Guest, absence: FromPath[UUID]) -> Redirect:
    person = await permitted(site, visitor, "plan_duty")
    async with transaction(site.pool) as connection:
        await absences.end(connection, absence, by=person, signer=site.sign, now=site.now())
    return onward("/people", said="back")


ROUTES: Final = (plan, end)
