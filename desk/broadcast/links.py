"""Where a message to families may lead: links.toml. Everything else is refused."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_FILE: Final = Path(__file__).with_name("links.toml")
_LONGEST: Final = 500
#: what Telegram itself makes a link of: addresses, names of hosts, names of accounts
_BARE: Final = re.compile(
    r"(?:https?|tg)://[^\s<>\"']+"
    r"|(?<![\w@.-])(?:[\w-]+\.)+(?:[a-z]{2,24}|рф|укр|бел)(?![\w-])(?:/[^\s<>\"']*)?"
    r"|(?<![\w@/.])@[A-Za-z]\w{3,31}",
    re.IGNORECASE,
)
_AFTER: Final = ".,;:!?)»”…"


@dataclass(frozen=True)
class Allowed:
    """`within`: its subdomains too. `verified_on` None: nobody checked it, so it is not let
    through.
    """

    id: str
    host: str
    within: bool
    source: str
    verified_on: date | None


@cache
def every() -> tuple[Allowed, ...]:
    """All entries of the file, the unchecked ones too."""
    listed = tomllib.loads(_FILE.read_text(encoding="utf-8"))["link"]
    return tuple(
        Allowed(
            one["id"], one["host"], one.get("within", False), one["source"],
            one.get("verified_on"),
        )
        for one in listed
    )  # fmt: skip


def offered() -> tuple[Allowed, ...]:
    """Those that somebody has checked."""
    return tuple(one for one in every() if one.verified_on)


def allowed(address: str) -> bool:
    """Whether a message may lead there: https, a listed host, no user's name, no port."""
    if len(address) > _LONGEST or not address.isprintable() or not address.isascii():
        return False
    try:
        found = urlsplit(address)
        port = found.port
    except ValueError:
        return False
    plain = "\\" not in address and " " not in address and "@" not in found.netloc
    if found.scheme != "https" or port is not None or not plain:
        return False
    host = (found.hostname or "").rstrip(".")
    return any(
        host == one.host or (one.within and host.endswith(f".{one.host}")) for one in offered()
    )


def bare(plain: str) -> Iterator[str]:
    """Addresses in the text itself, which Telegram makes links of without being asked."""
    for found in _BARE.finditer(plain):
        yield found[0].rstrip(_AFTER)


def refused(plain: str, links: tuple[str, ...]) -> tuple[str, ...]:
    """What the message would lead to and may not, in the order it stands; each once."""
    seen = (
        *(one for one in links if not allowed(one)),
        *(one for one in bare(plain) if not allowed(one if "://" in one else f"https://{one}")),
    )
    return tuple(dict.fromkeys(seen))
