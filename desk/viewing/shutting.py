"""Shuts a process in before it reads a stranger's file: no network, no files, little memory.

What the kernel offers is used, and what it does not is left out: limits everywhere on Unix, on
Linux no new privileges and a list of the few calls that may still be made. After this nothing can
be imported any more.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space, the interpreter's own among them."""
CPU_SECONDS: Final = 10

_NOBODY: Final = 65_534
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_FILTER: Final = 2

#: number of the machine, and of the calls read, write, close, fstat, lseek, mmap, mprotect,
#: munmap, brk, mremap, madvise, rt_sigaction, rt_sigprocmask, rt_sigreturn, sched_yield, getpid,
#: gettid, futex, clock_gettime, getrandom, exit, exit_group
_MACHINES: Final = {
    "x86_64": (0xC000003E, (0, 1, 3, 5, 8, 9, 10, 11, 12, 25, 28, 13, 14, 15, 24, 39,
                            186, 202, 228, 318, 60, 231)),
    "aarch64": (0xC00000B7, (63, 64, 57, 80, 62, 222, 226, 215, 214, 216, 233, 134, 135, 139, 124,
                             172, 178, 98, 113, 278, 93, 94)),
}  # fmt: skip

#: of a filter's program: load a word, jump if equal, give the verdict
_LOAD, _EQUAL, _GIVE = 0x20, 0x15, 0x06
_NUMBER, _ARCHITECTURE = 0, 4
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050001, 0x80000000  # refused: "not permitted"


def shut_in() -> None:
    """For good. Raises OSError or ValueError where a limit cannot be set: then read nothing."""
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CPU, CPU_SECONDS)
    if sys.platform != "darwin":  # it takes no such limit
        limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_NOFILE, 0)  # what is open stays open; nothing more is, nor any socket
    if os.geteuid() == 0:  # limits mean little to root
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    limit(resource.RLIMIT_NPROC, 0)
    if sys.platform == "linux":
        _by_the_kernel()


def limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))


def _by_the_kernel() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)

    def ask(what: int, first: int, second: object = zero) -> bool:
        done: int = libc.prctl(what, ctypes.c_ulong(first), second, zero, zero)
        return done == 0

    ask(_PR_SET_DUMPABLE, 0)
    known = _MACHINES.get(platform.machine())
    if ask(_PR_SET_NO_NEW_PRIVS, 1) and known is not None and sys.maxsize > 1 << 32:
        program = _program(*known)
        held = ctypes.create_string_buffer(program, len(program))
        count = len(program) // struct.calcsize(_STEP)
        pointed = struct.pack("HxxxxxxQ", count, ctypes.addressof(held))
        ask(_PR_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(pointed, len(pointed)))


_STEP: Final = "HBBI"


def _program(machine: int, calls: tuple[int, ...]) -> bytes:
    """In the kernel's little language: another machine's calls end the process, those on the list
    are let through, the rest are told that they may not."""
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, machine), (_GIVE, 0, 0, _KILL)]
    steps.append((_LOAD, 0, 0, _NUMBER))
    for left, call in zip(range(len(calls), 0, -1), calls, strict=True):
        steps.append((_EQUAL, left, 0, call))
    steps += [(_GIVE, 0, 0, _REFUSE), (_GIVE, 0, 0, _ALLOW)]
    return b"".join(struct.pack(_STEP, *step) for step in steps)
