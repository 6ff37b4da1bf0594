"""A case as PFIF 1.4, for services that search for missing people: persons and notes in XML.

http://zesty.ca/pfif/1.4/ gives fields and order. Left out on purpose: photographs, health, the
story, names of others, and everything the family did not agree to pass on.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from xml.etree import ElementTree as ET

from cases.reading import Told, answers, children, name_parts, part_of, spoken
from desk.export.consent import check
from desk.export.notes import Note, notes
from desk.export.opened import Opened
from flows.kinds.periods import whole_years
from flows.places import region, settlement

NAMESPACE: Final = "http://zesty.ca/pfif/1.4"

_WHOLE: Final = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?)?", re.ASCII)
_PERSON: Final = (
    "person_record_id", "entry_date", "expiry_date", "author_name", "author_email",
    "author_phone", "source_name", "source_date", "full_name", "given_name", "family_name",
    "alternate_names", "description", "sex", "date_of_birth", "age", "home_city", "home_state",
    "home_country",
)  # fmt: skip
_NOTE: Final = (
    "note_record_id", "person_record_id", "entry_date", "author_name", "source_date",
    "author_made_contact", "status", "last_known_location", "text",
)  # fmt: skip


class Nobody(ValueError):
    """No child is named in the case: PFIF has no record without a name."""


@dataclass(frozen=True)
class Office:
    """Who keeps the records: a domain name for their ids, and a name to read."""

    domain: str
    name: str


def pfif(
    opened: Opened,
    office: Office,
    *,
    to: str,
    at: datetime,
    expires: datetime,
    without: frozenset[str] | None = None,
    deaths: bool = False,
) -> bytes:
    """XML in UTF-8 for the party `to` (flows.report.OTHERS, or "prosecutor").

    `without`: questions to leave out, as in `consent.check`. `deaths`: a confirmed death may be
    told. Past `expires`, or when the report was withdrawn, only the placeholders that tell others
    to delete. Raises NotShared, Unread (desk.export.consent) or Nobody.
    """
    check(opened, to, without)
    hidden = without or frozenset()
    case = _shown(answers(opened.report), hidden)
    persons = [
        (number, child)
        for number, own in enumerate(children(opened.report), 1)
        if _legal(_full(child := _shown(own, hidden)))
    ]
    if not persons:
        raise Nobody
    ET.register_namespace("pfif", NAMESPACE)
    root = ET.Element(_tag("pfif"))
    ended = opened.facts.withdrawn_at or expires
    for number, own in persons:
        record = f"{office.domain}/person.{opened.facts.code}.{number}"
        if ended <= at:
            gone = {"person_record_id": record, "expiry_date": _utc(ended)}
            _write(
                root, "person", _PERSON, {**gone, "entry_date": _utc(at), "source_date": _utc(at)}
            )
            continue
        told = _person(own, case, opened.facts.received_at, alone=len(persons) == 1)
        told |= {
            "person_record_id": record,
            "entry_date": _utc(at),
            "expiry_date": _utc(expires),
            "source_name": office.name,
            "source_date": _utc(opened.facts.received_at),
        }
        person = _write(root, "person", _PERSON, told)
        for note in notes(
            opened, office.name, hidden=hidden, children=len(persons), deaths=deaths
        ):
            written = _note(note, f"{office.domain}/note.{opened.facts.code}.{number}")
            written |= {"person_record_id": record, "entry_date": _utc(at)}
            written["author_name"] = _legal(note.author) or office.name
            _write(person, "note", _NOTE, written)
    ET.indent(root)
    xml: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def _shown(asked: Mapping[str, Told], hidden: frozenset[str]) -> dict[str, Told]:
    return {key: told for key, told in asked.items() if key not in hidden}


def _person(
    own: Mapping[str, Told], case: Mapping[str, Told], received_at: datetime, *, alone: bool
) -> dict[str, str]:
    name, home = name_parts(own.get("name")), own.get("home")
    others = [spoken(own.get("alternate_names"))]
    if alone:  # with siblings nobody can tell whose new name it is
        others.append(spoken(case.get("new_identity")))
    above = region(part_of(home, "oblast", "region"))
    sex = own.get("sex")
    return {
        "author_name": spoken(case.get("reporter_name")),
        **_reached(case),
        "full_name": "\n".join(filter(None, (_full(own), name["latin"]))),
        "given_name": name["given"],
        "family_name": name["family"],
        "alternate_names": "\n".join(filter(None, others)),
        "description": "\n".join(
            filter(None, (spoken(own.get("appearance")), spoken(own.get("marks"))))
        ),
        "sex": str(sex.value) if sex is not None and sex.given else "",
        **_born(own.get("born"), received_at.astimezone(UTC).date()),
        "home_city": _city(home),
        "home_state": above.code if above else "",
        "home_country": part_of(home, "country"),
    }


def _city(home: Told | None) -> str:
    """The settlement alone; "" where only a region is known."""
    found = settlement(part_of(home, "code"))
    if found is not None:
        return found.name
    first = part_of(home, "name").partition(", ")[0]
    above = region(part_of(home, "oblast", "region", "country"))
    return "" if above is not None and first == above.uk else first


def _full(own: Mapping[str, Told]) -> str:
    """Given name, patronymic, surname; what was kept unread stays as it was written."""
    name = name_parts(own.get("name"))
    parts = " ".join(filter(None, (name["given"], name["patronymic"], name["family"])))
    return parts or spoken(own.get("name"))


def _reached(case: Mapping[str, Told]) -> dict[str, str]:
    """How to reach whoever told it: never where ringing or writing may harm."""
    if spoken(case.get("contact_unsafe")):
        return {}
    phone = case.get("reporter_phone")
    value = phone.value if phone is not None and phone.given else None
    may_ring = isinstance(value, dict) and value.get("call") is True
    return {
        "author_email": spoken(case.get("reporter_email")),
        "author_phone": part_of(phone, "e164") if may_ring else "",
    }


def _born(born: Told | None, on: date) -> dict[str, str]:
    """`date_of_birth` as far as it is certain; else `age` on the day of the report."""
    edtf, first, last = (part_of(born, name) for name in ("edtf", "from", "to"))
    if _WHOLE.fullmatch(edtf):
        return {"date_of_birth": edtf}
    if not first or not last:
        return {}
    if first[:4] == last[:4]:
        return {"date_of_birth": first[:4]}
    least, most = (whole_years(date.fromisoformat(one), on) for one in (last, first))
    return {"age": str(least) if least == most else f"{least}-{most}"}


def _note(note: Note, prefix: str) -> dict[str, str]:
    return {
        "note_record_id": f"{prefix}.{note.key}",
        "source_date": _utc(note.at),
        "author_made_contact": "true" if note.contact else "",
        "status": note.status,
        "last_known_location": note.place,
        "text": note.text,
    }


def _write(
    parent: ET.Element, kind: str, order: tuple[str, ...], told: Mapping[str, str]
) -> ET.Element:
    """The record with its fields in the standard's order, empty ones left out."""
    record = ET.SubElement(parent, _tag(kind))
    for name in order:
        text = _legal(told.get(name, ""))
        if text:
            ET.SubElement(record, _tag(name)).text = text
    return record


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _legal(text: str) -> str:
    """Without what XML 1.0 cannot hold, and without what reorders or hides."""
    return "".join(_kept(text)).strip()


def _kept(text: str) -> Iterator[str]:
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            yield char


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
