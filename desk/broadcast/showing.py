"""The page of one broadcast: what it says, to whom, what was done, what may be done now."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from difflib import ndiff
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from cases import audience, broadcast_counts, broadcast_returned, broadcasts, notices
from cases.audience import Audience, Count, Forbidden
from cases.broadcast_content import Content, Text
from cases.broadcast_deeds import COOLING, sent_today
from cases.broadcasts import (
    DRAFT,
    FINISHED,
    OPEN,
    PAUSED,
    RUNNING,
    SCHEDULED,
    STOPPED,
    SUBMITTED,
    Broadcast,
)  # fmt: skip
from cases.permissions import About, may, reaches
from cases.person import Person
from desk.broadcast import markup
from desk.broadcast.composing import Judged, rejudged
from desk.gate import opening, person_of
from desk.pages import page, part
from desk.site import Here, Site
from desk.visitor import Asked, Guest, Visitor
from locales import LOCALES
from locales.dates import KYIV
from locales.numbers import number, span

SAID: Final = (
    "saved", "trying", "tested", "submitted", "approved", "returned", "refused", "cancelled",
    "paused", "resumed", "stopped", "recalled", "copied",
)  # fmt: skip
WRONG: Final = (
    "changed", "untested", "unlinked", "few", "forbidden", "blocked", "understood", "personal",
    "again", "head", "reason", "sure",
)  # fmt: skip
DID: Final = (
    "created", "edited", "tried", "tested", "submitted", "approved", "returned", "refused",
    "scheduled", "cancelled", "started", "paused", "resumed", "stopped", "halted", "broken",
    "finished", "recalled",
)  # fmt: skip
WHY: Final = ("by_hand", "failures", "blocked")
"""Why it is paused or was stopped; any other code is a fault in the message itself."""
MOVING: Final = (SCHEDULED, RUNNING, PAUSED)
"""In these a page renews itself."""
AFTER: Final = (RUNNING, PAUSED, FINISHED, STOPPED)
ENDED: Final = (FINISHED, STOPPED)
_MORNING, _EVENING = time(8), time(21)
_RECALL: Final = timedelta(hours=48)
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True)
class Change:
    """What was changed in one language since it was given back: ("+" or "-" or " ", a line)."""

    locale: str
    lines: tuple[tuple[str, str], ...]


async def found_in(site: Site, id_: UUID) -> Broadcast:
    """Raises NotFoundException."""
    found = await broadcasts.read(site.pool, id_)
    if found is None:
        raise NotFoundException
    return found


@get("/broadcasts/{broadcast:uuid}", opt=opening("broadcasts"))
async def shown(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str]:
    said, wrong = (request.query_params.get(name, "") for name in ("said", "wrong"))
    return await page_of(
        *(site, visitor, broadcast),
        said=said if said in SAID else "",
        wrong=wrong if wrong in WRONG else "",
    )


@get("/broadcasts/{broadcast:uuid}/live", opt=opening("broadcasts", deed=False))
async def live(
    request: Asked, site: Here, visitor: Guest, broadcast: FromPath[UUID]
) -> Response[str]:
    """What changes by itself, for a page that asks every few seconds. Once the state is another
    than the page has, the whole page is asked for anew: other deeds are possible then.
    """
    found = await found_in(site, broadcast)
    told = await _moving(site, visitor, found)
    answer = part(site, visitor, "broadcast.html", "live", one=found, **told)
    if request.query_params.get("state", found.state) != found.state:
        answer.headers["HX-Redirect"] = f"/broadcasts/{broadcast}"
    return answer


async def page_of(
    site: Site, visitor: Visitor, id_: UUID, *, status: int = HTTP_200_OK, said: str = "",
    wrong: str = "",
) -> Response[str]:  # fmt: skip
    """The page as it stands now, with a word about what was just done, or could not be."""
    found = await found_in(site, id_)
    now, content = site.now(), found.content
    waits = found.state == SUBMITTED
    looked = rejudged(content, now)
    counted = await counted_now(site, content) if found.state in OPEN else None
    return page(
        site, visitor, "broadcast.html", room="broadcasts", status=status, one=found,
        said=said, wrong=wrong, looked=looked, counted=counted,
        missing=missing(content), events=await broadcasts.events(site.pool, id_),
        today=await sent_today(site.pool, id_, now) if waits else None,
        coming=await broadcast_counts.coming(site.pool) if waits else (),
        changes=await _changes(site, found) if waits else ((), False),
        approves=_approves(site, person_of(visitor), found, looked, counted),
        results=await broadcast_counts.results(site.pool, id_) if found.state in ENDED else (),
        **await _moving(site, visitor, found),
    )  # fmt: skip


def in_words(locale: str) -> dict[str, Any]:
    """What templates of broadcasts say numbers and texts with."""
    return {
        "shown_as": lambda text: markup.shown(text.html),
        "count_of": lambda count: number(locale, count),
        "least": audience.LEAST,
        "most": markup.LONGEST,
    }


async def _moving(site: Site, visitor: Visitor, found: Broadcast) -> dict[str, Any]:
    """What the block that renews itself shows."""
    locale, now, person = visitor.locale, site.now(), person_of(visitor)
    progress = await broadcast_counts.progress(site.pool, found.id)
    left = progress.left if progress else None
    leaves = leaving(found)
    return {
        "progress": progress if found.state in AFTER else None,
        "left": span(locale, timedelta(seconds=left)) if left is not None else None,
        "left_seconds": max(round((found.starts_at - now).total_seconds()), 0)
        if found.starts_at
        else 0,
        "cooling": round(COOLING.total_seconds()),
        "leaves": leaves,
        "night": leaves != found.starts_at,
        "rights": _rights(person, found, now),
        "linked": (await notices.wishes(site.pool, person.id)).linked_at is not None
        if found.state == DRAFT
        else False,
        "trying": await _trying(site, found),
        "training": bool(site.demo),
        "moving": found.state in MOVING or (found.state == DRAFT and not found.tested)
        or (found.recalled_at is not None),
        "now": now,
        "whys": WHY,
        "dids": DID,
        **in_words(locale),
    }  # fmt: skip


async def _trying(site: Site, found: Broadcast) -> bool:
    """Whether a test of it as it stands is on its way."""
    if found.state != DRAFT or found.tested:
        return False
    did = [one.did for one in await broadcasts.events(site.pool, found.id)]
    return did[-1:] == ["tried"]


def leaving(found: Broadcast) -> datetime | None:
    """When it really leaves: in the morning, where its time is in the night and nothing urgent."""
    at = found.starts_at
    if at is None or found.content.urgent:
        return at
    kyiv = at.astimezone(KYIV)
    if _MORNING <= kyiv.time() < _EVENING:
        return at
    later = kyiv + timedelta(days=1) if kyiv.time() >= _EVENING else kyiv
    return datetime.combine(later.date(), _MORNING, KYIV)


def _rights(person: Person, found: Broadcast, now: datetime) -> set[str]:
    """What whoever looks may do to it as it stands."""
    state, rights = found.state, set()
    if may(person, "draft_broadcast"):
        rights.add("copy")
        if state in OPEN:
            rights.add("edit")
        if state == DRAFT:
            rights |= {"test", "submit"}
    if may(person, "stop_broadcast"):
        rights |= {
            SCHEDULED: {"cancel"}, RUNNING: {"pause", "stop"}, PAUSED: {"stop"},
        }.get(state, set())  # fmt: skip
    if state == PAUSED and may(person, "resume_broadcast"):
        rights.add("resume")
    young = found.finished_at is None or now - found.finished_at < _RECALL
    taken = found.recalled_at is not None
    if state in AFTER and young and not taken and may(person, "recall_broadcast"):
        rights.add("recall")
    return rights


def first_of(site: Site, person: Person, found: Broadcast) -> About:
    """Whose the first half was: whoever wrote, changed or submitted it. In training nobody's."""
    if site.demo:
        return About(first=_NOBODY)
    hands = (found.author, found.edited_by, found.submitted_by)
    return About(first=person.id if person.id in hands else found.author)


