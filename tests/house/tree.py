"""The project as its files: what is ours, and copies of it to spoil."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "bot",
    "cases",
    "delivery",
    "desk",
    "flows",
    "handlers",
    "locales",
    "migrations",
    "sandbox",
    "vault",
)
GENERATED = (
    ".git", ".venv", "var", "build", "dist", "node_modules", "__pycache__", ".hypothesis",
    ".import_linter_cache", ".mypy_cache", ".pytest_cache", ".ruff_cache", "*.egg-info",
)  # fmt: skip
TEXT = {".py", ".md", ".toml", ".lock", ".po", ".txt", ".jsonl", ".json", ".tsv", ".mako", ".css",
        ".js", ".html", ".yaml", ".yml", ".service", ".target", ".conf", ".env", ""}  # fmt: skip


def files(root: Path = ROOT) -> Iterator[Path]:
    """Every file of the project, none that a tool has made; works without git."""
    ignored = shutil.ignore_patterns(*GENERATED)
    for folder, folders, names in os.walk(root):
        gone = ignored(folder, folders)
        folders[:] = sorted(name for name in folders if name not in gone)
        yield from (Path(folder, name) for name in sorted(names))


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every text file of the project."""
    for path in files():
        if path.suffix in TEXT and path.name != ".git":
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def modules() -> Iterator[tuple[str, str]]:
    """Name and source of every Python module, tests included."""
    yield from ((name, text) for name, text in texts() if name.endswith(".py"))


def copy(to: Path) -> Path:
    """The whole project in another folder, as it is now."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*GENERATED))
    return to


def run(tree: Path, *command: str) -> tuple[int, str]:
    """The exit code and all that was said by a tool of this environment, run in that tree."""
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [str(tool), *command[1:]],
        cwd=tree,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
