"""The rules of PFIF 1.4 as a checker: fields and their order, what is mandatory, what a value is."""

import re
from xml.etree import ElementTree as ET

NAMESPACE = "{http://zesty.ca/pfif/1.4}"
PERSON = [
    "person_record_id",
    "entry_date",
    "expiry_date",
    "author_name",
    "author_email",
    "author_phone",
    "source_name",
    "source_date",
    "source_url",
    "full_name",
    "given_name",
    "family_name",
    "alternate_names",
    "description",
    "sex",
    "date_of_birth",
    "age",
    "home_street",
    "home_neighborhood",
    "home_city",
    "home_state",
    "home_postal_code",
    "home_country",
    "photo_url",
    "profile_urls",
]
NOTE = [
    "note_record_id",
    "person_record_id",
    "linked_person_record_id",
    "entry_date",
    "author_name",
    "author_email",
    "author_phone",
    "source_date",
    "author_made_contact",
    "status",
    "email_of_found_person",
    "phone_of_found_person",
    "last_known_location",
    "text",
    "photo_url",
]
MANDATORY = {
    "person": {"person_record_id", "source_date", "full_name"},
    "note": {"note_record_id", "author_name", "source_date", "text"},
}
PLACEHOLDER = {"person_record_id", "source_date", "entry_date", "expiry_date"}
_DATE = r"\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
_RECORD = r"[a-z0-9.-]+/(person|note)\.[A-Za-z0-9._-]+"
VALUES = {
    "person_record_id": _RECORD,
    "note_record_id": _RECORD,
    "entry_date": _DATE,
    "expiry_date": _DATE,
    "source_date": _DATE,
    "sex": "female|male|other",
    "date_of_birth": r"\d{4}(-\d\d(-\d\d)?)?",
    "age": r"\d{1,3}(-\d{1,3})?",
    "home_country": "[A-Z]{2}",
    "author_made_contact": "true|false",
    "status": "information_sought|is_note_author|believed_alive|believed_missing|believed_dead",
}


def records(xml: bytes) -> list[dict[str, object]]:
    """Persons as {field: text, "notes": [{field: text}]}."""
    root = ET.fromstring(xml)
    assert root.tag == f"{NAMESPACE}pfif"
    return [_record(person) for person in root]


def _record(element):
    found = {}
    for one in element:
        name = one.tag.removeprefix(NAMESPACE)
        if name == "note":
            found.setdefault("notes", []).append(_record(one))
        else:
            found[name] = one.text or ""
    return found


def broken(xml: bytes) -> list[str]:
    """What breaks the standard, in words; [] for a good file."""
    root = ET.fromstring(xml)
    wrong = []
    for person in root:
        wrong += _broken(person, "person", PERSON)
        about = person.findtext(f"{NAMESPACE}person_record_id")
        for note in person.iter(f"{NAMESPACE}note"):
            wrong += _broken(note, "note", NOTE)
            if note.findtext(f"{NAMESPACE}person_record_id") != about:
                wrong.append("a note about somebody else")
    ids = [one.text for one in root.iter(f"{NAMESPACE}note_record_id")]
    ids += [one.findtext(f"{NAMESPACE}person_record_id") for one in root]
    if len(ids) != len(set(ids)):
        wrong.append("an id twice")
    return wrong


def _broken(element, kind, order):
    names = [one.tag.removeprefix(NAMESPACE) for one in element]
    fields = [name for name in names if name != "note"]
    wrong = [f"{kind}: no such field {name}" for name in fields if name not in order]
    if wrong:
        return wrong
    if sorted(fields, key=order.index) != fields or len(set(fields)) != len(fields):
        wrong.append(f"{kind}: order")
    if "note" in names and names[: len(fields)] != fields:
        wrong.append(f"{kind}: a note before a field")
    absent = MANDATORY[kind] - set(fields)
    if absent and not (kind == "person" and set(fields) == PLACEHOLDER):
        wrong.append(f"{kind}: without {sorted(absent)}")
    for one in element:
        name = one.tag.removeprefix(NAMESPACE)
        if name in VALUES and not re.fullmatch(VALUES[name], one.text or ""):
            wrong.append(f"{kind}: {name} is {one.text!r}")
    return wrong
