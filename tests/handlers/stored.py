"""What was stored, read with the key that only prosecutors have."""

from typing import Any

from handlers.door import Door
from vault import keys, unseal
from vault.contents import Head


async def open_cases(door: Door, keyset: Any) -> list[Any]:
    """The report of every stored case, the oldest first."""
    identity = keys.load_identity(keyset.triage, "triage")
    rows = await door.database.fetch(
        """
        SELECT c.id, k.sealed AS key, o.id AS object, o.sequence, o.kind, o.schema, o.sealed
          FROM cases c
          JOIN case_key k ON k.case_id = c.id
          JOIN sealed_object o ON o.case_id = c.id AND o.kind = 'report'
         ORDER BY c.received_at, c.id
        """
    )
    found = []
    for row in rows:
        key = unseal.open_case_key(identity, row["key"], row["id"])
        head = Head(row["id"], row["object"], row["sequence"], row["kind"], row["schema"])
        found.append(unseal.open_object(key, row["sealed"], head))
    return found


async def open_objects(door: Door, keyset: Any, kind: str) -> list[Any]:
    """What was sealed under this kind, in all cases, in order."""
    identity = keys.load_identity(keyset.triage, "triage")
    rows = await door.database.fetch(
        "SELECT o.*, k.sealed AS key FROM sealed_object o JOIN case_key k USING (case_id)"
        " WHERE o.kind = $1 ORDER BY o.case_id, o.sequence",
        kind,
    )
    found = []
    for row in rows:
        key = unseal.open_case_key(identity, row["key"], row["case_id"])
        head = Head(row["case_id"], row["id"], row["sequence"], row["kind"], row["schema"])
        found.append(unseal.open_object(key, row["sealed"], head))
    return found


def answers_of(report: Any) -> list[Any]:
    """All its answers, section by section."""
    return [
        answer
        for section in report["sections"]
        for part in (section, *section["items"])
        for answer in part["answers"]
    ]
