"""What the body of a request to the sandbox's driver says, or a refusal in words."""

from collections.abc import Mapping
from typing import Any


class Impossible(Exception):
    """A driver asked for what no person could do here; the text says why."""


def need(body: Mapping[str, Any], name: str) -> Any:
    value = body.get(name)
    if value is None:
        raise Impossible(f"`{name}` is missing")
    return value


def number(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Impossible(f"`{name}` is not a number") from None


def listed(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise Impossible(f"`{name}` is not a list")
    return value
