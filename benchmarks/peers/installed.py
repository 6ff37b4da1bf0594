"""What the other bots need and this one does not, in the git-ignored var/peers; pinned.

Nothing of it is needed to measure: a bot whose parts cannot be had is left out, and said so.
"""

import shutil
import subprocess
import sys
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
        raise Missing("no redis-server here; Debian's package redis-server brings one")
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


def _run(command: tuple[str, ...], folder: Path, what: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_PATIENCE)  # noqa: S603 - ours
    except (subprocess.SubprocessError, OSError) as error:
        raise Missing(f"{what} could not be installed: {type(error).__name__}") from error
