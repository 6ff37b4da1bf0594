"""A case as JSON: everything that was opened, to the letter. The schema is in docs/exports.md."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from cases.readiness import readiness
from desk.export.opened import Attached, Made, Opened

SCHEMA: Final = 1


def document(opened: Opened, made: Made) -> bytes:
    """UTF-8, sorted keys, two spaces, a line feed at the end. Times are ISO 8601 in UTC."""
    whole = {
        "schema": SCHEMA,
        "case": str(opened.id),
        "made": {"at": _utc(made.at), "by": made.by, "to": made.to},
        "facts": _plain(asdict(opened.facts)),
        "report": opened.report,
        "cards": list(opened.cards),
        "updates": [
            {
                "sequence": one.sequence,
                "kind": one.kind,
                "at": _utc(one.at),
                "payload": one.payload,
            }
            for one in opened.updates
        ],
        "confirmed": [_plain(asdict(one)) for one in opened.confirmed],
        "files": [{"sequence": one.sequence, "manifest": one.manifest} for one in opened.files],
        "readiness": [
            {
                "body": one.body,
                "child": one.child,
                "ready": one.ready,
                "missing": list(one.missing),
                "better": list(one.better),
            }
            for one in readiness(opened.report, photographs(opened.files))
        ],
        "custody": {
            "objects": [
                {
                    "sequence": one.sequence,
                    "kind": one.kind,
                    "object": str(one.object),
                    "sha256": one.sha256,
                }
                for one in opened.objects
            ],
            "chain": [_plain(asdict(one)) for one in opened.chain],
        },
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(whole, option=options)


def photographs(files: tuple[Attached, ...]) -> int:
    """How many of the files are images that are held."""
    return sum(
        1
        for one in files
        if one.manifest.get("state") == "held"
        and str(one.manifest.get("sniffed") or "").startswith("image/")
    )


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _utc(value) if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()
