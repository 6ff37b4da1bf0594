"""Opens exported cases without network or database: `python -m vault.open --identity KEY FOLDER…`.

Needs this package and pyrage, nothing else. A folder holds `case.key.age` and the case's objects
as `0001-report.age` and so on, or folders of that kind.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from pyrage.x25519 import Identity

from vault import identity
from vault.contents import Json
from vault.unseal import Damaged, Moved, open_any, open_any_case_key

CASE_KEY: Final = "case.key.age"
"""What the sealed case key is called in an export folder."""

_OPENED: Final = "opened"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was opened; 1 when something was refused, which is named."""
    options = _options(arguments)
    try:
        holder = identity.read(options.identity.read_text()).identity
    except (OSError, ValueError):
        return _say(f"{options.identity}: not an age key file that can be read here", 1)
    cases = [case for folder in options.folder for case in _cases(folder)]
    if not cases:
        return _say(f"no {CASE_KEY} in the folders given", 1)
    refused = 0
    for folder in cases:
        to = options.to / folder.resolve().name if options.to else folder / _OPENED
        refused += _case(holder, folder, to)
    return _say(f"{len(cases)} case(s), {refused} file(s) refused", 1 if refused else 0)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vault.open", description=__doc__)
    parser.add_argument("--identity", type=Path, required=True, help="triage.key or escrow.key")
    parser.add_argument(
        "--to", type=Path, help="where to write (default: 'opened' in each folder)"
    )
    parser.add_argument("folder", type=Path, nargs="+")
    return parser.parse_args(arguments)


def _cases(folder: Path) -> Iterator[Path]:
    if (folder / CASE_KEY).is_file():
        yield folder
    else:
        yield from (found.parent for found in sorted(folder.glob(f"*/{CASE_KEY}")))


def _case(holder: Identity, folder: Path, to: Path) -> int:
    """Open one case's folder into `to`; how many files were refused."""
    sealed_key = folder / CASE_KEY
    try:
        case, case_identity = open_any_case_key(holder, sealed_key.read_bytes())
    except Damaged:
        _say(f"{sealed_key}: does not open with this key")
        return 1
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    refused = 0
    for path in sorted(folder.glob("*.age")):
        if path == sealed_key:
            continue
        try:
            payload = _object(case, case_identity, path)
        except Damaged:
            _say(f"{path}: does not open: changed, cut, or of another case")
            refused += 1
        except Moved as moved:
            _say(f"{path}: belongs elsewhere ({moved})")
            refused += 1
        else:
            _write(to / f"{path.stem}.json", payload)
            _say(f"{path}: opened")
    return refused


def _object(case: UUID, case_identity: Identity, path: Path) -> Json:
    head, payload = open_any(case_identity, path.read_bytes())
    if head.case != case:
        raise Moved(("case",))
    if head.file_name() != path.name:
        raise Moved(("sequence", "kind"))
    return payload


def _write(path: Path, payload: Json) -> None:
    """For the eyes of this user alone."""
    file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        json.dump(payload, opened, ensure_ascii=False, indent=2)
        opened.write("\n")


def _say(line: str, code: int = 0) -> int:
    sys.stdout.write(line + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
