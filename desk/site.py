"""What every page of the desk is given: its address, the database, keys, a clock."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import SkipValidation

from cases.audit import Signer
from cases.database import Pool
from cases.statistics import Counted
from desk.cards import Deck
from desk.receipts import Receipts
from desk.ring import Ring
from desk.searches import Searches
from desk.watch import Watch
from vault.local import Vault
from vault.member import Member
from vault.recipients import ListRefused, Recipients


def _nobody() -> Recipients:
    raise ListRefused("missing")


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
    recipients: Callable[[], Recipients] = _nobody
    """The signed list: who may read, whose signatures count. May raise ListRefused."""
    ring: Ring = field(default_factory=Ring, repr=False)
    """Keys that are open now."""
    files: Callable[[UUID], AsyncIterator[bytes]] | None = field(default=None, repr=False)
    """The store of sealed files, by an object's name; None where this desk cannot reach it."""
    deck: Deck = field(default_factory=Deck, repr=False)
    """Identity cards that are open now."""
    receipts: Receipts = field(default_factory=Receipts, repr=False)
    """Of what was sent just now, until its code and PIN are written down."""
    searches: Searches = field(default_factory=Searches, repr=False)
    """What is being searched for now."""
    demo_member: Callable[[int], Member | None] | None = None
    """The demo's key files by a person's number, opened by a button; None anywhere else."""
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
