"""The indexes of the desk's queue and of its bell, for cases.tables to add to its own."""

from sqlalchemy import Index, text

from cases.queue_indexes import DEFINED, FILTERED, UNRUNG


def indexes() -> list[Index]:
    """As the table of cases takes them."""
    return [
        Index("ix_cases_unrung", "received_at", postgresql_where=text(UNRUNG)),
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
