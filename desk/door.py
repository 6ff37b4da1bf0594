"""Before any page: the right Host, the right Origin; after any: headers that shut the browser in.

A page elsewhere may make a browser ask us (with the name of its choice, DNS being what it is) but
not under our own name, and not from our own origin.
"""

from collections.abc import Iterable
from typing import Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from desk.site import Site

MOST_BYTES: Final = 256 * 1024

_SAFE: Final = frozenset(("GET", "HEAD"))
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
#: for whatever is no page of ours: a picture or a file that is opened by itself may do nothing
_SHUT: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_HEADERS: Final = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(),"
    " publickey-credentials-create=(self), publickey-credentials-get=(self)",
    # "no-referrer" would make browsers send Origin: null with every form of our own.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_TRANSPORT: Final = ("strict-transport-security", "max-age=31536000")


class Door:
    """Wraps the application `inner`."""

    def __init__(self, site: Site, inner: ASGIApp) -> None:
        self._site = site
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = str(scope["type"])
        if kind == "lifespan":
            await self._inner(scope, receive, send)
        elif kind == "http":  # no page here speaks anything else
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._dressed(scope["path"], send)
        refusal = self._refusal(str(scope.get("method", "")), scope["headers"])
        if refusal:
            await _plainly(answer, *refusal)
        else:
            await self._inner(scope, receive, answer)

    def _refusal(
        self, method: str, headers: Iterable[tuple[bytes, bytes]]
    ) -> tuple[int, str] | None:
        given = list(headers)
        if _all(given, b"host") != [self._site.host.encode()]:
            return 421, f"The desk answers at {self._site.url} only.\n"
        if method not in _SAFE and _all(given, b"origin") != [self._site.url.encode()]:
            return 403, "This was not sent by a page of the desk.\n"
        return None

    def _dressed(self, path: str, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0].lower() not in _OURS]
                headers += [*_DRESS, (_POLICED, _policy(path, headers))]
                kept = path.startswith("/assets/") and message["status"] < 300  # noqa: PLR2004
                cache = b"public, max-age=86400" if kept else b"no-store"
                headers.append((b"cache-control", cache))
                if self._site.secure:
                    headers.append((_TRANSPORT[0].encode(), _TRANSPORT[1].encode()))
                message["headers"] = headers
            await send(message)

        return sent


_POLICED: Final = b"content-security-policy"
_DRESS: Final = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
_OURS: Final = {name for name, _ in _DRESS} | {_POLICED, b"cache-control", b"server"}


def _policy(path: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    ours = kind.startswith((b"text/html", b"text/plain")) or not kind
    return (_POLICY if ours or path.startswith("/assets/") else _SHUT).encode()


def _all(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    """Every value: a second Host or Origin is as bad as a wrong one."""
    return [value for name, value in headers if name.lower() == wanted]


async def _plainly(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
