"""A whole group or institution that was taken, told by somebody who knows it.

Children are named one by one, a stub of a case each, or in a pasted list. Why it happened is not
asked: many of those who tell it were under pressure themselves.
"""

from flows.kinds.choice import Choice, Many
from flows.kinds.dates import PartialDate
from flows.kinds.email import Email
from flows.kinds.files import Files
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.model import Flow, Given, Group, Is, Section, Step
from flows.report import LINE, REPORT, STORY
from flows.sighting import AGES, COUNTS

NAMED = 40
"""How many children are named one by one: Telegram takes a hundred buttons, each child has two."""

# The number of whoever tells it belongs to none of the children: cases are not compared by it.
YOU = Section(
    "you",
    (
        Step(
            "relation",
            Choice("head", "staff", "former_staff", "authority", "ngo", "parent", "other"),
            required=True,
        ),
        Step("reporter_name", Text(at_most=80)),
        Step("contact_pref", Choice("here", "phone", "email", "do_not_contact")),
        Step("own_phone", Phone(), when=Is("contact_pref", "phone"), sensitive=True),
        Step("own_email", Email(), when=Is("contact_pref", "email"), sensitive=True),
    ),
)  # fmt: skip

PLACE = Section(
    "place",
    (
        Step("institution", Text(at_most=LINE), required=True),
        Step(
            "institution_kind",
            Choice(
                "orphanage", "boarding_school", "family_home", "medical", "school", "camp",
                "group", "other", first=8,
            ),
        ),
        Step("last_place", Place(), required=True),
        Step("count", COUNTS, required=True),
        Step("ages", AGES),
    ),
)  # fmt: skip

MOVED = Section(
    "moved",
    (
        Step("moved_on", PartialDate(), required=True),
        Step("moved_to", Place(anywhere=True)),
        Step("moved_to_name", Text(at_most=LINE)),
        Step("moved_by", REPORT.step("who_took").kind, sensitive=True),
        Step("moved_by_note", Text(at_most=LINE), when=Given("moved_by"), sensitive=True),
    ),
    announced=True,
)

CHILDREN = Section(
    "list",
    (
        Group(
            "children",
            (Step("name", PersonName()), Step("born", PartialDate(birth=True))),
            at_most=NAMED,
        ),
        Step("names_list", Text(at_most=STORY)),
        Step("list_files", Files(), off_path=True),
    ),
)

MORE = Section(
    "more",
    (
        Step("staff_contacts", Text(at_most=1000), sensitive=True),
        Step("links", Text(at_most=1000)),
        Step(
            "urgent",
            Many("threat_to_life", "medical", "adoption_soon", "conscription_soon",
                 "move_planned", "contact_may_be_lost", "child_asks_help", "none",
                 alone=("none",)),
        ),
        Step("free_text", Text(at_most=STORY)),
    ),
)  # fmt: skip

COLLECTIVE = Flow(
    "collective",
    sections=(YOU, PLACE, MOVED, CHILDREN, MORE),
    essentials=("relation", "institution", "last_place", "count", "moved_on"),
    closing=REPORT.closing,
)
