"""Who is measured: this bot as it is shipped, and the others beside it. How each is started."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from benchmarks.peers import form, installed
from benchmarks.rig import Rig, free_port, pushed, spawned
from benchmarks.stub import FAMILY

OURS: Final = "dodomu"
POLLING: Final = "dodomu-polling"


@dataclass(frozen=True)
class Running:
    """`started`: the moment before the first process was made. `pids`: by what they are."""

    started: float
    pids: Mapping[str, int]


Run: TypeAlias = Callable[[Rig], AbstractAsyncContextManager[Running]]


@dataclass(frozen=True)
class Subject:
    """`answer`: what counts as one, see benchmarks.crowd. `keeps`: what outlives kill -9."""

    name: str
    title: str
    answer: str
    keeps: str
    run: Run

    @property
    def is_ours(self) -> bool:
        return self.name.startswith(OURS)


def _ours(settings: Callable[[], dict[str, str]]) -> Run:
    @asynccontextmanager
    async def run(rig: Rig) -> AsyncIterator[Running]:
        async with rig.bot(await rig.database(), settings()) as bot:
            yield Running(bot.started, {"bot": bot.pid, "PostgreSQL": rig.postmaster})

    return run


def _peer(module: str) -> Run:
    """A module of benchmarks.peers, with nothing beside it."""

    @asynccontextmanager
    async def run(rig: Rig) -> AsyncIterator[Running]:
        command = (sys.executable, "-m", f"benchmarks.peers.{module}")
        async with _started(rig, command, {}) as running:
            yield running

    return run


@asynccontextmanager
async def _fsm_redis(rig: Rig) -> AsyncIterator[Running]:
    client, server = installed.redis_client(), installed.redis_server()
    with _redis(server, rig.folder) as (url, pid):
        command = (sys.executable, "-m", "benchmarks.peers.fsm")
        path = os.pathsep.join(filter(None, (str(client), os.environ.get("PYTHONPATH"))))
        async with _started(rig, command, {"REDIS_URL": url, "PYTHONPATH": path}) as running:
            yield Running(running.started, {**running.pids, "Redis": pid})


@contextmanager
def _redis(server: str, folder: Path) -> Iterator[tuple[str, int]]:
    """Its URL and pid. Saving as its own settings say: no append-only file."""
    port = free_port()
    command = (server, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder))
    with spawned(command, {}, folder / "redis.log") as process:
        yield f"redis://127.0.0.1:{port}/0", process.pid


@asynccontextmanager
async def _grammy(rig: Rig) -> AsyncIterator[Running]:
    folder = installed.grammy()
    node = shutil.which("node") or "node"
    async with _started(rig, (node, str(folder / "sessions.mjs")), {}) as running:
        yield running


@asynccontextmanager
async def _started(
    rig: Rig, command: tuple[str, ...], more: Mapping[str, str]
) -> AsyncIterator[Running]:
    with tempfile.TemporaryDirectory(dir=rig.folder) as name:
        folder, port = Path(name), free_port()
        form.write(folder / "form.json")
        env = {
            "BOT_TOKEN": FAMILY,
            "TELEGRAM_API": rig.stub_url,
            "WEBHOOK_URL": f"http://127.0.0.1:{port}/webhook",
            "WEBHOOK_PORT": str(port),
            "FORM": str(folder / "form.json"),
            "FOLDER": name,
            **more,
        }
        try:
            with spawned(command, env, rig.log, signal.SIGINT) as process:
                yield Running(process.started, {"bot": process.pid})
        finally:
            await rig.tell("reset")


_PTB: Final = "python-telegram-bot ConversationHandler, PicklePersistence"

SUBJECTS: Final = (
    Subject(OURS, "Dodomu, webhook", "screen", "everything", _ours(pushed)),
    Subject(POLLING, "Dodomu, polling", "screen", "everything", _ours(dict)),
    Subject("echo", "aiogram, bare echo", "message", "–", _peer("echo")),
    Subject("fsm-memory", "aiogram FSM, MemoryStorage", "message", "nothing", _peer("fsm")),
    Subject("fsm-redis", "aiogram FSM, RedisStorage", "message", "what Redis saved", _fsm_redis),
    Subject("conversation", _PTB, "message", "all but the last minute", _peer("conversation")),
    Subject("grammy", "grammY sessions (Node.js)", "message", "nothing", _grammy),
)
