"""What of a case's page is about colleagues: who looks too, who is mentioned, who may get it."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup, escape

from cases import errands, looking, taking
from cases.own import WORDS
from cases.permissions import About, may
from cases.person import MENTION, Person
from desk import assigning
from desk.gate import opening, person_of
from desk.opening import OpenCase
from desk.pages import part
from desk.site import Here, Site
from desk.visitor import Guest, Visitor

_MOST, _LONGEST = 10, 6


async def told(site: Site, visitor: Visitor, opened: OpenCase) -> dict[str, Any]:
    """For case.html. The viewer has looked: a line that called them here is done with."""
    facts, case, me = opened.facts, opened.file.id, person_of(visitor)
    about = About(facts["oblast"], owner=facts["taken_by"])
    await errands.seen(site.pool, me.id, case, site.now())
    open_still = facts["status"] in WORDS
    return {
        "hands": await assigning.choices_for(site, visitor, about) if open_still else (),
        "beside": await looking.beside(site.pool, case, me, site.now()),
        "mentions": mentions,
    }


@get("/cases/{case:uuid}/beside", opt=opening("open", deed=False))
async def beside(site: Here, visitor: Guest, case: FromPath[UUID]) -> Response[str]:
    """Who else looks, for a page that asks every half a minute.

    Nobody, for whom the case may be opened no longer: the page asks again, and nobody did wrong.
    """
    found, person = await taking.standing(site.pool, case), person_of(visitor)
    others: tuple[Person, ...] = ()
    if found is not None and may(person, "open", found.about):
        others = await looking.beside(site.pool, case, person, site.now())
    return part(site, visitor, "beside.html", "beside", beside=others)


def mentions(text: str) -> Markup:
    """A note with its colleagues' numbers set off; everything in it is escaped."""
    return Markup().join(_marked(text))


def _marked(text: str) -> Iterator[Markup]:
    end = 0
    for found in MENTION.finditer(text):
        yield escape(text[end : found.start()])
        yield Markup('<b class="mention">{}</b>').format(found[0])
        end = found.end()
    yield escape(text[end:])


def numbers(text: str) -> tuple[int, ...]:
    """Numbers of people out of an address: "3_12"."""
    found = [one for one in text.split("_") if one.isascii() and one.isdigit()]
    return tuple(int(one) for one in found[:_MOST] if len(one) <= _LONGEST)


ROUTES: Final = (beside,)
