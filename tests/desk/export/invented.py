"""An invented case: Олена tells of Артем and Софія. As it is sealed, and as a desk opens it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from cases import document
from cases.document import Consented
from desk.export.opened import (
    Attached,
    Confirmed,
    Entry,
    Facts,
    Give,
    Made,
    Opened,
    Stored,
    Update,
)
from flows.answers import Answer, Json, State
from flows.draft import Draft
from flows.model import Flow
from flows.news import NEWS
from flows.report import REPORT
from locales import say

AT = "2026-11-24T11:58:00+00:00"
NOW = datetime(2026, 11, 24, 12, 0, 7, tzinfo=UTC)
MADE = Made(NOW + timedelta(days=2), "прокурор Марченко", "слідчий відділ")
CASE = UUID("5f0c7a52-6f5b-4f0e-9b5e-0d2f6a1b7c11")
CODE = "TVX7-67W9"


def name(family: str, given: str, patronymic: str, latin: str) -> dict[str, Json]:
    return {
        "family": family, "given": given, "patronymic": patronymic, "latin": latin,
        "verbatim": f"{family} {given} {patronymic}".lower(),
    }  # fmt: skip


def day(first: date, last: date | None = None, edtf: str = "", precision: str = "day"):
    last = last or first
    return {
        "edtf": edtf or first.isoformat(), "from": first.isoformat(), "to": last.isoformat(),
        "precision": precision,
    }  # fmt: skip


def place(named: str, **more: Json) -> dict[str, Json]:
    found = {"country": "UA", "oblast": None, "region": None, "code": None, "name": named}
    return {**found, "text": named, **more}


HOME = place(
    "Олешки, Херсонський р-н, Херсонська область",
    oblast="UA-65", code="UA65100150010037775", text="алешки",
)  # fmt: skip
CAMP = place("Анапа, Краснодарський край, росія", country="RU", region="RU-KDA", text="анапа")

SHORTEST: Mapping[str, Json] = {
    "relation": "mother",
    "a/name": name("Коваленко", "Артем", "Ігорович", "Kovalenko Artem Ihorovych"),
    "a/born": day(date(2016, 3, 1), date(2016, 5, 31), "2016-21", "season"),
    "scenario": "camp_not_returned",
    "last_place": HOME,
    "share": {"version": 1, "parties": ["prosecutor"]},
}
WHOLE: Mapping[str, "Json | Answer"] = {
    **SHORTEST,
    "reporter_name": "Олена Коваленко",
    "contact_pref": "phone",
    "reporter_phone": {"e164": "+380501234567", "region": "UA", "call": True, "whose": "own"},
    "contact_hours": "evening",
    "legal_rep": "yes",
    "a/alternate_names": "Тьома, Артём",
    "a/sex": "male",
    "a/citizenship": "ua",
    "a/id_documents": ["birth_certificate"],
    "a/id_numbers": "І-БЛ 123456",
    "a/care_before": "one_parent",
    "a/home": HOME,
    "a/languages": ["uk", "ru"],
    "a/appearance": "135 см, русе волосся, сірі очі",
    "a/marks": "шрам над лівою бровою",
    "a/health": ["regular_medicine"],
    "a/health_note": "астма, інгалятор щодня",
    "a/child_phone": Answer(State.UNKNOWN, at=AT),
    "a/documents_held": ["birth_certificate", "photo"],
    "a/dna": Answer(State.DECLINED, at=AT),
    "b/name": name("Коваленко", "Софія", "Ігорівна", "Kovalenko Sofiia Ihorivna"),
    "b/born": day(date(2018, 9, 14)),
    "b/sex": "female",
    "b/home": HOME,
    "b/marks": Answer(State.SKIPPED, at=AT),
    "event_date": day(date(2022, 10, 1), date(2022, 10, 31), "2022-10", "month"),
    "last_place_on": day(date(2022, 10, 17)),
    "last_contact": "messenger",
    "last_contact_on": day(date(2026, 11, 2)),
    "who_took": ["institution_staff", "occupation_admin"],
    "who_took_note": "директорка школи № 4, Світлана Петрівна",
    "pretext": "recreation",
    "others_moved": "class",
    "others_count": "more",
    "transport": "bus",
    "story": "Сказали, що їдуть на два тижні на море.\nЧерез місяць сказали: не повернуть.",
    "paper_signed": "yes_had_to",
    "r1/stop_kind": "departure",
    "r1/stop_place": HOME,
    "r1/stop_on": day(date(2022, 10, 17)),
    "r2/stop_kind": "destination",
    "r2/stop_place": CAMP,
    "place_known": "know",
    "current_place": CAMP,
    "certainty": "told_by_child",
    "placement": "camp",
    "placement_name": "табір «Жемчужина»",
    "identity_change": ["name"],
    "new_identity": "Коваленко Артём Игоревич",
    "urgent": ["medical", "move_planned"],
    "photos": "sent",
    "reported_to": ["police_102", "ombudsman", "icrc"],
    "police_report": "yes",
    "erdr_number": "12022230000001234",
    "holders_contacted": "no",
    "share": {"version": 1, "parties": ["prosecutor", "icrc", "interpol", "match"]},
}
CONSENT = Consented(
    2, AT, "uk", "Дані бачитимуть лише прокурори. Telegram може бачити, що Ви пишете."
)


def report(
    said: "Mapping[str, Json | Answer]",
    *,
    flow: Flow = REPORT,
    locale: str = "uk",
    at: datetime = NOW,
) -> dict[str, Json]:
    """A sealed report. "a/…" and "b/…" are children, "r1/…" a place on the way."""
    items = {
        "children": tuple(sorted({key[0] for key in said if key[1:2] == "/"})),
        "route": tuple(sorted({key[:2] for key in said if key[2:3] == "/"})),
    }
    answers = {}
    for key, value in said.items():
        group = "children/" if key[1:2] == "/" else "route/" if key[2:3] == "/" else ""
        given = value if isinstance(value, Answer) else _given(value)
        answers[f"{group}{key}"] = given
    draft = Draft(flow.name, 1, "#check", answers, items=items)
    return document.report(flow, draft, locale=locale, consent=CONSENT, received_at=at)


def _given(value: Json) -> Answer:
    typed = value.get("verbatim") or value.get("text") if isinstance(value, dict) else None
    return Answer(State.GIVEN, value, typed if isinstance(typed, str) else None, at=AT)


def cards(said: "Mapping[str, Json | Answer]") -> tuple[dict[str, Json], ...]:
    ids = tuple(sorted({key[0] for key in said if key[1:2] == "/"}))
    answers = {
        f"children/{key}" if key[1:2] == "/" else key: (
            value if isinstance(value, Answer) else _given(value)
        )
        for key, value in said.items()
    }
    return document.cards(REPORT, Draft("report", 1, "#check", answers, items={"children": ids}))


def facts(**more) -> Facts:
    known = {
        "code": CODE, "kind": "report", "level": "critical",
        "reasons": ("H4.no_medicine", "R1.age_6_11", "R8.trace_may_be_lost"),
        "status": "in_work", "locale": "uk", "channel": "telegram", "received_at": NOW,
        "due_at": NOW + timedelta(hours=1), "children": 2, "answers": 44, "files": 2,
        "age_band": "6-11", "oblast": "UA-65", "scenario": "camp_not_returned",
    }  # fmt: skip
    return Facts(**{**known, **more})


def news(status: str, after: timedelta, sequence: int, **more: Json) -> Update:
    at = NOW + after
    told = report({"code": "yes", "status": status, **more}, flow=NEWS, at=at)
    return Update(sequence, "news", at, told)


def addition(text: str, after: timedelta, sequence: int) -> Update:
    at = NOW + after
    payload: dict[str, Json] = {
        "text": text, "verbatim": text, "at": at.isoformat(), "locale": "uk",
        "channel": "telegram",
    }  # fmt: skip
    return Update(sequence, "addition", at, payload)


def pouring(content: bytes, give: Give) -> None:
    """As `vault.unstream.open_stream` gives it, in pieces."""
    source = BytesIO(content)
    while piece := source.read(65_536):
        give(piece)


def attached(
    sequence: int, content: bytes | None, named: str = "фото.jpg", **more: Json
) -> Attached:
    manifest: dict[str, Json] = {
        "schema": 1, "state": "held" if content is not None else "failed",
        "reason": None if content is not None else "too_big", "name": named, "caption": "",
        "claimed": "image/jpeg", "sent_as": "document", "sent_at": AT,
        "file_unique_id": f"AQAD{sequence}", "announced_size": 1,
    }  # fmt: skip
    if content is not None:
        manifest |= {
            "object": str(UUID(int=sequence)), "sha256": sha256(content).hexdigest(),
            "size": len(content), "sealed_sha256": "0" * 64, "salt": "0" * 64,
            "sniffed": "image/jpeg", "taken_at": AT,
        }  # fmt: skip
    poured = partial(pouring, content) if content is not None else None
    return Attached(sequence, {**manifest, **more}, poured)


PHOTO = b"\xff\xd8\xff\xe0" + b"Artem" * 40_000


def smallest(**more) -> Opened:
    """Five answers, nothing else."""
    told = {"facts": facts(children=1, answers=6, files=0), "report": report(SHORTEST)}
    return Opened(**{"id": CASE, "cards": cards(SHORTEST), **told, **more})


def complete(**more) -> Opened:
    """Everything a case can hold."""
    told = {
        "id": CASE,
        "facts": facts(claimed="contact", claimed_at=NOW + timedelta(days=1)),
        "report": report(WHOLE),
        "cards": cards(WHOLE),
        "updates": (
            addition("Згадала: автобус був білий, номер починався на АА.", timedelta(hours=3), 6),
            news(
                "contact", timedelta(days=1), 7, on=day(date(2026, 11, 25)),
                how_known="told_by_child", contact_channel="messenger",
                contact_frequency="first", comment="Написав, що здоровий.",
            ),
        ),
        "confirmed": (
            Confirmed("located", NOW + timedelta(days=1, hours=2), "Марченко", "лист МКЧХ № 17"),
        ),
        "files": (
            attached(1, PHOTO, "Артем на морі.jpg", caption="Артем, літо 2022"),
            attached(2, None, "відео.mp4"),
        ),
        "objects": tuple(
            Stored(sequence, kind, UUID(int=100 + sequence), sha256(bytes([sequence])).hexdigest())
            for sequence, kind in enumerate(
                ("manifest", "manifest", "report", "card", "card", "addition", "news"), 1
            )
        ),
        "chain": (
            Entry(18, NOW, "bot", "report.sent"),
            Entry(31, NOW + timedelta(minutes=9), "marchenko", "case.opened"),
        ),
    }  # fmt: skip
    return Opened(**{**told, **more})


def words(key: str, locale: str = "uk", **params) -> str:
    return say(locale, key, **params)
