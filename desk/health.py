"""Is everything as it should be: terms, contacts, languages, sending, keys, the audit chain."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from litestar import Response, get

from cases.health import LATELY, health
from cases.triage import TERMS
from desk.gate import opening
from desk.pages import page
from desk.site import Here, Site
from desk.visitor import Guest
from locales import LOCALES
from locales.contacts import OLDEST_DAYS, Contact, every
from locales.dates import KYIV, day
from locales.languages import language_name, translated
from locales.numbers import number, span
from vault.keys import KeyFileRefused
from vault.recipients import ListRefused

_SOON_DAYS: Final = 60
_MEBIBYTE: Final = 1 << 20
_STATES: Final = ("queued", "sending", "sent", "failed", "unreachable", "unknown")


@dataclass(frozen=True)
class Checked:
    """A contact, and how many days ago somebody checked it; None: never, so it is not shown."""

    contact: Contact
    age: int | None

    @property
    def old(self) -> bool:
        return self.age is None or self.age > OLDEST_DAYS


@dataclass(frozen=True)
class Listed:
    """The signed list of who may read. `refused`: why it is not trusted, a code."""

    version: int = 0
    expires_at: datetime | None = None
    days: int = 0
    refused: str = ""

    @property
    def soon(self) -> bool:
        return self.days < _SOON_DAYS


@get("/health", opt=opening("health"))
async def shown(site: Here, visitor: Guest) -> Response[str]:
    locale, now = visitor.locale, site.now()
    found = await health(site.pool)
    return page(
        site,
        visitor,
        "health.html",
        room="health",
        found=found,
        states=[(state, number(locale, found.became.get(state, 0))) for state in _STATES],
        lately=number(locale, LATELY),
        lag=None if found.lag is None else span(locale, found.lag),
        waited=lambda since: span(locale, max(now - since, now - now)),
        number=lambda count: number(locale, count),
        size=number(locale, -(-found.size // _MEBIBYTE)),
        terms=[(level, span(locale, term)) for level, term in TERMS.items()],
        contacts=_checked(now.astimezone(KYIV).date()),
        languages=[
            (code, language_name(locale, code), percent)
            for code, percent in await asyncio.to_thread(_languages)
        ],
        listed=await asyncio.to_thread(_listed, site, now),
        long_day=lambda when: f"{day(locale, when)} {when.year}",
        watch=site.watch,
    )


def _checked(today: date) -> list[Checked]:
    return [
        Checked(one, (today - one.verified_on).days if one.verified_on else None)
        for one in every()
    ]


def _languages() -> list[tuple[str, int]]:
    return [(code, translated(code)) for code in LOCALES]


def _listed(site: Site, now: datetime) -> Listed | None:
    """None where this desk was not told of a list."""
    if site.watch is None:
        return None
    try:
        found = site.watch.listed()
    except ListRefused as refused:
        return Listed(refused=refused.reason)
    except (KeyFileRefused, OSError):
        return Listed(refused="missing")
    return Listed(found.version, found.expires_at, (found.expires_at - now).days)


ROUTES: Final = (shown,)
