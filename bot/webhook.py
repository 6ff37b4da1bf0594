"""Updates pushed by Telegram: answered only when done, and never with a body.

2xx means done, known already or quarantined. Anything else makes Telegram deliver again, in order,
for a day; 503 asks for that. Behind a reverse proxy that speaks TLS.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import HttpVersion10, web
from typing_extensions import override

from bot.envelope import Envelope, NoUpdateId, read
from bot.intake import ALLOWED_UPDATES, Diligence, is_away
from bot.nursery import Nursery, nap, unless
from bot.polling import Backoff
from bot.telegram import Api, Away, Refused, TokenRefused
from cases.points import Point, passing

MOST_BODY: Final = 1 << 20
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name

_AT_ONCE = 16
_RETRY_AFTER, _LONGEST_RETRY_AFTER = 5, 60
_KEPT_OPEN = (200, 503)
_KEEPALIVE = 75.0
_LINGER = 2.0
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_log = logging.getLogger(__name__)


@dataclass
class Hook:
    """One bot behind the door. `secret` is what setWebhook was told; `path` follows from it.

    `patience`: seconds until a request is told to come again. The work goes on meanwhile, in
    `nursery`, and the update that comes again is answered by it: begun anew each time, it would
    keep a slow computer busy with nothing else.
    """

    bot_id: int
    secret: str = field(repr=False)
    diligence: Diligence
    patience: float = 10.0
    nursery: Nursery = field(default_factory=Nursery, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    _at_work: dict[bytes, "asyncio.Future[str]"] = field(
        default_factory=dict, init=False, repr=False
    )
    _away_since: float | None = field(default=None, init=False)

    @property
    def path(self) -> str:
        """Nobody finds the door by guessing; the secret cannot be read from it."""
        part = hmac.digest(self.secret.encode(), b"path|%d" % self.bot_id, hashlib.sha256).hex()
        return f"/telegram/{part[:32]}"

    def refusal(self, request: web.BaseRequest) -> int | None:
        """The status for a request that is refused before its body is looked at."""
        if request.method != "POST":
            return 405
        # As bytes: a header that is not ASCII must be wrong, not an error.
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self.secret.encode()):
            return 401
        if request.content_type != "application/json":
            return 400
        if (request.content_length or 0) > MOST_BODY:
            return 413
        return None

    async def take(self, body: bytes) -> web.StreamResponse:
        passing(Point.UPDATE_CAME)
        try:
            envelope = read(body)
        except NoUpdateId:
            return _empty(400)
        limit = asyncio.timeout(self.patience)
        try:
            async with limit:
                await self._done(envelope)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is not done: Telegram must bring it again
            if not (limit.expired() or is_away(error)):
                _log.error("an update could not be kept", exc_info=error)
            return self._later(error)
        self._away_since = None
        passing(Point.UPDATE_CONFIRMED)
        return _empty(200)

    async def _done(self, envelope: Envelope) -> str:
        working = self._at_work.get(envelope.body)
        if working is None:
            working = self._at_work[envelope.body] = asyncio.get_running_loop().create_future()
            self.nursery.start("update", self._work(envelope, working))
        return await asyncio.shield(working)

    async def _work(self, envelope: Envelope, working: "asyncio.Future[str]") -> None:
        try:
            working.set_result(await self.diligence.take(envelope))
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits, if anybody does
            working.set_exception(error)
            working.exception()
        finally:
            working.cancel()
            del self._at_work[envelope.body]

    def _later(self, error: Exception) -> web.StreamResponse:
        """To come again, after as long as it has been so: many at once are one trouble."""
        now = self.clock()
        self._away_since = now if self._away_since is None else self._away_since
        seconds = min(max(round(now - self._away_since), _RETRY_AFTER), _LONGEST_RETRY_AFTER)
        _log.warning("an update must come again", extra={"seconds": seconds}, exc_info=error)
        return _empty(503, {"Retry-After": str(seconds)})

    async def announce(self, api: Api, url: str, stop: asyncio.Event) -> None:
        """Tell Telegram where the door is, `url` without the path. Until it has heard, or `stop`.

        Raises TokenRefused, and Refused when Telegram does not take the address.
        """
        backoff = Backoff()
        wanted: dict[str, Any] = {
            "url": url.rstrip("/") + self.path,
            "secret_token": self.secret,
            "max_connections": _AT_ONCE,
            "allowed_updates": ALLOWED_UPDATES,
            "drop_pending_updates": False,
        }
        while not stop.is_set():
            try:
                await unless(stop, api.call("setWebhook", wanted))
            except TokenRefused:
                raise
            except (Away, Refused) as error:
                if isinstance(error, Refused) and error.retry_after is None:
                    raise
                _log.warning("the webhook is not set yet", exc_info=error)
                await nap(stop, backoff.after_failure())
            else:
                _log.info("webhook set", extra={"bot_id": self.bot_id})
                return


@dataclass
class Webhook:
    """The listening door of all bots of this process; port 0 takes a free one.

    `patience`: seconds for a request's head, and as many again for its body.
    """

    hooks: Sequence[Hook]
    host: str = "127.0.0.1"
    port: int = 0
    patience: float = 10.0
    _runner: web.ServerRunner | None = field(default=None, init=False, repr=False)

    async def open(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        server = _Server(self._answer, patience=self.patience)
        self._runner = web.ServerRunner(server, shutdown_timeout=self.patience)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.host, self.port).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Take no new request, finish those in hand."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, _Connection)
        connection.head_is_here()
        response = await self._reply(request)
        connection.working = response.status not in _KEPT_OPEN  # one that closes awaits no head
        return response

    async def _reply(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.version < HttpVersion10:
            return _empty(400)
        hook = next((hook for hook in self.hooks if hook.path == request.raw_path), None)
        if hook is None:
            return _empty(404)
        refusal = hook.refusal(request)
        if refusal is not None:
            return _empty(refusal)
        try:
            async with asyncio.timeout(self.patience):
                body = await _body(request)
        except TimeoutError:
            return _empty(408)
        except web.RequestPayloadError:
            return _empty(400)
        return _empty(413) if body is None else await hook.take(body)


def _empty(status: int, headers: dict[str, str] | None = None) -> web.Response:
    response = web.Response(status=status, headers=headers)
    if status not in _KEPT_OPEN:
        response.force_close()
    return response


async def _body(request: web.BaseRequest) -> bytes | None:
    """The body, or None when it is longer than MOST_BODY; the rest of it is not read."""
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        if len(body) > MOST_BODY:
            return None
    return bytes(body)


class _Server(web.Server):
    """aiohttp's server, with our connections."""

    def __init__(self, handler: Any, *, patience: float) -> None:
        super().__init__(handler, access_log=None)
        self.patience = patience

    @override
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self.patience, self._loop)


