"""The indexes of the desk's queue and of its bell, in words of SQL: each view has one.

A predicate here is repeated word for word in the queries of cases.views and cases.ringing; only
then will the database use the index. No SQLAlchemy here: those who ask need not load it.
"""

from typing import Final

OPEN: Final = (
    "status IN ('received', 'screening', 'triaged', 'needs_info', 'referred', 'assigned',"
    " 'in_work', 'monitoring', 'reopened')"
)
UNTAKEN: Final = f"taken_by IS NULL AND {OPEN}"
URGENT: Final = f"level = 'critical' AND {OPEN}"
TAKEN: Final = f"taken_by IS NOT NULL AND {OPEN}"
WAITING: Final = "status = 'needs_info'"

UNRUNG: Final = (
    "rung_at IS NULL AND status = 'received' AND part_of IS NULL"
    " AND channel IN ('operator_phone', 'walk_in')"
)
"""Cases that no chat has sent and no bell was rung for."""

DEFINED: Final[tuple[tuple[str, tuple[str, ...], str | None], ...]] = (
    ("untaken", ("due_at", "id"), UNTAKEN),
    ("untaken_oblast", ("oblast", "due_at", "id"), UNTAKEN),
    ("urgent", ("due_at", "id"), URGENT),
    ("taken", ("taken_by", "due_at", "id"), TAKEN),
    ("waiting", ("due_at", "id"), WAITING),
    ("received", ("received_at", "id"), None),
    ("received_oblast", ("oblast", "received_at", "id"), None),
    ("received_status", ("status", "received_at", "id"), None),
    ("received_kind", ("kind", "received_at", "id"), None),
)
"""Name, columns, predicate."""

FILTERED: Final = ("oblast", "kind", "age_band", "status")
"""What travels along in each: filters and counts are answered without reading a row."""