def needs_head(looked: Judged, counted: Count | None) -> bool:
    """To more than 500 families, or naming anybody: a head's word."""
    return bool(looked.asks) or (counted is not None and counted.large)


def _approves(
    site: Site, person: Person, found: Broadcast, looked: Judged, counted: Count | None
) -> str:
    """ "yes", why not ("own", "head"), or "" for whoever does not approve anything at all."""
    if found.state != SUBMITTED or not reaches(person, "approve_broadcast"):
        return ""
    about = first_of(site, person, found)
    if not may(person, "approve_broadcast", about):
        return "own"
    if needs_head(looked, counted) and not may(person, "approve_large_broadcast", about):
        return "head"
    return "yes"


async def counted_now(site: Site, content: Content) -> Count | None:
    """None where such an audience is not allowed at all."""
    try:
        return await audience.count(site.pool, content.audience, content.grounds)
    except Forbidden:
        return None


def missing(content: Content) -> tuple[tuple[str, str], ...]:
    """Languages without a text of their own, each with the one families get instead."""
    told = audience.spoken(tuple(content.texts))
    return tuple((one, told[one]) for one in LOCALES if one in told and told[one] != one)


async def _changes(site: Site, found: Broadcast) -> tuple[tuple[Change, ...], bool]:
    """Since it was given back last: texts, and whether it goes to others now."""
    before = await broadcast_returned.kept(site.pool, found.id)
    if before is None:
        return (), False
    was = {locale: Text.from_json(one) for locale, one in before["texts"].items()}
    changes = tuple(
        Change(locale, lines)
        for locale in LOCALES
        if (lines := _lines(was.get(locale), found.content.texts.get(locale)))
    )
    return changes, Audience.from_json(before["audience"]) != found.content.audience


def _lines(was: Text | None, stands: Text | None) -> tuple[tuple[str, str], ...]:
    if was == stands:
        return ()
    told = ndiff(_plainly(was), _plainly(stands))
    return tuple((line[0], line[2:]) for line in told if line[0] in "+- ")


def _plainly(text: Text | None) -> list[str]:
    if text is None:
        return []
    links = [f"[{one.label}] {one.url}" for one in text.buttons]
    return [*markup.typed(text.html).split("\n"), text.why, *links]


ROUTES: Final = (shown, live)
