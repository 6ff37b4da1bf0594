"""What one run has seen, as JSON: what the tables and the curves are made of.

{"when", "commit", "quick", "machine": {…}, "parts": {name: {…}}, "took": {name: seconds}}, each
part as its dataclass says; "failed": {name: why}.
"""

import json
import subprocess
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.accounting import Machine
from benchmarks.rig import ROOT


@dataclass
class Results:
    """`parts`: by name, what was seen, as plain values; `failed`: why there is nothing.

    `file`: where it is kept, if anywhere.
    """

    machine: dict[str, Any]
    quick: bool
    when: str = ""
    commit: str = ""
    parts: dict[str, Any] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    file: Path | None = None

    def add(self, part: str, seen: Any, seconds: float) -> None:
        """Kept at once: a run of an hour may be interrupted."""
        self.parts[part] = _plain(seen)
        self.took[part] = seconds
        self._keep()

    def fail(self, part: str, why: str) -> None:
        self.failed[part] = why
        self._keep()

    def _keep(self) -> None:
        if self.file is not None:
            kept = {key: value for key, value in vars(self).items() if key != "file"}
            self.file.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


def begin(machine: Machine, *, quick: bool, file: Path | None) -> Results:
    """Of a run that begins now, on what is checked out here."""
    when = datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC")
    return Results(asdict(machine), quick, when.lstrip("0"), _commit(), file=file)


def go_on(machine: Machine, file: Path) -> Results:
    """Of a run that broke off, in the same file. Raises ValueError where it ran elsewhere."""
    kept = load(file)
    here = {name: value for name, value in asdict(machine).items() if name != "load"}
    if {name: kept.machine.get(name) for name in here} != here:
        raise ValueError(f"{file} is of another machine")
    kept.failed.clear()
    return kept


def load(file: Path) -> Results:
    """What an earlier run kept. Raises OSError, and ValueError for what no run has written."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return Results(**told, file=file)


def _plain(seen: Any) -> Any:
    """As JSON gives it back, so that a run and its file read alike."""
    if is_dataclass(seen) and not isinstance(seen, type):
        seen = asdict(seen)
    elif isinstance(seen, dict):
        seen = {key: _plain(value) for key, value in seen.items()}
    elif isinstance(seen, list):
        seen = [_plain(value) for value in seen]
    return json.loads(json.dumps(seen))


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
