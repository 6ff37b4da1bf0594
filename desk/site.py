"""What every page of the desk is given: its address, the database, keys, a clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from cases.audit import Signer
from cases.database import Pool
from cases.statistics import Counted
from desk.watch import Watch
from vault.local import Vault


@dataclass(frozen=True)
class Site:
    """`url` is the public origin, without a slash at its end: passkeys and links are bound to it.

    `now` is a clock, aware UTC. `demo`: ids of the people whom a button signs in; empty, and the
    button does not exist, anywhere but in the sandbox. `watch`: None where nobody watches over the
    audit chain.
    """

    url: str
    pool: Pool = field(repr=False)
    sign: Signer = field(repr=False)
    vault: Vault = field(repr=False)
    now: Callable[[], datetime]
    demo: tuple[str, ...] = ()
    watch: Watch | None = None
    counted: Counted = field(default_factory=Counted, repr=False)

    @property
    def host(self) -> str:
        """What browsers must call it: the name, with the port where it is not the usual one."""
        return urlsplit(self.url).netloc

    @property
    def domain(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        """Reached by HTTPS; plain HTTP is for loopback alone."""
        return self.url.startswith("https://")

    def cookie(self, name: str) -> str:
        """Browsers accept __Host- from this very host only, never from a neighbour of it."""
        return f"__Host-{name}" if self.secure else name


Here: TypeAlias = NamedDependency[SkipValidation[Site]]
"""The site, as a route asks for it."""
