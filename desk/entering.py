"""Typing in what a caller says: the flows that families go through in Telegram, read aloud.

Every answer is saved before the next question is shown. What was sent is not shown again: only its
code and PIN, until they are written down.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST, HTTP_409_CONFLICT

from cases import entry_drafts, intake
from cases.entry_drafts import EntryDraft, leaving
from cases.intake import CodeTaken
from cases.person import NotNow
from cases.turn import Overtaken
from desk.asking import DELIVER, FLOWS, TYPED, card
from desk.gate import opening, permitted, person_of
from desk.greeting import MAY, world_at
from desk.pages import onward, page
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows import engine
from flows.act import act
from flows.answers import Invalid
from flows.draft import Draft
from flows.engine import LEFT, READY, Nowhere, Turned, World
from flows.kinds.choice import DONE
from flows.kinds.text import Text
from flows.model import Flow
from locales import say
from vault.recipients import ListRefused

_CODE_TRIES: Final = 5


@get("/enter/{entry:uuid}", opt=opening(MAY))
async def question(
    request: Asked, site: Here, visitor: Guest, entry: FromPath[UUID]
) -> Response[str] | Redirect:
    held = await _held(site, visitor, entry)
    if held is None:
        return onward(f"/enter/{entry}/receipt")
    return _question(site, visitor, held, wrong=_listed(request.query_params.get("said", "")))


def _listed(said: str) -> str:
    """What went amiss on the way here, in the catalog's word for it."""
    return said if said == "list" else ""


async def _held(site: Site, visitor: Visitor, entry: UUID) -> EntryDraft | None:
    """The draft, as today's flow understands it; None when it was sent. Raises NotNow."""
    person = person_of(visitor)
    held = await entry_drafts.find(site.pool, site.vault, entry, person.id, site.now())
    if held is None:
        if await entry_drafts.sent(site.pool, entry, person.actor) is None:
            raise NotNow
        return None
    draft, _ = engine.renew(FLOWS[held.draft.flow], held.draft, world_at(site.now()))
    return replace(held, draft=draft)


def _question(
    site: Site,
    visitor: Visitor,
    held: EntryDraft,
    *,
    status: int = HTTP_200_OK,
    refused: Invalid | None = None,
    typed: str | None = None,
    wrong: str = "",
) -> Response[str]:
    """`typed`: what was written and is not saved; it stands in its field again, or beside it."""
    flow, today = FLOWS[held.draft.flow], world_at(site.now()).today
    drawn = card(flow, held.draft, today, held.locale, visitor.locale)
    error = say(visitor.locale, f"error.{refused.code}", **refused.params) if refused else ""
    return page(
        site, visitor, "enter_question.html", status=status, room="enter", held=held, card=drawn,
        caller=held.locale, error=error, wrong=wrong, unsaved=typed or "",
        filled=drawn.filled if typed is None or wrong == "stale" else typed,
    )  # fmt: skip


@post("/enter/{entry:uuid}", opt=opening(MAY), status_code=HTTP_200_OK)
async def answer(
    request: Asked, site: Here, visitor: Guest, entry: FromPath[UUID]
) -> Response[str] | Redirect:
    """One button, or one answer typed. Whatever was asked meanwhile in another tab stays."""
    form = await request.form()
    action = str(form.get("action", ""))
    held = await _held(site, visitor, entry)
    if held is None:
        return onward(f"/enter/{entry}/receipt")
    if action == "stop":
        return onward("/enter", said="kept")
    try:
        turned = _turned(held, form, action, visitor, site.now())
        return await _follow(site, visitor, held, form, turned)
    except (Nowhere, Overtaken):
        latest = await _held(site, visitor, entry)
    if latest is None:
        return onward(f"/enter/{entry}/receipt")
    return _question(
        site, visitor, latest, status=HTTP_409_CONFLICT, wrong="stale",
        typed=_text(form) if action == TYPED else None,
    )  # fmt: skip


def _text(form: FormMultiDict) -> str:
    """What was typed; browsers end lines in two characters."""
    return str(form.get("text", "")).replace("\r\n", "\n")


