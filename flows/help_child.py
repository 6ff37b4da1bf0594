"""A child asks for help itself: at most five taps, nothing to fill in, nothing to tell.

Never a photo, a story, a document, or who looks after the child. What goes beyond the five taps
is asked only of a child who says it wants to say more.
"""

from flows.kinds.choice import Choice
from flows.kinds.text import Text
from flows.model import Flow, Is, Section, Step
from flows.report import LINE

CHILD = Flow(
    "child",
    sections=(
        Section(
            "help",
            (
                Step("seen_by_others", Choice("no", "yes", "not_sure"), required=True,
                     unknown=False),
                Step("safe", Choice("yes", "no", "not_sure"), required=True, unknown=False),
                Step(
                    "wants",
                    Choice("danger_now", "home", "family_to_know", "talk", "other"),
                    required=True, unknown=False,
                ),
                Step("reach", Choice("here_quietly", "trusted_adult", "do_not_write_first")),
                Step("adult", Text(at_most=LINE), when=Is("reach", "trusted_adult"),
                     sensitive=True, unknown=False),
                Step("more", Choice("enough", "yes"), unknown=False,
                     when=Is("reach", "here_quietly", "do_not_write_first")),
                Step("nickname", Text(at_most=80), when=Is("more", "yes"), unknown=False),
                # The bands by which urgency is judged.
                Step("age", Choice("6-11", "12-15", "16-17", "18+"), when=Is("more", "yes"),
                     sensitive=True),
                Step(
                    "where",
                    Choice("ukraine_occupied", "russia", "belarus", "other", "not_say"),
                    when=Is("more", "yes"),
                ),
            ),
        ),
    ),
    essentials=("seen_by_others", "safe", "wants"),
    brief=True,
)  # fmt: skip
