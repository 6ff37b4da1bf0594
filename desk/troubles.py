"""When a page cannot be shown: what happened and what to do, in kind words, without details."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from litestar import MediaType, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_303_SEE_OTHER,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_409_CONFLICT,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from cases.outbox import AWAY
from cases.person import NotNow, SameHand
from desk.gate import VISITOR, Denied, Forged, NotYet, SignedOut
from desk.opening import Unopenable, Unreasoned
from desk.pages import page
from desk.proof import Unproved
from desk.ring import Locked
from desk.site import Site
from desk.visitor import HEADER, Asked, Visitor, plain_visitor
from locales import say

_log = logging.getLogger(__name__)

_WORDED: Final = {
    HTTP_404_NOT_FOUND: "nothing_here",
    HTTP_405_METHOD_NOT_ALLOWED: "nothing_here",
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTP_429_TOO_MANY_REQUESTS: "too_often",
}


def trouble(request: Asked, key: str, status: int) -> Response[str]:
    """The page of one trouble: `trouble.<key>.head` and `.said` in the catalog."""
    site: Site = request.app.state.site
    visitor = _visitor(site, request)
    if HEADER in request.headers:  # a script asked, and shows the one sentence where it stands
        words = say(visitor.locale, f"trouble.{key}.said")
        return Response(words, media_type=MediaType.TEXT, status_code=status)
    return page(site, visitor, "trouble.html", status=status, key=key)


def _visitor(site: Site, request: Asked) -> Visitor:
    found = request.scope["state"].get(VISITOR)
    return found if isinstance(found, Visitor) else plain_visitor(site, request)


def _forged(request: Asked, _error: Forged) -> Response[str]:
    return trouble(request, "stale", HTTP_403_FORBIDDEN)


def _locked(request: Asked, _error: Locked) -> Response[str] | Redirect:
    """To the key, and back to the page that was wanted."""
    to = request.url.path if request.method == "GET" else "/queue"
    return Redirect(f"/unlock?{urlencode({'to': to})}", status_code=HTTP_303_SEE_OTHER)


def _unreasoned(_request: Asked, error: Unreasoned) -> Redirect:
    return Redirect(f"/cases/{error.case}/why", status_code=HTTP_303_SEE_OTHER)


def _unopenable(request: Asked, _error: Unopenable) -> Response[str]:
    return trouble(request, "unopenable", HTTP_409_CONFLICT)


def _denied(request: Asked, _error: Denied) -> Response[str]:
    return trouble(request, "denied", HTTP_403_FORBIDDEN)


def _not_yet(request: Asked, _error: NotYet) -> Response[str]:
    return trouble(request, "not_yet", HTTP_403_FORBIDDEN)


def _not_now(request: Asked, _error: NotNow) -> Response[str]:
    return trouble(request, "not_now", HTTP_409_CONFLICT)


def _same_hand(request: Asked, _error: SameHand) -> Response[str]:
    return trouble(request, "same_hand", HTTP_403_FORBIDDEN)


def _unproved(request: Asked, error: Unproved) -> Response[str]:
    """Their own form again, with the ways to prove it. A script is told where to go instead."""
    if HEADER in request.headers:
        return trouble(request, "unproved", HTTP_401_UNAUTHORIZED)
    site: Site = request.app.state.site
    return page(
        site, _visitor(site, request), "proof.html", status=HTTP_401_UNAUTHORIZED,
        wanted=error.wanted, deed_path=request.url.path,
    )  # fmt: skip


def _signed_out(request: Asked, _error: SignedOut) -> Response[str] | Redirect:
    if request.headers.get("HX-Request"):
        answer = Response("", media_type=MediaType.HTML, status_code=HTTP_401_UNAUTHORIZED)
        answer.headers["HX-Redirect"] = "/sign-in"
        return answer
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        # A link from a chat: browsers keep our cookies back, until we ask for the page ourselves.
        site: Site = request.app.state.site
        return page(site, plain_visitor(site, request), "again.html")
    return Redirect("/sign-in", status_code=HTTP_303_SEE_OTHER)


def _refused(request: Asked, error: HTTPException) -> Response[str]:
    status = error.status_code
    if status >= HTTP_500_INTERNAL_SERVER_ERROR:
        return _failed(request, error)
    return trouble(request, _WORDED.get(status, "not_understood"), status)


def _failed(request: Asked, error: Exception) -> Response[str]:
    _log.error("a page failed", exc_info=error)
    return trouble(request, "ours", HTTP_500_INTERNAL_SERVER_ERROR)


def _away(request: Asked, error: Exception) -> Response[str]:
    _log.warning("the database is away", extra={"error": type(error)})
    answer = trouble(request, "away", HTTP_503_SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = "10"
    return answer


HANDLERS: Final[Mapping[int | type[Exception], Callable[..., Response[Any]]]] = {
    Forged: _forged,
    Locked: _locked,
    Unreasoned: _unreasoned,
    Unopenable: _unopenable,
    Denied: _denied,
    NotYet: _not_yet,
    NotNow: _not_now,
    SameHand: _same_hand,
    SignedOut: _signed_out,
    Unproved: _unproved,
    HTTPException: _refused,
    **dict.fromkeys(AWAY, _away),
    Exception: _failed,
}
