"""A call taken: what it is about, the caller's consent, and the drafts that wait for more.

Nothing is written down before the caller has heard who will read it, and has agreed.
"""

from datetime import datetime
from secrets import token_hex
from typing import Any, Final
from uuid import UUID, uuid4

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from cases import entry_drafts
from cases.document import Consented
from cases.entry_drafts import CHANNELS, EntryDraft
from cases.telling import tell
from desk.asking import FLOWS, lines
from desk.gate import opening, permitted, person_of
from desk.pages import onward, page
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from flows import engine, news
from flows.answers import Word
from flows.arrival import CONSENT_VERSION
from flows.engine import World
from locales import LOCALES
from locales.dates import KYIV

MAY: Final = "enter_report"

_SAID: Final = ("kept", "gone")


@get("/enter", opt=opening(MAY))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """What can be told, and the person's own drafts."""
    said = request.query_params.get("said", "")
    return await _list(site, visitor, said=said if said in _SAID else "")


async def _list(
    site: Site, visitor: Visitor, status: int = HTTP_200_OK, **told: Any
) -> Response[str]:
    drafts = await entry_drafts.waiting(site.pool, person_of(visitor).id, site.now())
    listed: dict[str, Any] = {
        "flows": FLOWS, "channels": CHANNELS, "languages": LOCALES, "drafts": drafts,
        "chosen": {}, "said": "", "wrong": "", **told,
    }  # fmt: skip
    return page(site, visitor, "enter.html", status=status, room="enter", **listed)


@get("/enter/consent", opt=opening(MAY))
async def consent(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    """Who will read it, to be read aloud before the first question."""
    return await _consent(site, visitor, dict(request.query_params.items()))


async def _consent(
    site: Site, visitor: Visitor, asked: dict[str, str], wrong: str = ""
) -> Response[str]:
    chosen = _chosen(asked)
    if chosen is None:
        return await _list(site, visitor, HTTP_400_BAD_REQUEST, chosen=asked, wrong="choose")
    caller = chosen["locale"]
    return page(
        site, visitor, "enter_consent.html", room="enter", chosen=chosen, caller=caller,
        status=HTTP_400_BAD_REQUEST if wrong else HTTP_200_OK, wrong=wrong,
        text=_consent_text(caller), more="\n".join(lines(caller, Word("consent.long"))),
    )  # fmt: skip


def _consent_text(locale: str) -> str:
    return tell(locale, Word("arrival.consent.ask"))


def _chosen(asked: Any) -> dict[str, str] | None:
    """Flow, channel and language; None unless each is one that there is."""
    offered = {"flow": FLOWS, "channel": CHANNELS, "locale": LOCALES}
    found = {name: str(asked.get(name, "")) for name in offered}
    return found if all(found[name] in known for name, known in offered.items()) else None


@post("/enter", opt=opening(MAY), status_code=HTTP_200_OK)
async def begin(request: Asked, site: Here, visitor: Guest) -> Response[str] | Redirect:
    """The first question, once the caller has agreed. Nothing is kept of one who has not."""
    form = await request.form()
    chosen = _chosen(form)
    if chosen is None or form.get("agreed") != "yes":
        given = {name: str(form.get(name, "")) for name in ("flow", "channel", "locale")}
        return await _consent(site, visitor, given, "agree")
    person, now = await permitted(site, visitor, MAY), site.now()
    flow, world, caller = FLOWS[chosen["flow"]], world_at(now), chosen["locale"]
    draft = engine.begin(flow, world)
    if flow is news.NEWS:
        draft = news.opened(draft, world, code=False)
    agreed = Consented(CONSENT_VERSION, world.at, caller, _consent_text(caller))
    entry = EntryDraft(uuid4(), person.id, chosen["channel"], caller, draft, agreed, now)
    await entry_drafts.begin(site.pool, site.vault, entry)
    return onward(f"/enter/{entry.id}")


def world_at(now: datetime) -> World:
    """What the engine is told of this moment."""
    at = now.isoformat(timespec="seconds")
    return World(now.astimezone(KYIV).date(), at, lambda: token_hex(3))


@post("/enter/{entry:uuid}/discard", opt=opening(MAY))
async def discard(site: Here, visitor: Guest, entry: FromPath[UUID]) -> Redirect:
    """The caller wants nothing kept."""
    await entry_drafts.discard(site.pool, entry, person_of(visitor).id)
    return onward("/enter", said="gone")


ROUTES: Final = (shown, consent, begin, discard)
