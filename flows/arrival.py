"""The first minute with the bot: language, safety, where the person is, who will read this.

Nothing here is about a child. The answers decide how carefully the bot behaves.
"""

from flows.kinds.choice import Choice
from flows.model import Flow, Section, Step

CONSENT_VERSION = 1
"""Raised whenever "who reads this" is worded anew, so that each "I agree" names its text."""

ARRIVAL = Flow(
    "arrival",
    sections=(
        Section(
            "arrival",
            (
                Step(
                    "locale",
                    Choice("uk", "ru", "en", "pl", "de", "other"),
                    required=True,
                    unknown=False,
                ),
                Step("safe", Choice("yes", "not_sure", "no"), required=True, unknown=False),
                Step(
                    "area",
                    Choice("controlled", "abroad", "occupied", "declined"),
                    required=True,
                    unknown=False,
                ),
                Step("consent", Choice("agree", "more", "refuse"), required=True, unknown=False),
            ),
        ),
    ),
)
