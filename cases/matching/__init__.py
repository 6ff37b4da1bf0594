"""Duplicates: which cards may be of one child. Suggestions, with reasons; people decide.

Pure: no SQL, no clock. Works on cards in memory, at the desk, where they may be opened. Leave out
the cards of families who did not agree to be compared ("match" among what they share).
"""

from cases.matching import likeness, names, spelling
from cases.matching.card import Card, read
from cases.matching.find import Index, Suggestion, find, find_for
from cases.matching.search import Spelled, Wanted, spelled
from cases.matching.weigh import WEIGHTS_VERSION, Comparison, FieldResult, compare

__all__ = [
    "WEIGHTS_VERSION",
    "Card",
    "Comparison",
    "FieldResult",
    "Index",
    "Spelled",
    "Suggestion",
    "Wanted",
    "compare",
    "find",
    "find_for",
    "forget",
    "read",
    "spelled",
]


def forget() -> None:
    """Drop every name that is remembered to save time. Call it when the desk locks."""
    for module in (likeness, names, spelling):
        module.forget()
