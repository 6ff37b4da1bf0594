"""What a page asks of whoever comes: each route says it, and one that says nothing lets nobody in.

A route's `opt` holds {"for": ...}: NOBODY (who asks does not matter), ANYBODY, WAITING (signed
in), STAFF (and active), or an action of cases/permissions.toml, for the roles it reaches. A denial
leaves an entry in the audit chain and nothing else. A deed whose action is in cases/proofs.toml
begins only with a fresh proof of who it is (desk/proof.py); looking at a page needs none.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from cases.audit import AuditEvent, append
from cases.database import transaction
from cases.permissions import NOTHING, About, Verdict, allowed, reaches
from cases.person import Person
from desk import proof
from desk.site import Site
from desk.visitor import Visitor, ours, visitor_of

ANYBODY: Final = "anybody"
NOBODY: Final = "nobody"
VISITOR: Final = "visitor"
WAITING: Final = "waiting"
STAFF: Final = "staff"

_SAFE: Final = ("GET", "HEAD")


class Forged(Exception):
    """No form of ours sent this, or one from before signing in. Load the page again."""


class SignedOut(Exception):
    """Nobody is signed in, or no longer. Sign in."""


class NotYet(Exception):
    """The person's role waits for a second person's word."""


class Denied(Exception):
    """The role does not allow it. The audit chain has the entry."""


def opening(wanted: str, *, deed: bool = True) -> dict[str, Any]:
    """The `opt` of a route. `deed=False`: a page asks by itself, which keeps no session alive."""
    return {"for": wanted, "deed": deed}


async def gate(connection: "ASGIConnection[Any, Any, Any, Any]", route: BaseRouteHandler) -> None:
    """A Litestar guard for every route. Leaves the visitor in the request's state.

    Raises Forged, SignedOut, NotYet, Denied, desk.proof.Unproved.
    """
    site: Site = connection.app.state.site
    wanted = route.opt.get("for")
    assert isinstance(connection, Request), "there are no websockets here"
    if connection.method not in _SAFE and not await ours(site, connection):
        raise Forged
    if wanted == NOBODY:
        return
    visitor = await visitor_of(site, connection, deed=bool(route.opt.get("deed", True)))
    connection.scope["state"][VISITOR] = visitor
    if wanted == ANYBODY:
        return
    if visitor.person is None:
        raise SignedOut
    if wanted == WAITING:
        return
    if not visitor.person.active:
        raise NotYet
    if wanted != STAFF and not reaches(visitor.person, str(wanted)):
        await _denied(site, visitor.person, str(wanted), None)
    if connection.method not in _SAFE:
        await proof.fresh(site, connection, visitor, str(wanted))


def person_of(visitor: Visitor) -> Person:
    """Whoever is signed in. Only behind a route that is not for ANYBODY."""
    assert visitor.person is not None, "the gate lets nobody else in"
    return visitor.person


async def permitted(
    site: Site, visitor: Visitor, action: str, about: About = NOTHING, case: UUID | None = None
) -> Person:
    """Whoever is signed in, if the table allows this to this very thing. Raises Denied."""
    person = person_of(visitor)
    if allowed(person, action, about) is not Verdict.YES:
        await _denied(site, person, action, case)
    return person


async def _denied(site: Site, person: Person, action: str, case: UUID | None) -> None:
    told = {"action": action, "role": person.role}
    event = AuditEvent(person.actor, "desk.denied", case, told)
    async with transaction(site.pool) as connection:
        await append(connection, [event], signer=site.sign, now=site.now())
    raise Denied
