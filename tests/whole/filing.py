"""Families who send files, and the prosecutors' key that opens what became of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from nacl.signing import SigningKey
from pyrage.x25519 import Identity

import sandbox
from bot.collector import Collector
from bot.download import Download
from bot.store import Store
from bot.telegram import Api
from cases import attachments
from cases.attachments import Arrival, Home
from cases.offered import Offered
from cases.outbox import row_name
from cases.turn import DraftRow, Turn, load, save
from handlers import unfetched
from vault import chain, unseal
from vault.contents import Head
from vault.local import Vault
from vault.recipients import GroupKey, Recipients, SigningEntry
from vault.unstream import open_stream

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
VAULT = Vault(b"k" * 32, b"c" * 32)
SEED = bytes(range(32))
SIGNER = partial(chain.sign, SEED)
TRIAGE = Identity.generate()
SIGNED_BY = SigningEntry(bytes(SigningKey(SEED).verify_key), NOW - DAY)
RECIPIENTS = Recipients(
    version=1,
    issued_at=NOW - DAY,
    expires_at=NOW + 300 * DAY,
    triage=(GroupKey("triage", 1, str(TRIAGE.to_public()), NOW - DAY),),
    escrow=(GroupKey("escrow", 1, str(Identity.generate().to_public()), NOW - DAY),),
    intake_sign=(SIGNED_BY,),
    as_of=NOW,
)
BOT, BOT_ID = "family", 1_000_001
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Family:
    """One chat with a draft, and a counter of its updates."""

    pool: "asyncpg.Pool"
    chat: int = 5
    updates: int = field(default=0)
    vault: Vault = VAULT
    recipients: Recipients = RECIPIENTS

    async def turn(self) -> Turn:
        self.updates += 1
        turn = await load(
            self.pool, self.vault, bot=BOT, bot_id=BOT_ID, update_id=self.chat * 1000 + self.updates,
            digest=b"d", chat_id=self.chat, default_locale="uk", now=NOW,
        )  # fmt: skip
        assert isinstance(turn, Turn)
        return turn

    async def save(self, turn: Turn) -> None:
        await save(self.pool, self.vault, turn, signer=SIGNER, now=NOW)

    async def begin(self) -> UUID:
        """A draft, at one of its questions; its id."""
        turn = await self.turn()
        turn.conversation.state["spot"] = {"kind": "form"}
        row = turn.drafts.setdefault(
            "report", DraftRow(uuid4(), "report", {}, True, NOW, NOW + DAY)
        )
        await self.save(turn)
        return row.id

    async def home(self, draft: UUID) -> Home:
        opened = await attachments.opened_for(self.pool, draft)
        return opened or attachments.open_case(draft, self.recipients, NOW)

    async def send(self, home: Home, offered: Offered) -> UUID:
        """A file arrives; its id."""
        turn = await self.turn()
        arrival = Arrival(uuid4(), home, offered)
        arrival.join(turn, self.vault)
        await self.save(turn)
        return arrival.id


def offered(file_id: str, **more: Any) -> Offered:
    told = {"kind": "document", "unique_id": f"u-{file_id[-8:]}", "sent_at": NOW, "size": 10}
    return Offered(**{**told, "file_id": file_id, **more})


def uploaded(
    running: sandbox.Running, content: bytes, name: str = "x.png", **more: Any
) -> Offered:
    """A file that lies at the sandbox's Telegram, as a message would tell of it."""
    shelf = running.world.bots[BOT].shelf
    kind = more.pop("kind", "document")
    stored = shelf.add(kind, name, more.get("mime", ""), content, size=more.pop("pretend", None))
    told = {"size": len(content), "name": name, "kind": kind, "unique_id": stored.unique_id}
    return offered(stored.file_id, **{**told, **more})


def collector(
    url: str, pool: "asyncpg.Pool", where: str, *, worker: str | None = None, **more: Any
) -> Collector:
    store = Store.of(where)
    download = Download(Api(url, sandbox.TOKENS[BOT], store.at_once))
    return Collector(
        BOT, download, store, pool, VAULT, SIGNER, lambda: datetime.now(UTC),
        worker or uuid4().hex, **{"notice": unfetched.tell, **more},
    )  # fmt: skip


async def case_key(pool: "asyncpg.Pool", case: UUID, triage: Identity = TRIAGE) -> Identity:
    """The case's key, opened by the prosecutors', wherever it stands now."""
    sealed = await pool.fetchval(
        "SELECT sealed FROM case_key WHERE case_id = $1"
        " UNION ALL SELECT sealed FROM opened_case WHERE case_id = $1",
        case,
    )
    return unseal.open_case_key(triage, sealed, case)


async def manifests(pool: "asyncpg.Pool", case: UUID, triage: Identity = TRIAGE) -> dict[int, Any]:
    """{sequence: manifest} of all of a case's files."""
    key = await case_key(pool, case, triage)
    rows = await pool.fetch(
        "SELECT id, sequence, sealed FROM sealed_object WHERE case_id = $1 AND kind = 'manifest'"
        " UNION ALL SELECT id, sequence, manifest FROM attachment"
        " WHERE case_id = $1 AND manifest IS NOT NULL ORDER BY 2",
        case,
    )
    assert len({row["sequence"] for row in rows}) == len(rows)
    return {
        row["sequence"]: unseal.open_object(
            key, row["sealed"], Head(case, row["id"], row["sequence"], "manifest", 1)
        )
        for row in rows
    }


async def opened(
    pool: "asyncpg.Pool", store: Store, case: UUID, triage: Identity = TRIAGE
) -> dict[int, bytes]:
    """{sequence: plaintext} of the files a case holds, checked against their manifests."""
    key = await case_key(pool, case, triage)
    found = {}
    for sequence, told in (await manifests(pool, case, triage)).items():
        if told["state"] != "held":
            continue
        sealed = b"".join([piece async for piece in store.pieces(UUID(told["object"]))])
        assert sha256(sealed).hexdigest() == told["sealed_sha256"]
        found[sequence] = plain(key, sealed)
        assert sha256(found[sequence]).hexdigest() == told["sha256"]
        assert len(found[sequence]) == told["size"]
    return found


def plain(key: Identity, sealed: bytes) -> bytes:
    import io

    out: list[bytes] = []
    open_stream(key, io.BytesIO(sealed), out.append)
    return b"".join(out)


async def names(store: Store) -> set[UUID]:
    """Whatever stands in the store."""
    later = datetime.now(UTC) + DAY
    return {name async for page in store.older_than(later) for name in page}


async def told(pool: "asyncpg.Pool") -> list[Any]:
    """Parameters of what waits to be said, in order."""
    rows = await pool.fetch("SELECT sealed, chat_ref FROM outbox ORDER BY id")
    opened = [VAULT.open(row["sealed"], row_name(row["chat_ref"])) for row in rows]
    return [one["params"] for one in opened]


_S3 = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextmanager
def s3_server() -> Iterator[str]:
    """An S3 API over HTTP in a process of its own; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", _S3], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


async def bucket(url: str, monkeypatch: Any) -> str:
    """A fresh bucket there, for this process and its children; what the setting would say."""
    for name, value in {
        "AWS_ENDPOINT": url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"b-{uuid4().hex}"
    async with aiohttp.ClientSession() as client, client.put(f"{url}/{name}") as answer:
        assert answer.status == 200
    return f"s3://{name}/files"