def _turned(
    held: EntryDraft, form: FormMultiDict, action: str, visitor: Visitor, now: datetime
) -> Turned:
    """Raises Nowhere for a button of another page, and for a page drawn before the last save."""
    flow, world, draft = FLOWS[held.draft.flow], world_at(now), held.draft
    drawn = card(flow, draft, world.today, held.locale, visitor.locale)
    if str(form.get("version", "")) != str(held.version) or not drawn.offers(action):
        raise Nowhere
    if action == DELIVER:
        return Turned(draft)
    if action != TYPED:
        return act(flow, draft, action, world)
    turned = engine.typed(flow, draft, _text(form), world)
    return _whole(flow, draft, turned, world)


def _whole(flow: Flow, before: Draft, turned: Turned, world: World) -> Turned:
    """No messenger has cut a long text here: nothing more of it is waited for."""
    waits = turned.draft.at == before.at and turned.draft.sub.get("held")
    if waits and isinstance(flow.step(before.at.rpartition("/")[2]).kind, Text):
        return act(flow, turned.draft, f"pick {DONE.key}", world)
    return turned


async def _follow(
    site: Site, visitor: Visitor, held: EntryDraft, form: FormMultiDict, turned: Turned
) -> Response[str] | Redirect:
    """What the colleague sees of a move. Raises Overtaken."""
    draft, action = turned.draft, form.get("action")
    if draft.at == LEFT:  # back from the first question: it waits in the list as it was
        return onward("/enter", said="kept")
    if draft.at == READY and (action == DELIVER or not FLOWS[draft.flow].brief):
        return await _deliver(site, visitor, held, draft)
    saved = await entry_drafts.save(site.pool, site.vault, held, draft, site.now())
    if turned.refused is None:
        return onward(f"/enter/{held.id}")
    return _question(
        site, visitor, saved, status=HTTP_400_BAD_REQUEST, refused=turned.refused,
        typed=_text(form) if action == TYPED else None,
    )  # fmt: skip


async def _deliver(site: Site, visitor: Visitor, held: EntryDraft, draft: Draft) -> Redirect:
    """Seal, store, and keep the receipt until it is written down. Raises Overtaken."""
    person = await permitted(site, visitor, MAY)
    try:
        receipt = await _stored(site, held, draft, person.actor)
    except ListRefused:
        # Nothing is lost: the draft waits, one press before sending.
        await entry_drafts.save(site.pool, site.vault, held, draft, site.now())
        return onward(f"/enter/{held.id}", said="list")
    site.receipts.keep(held.id, person.id, receipt, held.locale, site.now())
    return onward(f"/enter/{held.id}/receipt")


async def _stored(site: Site, held: EntryDraft, draft: Draft, actor: str) -> intake.Receipt:
    """The case has the draft's id: whoever sends twice finds it. Raises ListRefused, Overtaken."""
    now = site.now()
    for _ in range(_CODE_TRIES):
        prepared = await intake.prepare(
            FLOWS[draft.flow], draft, site.recipients(), chat_ref=None, locale=held.locale,
            consent=held.consent, now=now, channel=held.channel, entered_by=actor, case=held.id,
        )  # fmt: skip
        try:
            await intake.store(
                site.pool, prepared, signer=site.sign, now=now, jobs=(leaving(held),)
            )
        except CodeTaken:
            continue
        return prepared.receipt
    raise Overtaken


@get("/enter/{entry:uuid}/receipt", opt=opening(MAY))
async def receipt(site: Here, visitor: Guest, entry: FromPath[UUID]) -> Response[str]:
    """Code and PIN, until they are written down; then the code alone. Raises NotNow."""
    person = person_of(visitor)
    code = await entry_drafts.sent(site.pool, entry, person.actor)
    if code is None:
        raise NotNow
    fresh = site.receipts.of(entry, person.id, site.now())
    return page(
        site, visitor, "enter_receipt.html", room="enter", entry=entry, code=code,
        fresh=fresh[0] if fresh else None, caller=fresh[1] if fresh else visitor.locale,
    )  # fmt: skip


@post("/enter/{entry:uuid}/written", opt=opening(MAY))
async def written(site: Here, visitor: Guest, entry: FromPath[UUID]) -> Redirect:
    """The caller has them on paper: the PIN is forgotten here."""
    site.receipts.forget(entry, person_of(visitor).id)
    return onward("/enter")


ROUTES: Final = (question, answer, receipt, written)
