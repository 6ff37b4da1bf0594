"""What is in it: a bill of materials (CycloneDX), the licences, and what only development needs.

    python -m deploy.inventory sbom > sbom.cdx.json
    python -m deploy.inventory licences > docs/licences.md
    python -m deploy.inventory unneeded         # names that a running program can do without

All of it is read off requirements.lock and the packages installed here; no index is asked.
"""

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

_ROOT: Final = Path(__file__).parent.parent
_LOCKED: Final = re.compile(
    r"^([\w.-]+)==([^\s\\;]+)(?: ; ([^\\\n]+))?((?: \\\n    --hash=\S+)+)", re.MULTILINE
)
_OURS: Final = "dodomu"
_TOOLS: Final = frozenset({"pip", "setuptools", "wheel"})
_LONG: Final = 60
"""A licence's name is no longer; some packages put the whole text into that field."""


@dataclass(frozen=True)
class Locked:
    """A line of the lock. `when`: for which machines, "" for all."""

    name: str
    version: str
    when: str
    hashes: tuple[str, ...]


def plain(name: str) -> str:
    """A package's name as every index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> list[Locked]:
    """All packages of requirements.lock, by name."""
    text = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = [
        Locked(
            plain(name), number, when.strip(), tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes))
        )
        for name, number, when, hashes in _LOCKED.findall(text)
    ]
    return sorted(found, key=lambda one: one.name)


@cache
def installed() -> Mapping[str, Distribution]:
    """By name."""
    return {plain(one.metadata["Name"]): one for one in distributions()}


def needed() -> set[str]:
    """What a running program needs, as far as it is installed: ours, theirs, and so on."""
    seen: set[str] = set()
    waiting = [(name, extra) for name, extra in _asked()]
    while waiting:
        name, extras = waiting.pop()
        there = installed().get(name)
        if there is None or (name in seen and not extras):
            continue
        seen.add(name)
        waiting += [(other, more) for other, more in _required(there, extras) if other not in seen]
    return seen


def _asked() -> Iterator[tuple[str, tuple[str, ...]]]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield from map(_split, project["dependencies"])


def _split(requirement: str) -> tuple[str, tuple[str, ...]]:
    found = re.match(r"([\w.-]+)\s*(?:\[([^\]]*)\])?", requirement)
    assert found, "a requirement begins with a name"
    extras = tuple(one.strip() for one in (found[2] or "").split(",") if one.strip())
    return plain(found[1]), extras


def _required(
    there: Distribution, extras: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Whether a marker fits this machine is not asked: what does not is not installed."""
    for requirement in there.requires or ():
        wanted = re.findall(r"extra\s*==\s*[\"']([\w.-]+)[\"']", requirement)
        if not wanted or set(wanted) & set(extras):
            yield _split(requirement)


def licence(there: Distribution) -> str:
    """As short as the package says it."""
    told = there.metadata
    for field in ("License-Expression", "License"):
        said = (told[field] or "").strip().partition("\n")[0].strip()
        if said and len(said) <= _LONG and said != "UNKNOWN":
            return said
    kinds = told.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in kinds if one.startswith("License :: ")]
    return ", ".join(sorted(set(named) - {"OSI Approved"})) or "see its own files"


def sbom() -> dict[str, Any]:
    """CycloneDX 1.6. The same lock gives the same bytes: no time, and a serial made from it."""
    runs, lines = needed(), locked()
    digest = hashlib.sha256((_ROOT / "requirements.lock").read_bytes()).digest()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{UUID(bytes=digest[:16], version=4)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": _OURS,
                "name": _OURS,
                "version": version(_OURS),
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [_component(one, runs=one.name in runs) for one in lines],
        "dependencies": [
            {"ref": _OURS, "dependsOn": sorted(_purl(one) for one in lines if one.name in runs)}
        ],
    }


def _component(one: Locked, *, runs: bool) -> dict[str, Any]:
    there = installed().get(one.name)
    shown: dict[str, Any] = {
        "type": "library",
        "bom-ref": _purl(one),
        "name": one.name,
        "version": one.version,
        "scope": "required" if runs else "excluded",
        "purl": _purl(one),
    }
    # A package has a file for each kind of machine; CycloneDX's own field is for one file.
    shown["properties"] = [{"name": "dodomu:sha256", "value": each} for each in one.hashes]
    if one.when:
        shown["properties"].append({"name": "dodomu:when", "value": one.when})
    if there is not None:
        shown["licenses"] = [{"license": {"name": licence(there)}}]
    return shown


def _purl(one: Locked) -> str:
    return f"pkg:pypi/{one.name}@{quote(one.version)}"


def rows() -> list[str]:
    """One line of the table of licences for each package of the lock."""
    runs = needed()
    told = [(one, "runs" if one.name in runs else "development") for one in locked()]
    return [f"| `{one.name}` | {one.version} | {_licence_of(one)} | {use} |" for one, use in told]


def _licence_of(one: Locked) -> str:
    there = installed().get(one.name)
    return licence(there).replace("|", "/") if there is not None else f"only where {one.when}"


_HEAD: Final = (
    "# Licences of what is inside\n\n"
    "Dodomu itself is under the [Apache License 2.0](../LICENSE). Each package of"
    " `requirements.lock`, with the licence it declares; *runs* is part of a running program,"
    " *development* is not, and is not in the image. Made by `make licences`; a test finds out"
    " when it is old. `make sbom` writes the same as CycloneDX, with hashes.\n\n"
    "| package | version | licence | |\n|---|---|---|---|\n"
)


def main(what: str) -> None:
    match what:
        case "sbom":
            print(json.dumps(sbom(), indent=2, ensure_ascii=False))
        case "licences":
            print(_HEAD + "\n".join(rows()))
        case "unneeded":
            print("\n".join(sorted(installed().keys() - needed() - _TOOLS - {_OURS})))
        case _:
            sys.exit("say sbom, licences or unneeded")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
