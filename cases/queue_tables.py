"""The indexes of the desk's queue and of its bell, for cases.tables to add to its own."""

from sqlalchemy import Index, literal_column, text

from cases.queue_indexes import DEFINED, FILTERED, UNRUNG


def indexes() -> list[Index]:
    """As the table of cases takes them."""
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
