"""Bells as signed calls of another program's address: an on-call system, a duty room's screen."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import aiohttp
import orjson

from cases.outbox import Claimed
from delivery.errors import Done, Permanent, Retry
from delivery.methods import Params

SIGNATURE: Final = "X-Dodomu-Signature"
DELIVERY: Final = "X-Dodomu-Delivery"
"""The same number each time one call is tried."""

_SECONDS: Final = 20.0
#: what will be refused for ever, however often it comes
_FOR_GOOD: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.GONE, HTTPStatus.UNPROCESSABLE_ENTITY}
)


@dataclass(frozen=True)
class Hook:
    """Where to call, and the secret both sides know."""

    url: str = field(repr=False)
    secret: str = field(repr=False)

    async def carry(self, row: Claimed, params: Params) -> Done | Retry | Permanent:
        """POST `params` as JSON; any answer of 2xx will do, and redirections are not followed."""
        return await self._call(str(row.id), params)

    async def trouble(self) -> str | None:
        """Call with the event "test"; why it was not taken, or None."""
        match await self._call("test", {"event": "test"}):
            case Retry(reason) | Permanent(reason):
                return reason
            case _:
                return None

    async def _call(self, delivery: str, params: Params) -> Done | Retry | Permanent:
        body = orjson.dumps(params, option=orjson.OPT_SORT_KEYS)
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: f"sha256={signed(self.secret, body)}",
            DELIVERY: delivery,
        }
        limit = aiohttp.ClientTimeout(total=_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as client,
                client.post(self.url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return _judged(answer.status)
        except (aiohttp.ClientError, OSError) as error:  # their texts quote the address
            return Retry(type(error).__name__)


def signed(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of the body, in hex."""
    return hmac.digest(secret.encode(), body, sha256).hex()


def _judged(status: int) -> Done | Retry | Permanent:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Done()
    if status in _FOR_GOOD:
        return Permanent(f"HTTP {status}")
    return Retry(f"HTTP {status}")
