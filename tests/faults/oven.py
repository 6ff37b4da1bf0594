"""A process that has imported everything and forks: each child is the product, started at once.

Starting Python and importing the bot costs two seconds; forking what has done it costs a tenth.
Run as a program it takes orders, one JSON object a line, and tells what became of its children.
"""

import contextlib
import functools
import gc
import json
import os
import runpy
import select
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import certifi

ROOT = Path(__file__).parents[2]
IMPORTED = (
    "bot.__main__",
    "bot.commands.run",
    "bot.app",
    "bot.doors",
    "bot.desk",
    "mortal",
    "filing",
    "deeds",
    "uvloop",
)


_LONGEST_IMPORT = 300.0
"""Seconds; on a machine that does much else."""


class Child:
    """A forked process, with the few words of subprocess.Popen that the tests use."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.ended = threading.Event()

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if not self.ended.wait(timeout):
            raise subprocess.TimeoutExpired(f"pid {self.pid}", timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class Oven:
    """The warm process, and a hand on its children. `close` it: whoever lives is killed."""

    def __init__(self) -> None:
        paths = os.pathsep.join(str(ROOT / each) for each in ("", "tests/whole", "tests/faults"))
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._children: dict[int, Child] = {}
        self._born: list[Child] = []
        self._news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        words: list[str],
        env: Mapping[str, str],
        log: Path,
        doomed: str = "",
        err: Path | None = None,
    ) -> Child:
        """Run the module words[0] with what follows. `doomed` as mortal.py has it.

        What it says is added to `log`, its complaints to `err` where that is given.
        """
        order = {"words": words, "env": dict(env), "log": str(log), "doomed": doomed,
                 "err": str(err or log)}  # fmt: skip
        with self._news:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            assert self._news.wait_for(lambda: self._born, _LONGEST_IMPORT), "nobody was born"
            return self._born.pop()

    def close(self) -> None:
        for child in self._children.values():
            child.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._news:
                if "born" in told:
                    child = self._children[told["born"]] = Child(told["born"])
                    self._born.append(child)
                    self._news.notify_all()
                else:
                    child = self._children.pop(told["died"])
                    child.returncode = told["code"]
                    child.ended.set()
        self._process.stdout.close()


@contextlib.contextmanager
def warm() -> Iterator[Oven]:
    made = Oven()
    try:
        yield made
    finally:
        made.close()


# What follows runs in the warm process


def bake() -> None:
    """Fork as ordered until the orders end."""
    # Reading all certificates takes longer than everything else a child does; nobody here uses TLS.
    ssl.create_default_context = functools.cache(ssl.create_default_context)
    ssl.create_default_context(cafile=certifi.where())
    for name in IMPORTED:
        __import__(name)
    assert len(os.listdir("/proc/self/task")) == 1, "a thread would not survive a fork"  # noqa: PTH208
    gc.collect()
    gc.freeze()
    awake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    orders, waiting = sys.stdin.fileno(), b""
    while True:
        ready, _, _ = select.select([orders, awake], [], [])
        if awake in ready:
            os.read(awake, 4096)
            _bury()
        if orders in ready:
            piece = os.read(orders, 1 << 16)
            if not piece:
                return
            *whole, waiting = (waiting + piece).split(b"\n")
            for line in whole:
                _tell({"born": _forked(json.loads(line), (awake, alarm))})


def _tell(news: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def _bury() -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            _tell({"died": found[0], "code": os.waitstatus_to_exitcode(found[1])})


def _forked(order: dict[str, object], ours: tuple[int, ...]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _become(order, ours)
    except BaseException:  # noqa: BLE001 - a child never goes back into its parent's work
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _become(order: dict[str, object], ours: tuple[int, ...]) -> int:
    from mortal import doomed

    from cases import points

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for each in ours:
        os.close(each)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log, err = (
        os.open(str(order[name]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for name in ("log", "err")
    )
    for number, stands_for in ((nothing, 0), (log, 1), (err, 2)):
        os.dup2(number, stands_for)
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[arg-type]
    if order["doomed"]:
        points.arm(doomed(str(order["doomed"])))
    return _run(list(order["words"]))  # type: ignore[call-overload]


def _run(words: list[str]) -> int:
    sys.argv = words
    main: Callable[[], None] | None = None
    if words[0] == "bot":
        from bot.__main__ import main
    try:
        if main is not None:
            main()
        else:
            runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    return 0


if __name__ == "__main__":
    bake()
