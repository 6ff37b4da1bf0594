"""Free search: codes and numbers of colleagues for everybody, names and places with an open key.

The words come in a form and stay in memory. Where they lead to is an address without them.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import cards, finding
from cases.audit import AuditEvent, append
from cases.database import transaction
from cases.matching import Wanted
from cases.permissions import About, may, reaches
from cases.person import number_of
from cases.views import Line
from desk.cards import Progress
from desk.gate import opening, person_of
from desk.opening import keys_of, openable
from desk.pages import onward, page
from desk.queue import action
from desk.ring import Locked
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.kinds.cleaning import clean_text
from vault.receipt import read_code, read_part

LONGEST: Final = 120

_NO_NUMBER: Final = 1_000
"""From here on digits are part of a telephone rather than a colleague."""


@dataclass(frozen=True)
class Found:
    """`cards`: how far the cards are read; None when no key is open, or none was asked."""

    lines: tuple[Line, ...]
    more: bool
    cards: Progress | None = None


@post("/search", opt=opening("queue"))
async def search(request: Asked, site: Here, visitor: Guest) -> Redirect:
    words = clean_text(str((await request.form()).get("words", "")))[:LONGEST]
    if not words or visitor.session is None:
        return onward("/queue")
    name = site.searches.keep(visitor.session.id, words, site.now())
    return onward(f"/search/{name}")


@get("/search/{name:uuid}", opt=opening("queue"))
async def shown(site: Here, visitor: Guest, name: FromPath[UUID]) -> Response[str] | Redirect:
    session = visitor.session
    words = site.searches.of(name, session.id, site.now()) if session else None
    if words is None:
        return onward("/queue", said="forgotten")
    found = await _found(site, visitor, words)
    return page(
        site, visitor, "search.html", room="queue", words=words, found=found, lines=found.lines,
        actions={line.id: action(visitor, line) for line in found.lines},
        now=site.now(), gives=False, here=f"/search/{name}",
    )  # fmt: skip


async def _found(site: Site, visitor: Visitor, words: str) -> Found:
    person, number = person_of(visitor), number_of(words)
    part, code = read_part(words), read_code(words)
    lines: list[Line] = []
    if number is not None:
        lines += await finding.by_taker(site.pool, person, number)
    if part:
        lines += await finding.by_code(site.pool, person, part)
    progress = None
    if code is None and (number is None or number >= _NO_NUMBER):
        told, progress = await _on_cards(site, visitor, words)
        lines += told
    each = tuple({line.id: line for line in lines}.values())
    return Found(each[: finding.MOST], len(each) > finding.MOST, progress)


async def _on_cards(
    site: Site, visitor: Visitor, words: str
) -> tuple[tuple[Line, ...], Progress | None]:
    """Cases whose cards hold the words: what the viewer may open, with keys of their own.

    Whoever finds a case so has an entry in its chain, without the words.
    """
    person, wanted = person_of(visitor), Wanted.of(words)
    if wanted is None or not reaches(person, "open"):
        return (), None
    try:
        progress = await site.deck.ask(keys_of(site, visitor))
    except Locked:
        return (), None
    ids = await site.deck.look(wanted)
    lines = [
        line
        for line in await finding.by_id(site.pool, person, ids)
        if may(person, "open", About(line.oblast, owner=line.taken_by))
    ]
    known = await cards.comparable(site.pool, [line.id for line in lines])
    fresh = {id_ for id_, one in known.items() if site.deck.objects_of(id_) == one.objects}
    own = await openable(site, visitor, fresh)
    told = tuple(line for line in lines if line.id in own)
    events = [AuditEvent(person.actor, "case.found", line.id) for line in told[: finding.MOST]]
    async with transaction(site.pool) as connection:
        await append(connection, events, signer=site.sign, now=site.now())
    return told, progress


ROUTES: Final = (search, shown)
