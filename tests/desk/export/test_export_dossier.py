"""The dossier is an archive file that can be read back, whole and in both languages."""

import re
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import orjson
import pytest
from invented import (
    AT,
    CAMP,
    CASE,
    CODE,
    MADE,
    NOW,
    PHOTO,
    SHORTEST,
    WHOLE,
    attached,
    complete,
    day,
    facts,
    name,
    news,
    report,
    smallest,
    words,
)
from pdf_text import Pdf

from desk.export.document import document
from desk.export.dossier import PARTS, dossier, laid_out
from flows.answers import Answer, State
from flows.collective import COLLECTIVE
from flows.help_child import CHILD
from flows.sighting import SIGHTING

LOCALES = ("uk", "en")
NAMED = name("Коваленко", "Артем", "", "Kovalenko Artem")


@pytest.fixture(scope="module")
def whole() -> Pdf:
    return Pdf(dossier(complete(), MADE, "uk"))


def printed(locale="uk", **more) -> Pdf:
    return Pdf(dossier(complete(**more), MADE, locale))


def test_it_calls_itself_an_archive_file_that_everybody_can_read(whole):
    assert "<pdfaid:part>3<" in whole.metadata
    assert "<pdfaid:conformance>A<" in whole.metadata
    assert "<pdfuaid:part>1<" in whole.metadata
    for needed in (b"/OutputIntents", b"/StructTreeRoot", b"/Lang(uk)", b"/Marked true"):
        assert needed in whole.catalog


def test_every_font_is_inside_it(whole):
    described = whole.named(b"/Type/FontDescriptor")
    assert described
    assert all(b"/FontFile" in head for head, _ in described)
    assert {head.split(b"+")[1].split(b"/")[0] for head, _ in described} == {
        b"LibertinusSerif-Regular", b"LibertinusSerif-Semibold", b"LibertinusSerif-Italic",
        b"DejaVuSansMono",
    }  # fmt: skip


def test_every_object_is_where_the_table_says(whole):
    [start] = re.findall(rb"startxref\n(\d+)\n%%EOF$", whole.raw)
    table = whole.raw[int(start) :]
    [first, count] = map(int, re.match(rb"xref\n(\d+) (\d+)\n", table).groups())
    rows = re.findall(rb"(\d{10}) \d{5} n", table)
    assert (first, len(rows)) == (0, count - 1)
    for number, offset in enumerate(map(int, rows), 1):
        assert whole.raw[offset:].startswith(b"%d 0 obj" % number)


def test_what_is_attached_says_how_it_belongs(whole):
    [described] = [head for head, _ in whole.named(b"/Type/Filespec")]
    assert b"/AFRelationship/Source" in described
    assert b"case.json" in described


def test_it_ends_where_a_pdf_ends_and_names_an_id(whole):
    assert whole.raw.startswith(b"%PDF-1.7\n")
    assert whole.raw.endswith(b"%%EOF")
    assert b"/ID[" in whole.raw


def test_the_case_is_attached_to_the_letter(whole):
    assert whole.attachments == [document(complete(), MADE)]
    assert b"/AF[" in whole.catalog


def test_a_dossier_of_some_parts_does_not_carry_the_rest_inside():
    some = Pdf(dossier(complete(), MADE, "uk", only=("told",)))
    assert some.attachments == []
    assert not some.holds(words("dossier.part.files.heading"))
    assert some.holds(words("dossier.part.told.heading"))


def test_the_same_case_gives_the_same_bytes(whole):
    assert dossier(complete(), MADE, "uk") == whole.raw


def test_the_first_page_says_what_it_is_and_for_whom(whole):
    first = Pdf.text_of(whole, whole.pages[0])
    for said in (CODE, "прокурор Марченко", "слідчий відділ", "24.11.2026, 14:00:07",
                 "Невідкладне", words("dossier.reason.H4.no_medicine"),
                 "Червоному Хресту (МКЧХ)"):  # fmt: skip
        assert said in first
    assert whole.holds(words("dossier.notice.lead"))


def test_every_page_has_the_code_and_its_number(whole):
    count = len(whole.pages)
    assert count > 3
    for number, page in enumerate(whole.pages, 1):
        text = whole.text_of(page)
        assert f"Досьє {CODE}" in text
        assert f"стор. {number} з {count}" in text


