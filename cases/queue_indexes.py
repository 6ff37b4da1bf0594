"""The indexes of the desk's queue and of its bell, for cases.tables: each view has one.

A predicate here is repeated word for word in the queries of cases.views and cases.ringing; only
then will the database use the index.
"""

from typing import Final

from sqlalchemy import Index, literal_column, text

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


def made() -> list[Index]:
    """The indexes as the table of cases takes them."""
    return [
        Index("ix_cases_unrung", "received_at", postgresql_where=text(UNRUNG)),
        # A search by part of a code: how it begins, how its second half does.
        Index("ix_cases_code_begins", "code", postgresql_ops={"code": "text_pattern_ops"}),
        Index(
            "ix_cases_code_half",
            literal_column("substr(code, 6)").label("half"),
            postgresql_ops={"half": "text_pattern_ops"},
        ),
        *_views(),
    ]


def _views() -> list[Index]:
    return [
        Index(
            f"ix_cases_{name}",
            *columns,
            postgresql_where=None if predicate is None else text(predicate),
            postgresql_include=[one for one in FILTERED if one not in columns],
        )
        for name, columns, predicate in DEFINED
    ]
