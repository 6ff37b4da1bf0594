"""What the other bots need and this one does not, in the git-ignored var/peers; pinned.

Nothing of it is needed to measure: a bot whose parts cannot be had is left out, and said so.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from benchmarks.rig import ROOT

HERE: Final = Path(__file__).parent
FOLDER: Final = ROOT / "var" / "peers"
PYTHON: Final = FOLDER / "python"
NODE: Final = FOLDER / "node"
_PATIENCE: Final = 300


class Missing(Exception):
    """A part of another bot cannot be had here. The message says which, and what would help."""


def redis_client() -> Path:
    """The folder with Redis' client for Python, for PYTHONPATH. Raises Missing."""
    if not (PYTHON / "redis").is_dir():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps")
        _run(
            (*pip, "--target", str(PYTHON), "-r", "requirements.txt"),
            HERE,
            "Redis' client for Python",
        )
    return PYTHON


def redis_server() -> str:
    """The server's program. Raises Missing."""
    found = shutil.which("redis-server")
    if found is None:
        raise Missing("no redis-server here; as root: apt-get install redis-server")
    return found


def grammy() -> Path:
    """The folder from which Node finds grammY and the bot. Raises Missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("no Node.js with npm here")
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "sessions.mjs"):
        shutil.copyfile(HERE / name, NODE / name)
    if not (NODE / "node_modules" / "grammy").is_dir():
        _run((npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"), NODE, "grammY")
    return NODE


def prepare() -> Iterator[str]:
    """Get all of it, as root Debian's Redis too; a sentence for each part."""
    apt = shutil.which("apt-get")
    if shutil.which("redis-server") is None and apt is not None and os.geteuid() == 0:
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        command = (apt, "install", "-y", "--no-install-recommends", "redis-server")
        with suppress(Missing):
            _run(command, HERE, "redis-server", quietly)
    for part in (redis_server, redis_client, grammy):
        try:
            yield f"there: {part()}"
        except Missing as missing:
            yield f"left out: {missing}"


def _run(
    command: tuple[str, ...], folder: Path, what: str, env: dict[str, str] | None = None
) -> None:
    try:
        subprocess.run(  # noqa: S603 - ours
            command, cwd=folder, env=env, check=True, capture_output=True, timeout=_PATIENCE
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise Missing(f"{what} could not be installed: {type(error).__name__}") from error
