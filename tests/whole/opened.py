"""Reading what was sealed, with the key that only the prosecutors have."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from vault import keys, unseal
from vault.contents import Head


@dataclass
class Case:
    """One stored case, opened."""

    id: UUID
    code: str
    chat_ref: bytes
    report: Any

    def answers(self) -> dict[str, Any]:
        """{question: its answer as sealed}, of all sections and items."""
        found = {}
        for section in self.report["sections"]:
            rows = [
                *section["answers"],
                *(one for item in section["items"] for one in item["answers"]),
            ]
            found |= {row["address"].rpartition("/")[2]: row for row in rows}
        return found


async def cases(url: str, keyset: Any, kind: str = "report") -> list[Case]:
    """What was sealed under `kind`, with its case, opened with the triage key. Without the cases
    made of a group's list."""
    triage = keys.load_identity(keyset.triage, "triage")
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT c.id, c.code, c.chat_ref, k.sealed AS key,
                   o.id AS object, o.sequence, o.kind, o.schema, o.sealed
              FROM cases c JOIN case_key k ON k.case_id = c.id
              JOIN sealed_object o ON o.case_id = c.id AND o.kind = $1
             WHERE c.part_of IS NULL
             ORDER BY c.received_at, c.id, o.sequence
            """,
            kind,
        )
    finally:
        await connection.close()
    found = []
    for row in rows:
        key = unseal.open_case_key(triage, row["key"], row["id"])
        head = Head(row["id"], row["object"], row["sequence"], row["kind"], row["schema"])
        report = unseal.open_object(key, row["sealed"], head)
        found.append(Case(row["id"], row["code"], row["chat_ref"], report))
    return found


def said(case: Case) -> dict[str, Any]:
    """The answers in the form `scripts.expected` has them."""
    rows = case.answers()
    told: dict[str, Any] = {}
    for key, row in rows.items():
        value = row["value"]
        if key == "name":
            told[key] = row["verbatim"]
        elif key == "born":
            told[key] = value["edtf"]
        elif key == "last_place":
            told[key] = value["text"]
        else:
            told[key] = value
    return told
