"""The family's packet says what the family said, leaves lines for the rest, and harms nobody."""

from datetime import timedelta

import pytest
from invented import (
    CODE,
    MADE,
    SHORTEST,
    WHOLE,
    addition,
    complete,
    facts,
    news,
    report,
    smallest,
    words,
)
from pdf_text import Pdf

from desk.export.packet import NoStatement, laid_out, packet
from locales.contacts import contacts


@pytest.fixture(scope="module")
def whole() -> Pdf:
    return Pdf(packet(complete(), MADE))


def rows(told, name="rows"):
    return {one["label"]: one["text"] for one in told["statement"][name]}


def test_it_is_an_archive_file_in_ukrainian(whole):
    assert "<pdfaid:part>3<" in whole.metadata
    assert b"/Lang(uk)" in whole.catalog


def test_it_says_that_it_is_a_draft_and_who_signs(whole):
    first = whole.text_of(whole.pages[0])
    assert words("packet.draft")[:40] in first
    assert words("packet.safety")[:40] in first
    assert whole.holds(words("packet.code", code=CODE))


def test_the_statement_is_filled_from_the_report(whole):
    for said in ("Олена Коваленко", "+380501234567", "Коваленко Артем Ігорович",
                 "Kovalenko Sofiia Ihorivna", "14 вересня 2018", "шрам над лівою бровою",
                 "І-БЛ 123456", "17 жовтня 2022", "директорка школи № 4",
                 "Сказали, що їдуть на два тижні на море."):  # fmt: skip
        assert whole.holds(said), said
    assert whole.holds(words("packet.statement.request"))


def test_what_is_not_known_is_a_line_to_write_on():
    told = laid_out(smallest(), MADE)
    child = {one["label"]: one["text"] for one in told["statement"]["children"][0]["rows"]}
    for key in ("sex", "home", "id_numbers", "marks"):
        assert child[words(f"packet.field.{key}")] == ""
    assert words("packet.field.appearance") not in child
    assert rows(told)[words("packet.field.event_date")] == ""
    assert rows(told, "sender")[words("packet.statement.from")] == ""
    assert rows(told, "sender")[words("packet.statement.address")] == ""


def test_what_the_family_would_rather_not_say_is_not_said_for_it():
    from flows.answers import Answer, State

    said = report({**WHOLE, "a/marks": Answer(State.DECLINED), "story": Answer(State.DECLINED)})
    told = laid_out(complete(report=said), MADE)
    child = {one["label"]: one["text"] for one in told["statement"]["children"][0]["rows"]}
    assert child[words("packet.field.marks")] == ""
    assert told["statement"]["story"] == ""


def test_several_children_stand_apart():
    told = laid_out(complete(), MADE)
    assert [one["heading"] for one in told["statement"]["children"]] == ["Дитина 1", "Дитина 2"]
    assert laid_out(smallest(), MADE)["statement"]["children"][0]["heading"] == "Дитина"


def test_the_chronology_is_in_the_order_of_what_happened():
    said = [row["what"] for row in laid_out(complete(), MADE)["chronology"]["rows"]]
    order = ["Не повернули з табору", "Востаннє була", "Останній зв’язок", "Ви повідомили",
             "Ви доповнили", "Є зв’язок. Написав", "Куди привезли"]  # fmt: skip
    places = [next(n for n, one in enumerate(said) if word in one) for word in order]
    assert places == sorted(places)


@pytest.mark.parametrize("status", ["return_in_preparation", "in_transit"])
def test_paper_that_may_be_found_does_not_tell_of_a_return_that_is_near(status):
    near = news(status, timedelta(days=2), 9)
    told = laid_out(complete(updates=(near,)), MADE)
    assert words(f"news.status.option.{status}") not in str(told)


def test_nothing_that_prosecutors_found_stands_in_it(whole):
    assert not whole.holds("лист МКЧХ № 17")
    assert not whole.holds("Марченко")
    assert not whole.holds(words("dossier.reason.H4.no_medicine"))


def test_it_lists_where_the_family_has_turned_and_the_number_it_was_given(whole):
    assert whole.holds("Поліція, 102")
    assert whole.holds("12022230000001234")
    rows = laid_out(complete(), MADE)["turned"]["rows"]
    assert [row[0] for row in rows] == [
        "Поліція, 102", "Уповноважений ВР", "Червоний Хрест (МКЧХ)",
        words("packet.turned.erdr"),
    ]  # fmt: skip


@pytest.mark.parametrize("said", [{}, {"reported_to": ["none"]}])
def test_who_has_turned_to_nobody_is_told_where_to_begin(said):
    told = laid_out(smallest(report=report({**SHORTEST, **said})), MADE)
    assert told["turned"]["rows"] == []
    assert "102" in told["turned"]["intro"]


def test_only_numbers_that_were_checked_stand_in_it(whole):
    listed = {row["number"] for row in laid_out(complete(), MADE)["contacts"]["rows"]}
    assert listed == {one.number for one in contacts("declined")}
    assert "16-48" not in listed
    for number in listed:
        assert whole.holds(number)


def test_the_statement_begins_on_a_sheet_of_its_own(whole):
    [page] = [page for page in whole.pages if "ЗАЯВА" in whole.text_of(page)]
    text = whole.text_of(page)
    assert words("packet.safety")[:40] not in text
    assert "116 000" not in text


def test_it_is_there_in_english_too():
    made = Pdf(packet(complete(), MADE, "en"))
    assert made.holds(words("packet.draft", "en"))
    assert b"/Lang(en)" in made.catalog


@pytest.mark.parametrize("kind", ["sighting", "collective", "child"])
def test_there_is_no_statement_where_there_is_no_family(kind):
    with pytest.raises(NoStatement):
        packet(smallest(facts=facts(kind=kind)), MADE)


def test_a_report_without_a_child_has_no_statement():
    said = {key: value for key, value in SHORTEST.items() if "/" not in key}
    with pytest.raises(NoStatement):
        packet(smallest(report=report(said)), MADE)


@pytest.mark.parametrize("text", ["#panic()", "$x$", "😭 漢字", "щ" * 300, "</w:t>", "*б*"])
def test_whatever_the_family_wrote_is_printed(text):
    said = report({**WHOLE, "story": text})
    opened = complete(report=said, updates=(addition(text, timedelta(1), 6),))
    assert Pdf(packet(opened, MADE)).pages
