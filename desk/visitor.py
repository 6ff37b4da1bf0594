"""Who asks: a request's cookies, the person behind them, the token that proves a form ours."""

import hmac
import secrets
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from cases import sessions
from cases.person import Person
from cases.sessions import Session
from desk.site import Site
from locales import resolve
from locales.catalogs import STAFF_LOCALES

Asked: TypeAlias = Request[Any, Any, Any]

SESSION: Final = "desk"
VISIT: Final = "visit"
LANGUAGE: Final = "language"
FIELD: Final = "csrf"
HEADER: Final = "X-CSRF"

_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True)
class Visitor:
    """`person` and `session` are None for whoever is not signed in.

    `visit` is a random word a browser keeps while it is open, before signing in as after;
    `fresh` when it was made just now and must be set.
    """

    locale: str
    visit: str = field(repr=False)
    token: str = field(repr=False)
    """What forms of this browser, in this session, carry."""
    fresh: bool
    path: str
    """The page asked for, to come back to; "/" after a form was sent."""
    person: Person | None = None
    session: Session | None = None


Guest: TypeAlias = NamedDependency[SkipValidation[Visitor]]
"""The visitor, as a route asks for them."""


async def visitor_of(site: Site, request: Asked, *, deed: bool) -> Visitor:
    """`deed`: what a person did, not a page by itself; see cases.sessions."""
    plain = plain_visitor(site, request)
    held = request.cookies.get(site.cookie(SESSION), "")
    signed = await sessions.current(site.pool, held, site.now(), deed=deed) if held else None
    return replace(plain, person=signed.person, session=signed.session) if signed else plain


def plain_visitor(site: Site, request: Asked) -> Visitor:
    """Whoever it is, unasked who: for pages that must do without the database."""
    cookies = request.cookies
    held = cookies.get(site.cookie(SESSION), "")
    visit = cookies.get(site.cookie(VISIT), "")
    fresh = not visit
    visit = visit or secrets.token_urlsafe(32)
    return Visitor(
        locale=_language(site, request),
        visit=visit,
        token=_token(site, visit, held),
        fresh=fresh,
        path=_path(request),
    )


async def ours(site: Site, request: Asked) -> bool:
    """Whether a form of ours, in this very browser and session, sent this."""
    visit = request.cookies.get(site.cookie(VISIT), "")
    given = request.headers.get(HEADER) or (await request.form()).get(FIELD) or ""
    wanted = _token(site, visit, request.cookies.get(site.cookie(SESSION), ""))
    return bool(visit) and hmac.compare_digest(str(given).encode(), wanted.encode())


def _path(request: Asked) -> str:
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _token(site: Site, visit: str, session: str) -> str:
    return site.vault.digest(f"csrf|{visit}|{session}".encode()).hex()


def _language(site: Site, request: Asked) -> str:
    """The language chosen, else the browser's, else Ukrainian."""
    chosen = request.cookies.get(site.cookie(LANGUAGE))
    asked = chosen or request.headers.get("Accept-Language", "")
    found = resolve(asked)
    return found if found in STAFF_LOCALES else STAFF_LOCALES[0]


def cookie(site: Site, name: str, value: str, *, lasting: bool = False) -> Cookie:
    """A cookie for this desk alone: no script reads it, no other site makes a browser send it."""
    return Cookie(
        key=site.cookie(name),
        value=value,
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="strict",
        max_age=_YEAR if lasting else None,
    )


def gone(site: Site, name: str) -> Cookie:
    """Makes the browser forget a cookie."""
    return Cookie(
        key=site.cookie(name), value="", path="/", secure=site.secure, httponly=True,
        samesite="strict", max_age=0,
    )  # fmt: skip
