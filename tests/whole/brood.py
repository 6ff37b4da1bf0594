"""A process that has imported the product once, and forks off itself whatever a test wants run.

Importing aiogram takes seconds of a core, and a test that kills processes starts many. As a script
it reads orders, one JSON object a line, {"words", "env", "log"}; each is answered by a number.
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[2]


@dataclass
class Brood:
    """The other end of the script."""

    parent: "subprocess.Popen[str]"

    def start(self, words: Sequence[str], env: Mapping[str, str], log: Path) -> int:
        """`dodomu` with these words and nothing but `env`, its output added to `log`; its pid."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        order = {"words": list(words), "env": dict(env), "log": str(log)}
        self.parent.stdin.write(json.dumps(order) + "\n")
        self.parent.stdin.flush()
        return int(self.parent.stdout.readline())


@contextmanager
def brood() -> Iterator[Brood]:
    """Whoever is left of the children at the end is killed."""
    parent = subprocess.Popen(
        [sys.executable, __file__],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Brood(parent)
    finally:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.close()
        parent.wait(30)
        parent.stdout.close()


def alive(pid: int) -> bool:
    """Children are reaped at once, so that a number without a process is a process that ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int, seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while alive(pid):
        assert time.monotonic() < deadline, f"{pid} does not end"
        await asyncio.sleep(0.005)


def _serve() -> None:
    import bot.app
    import bot.commands.run
    import bot.desk
    import bot.doors  # noqa: F401 - what the children run

    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children = []
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
        children.append(pid)
        print(pid, flush=True)
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _become(order: dict) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["env"])
    kept = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (kept, 1), (kept, 2)):
        os.dup2(here, there)
    sys.argv = ["bot", *order["words"]]
    code = 1
    try:
        from bot.__main__ import main

        main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - told, and the end of this process
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