def test_every_question_and_answer_stands_in_it(whole):
    told = [
        answer
        for section in complete().report["sections"]
        for rows in (section["answers"], *(item["answers"] for item in section["items"]))
        for answer in rows
    ]
    assert len(told) > 50
    assert [one["address"] for one in told if not whole.holds(one["question"])] == []
    assert [
        one["address"]
        for one in told
        if one["state"] == "given" and not whole.holds(one["answer"])
    ] == []


def test_what_was_not_told_is_told_apart(whole):
    for state in ("unknown", "declined", "skipped"):
        assert whole.holds(words(f"dossier.state.{state}"))


def test_what_was_typed_stands_beside_what_was_understood(whole):
    assert whole.holds("Дослівно: алешки")
    assert whole.holds("Дослівно: коваленко артем ігорович")


def test_each_child_stands_apart(whole):
    assert whole.holds("Дитина 1 · Коваленко Артем Ігорович")
    assert whole.holds("Дитина 2 · Коваленко Софія Ігорівна")


def test_flags_are_said_in_words():
    flagged = Answer(State.GIVEN, "Соломія", "Coломія", ("mixed_script", "cleaned"), AT)
    made = printed(report=report({**WHOLE, "reporter_name": flagged}))
    assert made.holds(words("dossier.flag.mixed_script"))
    assert made.holds(words("dossier.flag.cleaned"))


def test_times_are_kyiv_times(whole):
    assert whole.holds("24.11.202613:58")
    assert whole.holds(words("dossier.when"))


def test_what_came_later_is_in_order_and_claims_are_no_facts(whole):
    text = whole.text
    said = [text.index(one) for one in (
        "автобус був білий", "Написав, що здоровий", "лист МКЧХ",
    )]  # fmt: skip
    assert said == sorted(said)
    assert whole.holds("24.11.2026, 17:00зі слів родиниДоповнення")
    assert whole.holds("25.11.2026, 16:00підтвердженоЗнайшли місце")


def test_a_file_stands_with_its_hash_and_how_it_was_sent(whole):
    assert whole.holds(sha256(PHOTO).hexdigest())
    assert whole.holds("Артем на морі.jpg")
    assert whole.holds("200 004 Б")
    assert whole.holds(words("dossier.sent_as.document"))
    assert whole.holds("Підпис: Артем, літо 2022")


def test_a_file_that_is_not_held_says_why(whole):
    assert whole.holds("відео.mp4")
    assert whole.holds(words("dossier.file.reason.too_big"))


def test_the_chain_of_custody_has_every_object_and_entry(whole):
    for one in complete().objects:
        assert whole.holds(one.sha256)
    assert whole.holds("1824.11.2026, 14:00:07botreport.sent")
    assert whole.holds(str(CASE))


def test_what_is_missing_is_named_child_by_child(whole):
    assert whole.holds(words("readiness.interpol.name"))
    assert whole.holds(words("readiness.lack.place_known"))
    assert whole.holds(words("readiness.lack.birth_document"))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_smallest_case_is_a_dossier_too(locale):
    made = Pdf(dossier(smallest(), MADE, locale))
    assert f"/Lang({locale})".encode() in made.catalog
    assert made.holds(words("dossier.kind.report", locale))
    assert made.holds("Коваленко Артем Ігорович")
    assert not made.holds("originals/0001.bin")


def test_answers_stay_in_the_language_they_were_given_in():
    made = printed("en", report=report(WHOLE, locale="ru"))
    assert made.holds("Question as asked")
    assert made.holds(words("report.relation.ask", "ru"))
    assert not made.holds(words("report.relation.ask", "en"))


@pytest.mark.parametrize("locale", ["ru", "pl", "de", "xx", ""])
def test_a_language_it_is_not_framed_in_is_ukrainian(locale):
    assert laid_out(smallest(), MADE, locale)["lang"] == "uk"


@pytest.mark.parametrize(
    ("notice", "known"),
    [
        ("withdrawn", {"withdrawn_at": NOW}),
        ("erase", {"erase_asked_at": NOW}),
        ("partial", {"partial": True}),
    ],
)
def test_what_must_not_be_overlooked_stands_on_the_first_page(notice, known):
    made = printed(facts=facts(**known))
    assert words(f"dossier.notice.{notice}")[:30] in made.text_of(made.pages[0])
    assert not printed().holds(words(f"dossier.notice.{notice}"))


