"""News of a child whose case exists: what the family says has changed, claimed and not confirmed.

While a return is prepared or under way nothing beyond that is asked: no date, place or name that
could harm it if this chat were read. No question is for the child. There is no button for death.
"""

from dataclasses import replace
from typing import Final

from flows.answers import Answer, State
from flows.draft import Draft
from flows.engine import LEFT, World, to_essential
from flows.kinds.choice import Choice, Many
from flows.kinds.dates import PartialDate
from flows.kinds.names import PersonName
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.model import Flow, Group, Is, Section, Step
from flows.report import LINE, STORY

SECRET: Final = ("return_in_preparation", "in_transit")
"""Statuses after which nothing more is asked or taken."""
HOME: Final = ("returned", "reunited")
THERE: Final = ("located", "contact", "obstructed", "removed_again")
"""The child is still where it was taken to."""
OPEN: Final = (*THERE, *HOME)

CHILDREN = Group(
    "children",
    (
        Step("name", PersonName(), required=True),
        Step("born", PartialDate(birth=True)),
    ),
    at_least=1,
    when=Is("code", "no"),
)
"""Only when nobody has the code: by these an operator finds the case."""

STEPS = (
    Step("code", Choice("yes", "no"), required=True, unknown=False),
    CHILDREN,
    Step(
        "status",
        Choice(
            "located", "contact", "return_in_preparation", "obstructed", "in_transit", "returned",
            "reunited", "removed_again", first=8,
        ),
        required=True, unknown=False,
    ),
    Step("on", PartialDate(), when=Is("status", *OPEN), required=True),
    Step(
        "how_known",
        Choice(
            "told_by_child", "seen_myself", "told_by_relative", "told_by_official",
            "told_by_organisation", "from_internet", "other",
        ),
        when=Is("status", *OPEN), required=True,
    ),
    Step("contact_channel", Choice("call", "video", "messenger", "letter"),
         when=Is("status", "contact")),
    Step("contact_frequency", Choice("first", "regular", "one_off", "lost_again"),
         when=Is("status", "contact")),
    Step("contact_monitored", Choice("yes", "think_so", "no"), when=Is("status", "contact"),
         sensitive=True),
    Step(
        "obstacles",
        Many("no_documents", "guardian_refuses", "institution_refuses", "child_afraid",
             "border_refused", "detained_or_interrogated", "money", "health", "ransom_demand",
             "unknown_place"),
        when=Is("status", "obstructed"), sensitive=True,
    ),
    Step("returned_to", Choice("controlled", "abroad_relatives", "abroad"),
         when=Is("status", *HOME)),
    Step("condition", Choice("safe_well", "needs_doctor", "distressed", "in_danger"),
         when=Is("status", *OPEN), sensitive=True),
    Step("place_now", Place(anywhere=True), when=Is("status", *THERE), sensitive=True),
    Step("may_contact", Choice("yes", "later", "via_representative", "no"),
         when=Is("status", *HOME), required=True, unknown=False),
    Step(
        "needs",
        Many("psychologist", "doctor", "documents", "school", "money_clothes", "housing",
             "legal", "none", alone=("none",)),
        when=Is("status", *HOME), sensitive=True,
    ),
    Step("details", Choice("more", "enough"), when=Is("status", *HOME), unknown=False),
    Step(
        "with_whom",
        Choice("parents", "relatives", "guardian", "foster_family", "institution", "alone"),
        when=Is("details", "more"), sensitive=True,
    ),
    Step(
        "documents_state",
        Many("ua_ok", "need_restoring", "russian_present", "none", alone=("none",)),
        when=Is("details", "more"),
    ),
    Step("others_there", Choice("yes", "no"), when=Is("details", "more"), sensitive=True),
    Step("others_note", Text(at_most=LINE), when=Is("others_there", "yes"), sensitive=True),
    Step(
        "helpers",
        Many("bkb", "ombudsman", "save_ukraine", "way_home", "helping_to_leave", "icrc",
             "qatar", "relatives", "other"),
        when=Is("details", "more"), sensitive=True,
    ),
    Step("comment", Text(at_most=STORY), when=Is("status", *OPEN)),
)  # fmt: skip

NEWS = Flow(
    "news",
    sections=(Section("news", STEPS),),
    essentials=("code", "children/name", "status", "on", "how_known", "may_contact"),
    brief=True,
)


def opened(draft: Draft, world: World, *, code: bool) -> Draft:
    """A new draft of NEWS once it is known whether the person showed a case: at its next question.

    With `code` nobody is asked for a code or a name; without it the child's name comes first.
    """
    held = Answer(State.GIVEN, "yes" if code else "no", at=world.at)
    return to_essential(NEWS, replace(draft.with_answer("code", held), at=LEFT, trail=()), world)
