"""The chat page and its files, under a strict content security policy."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.world import World

_FOLDER = Path(__file__).parent / "page"
_TYPES = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "words.js": "text/javascript",
    "paint.js": "text/javascript",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class Pages:
    """Handlers of `/`, `/page/...` and of files shown in a chat."""

    world: World

    async def index(self, _request: web.Request) -> web.StreamResponse:
        body = (_FOLDER / "index.html").read_bytes()
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=_HEADERS)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        kind = _TYPES.get(name)
        if kind is None:
            raise web.HTTPNotFound
        body = (_FOLDER / name).read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    async def no_icon(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Bytes of a file; images are shown, everything else is downloaded."""
        account = self.world.bots.get(request.match_info["bot"])
        wanted = request.match_info["file_id"]
        stored = account.shelf.by_id.get(wanted) if account else None
        if stored is None:
            raise web.HTTPNotFound
        shown = stored.mime in {"image/png", "image/jpeg", "image/webp", "image/gif"}
        headers = _HEADERS | ({} if shown else {"Content-Disposition": "attachment"})
        kind = stored.mime if shown else "application/octet-stream"
        return web.Response(body=stored.content, content_type=kind, headers=headers)