@pytest.mark.parametrize(
    "said", [{"contact_pref": "do_not_contact"}, {"contact_unsafe": "не дзвоніть увечері"}]
)
def test_who_must_not_be_rung_is_said_on_the_first_page(said):
    made = printed(report=report({**WHOLE, **said}))
    assert words("dossier.notice.silence")[:30] in made.text_of(made.pages[0])


def test_whom_the_family_does_not_want_to_know_stands_on_the_first_page():
    made = printed(report=report({**WHOLE, "withhold": "не кажіть бабусі в Анапі"}))
    assert "не кажіть бабусі в Анапі" in made.text_of(made.pages[0])


def test_withdrawing_is_part_of_what_came_later():
    withdrawal = replace(
        news("located", timedelta(days=3), 9), kind="withdrawal", payload={"at": AT}
    )
    assert printed(updates=(withdrawal,)).holds(words("dossier.update.withdrawal"))


@pytest.mark.parametrize(
    ("flow", "said", "answer"),
    [
        (SIGHTING, {"about": "child_by_name", "info_kind": "sighting", "first_hand": "saw",
                    "observed_on": day(date(2026, 11, 20)), "observed_place": CAMP,
                    "a/name": NAMED, "contact_ok": "anonymous"}, "Коваленко Артем"),
        (COLLECTIVE, {"relation": "staff", "institution": "школа-інтернат", "last_place": CAMP,
                      "count": "more", "moved_on": day(date(2022, 10, 1)), "a/name": NAMED,
                      "b/born": day(date(2012, 1, 1))}, "школа-інтернат"),
        (CHILD, {"seen_by_others": "no", "safe": "no", "wants": "home", "more": "yes",
                 "reach": "here_quietly", "nickname": "Тьома"}, "Тьома"),
    ],
    ids=["sighting", "collective", "child"],
)  # fmt: skip
@pytest.mark.parametrize("locale", LOCALES)
def test_every_other_form_is_a_dossier_too(flow, said, answer, locale):
    told = report(said, flow=flow)
    made = Pdf(dossier(smallest(facts=facts(kind=flow.name), report=told), MADE, locale))
    assert made.holds(answer)
    assert made.holds(words(f"dossier.kind.{flow.name}", locale))


@pytest.mark.parametrize("kind", ["sighting", "collective", "child", "news"])
def test_every_kind_of_report_has_its_name(kind):
    made = Pdf(dossier(smallest(facts=facts(kind=kind)), MADE, "uk"))
    assert made.holds(words(f"dossier.kind.{kind}"))


def test_no_name_of_a_child_is_in_what_other_programs_list():
    made = Pdf(dossier(complete(), MADE, "uk"))
    assert "Коваленко" not in made.metadata
    [info] = [head for head, _ in made.named(b"/Producer")] or [b""]
    assert "Коваленко".encode("utf-16-be") not in info


def test_the_json_is_what_was_opened():
    told = orjson.loads(document(complete(), MADE))
    assert told["schema"] == 1
    assert told["report"] == complete().report
    assert told["updates"][0]["payload"]["text"].startswith("Згадала")
    assert told["files"][0]["manifest"]["name"] == "Артем на морі.jpg"
    assert told["facts"]["received_at"] == "2026-11-24T12:00:07+00:00"
    assert told["made"] == {"at": "2026-11-26T12:00:07+00:00", "by": MADE.by, "to": MADE.to}
    assert {one["body"] for one in told["readiness"]} == {"interpol", "police", "damage"}


def test_a_repr_of_a_case_keeps_what_people_said_to_itself():
    said = repr(complete())
    assert "Коваленко" not in said
    assert "Артем" not in said
    assert "МКЧХ" not in said


def test_parts_are_those_that_are_documented():
    assert [part["heading"] for part in laid_out(complete(), MADE, "uk")["parts"]] == [
        *(words(f"dossier.part.{name}.heading") for name in PARTS),
        words("dossier.notes.heading"),
    ]


def test_news_of_other_kinds_and_thirty_files_fit_too():
    files = tuple(attached(n, bytes([n]), f"{n}.jpg") for n in range(1, 31))
    made = printed(
        files=files, report=report(SHORTEST), updates=(news("reunited", timedelta(1), 9),)
    )
    assert all(made.holds(one.manifest["sha256"]) for one in files)
    assert made.holds(words("news.status.option.reunited"))
