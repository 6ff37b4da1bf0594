"""Duplicates: which cases may tell of one child, side by side, and what a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from cases import cards, pairs
from cases.cards import Comparable
from cases.database import transaction
from cases.matching import WEIGHTS_VERSION, Comparison, Suggestion
from cases.pairs import DECISIONS, SAME, UNSURE, Child, Decided, Decision, Pair
from cases.permissions import may, reaches
from cases.person import NotNow, Person
from desk.gate import opening, permitted, person_of
from desk.opening import keys_of, openable
from desk.pages import onward, page, part
from desk.ring import Locked
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor

ACTION: Final = "link_duplicates"
PAGE: Final = 10
OPEN, POSTPONED, SETTLED = "open", "unsure", "settled"
VIEWS: Final = (OPEN, POSTPONED, SETTLED)

_SAID: Final = (*DECISIONS, "undone")


@dataclass(frozen=True)
class Offered:
    """Two cards, one of each case, and what was decided about them, if anything.

    `leaders`: which case may lead, whichever is better first; none when both must go on.
    """

    one: Comparable
    other: Comparable
    pair: Pair
    items: tuple[str, str]
    comparison: Comparison = field(repr=False)
    decided: Decided | None

    @property
    def leaders(self) -> tuple[Comparable, ...]:
        older, newer = sorted(
            (self.one, self.other), key=lambda case: (case.received_at, case.code)
        )
        return tuple(
            leads
            for leads, follows in ((older, newer), (newer, older))
            if leads.may_lead and follows.may_follow
        )

    def beside(self, case: Comparable) -> Comparable:
        return self.other if case is self.one else self.one


@get("/pairs", opt=opening(ACTION))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """Raises Locked."""
    asked = dict(request.query_params.items())
    view = asked.get("view", OPEN) if asked.get("view") in VIEWS else OPEN
    told: dict[str, Any] = {
        "view": view,
        "views": VIEWS,
        "said": asked.get("said", "") if asked.get("said") in _SAID else "",
        "done": _uuid(asked.get("done", "")),
    }
    if view == SETTLED:
        settled = await _settled(site, person_of(visitor))
        return page(site, visitor, "pairs.html", room="pairs", settled=settled, **told)
    progress = await site.deck.ask(keys_of(site, visitor))
    if not progress.ready:
        return page(site, visitor, "pairs_wait.html", room="pairs", progress=progress)
    case, number = _uuid(asked.get("case", "")), _number(asked.get("page", ""))
    found = [
        one
        for one in await offered_to(site, visitor, case)
        if case is not None or (one.decided is not None) == (view == POSTPONED)
    ]
    here = found[number * PAGE : (number + 1) * PAGE]
    await seen(site, visitor, here)
    kept = {"view": view, **({"case": str(case)} if case else {})}
    return page(
        site, visitor, "pairs.html", room="pairs", offered=here, case=case,
        here=_to(kept, number),
        back=_to(kept, number - 1) if number else "",
        next=_to(kept, number + 1) if len(found) > (number + 1) * PAGE else "",
        **told,
    )  # fmt: skip


def _to(kept: Mapping[str, str], number: int) -> str:
    return f"/pairs?{urlencode({**kept, 'page': number} if number else kept)}"


@get("/pairs/state", opt=opening(ACTION, deed=False))
async def state(site: Here, visitor: Guest) -> Response[str]:
    """How far the comparing is, for a page that asks until it is done."""
    try:
        progress = await site.deck.ask(keys_of(site, visitor))
    except Locked:
        progress = None
    answer = part(site, visitor, "pairs_wait.html", "progress", progress=progress)
    if progress is None or progress.ready:
        answer.headers["HX-Redirect"] = "/pairs"
    return answer


async def pairs_of_case(site: Site, visitor: Visitor, case: UUID) -> dict[str, Any]:
    """What desk/templates/pairs_of_case.html shows: {"pairs", "compared", "pair_case"}.

    Codes, levels and decisions only, of what the viewer may compare. Raises Locked.
    """
    if not reaches(person_of(visitor), ACTION):
        return {"pairs": (), "compared": True, "pair_case": case}
    progress = await site.deck.ask(keys_of(site, visitor), within=0.2)
    found = [
        (one.other if one.one.id == case else one.one, one)
        for one in await offered_to(site, visitor, case)
    ]
    return {"pairs": tuple(found), "compared": progress.ready, "pair_case": case}


async def offered_to(site: Site, visitor: Visitor, case: UUID | None) -> list[Offered]:
    """What the viewer may compare now, the likeliest first; what is settled only for one case."""
    person, found = person_of(visitor), site.deck.found(case)
    ids = {UUID(card.case) for one in found for card in (one.one, one.other)}
    known = {
        id_: one
        for id_, one in (await cards.comparable(site.pool, list(ids))).items()
        if _allowed(person, one) and site.deck.objects_of(id_) == one.objects
    }
    decided = await pairs.standing(site.pool, list(known))
    offered = []
    for one in found:
        left, right = _children(one)
        if left.case in known and right.case in known:
            pair = Pair.of(left, right)
            of, items = decided.get(pair), (left.item, right.item)
            sides = known[left.case], known[right.case]
            if case is not None or of is None or of.decision == UNSURE:
                offered.append(Offered(*sides, pair, items, one.comparison, of))
    return await _openable(site, visitor, offered)


def _children(one: Suggestion) -> tuple[Child, Child]:
    return Child(UUID(one.one.case), one.one.item), Child(UUID(one.other.case), one.other.item)


def _allowed(person: Person, case: Comparable) -> bool:
    return may(person, "open", case.about) and may(person, ACTION, case.about)


async def _openable(site: Site, visitor: Visitor, offered: Sequence[Offered]) -> list[Offered]:
    """Without the cases that the viewer's own keys do not open: a colleague's did."""
    ids = {case.id for one in offered for case in (one.one, one.other)}
    known = await openable(site, visitor, ids)
    return [one for one in offered if {one.one.id, one.other.id} <= known]


async def seen(site: Site, visitor: Visitor, offered: Sequence[Offered]) -> None:
    if offered:
        shown_now = [one.pair for one in offered]
        async with transaction(site.pool) as connection:
            await pairs.seen(
                connection, shown_now, by=person_of(visitor), signer=site.sign, now=site.now()
            )


async def _settled(site: Site, person: Person) -> list[tuple[Decided, Comparable, Comparable]]:
    """Decisions about cases the person may link, the newest first."""
    newest = await pairs.newest(site.pool)
    ids = {child.case for one in newest for child in (one.pair.a, one.pair.b)}
    known = await cards.comparable(site.pool, list(ids))
    return [
        (one, known[one.pair.a.case], known[one.pair.b.case])
        for one in newest
        if all(
            child.case in known and may(person, ACTION, known[child.case].about)
            for child in (one.pair.a, one.pair.b)
        )
    ]


@post("/pairs", opt=opening(ACTION))
async def decide(request: Asked, site: Here, visitor: Guest) -> Redirect:
    """Raises NotNow, Denied, Locked."""
    form = await request.form()
    sides = [_child(str(form.get(name, ""))) for name in ("one", "other")]
    word, leads = str(form.get("decision", "")), _uuid(str(form.get("leads", "")))
    keys_of(site, visitor)
    one, other = sides
    if one is None or other is None or one.case == other.case or word not in DECISIONS:
        raise NotNow
    person = await both(site, visitor, (one.case, other.case))
    pair = Pair.of(one, other)
    found = next((each for each in site.deck.found(one.case) if _of(each) == pair), None)
    if found is None or leads not in (None, one.case, other.case):
        raise NotNow
    decision = Decision(
        uuid4(), pair, word, found.comparison.score, WEIGHTS_VERSION,
        leads if word == SAME else None,
    )  # fmt: skip
    async with transaction(site.pool) as connection:
        await pairs.decide(connection, decision, by=person, signer=site.sign, now=site.now())
    return onward(str(form.get("to", "/pairs")), said=word, done=str(decision.id))


def _of(one: Suggestion) -> Pair:
    return Pair.of(*_children(one))


@post("/pairs/{decision:uuid}/undo", opt=opening(ACTION))
async def undo(request: Asked, site: Here, visitor: Guest, decision: FromPath[UUID]) -> Redirect:
    """Raises NotNow, Denied."""
    found = await pairs.by_id(site.pool, decision)
    if found is None:
        raise NotNow
    person = await both(site, visitor, (found.pair.a.case, found.pair.b.case))
    async with transaction(site.pool) as connection:
        await pairs.undo(connection, decision, by=person, signer=site.sign, now=site.now())
    return onward(str((await request.form()).get("to", "/pairs")), said="undone")


async def both(site: Site, visitor: Visitor, ids: tuple[UUID, UUID]) -> Person:
    """Whoever decides, if they may open and link both cases. Raises NotNow, Denied."""
    known = await cards.comparable(site.pool, ids)
    person = person_of(visitor)
    for case in ids:
        if case not in known:
            raise NotNow
        for action in (ACTION, "open"):
            person = await permitted(site, visitor, action, known[case].about, case)
    return person


def _child(text: str) -> Child | None:
    case, _, item = text.partition(".")
    found = _uuid(case)
    return Child(found, item) if found else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0  # noqa: PLR2004


ROUTES: Final = (shown, state, decide, undo)
