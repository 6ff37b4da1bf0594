"""A sighting: what somebody saw, heard or found about a child, a group, a place or those who took.

It takes leads, not testimony, and never shows whether a case exists. Links are kept as text:
nothing here opens them.
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

COUNTS = Choice("one_or_two", "three_to_ten", "eleven_to_fifty", "more")
AGES = Many("0-5", "6-11", "12-15", "16-17")
"""The bands by which urgency is judged."""

_SEVERAL = Is("about", "group_of_children", "institution_or_camp", "list_or_database")

SEEN = Section(
    "seen",
    (
        Step(
            "about",
            Choice(
                "child_by_name", "child_unnamed", "known_case", "group_of_children",
                "institution_or_camp", "person_who_took", "list_or_database",
            ),
            required=True,
        ),
        Step("case_code", Text(at_most=40), when=Is("about", "known_case")),
        Step(
            "info_kind",
            Choice(
                "sighting", "social_media_post", "document_or_list", "phone_call",
                "returned_person", "adoption_advert", "official_statement", "other", first=8,
            ),
            required=True,
        ),
        Step("first_hand", Choice("saw", "told", "found_online"), required=True),
        Step("observed_on", PartialDate(), required=True),
        Step("observed_place", Place(anywhere=True), required=True),
        Step("certainty", Choice("sure", "likely", "not_sure"), unknown=False),
        Step("what", Text(at_most=STORY)),
    ),
)  # fmt: skip

CHILD = Section(
    "child",
    (
        Group(
            "children", (Step("name", PersonName()), Step("born", PartialDate(birth=True)))
        ),
        Step("count", COUNTS, when=_SEVERAL),
        Step("ages", AGES, when=_SEVERAL),
    ),
)  # fmt: skip

PLACE = Section(
    "place",
    (
        Step("placement", REPORT.step("placement").kind),
        Step("placement_name", Text(at_most=LINE), when=Given("placement")),
        Step("adults", Text(at_most=LINE), sensitive=True),
        Step(
            "urgent",
            Many("threat_to_life", "medical", "adoption_soon", "conscription_soon",
                 "move_planned", "child_asks_help", "none", alone=("none",)),
        ),
    ),
)  # fmt: skip

PROOF = Section(
    "proof",
    (
        Step("links", Text(at_most=1000)),
        Step("evidence", Files(), off_path=True),
    ),
)

# A witness's own number is no trace of the child: its key is not one that cases are compared by.
YOU = Section(
    "you",
    (
        Step("contact_ok", Choice("yes", "anonymous", "do_not_contact"), required=True,
             unknown=False),
        Step("witness_contact", Choice("here", "phone", "email"), when=Is("contact_ok", "yes"),
             unknown=False),
        Step("witness_phone", Phone(), when=Is("witness_contact", "phone"), sensitive=True),
        Step("witness_email", Email(), when=Is("witness_contact", "email"), sensitive=True),
        Step("risk", Choice("safe", "occupied", "russia_belarus"), sensitive=True, unknown=False),
    ),
)  # fmt: skip

SIGHTING = Flow(
    "sighting",
    sections=(SEEN, CHILD, PLACE, PROOF, YOU),
    essentials=(
        "about", "info_kind", "first_hand", "observed_on", "observed_place", "contact_ok",
    ),
    closing=REPORT.closing,
)  # fmt: skip
