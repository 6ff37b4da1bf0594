"""The Bot API's envelope: parameters in any of its encodings, refusals, JSON bytes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
from aiohttp import web

Obj: TypeAlias = dict[str, Any]
"""A JSON object as the Bot API writes it."""

_TRUE = frozenset({"true", "True", "1", "yes"})


class Refused(Exception):
    """An answer with `ok: false`. `code` is both the HTTP status and `error_code`."""

    def __init__(self, code: int, description: str, parameters: Obj | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> Refused:
    return Refused(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refused:
    return Refused(403, f"Forbidden: {reason}")


@dataclass(frozen=True)
class Encoded:
    """A result that is JSON already."""

    body: bytes


@dataclass(frozen=True)
class Upload:
    """One file of a multipart request."""

    name: str
    mime: str
    content: bytes = field(repr=False)


class Params:
    """Parameters of one call, read as leniently as Telegram reads them.

    Numbers and booleans may be strings; objects and lists may be JSON in a string.
    """

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload]) -> None:
        self._values = values
        self.uploads = uploads

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        return default if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'invalid parameter "{name}": an integer is expected') from None

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        return value is True or str(value) in _TRUE

    def json(self, name: str) -> Any:
        """The decoded value, or None when it is absent; 400 when it is not JSON."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def array(self, name: str) -> list[Any]:
        value = self.json(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_request(f"can't parse {name}: expected an Array")
        return value


async def read_params(request: web.Request) -> Params:
    """Query, urlencoded, multipart or JSON; later ones win."""
    values: Obj = dict(request.query)
    uploads: dict[str, Upload] = {}
    kind = request.content_type
    if kind == "application/json":
        body = await request.read()
        values.update(_json_object(body))
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                content = value.file.read()
                uploads[name] = Upload(value.filename, value.content_type, content)
            else:
                values[name] = value
    return Params(values, uploads)


def _json_object(body: bytes) -> Obj:
    if not body:
        return {}
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(value, dict):
        raise bad_request("object expected")
    return value


def respond(result: Any) -> web.Response:
    body = result.body if isinstance(result, Encoded) else orjson.dumps(result)
    return web.Response(
        body=b'{"ok":true,"result":' + body + b"}", content_type="application/json"
    )


def refuse(refused: Refused) -> web.Response:
    envelope: Obj = {
        "ok": False,
        "error_code": refused.code,
        "description": refused.description,
    }
    headers = {}
    if refused.parameters:
        envelope["parameters"] = refused.parameters
        if "retry_after" in refused.parameters:
            headers["Retry-After"] = str(refused.parameters["retry_after"])
    return web.Response(
        body=orjson.dumps(envelope),
        status=refused.code,
        headers=headers,
        content_type="application/json",
    )
