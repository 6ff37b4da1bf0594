"""The audit: who did what and when, and how far the chain of it was found whole."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.response import Redirect

from cases import audit_pages, people
from cases.audit_pages import GROUPS, Wanted
from cases.permissions import scope_of
from cases.person import Person
from desk.gate import opening, permitted, person_of
from desk.pages import onward, page
from desk.site import Here, Site
from desk.visitor import Asked, Guest
from locales.dates import KYIV

MACHINES: Final = ("bot", "janitor", "command", "collector")
"""Actors that are nobody."""

_CODE: Final = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}", re.ASCII)
_SEQ: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_NOBODY: Final = UUID(int=0)
_LONGEST: Final = 24


@get("/audit", opt=opening("read_audit"))
async def shown(request: Asked, site: Here, visitor: Guest) -> Response[str]:
    person = person_of(visitor)
    asked = {name: value.strip() for name, value in request.query_params.items()}
    whole = _reads_all(person)
    listed = await people.everyone(site.pool) if whole else ()
    actors = (*MACHINES, *(one.person.actor for one in listed))
    wanted = await _wanted(site, person, asked, actors if whole else ())
    after = asked.get("after", "")
    found = await audit_pages.page(
        site.pool, wanted, int(after) if _SEQ.fullmatch(after) else None
    )
    kept = {name: asked[name] for name in _FIELDS if asked.get(name)}
    return page(
        site,
        visitor,
        "audit.html",
        room="audit",
        lines=found.lines,
        asked={name: asked.get(name, "") for name in _FIELDS},
        filtered=bool(kept),
        groups=tuple(GROUPS),
        machines=MACHINES,
        listed=[one.person for one in listed],
        whole=whole,
        year=lambda line: line.at.astimezone(KYIV).year,
        details=lambda line: list(_details(line.detail)),
        next=f"/audit?{urlencode({**kept, 'after': found.after})}" if found.after else "",
        first=f"/audit?{urlencode(kept)}" if after else "",
        watch=site.watch,
    )


_FIELDS: Final = ("group", "who", "code", "from", "until")


def _reads_all(person: Person) -> bool:
    return scope_of(person.role, "read_audit") == "yes"


async def _wanted(
    site: Site, person: Person, asked: Mapping[str, str], actors: tuple[str, ...]
) -> Wanted:
    """What nobody offered is passed over; a code that no case has finds nothing."""
    group, who, code = (asked.get(name, "") for name in ("group", "who", "code"))
    code = code.upper()
    case = None
    if code:
        known = _CODE.fullmatch(code)
        case = (await audit_pages.case_of(site.pool, code) if known else None) or _NOBODY
    return Wanted(
        group=group if group in GROUPS else "",
        actor=person.actor if not actors else (who if who in actors else ""),
        case=case,
        first=_day(asked.get("from", "")),
        last=_day(asked.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _EARLIEST <= found <= _LATEST else None


_EARLIEST, _LATEST = date(2022, 2, 24), date(2199, 12, 31)


def _details(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Codes as they stand in the entry; of a hash only so much that it can be told apart."""
    for name, value in detail.items():
        told = value if isinstance(value, list) else [value]
        words = [_short(str(each)) for each in told if each not in (None, "")]
        if words:
            yield name, ", ".join(words)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:12]}…"


@post("/audit/verify", opt=opening("read_audit"))
async def verify(site: Here, visitor: Guest) -> Redirect:
    """Have the whole chain read again; the page tells when that is done."""
    person = person_of(visitor)
    if not _reads_all(person):
        await permitted(site, visitor, "read_audit")
    if site.watch is not None:
        site.watch.ask()
    return onward("/audit")


ROUTES: Final = (shown, verify)