class _Connection(web.RequestHandler):
    """A connection that waits `patience` seconds for the head of a request, and repeats nothing.

    aiohttp by itself waits for ever, and quotes a malformed request in its answer and its log.
    """

    def __init__(self, server: _Server, patience: float, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type] # aiohttp's own way to have none
            keepalive_timeout=_KEEPALIVE,
            lingering_time=_LINGER,
        )
        self._patience = patience
        self._clock = loop
        self._late: asyncio.TimerHandle | None = None
        self.working = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wait_for_head()

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        self.head_is_here()  # nothing is to be waited for any more
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._late is None and not self.working:
            self._wait_for_head()
        super().data_received(data)

    def head_is_here(self) -> None:
        """A request is being handled: its body has a time limit of its own."""
        self.working = True
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _wait_for_head(self) -> None:
        self._late = self._clock.call_later(self._patience, self._too_late)

    def _too_late(self) -> None:
        self._late = None
        if self.transport is not None and isinstance(self.transport, asyncio.Transport):
            self.transport.write(_TOO_LATE)
        self.force_close()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        self.head_is_here()
        told = {"status": status, "error": type(exc).__name__}
        _log.warning("a request was refused", extra=told)
        response = web.Response(status=status)
        response.force_close()
        return response

    @override
    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        _log.warning("a connection failed", extra={"error": type(kwargs.get("exc_info")).__name__})
