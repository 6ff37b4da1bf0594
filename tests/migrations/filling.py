"""Rows for every table of a schema, whatever revision it is at: found out from the schema itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
#: the history of the schema, and the one row that is there from the beginning
LEFT_ALONE = ("alembic_version", "audit_head")

#: what a rule of the table wants, and no type tells; "own" is the row's own id
RULES: dict[tuple[str, str], Any] = {
    ("group_key_wrap", "revoked_at"): None,
    ("group_key_wrap", "revoked_by"): None,
    ("referral", "first"): "own",
    ("referral", "number"): 0,
    ("referral", "state"): "referred",
    ("intake_box", "one"): True,
    ("pair_decision", "case_a"): UUID(int=1),
    ("pair_decision", "case_b"): UUID(int=2),
    ("pair_decision", "leads"): None,
    ("pair_decision", "undone_at"): None,
    ("pair_decision", "undone_by"): None,
}

_COLUMNS = """
SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type,
       c.is_identity = 'YES' AS identity, c.is_nullable = 'YES' AS nullable
  FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
 WHERE c.table_schema = 'public' AND t.table_schema = 'public' AND t.table_type = 'BASE TABLE'
 ORDER BY c.table_name, c.ordinal_position
"""
_LINKS = """
SELECT conrelid::regclass::text AS table, a.attname AS column, confrelid::regclass::text AS to
  FROM pg_constraint, pg_attribute a
 WHERE contype = 'f' AND a.attrelid = conrelid AND a.attnum = conkey[1]
"""
_CHECKS = """
SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS said FROM pg_constraint
 WHERE contype = 'c' AND connamespace = 'public'::regnamespace
"""
_ONE_OF = re.compile(r"\(\(?(\w+) = ANY \(ARRAY\['([^']*)'::text")


@dataclass(frozen=True)
class Insert:
    """A statement as one version of the program would write it: with the columns it knew."""

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    links: dict[str, str]
    choices: dict[str, str]

    async def run(self, connection: asyncpg.Connection, number: int) -> None:
        places = ", ".join(f"${place}" for place, _ in enumerate(self.columns, 1))
        names = ", ".join(f'"{name}"' for name in self.columns)
        await connection.execute(
            f'INSERT INTO "{self.table}" ({names}) VALUES ({places}) ON CONFLICT DO NOTHING',
            *(
                self._value(name, type_, number)
                for name, type_ in zip(self.columns, self.types, strict=True)
            ),
        )

    def _value(self, column: str, type_: str, number: int) -> Any:
        own = UUID(int=number)
        if (self.table, column) in RULES:
            wanted = RULES[self.table, column]
            return own if wanted == "own" else wanted
        if column in self.choices:
            return self.choices[column]
        if self.links.get(column) == self.table:
            return None
        if column == "substitute_id":
            return UUID(int=1 + number % 3)  # another one of three
        return _plain(type_, column, number, self.columns.index(column))


def _plain(type_: str, column: str, number: int, place: int) -> Any:
    moment = BEGAN + timedelta(days=number, minutes=place)
    return {
        "uuid": UUID(int=number),
        "text": f"{column}-{number}",
        "bytea": f"{column}-{number}".encode(),
        "timestamp with time zone": moment,
        "date": date(2026, 11, 1) + timedelta(days=number),
        "boolean": False,
        "ARRAY": [],
        "jsonb": f'{{"count": {number}}}',
    }.get(type_, number)


async def inserts(connection: asyncpg.Connection) -> list[Insert]:
    """One for each table, those that others point at first."""
    links: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(_LINKS):
        links.setdefault(row["table"], {})[row["column"]] = row["to"]
    choices: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(_CHECKS):
        for column, first in _ONE_OF.findall(row["said"]):
            choices.setdefault(row["table"], {})[column] = first
    columns: dict[str, list[tuple[str, str]]] = {}
    for row in await connection.fetch(_COLUMNS):
        if row["table"] not in LEFT_ALONE and not row["identity"]:
            columns.setdefault(row["table"], []).append((row["column"], row["type"]))
    made = [
        Insert(
            table,
            tuple(name for name, _ in found),
            tuple(type_ for _, type_ in found),
            links.get(table, {}),
            choices.get(table, {}),
        )
        for table, found in columns.items()
    ]
    return _ordered(made)


def _ordered(made: Iterable[Insert]) -> list[Insert]:
    left, done = list(made), list[Insert]()
    while left:
        there = {one.table for one in done}
        ready = [one for one in left if set(one.links.values()) - {one.table} <= there]
        assert ready, "tables point at one another in a circle"
        done += ready
        left = [one for one in left if one not in ready]
    return done


async def contents(connection: asyncpg.Connection, made: Iterable[Insert]) -> dict[str, list[str]]:
    """Every row, by table, as far as the version that made these statements knew its columns."""
    found = {}
    for one in made:
        names = ", ".join(f'"{name}"' for name in one.columns)
        rows = await connection.fetch(
            f'SELECT to_jsonb(t)::text AS row FROM (SELECT {names} FROM "{one.table}") t ORDER BY 1'
        )
        found[one.table] = [row["row"] for row in rows]
    return found
