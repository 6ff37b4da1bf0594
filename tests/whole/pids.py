"""Whether a process that another one started is still there."""

import asyncio
import os
import time


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
