"""The child that looks at a stranger's file can look at it and nothing else, and not for long."""

import asyncio
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path

import psutil
import pytest
from sealed_files import a_picture

from desk.viewing import shutting, viewer

ROOT = Path(shutting.__file__).parent.parent.parent


def shut_in_and(deed: str, before: str = "") -> str:
    """What a process says that was shut in and then tried something."""
    program = "\n".join(
        (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})",
            "import ctypes, os, resource, signal, socket, subprocess",
            "from desk.viewing.shutting import shut_in",
            before,
            "shut_in()",
            "try:",
            textwrap.indent(textwrap.dedent(deed), "    "),
            "except Exception as error:",
            "    said = type(error).__name__",
            "else:",
            "    said = 'done'",
            "os.write(1, said.encode())",
            "os._exit(0)",
        )
    )
    order = [sys.executable, "-I", "-B", "-c", program]
    return subprocess.run(order, capture_output=True, timeout=60, check=False).stdout.decode()


DEEDS = {
    "a connection": "socket.create_connection(('127.0.0.1', 9))",
    "a socket": "socket.socket()",
    "a socket in the place of a pipe": "os.close(0); socket.socket()",
    "a file to read": "open('/etc/hostname')",
    "a file to write": "open('/tmp/dodomu-child', 'w')",
    "its parent's environment": "open(f'/proc/{os.getppid()}/environ')",
    "a process": "os.fork()",
    "a program": "os.execv('/bin/true', ['true'])",
    "a gibibyte": "bytearray(1 << 30)",
    "more room": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))",
    "root again": "os.setuid(0) if os.getuid() else socket.socket()",
}
LINUX = {
    "a signal to its parent": "os.kill(os.getppid(), 0)",
    "any call that is not on the list": "if libc.getppid() == -1: raise OSError",
    "its parent's memory": "if libc.ptrace(16, os.getppid(), 0, 0): raise OSError",
}


@pytest.mark.parametrize("what", DEEDS)
def test_once_shut_in_it_gets_nothing(what):
    assert shut_in_and(DEEDS[what]) not in ("", "done")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps calls from a process")
@pytest.mark.parametrize("what", LINUX)
def test_once_shut_in_it_touches_nobody(what):
    # the parent is asked for before, so that nothing but the deed itself can be refused
    before = "parent = os.getppid(); os.getppid = lambda: parent; libc = ctypes.CDLL(None)"
    assert shut_in_and(LINUX[what], before) in ("OSError", "PermissionError")


def test_the_same_deeds_are_done_by_who_is_not_shut_in():
    program = "import socket, os; socket.socket(); os.kill(os.getppid(), 0); bytearray(1 << 30)"
    subprocess.run([sys.executable, "-I", "-c", program], check=True)


def poured(content: bytes):
    return lambda give: give(content)


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


async def looked_at(monkeypatch, deed: str, before: str = "", content: bytes = b"x"):
    """What becomes of a child that, having read its file, does this."""
    boot = (
        "import os, sys; sys.path.insert(0, sys.argv.pop())\n"
        "from desk.viewing import child, shutting\n"
        f"{before}\n"
        "def work(_what):\n"
        "    def deed(original):\n"
        f"{textwrap.indent(textwrap.dedent(deed), ' ' * 8)}\n"
        "    return deed\n"
        "child._work = work\n"
        "child.main()\n"
    )
    monkeypatch.setattr(viewer, "_BOOT", boot)
    return await viewer.picture(poured(content), digest(content))


async def test_a_file_that_eats_memory_ends_its_child_and_nothing_else(monkeypatch):
    with pytest.raises(viewer.Unviewable):
        await looked_at(monkeypatch, "held = []\nwhile True: held.append(bytearray(1 << 24))")
    content = a_picture()
    monkeypatch.undo()
    assert await viewer.picture(poured(content), digest(content))


async def test_a_file_that_takes_for_ever_ends_its_child(monkeypatch):
    monkeypatch.setattr(viewer, "SECONDS", 1)
    with pytest.raises(viewer.Unviewable):
        await looked_at(monkeypatch, "while True: pass")


async def test_the_processor_s_time_is_limited_too(monkeypatch):
    monkeypatch.setattr(viewer, "SECONDS", 120)
    with pytest.raises(viewer.Unviewable):
        await looked_at(monkeypatch, "while True: pass", "shutting.CPU_SECONDS = 1")


async def test_a_child_that_says_too_much_or_no_picture_is_not_believed(monkeypatch):
    for said in ("b'\\xff\\xd8\\xff' + b'0' * (3 << 20) + b'\\xff\\xd9'", "b'<html>'", "b''"):
        with pytest.raises(viewer.Unviewable):
            await looked_at(monkeypatch, f"return {said}")


async def test_a_child_that_reads_nothing_is_no_hindrance(monkeypatch):
    monkeypatch.setattr(viewer, "_BOOT", "import sys; sys.exit(0)")
    content = bytes(5 << 20)
    with pytest.raises(viewer.Unviewable):
        await viewer.picture(poured(content), digest(content))


async def test_the_child_s_environment_is_empty_and_so_are_its_words(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    said = "b'\\xff\\xd8\\xff' + repr(sorted(os.environ)).encode() + b'\\xff\\xd9'"
    told = await looked_at(monkeypatch, f"return {said}")
    assert b"DATABASE_URL" not in told


async def test_two_children_at_most_are_alive_at_once(monkeypatch):
    me, most = psutil.Process(), 0
    others = set(me.children())
    deed = "import time\nend = time.monotonic() + 0.3\nwhile time.monotonic() < end: pass"
    ours = asyncio.gather(
        *(looked_at(monkeypatch, deed) for _ in range(6)), return_exceptions=True
    )
    while not ours.done():
        alive = [
            one for one in set(me.children()) - others if one.status() != psutil.STATUS_ZOMBIE
        ]
        most = max(most, len(alive))
        await asyncio.sleep(0.02)
    assert {type(one) for one in await ours} == {viewer.Unviewable}
    assert 0 < most <= viewer.AT_ONCE


@pytest.mark.parametrize(
    "said",
    ["[[1, 2]]", "[[true, []]]", "[[1]]", "{}", "nonsense", "[" * 100_000, '[["1", []]]', "null"],
)
async def test_rows_that_are_none_are_not_believed(monkeypatch, said):
    boot = f"import os, sys; sys.stdin.buffer.read(); os.write(1, {said!r}.encode())"
    monkeypatch.setattr(viewer, "_BOOT", boot)
    with pytest.raises(viewer.Unviewable):
        await viewer.rows("csv", poured(b"x"), digest(b"x"))


async def test_rows_are_cut_to_what_a_page_can_hold(monkeypatch):
    boot = (
        "import json, os, sys; sys.stdin.buffer.read()\n"
        "os.write(1, json.dumps([[1, ['x' * 1000] * 99], [1, ['again']]]).encode())"
    )
    monkeypatch.setattr(viewer, "_BOOT", boot)
    found = await viewer.rows("csv", poured(b"x"), digest(b"x"))
    assert found == {1: ("x" * 120,) * 12}
