"""`python -m sandbox`: the sandbox as a process of its own, with its fixed tokens."""

import argparse
import asyncio
import signal
from pathlib import Path

from sandbox.server import start


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--state", type=Path, help="keep everything in this file")
    given = parser.parse_args()
    asyncio.run(_serve(given.host, given.port, given.state))


async def _serve(host: str, port: int, state_file: Path | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    running = await start(host, port, state_file=state_file)
    print(f"sandbox ready {running.url}", flush=True)
    await stop.wait()
    await running.stop()


if __name__ == "__main__":
    main()
