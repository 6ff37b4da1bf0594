"""The report of a child taken from Ukraine: every question, in five sections.

The questions follow what tracing services ask (PFIF 1.4, the Primero tracing request, INTERPOL's
Rules on the Processing of Data art. 90, the Ukrainian police statement on a missing child) and
nothing beyond it: first accounts only, no narrative from a child. Wording lives in the catalogs.
"""

from flows.kinds.choice import Choice, Many
from flows.kinds.consent import Consent
from flows.kinds.dates import PartialDate
from flows.kinds.email import Email
from flows.kinds.files import Files
from flows.kinds.names import PersonName
from flows.kinds.phones import Phone
from flows.kinds.place import Place
from flows.kinds.text import Text
from flows.model import Flow, Given, Group, Is, Section, Step

STORY = 12_000  # Telegram cuts a long text at 4,096; its parts are joined again
LINE = 300
OTHERS = ("police", "nib_moj", "ombudsman", "bkb", "icrc", "interpol", "icc")
"""With whom a report may be shared besides the prosecutors, if the family ticks them."""

YOU = Section(
    "you",
    (
        Step(
            "relation",
            Choice(
                "mother", "father", "grandmother", "grandfather", "guardian", "kin", "staff",
                "other", first=8,
            ),
            required=True,
        ),
        Step(
            "relation_kin",
            Choice("adult_sibling", "aunt", "uncle", "step_parent", "other_family"),
            when=Is("relation", "kin"),
        ),
        Step("adult", Choice("yes", "no"), when=Is("relation_kin", "adult_sibling")),
        Step(
            "relation_other",
            Choice(
                "foster_parent", "teacher_or_staff", "neighbour_friend", "authority_or_ngo",
                "witness", "other",
            ),
            when=Is("relation", "other", "staff"),
        ),
        Step("reporter_name", Text(at_most=80)),
        Step(
            "contact_pref",
            Choice("here", "phone", "email", "trusted_person", "do_not_contact"),
        ),
        Step("reporter_phone", Phone(), when=Is("contact_pref", "phone"), sensitive=True),
        Step("reporter_email", Email(), when=Is("contact_pref", "email"), sensitive=True),
        Step(
            "trusted_person", Text(at_most=LINE), when=Is("contact_pref", "trusted_person"),
            sensitive=True,
        ),
        Step(
            "contact_hours", Choice("any", "morning", "day", "evening"),
            when=Is("contact_pref", "phone", "here", "trusted_person"),
        ),
        Step("contact_unsafe", Text(at_most=LINE), when=Given("contact_pref"), sensitive=True),
        Step("legal_rep", Choice("yes", "no", "unsure"), sensitive=True),
        Step("parents_know", Choice("yes", "no", "no_contact"), when=Is("legal_rep", "no"),
             sensitive=True),
    ),
)  # fmt: skip

CHILD = Group(
    "children",
    (
        Step("name", PersonName(), required=True),
        Step("alternate_names", Text(at_most=LINE)),
        Step("born", PartialDate(birth=True), required=True),
        Step("sex", Choice("female", "male", "other")),
        Step("citizenship", Choice("ua", "other", "stateless")),
        Step(
            "id_documents",
            Many("birth_certificate", "ua_passport", "tax_id", "foreign_passport",
                 "none_available", alone=("none_available",)),
        ),
        Step(
            "id_numbers", Text(at_most=LINE), sensitive=True,
            when=Is("id_documents", "birth_certificate", "ua_passport", "tax_id",
                    "foreign_passport"),
        ),
        Step(
            "care_before",
            Choice("both_parents", "one_parent", "relatives", "guardian", "foster_family",
                   "institution", "orphan", "alone", "other"),
            sensitive=True,
        ),
        Step("institution_before", Text(at_most=LINE), when=Is("care_before", "institution")),
        Step("home", Place()),
        Step("languages", Many("uk", "ru", "crh", "sign", "other")),
        Step("appearance", Text(at_most=LINE)),
        Step("marks", Text(at_most=LINE)),
        Step(
            "health",
            Many("none_known", "disability", "chronic_illness", "regular_medicine", "pregnancy",
                 "mental_health", "other", alone=("none_known",)),
            sensitive=True,
        ),
        Step(
            "health_note", Text(at_most=LINE), sensitive=True,
            when=Is("health", "disability", "chronic_illness", "regular_medicine", "other"),
        ),
        Step("child_phone", Text(at_most=LINE)),
        Step(
            "documents_held",
            Many("birth_certificate", "photo", "medical", "guardianship", "school", "none",
                 alone=("none",)),
        ),
        Step("dna", Choice("yes", "no", "not_sure", "want_to"), sensitive=True),
    ),
    at_least=1,
)  # fmt: skip

