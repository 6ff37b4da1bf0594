"""The working identity of a child two cases tell of: field by field, whose word is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import merging, pairs
from cases.database import transaction
from cases.matching import FieldResult
from cases.merging import MERGED
from cases.person import NotNow
from desk.gate import opening
from desk.opening import OpenCase, keys_of, open_case
from desk.pages import onward, page
from desk.pairs import ACTION, Offered, both, offered_to, seen
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows.answers import Json
from flows.kinds.subs import record_in, text_in


@dataclass(frozen=True)
class Taken:
    """A field of the working identity: its word, and the code of the case it is from."""

    key: str
    text: str = field(repr=False)
    code: str


@dataclass(frozen=True)
class Merged:
    """By which pair, what was taken; `versions`: who chose and when, oldest first."""

    offered: Offered
    taken: tuple[Taken, ...]
    versions: tuple[tuple[str, datetime], ...]


def of_case(opened: OpenCase, offered: Sequence[Offered]) -> tuple[Merged, ...]:
    """What leads a case's page: one for each decision by which it leads and fields were chosen.

    Pure. The words are those that the viewer may compare at this moment; what a family took back
    is not among them.
    """
    return tuple(
        Merged(one, tuple(_taken(one, chosen)), versions)
        for one in offered
        if one.decided is not None and one.decided.leads == opened.file.id
        for chosen, versions in [_chosen(opened, one.decided.id)]
        if chosen
    )


def _chosen(
    opened: OpenCase, decision: UUID
) -> tuple[Mapping[str, Json], tuple[tuple[str, datetime], ...]]:
    """The newest choices of this decision, and all their versions."""
    found = [
        (one, one.payload)
        for one in opened.of(MERGED)
        if one.payload is not None and text_in(one.payload, "decision") == str(decision)
    ]
    versions = tuple((text_in(payload, "by"), one.row.at) for one, payload in found)
    return (record_in(found[-1][1], "fields") if found else {}), versions


def _taken(one: Offered, chosen: Mapping[str, Json]) -> list[Taken]:
    found = []
    for row in one.comparison.fields:
        for case, text in ((one.one, row.left), (one.other, row.right)):
            if text and chosen.get(row.key) == str(case.id):
                found.append(Taken(row.key, text, case.code))
    return found


@get("/pairs/{decision:uuid}/merge", opt=opening(ACTION))
async def shown(site: Here, visitor: Guest, decision: FromPath[UUID]) -> Response[str]:
    """Both cards with a choice for each field. Raises NotNow, Denied, Locked, Unreasoned."""
    one, opened = await _found(site, visitor, decision)
    chosen, _ = _chosen(opened, decision)
    await seen(site, visitor, [one])
    leads = opened.file.id
    rows = [
        (row, _before(one, leads, chosen.get(row.key), _words(one, row)))
        for row in one.comparison.fields
        if row.left or row.right
    ]
    return page(
        site, visitor, "merge.html", room="pairs", offered=one, rows=rows, decision=decision,
        leads=leads,
    )  # fmt: skip


def _before(one: Offered, leads: UUID, chosen: Json, words: Mapping[UUID, str]) -> UUID:
    """Which case is marked when the page is shown: the one chosen, else the one that leads."""
    for case, text in words.items():
        if chosen == str(case) and text:
            return case
    follows = one.other.id if one.one.id == leads else one.one.id
    return leads if words[leads] else follows


def _words(one: Offered, row: FieldResult) -> dict[UUID, str]:
    return {one.one.id: row.left, one.other.id: row.right}


@post("/pairs/{decision:uuid}/merge", opt=opening(ACTION))
async def choose(request: Asked, site: Here, visitor: Guest, decision: FromPath[UUID]) -> Redirect:
    """The form says cases, never words. Raises NotNow, Denied, Locked, Unreasoned."""
    one, opened = await _found(site, visitor, decision)
    person = await both(site, visitor, (one.one.id, one.other.id))
    form = await request.form()
    fields = {
        row.key: case
        for row in one.comparison.fields
        for case, text in _words(one, row).items()
        if text and form.get(f"f-{row.key}") == str(case)
    }
    if not fields:
        raise NotNow
    async with transaction(site.pool) as connection:
        await merging.choose(
            connection, decision, fields, by=person, signer=site.sign, now=site.now()
        )
    return onward(f"/cases/{opened.file.id}", said="merged")


async def _found(site: Site, visitor: Visitor, decision: UUID) -> tuple[Offered, OpenCase]:
    """The pair as the viewer may compare it now, and the case that leads, opened."""
    decided = await pairs.by_id(site.pool, decision)
    if decided is None or decided.leads is None:
        raise NotNow
    await both(site, visitor, (decided.pair.a.case, decided.pair.b.case))
    _, opened = await open_case(site, visitor, decided.leads, ACTION)
    await site.deck.ask(keys_of(site, visitor))  # choosing has changed the case
    for one in await offered_to(site, visitor, decided.leads):
        if one.decided is not None and one.decided.id == decision:
            return one, opened
    raise NotNow


def told(opened: OpenCase, beside: Mapping[str, Any]) -> dict[str, Any]:
    """For merged.html: `beside` is what desk.pairs.pairs_of_case gives."""
    return {"merged": of_case(opened, [one for _, one in beside["pairs"]])}


ROUTES: Final = (shown, choose)
