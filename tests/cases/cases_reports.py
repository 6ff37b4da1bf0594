"""Drafts of reports for tests, answered as people answer: by address."""

from datetime import date

from flows.answers import Answer, Json, State
from flows.draft import Draft
from flows.report import REPORT

TODAY = date(2026, 11, 24)
CHILD = "k3xf"
AT = "2026-11-24T11:58:00+00:00"
NAME: dict[str, Json] = {
    "family": "Канаркова", "given": "Соломія", "patronymic": "Ігорівна",
    "latin": "Kanarkova Solomiia", "verbatim": "канаркова соломія ігорівна",
}  # fmt: skip
PLACE: dict[str, Json] = {
    "country": "UA", "oblast": "UA-65", "region": None, "code": "UA65100150010037775",
    "name": "Олешки", "text": "алешки",
}  # fmt: skip
CAMP: dict[str, Json] = {
    "country": "RU", "oblast": None, "region": "RU-KDA", "code": None,
    "name": "Анапа", "text": "анапа",
}  # fmt: skip


def born(first: date, last: date | None = None) -> dict[str, Json]:
    last = last or first
    edtf = first.isoformat() if first == last else f"{first.year}"
    precision = "day" if first == last else "year"
    return {
        "edtf": edtf, "from": first.isoformat(), "to": last.isoformat(), "precision": precision,
    }  # fmt: skip


def draft(*children: str, **answers: "Json | Answer") -> Draft:
    """A draft at the check screen. `children` are item ids; their answers are those given as
    "k3xf/name", or "name" for the first child. A bare value means State.GIVEN."""
    ids = children or (CHILD,)
    own = {step.key for step in REPORT.group("children").steps}
    stored = {}
    for key, value in answers.items():
        given = value if isinstance(value, Answer) else Answer(State.GIVEN, value, at=AT)
        where = f"{ids[0]}/{key}" if key in own else key
        stored[f"children/{where}" if "/" in where else where] = given
    return Draft("report", 1, "#check", stored, items={"children": ids, "route": ()})


def whole(**more: "Json | Answer") -> Draft:
    """A report that may be sent."""
    answers: dict[str, Json | Answer] = {
        "relation": "mother",
        "name": Answer(State.GIVEN, NAME, str(NAME["verbatim"]), ("cleaned",), AT),
        "born": born(date(2017, 3, 27)),
        "scenario": "camp_not_returned",
        "last_place": PLACE,
        "share": {"version": 1, "parties": ["prosecutor", "police"]},
    }
    return draft(**{**answers, **more})
