"""The indexes of the desk's queue, for cases.tables: each view has one in its own order.

A predicate here is repeated word for word in the queries of cases.views; only then will the
database use the index.
"""

from typing import Final

from sqlalchemy import Index, text

OPEN: Final = (
    "status IN ('received', 'screening', 'triaged', 'needs_info', 'referred', 'assigned',"
    " 'in_work', 'monitoring', 'reopened')"
)
UNTAKEN: Final = f"taken_by IS NULL AND {OPEN}"
URGENT: Final = f"level = 'critical' AND {OPEN}"
TAKEN: Final = f"taken_by IS NOT NULL AND {OPEN}"
WAITING: Final = "status = 'needs_info'"

DEFINED: Final[tuple[tuple[str, tuple[str, ...], str | None, bool], ...]] = (
    ("untaken", ("due_at", "id"), UNTAKEN, True),
    ("untaken_oblast", ("oblast", "due_at", "id"), UNTAKEN, False),
    ("urgent", ("due_at", "id"), URGENT, True),
    ("taken", ("taken_by", "due_at", "id"), TAKEN, True),
    ("waiting", ("due_at", "id"), WAITING, True),
    ("received", ("received_at", "id"), None, True),
    ("received_oblast", ("oblast", "received_at", "id"), None, False),
    ("received_status", ("status", "received_at", "id"), None, True),
    ("received_kind", ("kind", "received_at", "id"), None, True),
)
"""Name, columns, predicate, and whether the oblast travels along: counts then never read a row."""


def made() -> list[Index]:
    """The indexes of DEFINED, as the table of cases takes them."""
    return [
        Index(
            f"ix_cases_{name}",
            *columns,
            postgresql_where=None if predicate is None else text(predicate),
            postgresql_include=["oblast"] if carries else [],
        )
        for name, columns, predicate, carries in DEFINED
    ]