HAPPENED = Section(
    "happened",
    (
        Step(
            "scenario",
            Choice(
                "camp_not_returned", "institution_transferred", "detained_filtration",
                "moved_by_relative", "stayed_in_occupied", "taken_from_family",
                "so_called_evacuation", "medical_pretext", "lost_in_hostilities",
                "parents_killed", "study_or_cadets", "family_left_together", "other",
                first=5,
            ),
            required=True,
        ),
        Step("event_date", PartialDate()),
        Step("last_place", Place(), required=True),
        Step("last_place_on", PartialDate()),
        Step("last_contact",
             Choice("in_person", "call", "messenger", "letter", "via_others", "none")),
        Step("last_contact_on", PartialDate(),
             when=Is("last_contact", "in_person", "call", "messenger", "letter", "via_others")),
        Step(
            "who_took",
            Many("soldiers", "occupation_admin", "police_fsb", "institution_staff", "teacher",
                 "doctor", "social_service", "relative", "volunteer_driver"),
            sensitive=True,
        ),
        Step("who_took_note", Text(at_most=LINE), when=Given("who_took"), sensitive=True),
        Step(
            "pretext",
            Choice("evacuation", "recreation", "medical", "study", "safety", "none_told",
                   "other"),
        ),
        Step("others_moved", Choice("siblings", "class", "group", "institution", "nobody")),
        Step("others_count", Choice("one", "two", "three_to_ten", "more"),
             when=Is("others_moved", "siblings", "class", "group", "institution")),
        Step(
            "transport",
            Choice("bus", "train", "plane", "car", "ambulance", "military", "other"),
        ),
        Group(
            "route",
            (
                Step("stop_kind",
                     Choice("departure", "filtration_point", "stop", "border_crossing",
                            "destination")),
                Step("stop_place", Place(anywhere=True)),
                Step("stop_on", PartialDate()),
            ),
            at_most=8,
        ),
        Step("story", Text(at_most=STORY), sensitive=True),
        Step("paper_signed", Choice("no", "yes_had_to", "yes"), sensitive=True),
    ),
    announced=True,
)  # fmt: skip

NOW = Section(
    "now",
    (
        Step("place_known", Choice("know", "guess", "no"), unknown=False),
        Step("current_place", Place(anywhere=True), when=Is("place_known", "know", "guess")),
        Step(
            "certainty",
            Choice("told_by_child", "told_by_others", "from_internet", "seen_myself"),
            when=Is("place_known", "know", "guess"),
        ),
        Step(
            "placement",
            Choice(
                "relatives", "foster_family", "guardian_family", "adoptive_family", "orphanage",
                "camp", "sanatorium", "temporary_accommodation", "medical_facility",
                "secondary_school", "university", "cadet_school", "military_base", "hotel",
                "religious_site", "detention", "alone",
                first=6,
            ),
        ),
        Step("placement_name", Text(at_most=LINE), when=Given("placement")),
        Step("carers", Text(at_most=LINE), sensitive=True),
        Step(
            "identity_change",
            Many("russian_citizenship", "name", "date_of_birth", "place_of_birth",
                 "birth_certificate", "none_known", alone=("none_known",)),
        ),
        Step("new_identity", Text(at_most=LINE),
             when=Is("identity_change", "name", "date_of_birth", "place_of_birth")),
        Step(
            "legal_steps",
            Many("temporary_guardianship", "guardianship", "foster_agreement", "adoption",
                 "deprivation_of_rights", "adoption_database", "none_known",
                 alone=("none_known",)),
        ),
        Step(
            "activities",
            Many("russian_school", "patriotic_program", "military_training", "youth_army",
                 "work", "public_show", "none_known", alone=("none_known",)),
        ),
        Step(
            "child_wishes",
            Choice("wants_home", "afraid", "undecided", "wants_to_stay_now", "no_contact"),
            sensitive=True,
        ),
        Step(
            "urgent",
            Many("threat_to_life", "medical", "adoption_soon", "conscription_soon",
                 "move_planned", "contact_may_be_lost", "ransom_or_threats", "child_asks_help",
                 "none", alone=("none",)),
        ),
    ),
)  # fmt: skip

PAPERS = Section(
    "papers",
    (
        Step("photos", Files()),
        Step("evidence", Files(), off_path=True),
        Step("links", Text(at_most=1000)),
        Step(
            "reported_to",
            Many("police_102", "pgo_warcrimes", "nib_1648", "childrenofwar", "ombudsman", "bkb",
                 "save_ukraine", "way_home", "icrc", "sbu", "register_of_damage", "lawyer",
                 "abroad_police", "none", alone=("none",)),
        ),
        Step("police_report", Choice("yes", "no")),
        Step("erdr_number", Text(at_most=40), when=Is("police_report", "yes")),
        Step("holders_contacted",
             Choice("no", "asked_nothing", "asked_money", "threatened", "offered_return"),
             sensitive=True),
        Step("free_text", Text(at_most=STORY)),
    ),
)  # fmt: skip

REPORT = Flow(
    "report",
    sections=(YOU, Section("child", (CHILD,)), HAPPENED, NOW, PAPERS),
    essentials=(
        "relation", "children/name", "children/born", "last_place", "scenario",
    ),
    closing=(
        Step(
            "share",
            Consent("prosecutor", *OTHERS, "match", fixed=("prosecutor",)),
            required=True, unknown=False,
        ),
        Step("withhold", Text(at_most=LINE), when=Is("share", *OTHERS)),
    ),
)  # fmt: skip
