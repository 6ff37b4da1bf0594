"""A report over all sections: what is sealed is what was asked and what was said."""

import pytest
from chat import PLAIN_SPACES
from stored import answers_of, open_cases
from walk import COMPLETE, question, walk, walk_all

from cases.telling import tell
from flows.answers import Word
from flows.report import REPORT

#: questions of another branch than the complete report takes, and how a family comes there
BRANCHES = {
    "relation_other": (("[Змінити: Ви і дитина]", "[Ким Ви є дитині]", "[Інше]"), "[Свідок]", "Свідок"),
    "reporter_email": (
        ("[Змінити: Ви і дитина]", "[Як з Вами зв’язатися]", "[Електронною поштою]"),
        "olena@example.com",
        "olena@example.com",
    ),
    "trusted_person": (
        ("[Змінити: Ви і дитина]", "[Як з Вами зв’язатися]", "[Через людину, якій довіряю]"),
        "Сусідка Ніна",
        "Сусідка Ніна",
    ),
}  # fmt: skip


async def test_the_sealed_case_holds_every_question_and_every_answer(olena, arrive, door, keyset):
    await arrive(olena)
    asked = [at for at in await walk_all(olena) if question(at) in COMPLETE]
    (case,) = await open_cases(door, keyset)
    told = answers_of(case)
    assert sorted(row["address"] for row in told) == sorted(asked)
    for row in told:
        key = question(row["address"])
        assert row["question"] == tell("uk", Word(f"{REPORT.name}.{key}.ask"))
        answer = row["answer"].translate(PLAIN_SPACES)
        assert answer.startswith(COMPLETE[key][1]), key
        assert row["state"] == "given"


async def test_every_question_of_the_report_is_reached(olena, arrive, door, keyset):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    asked = await walk(olena, "#check")
    await olena.does("[Додати відомості]", "[1 Ви]")
    asked += await walk(olena, "#check")
    for key, (way, said, _) in BRANCHES.items():
        await olena.does(*way)
        assert await olena.at() == key
        asked += await walk(olena, "#check", {key: (said,)})
    await olena.taps("Надіслати прокурорам")
    asked += await walk(olena, "@receipt")
    offered = {step.key for _, step in REPORT.steps() if not step.off_path}
    assert offered <= {question(at) for at in asked}
    (case,) = await open_cases(door, keyset)
    told = {question(row["address"]): row["answer"] for row in answers_of(case)}
    assert told["relation_other"] == BRANCHES["relation_other"][2]
    assert told["trusted_person"] == BRANCHES["trusted_person"][2]
    # No longer on the path, so no longer told:
    assert "relation_kin" not in told
    assert "reporter_email" not in told


async def test_what_was_agreed_to_is_sealed_with_it(olena, arrive, door, keyset):
    await arrive(olena)
    await walk_all(olena)
    (case,) = await open_cases(door, keyset)
    assert case["consent"]["text"] == tell("uk", Word("arrival.consent.ask"))
    assert case["locale"] == "uk"
    closing = next(one for one in case["sections"] if one["key"] == "closing")
    share = next(row for row in closing["answers"] if row["address"] == "share")
    assert share["value"]["parties"] == ["prosecutor", "police"]


@pytest.mark.parametrize(
    ("button", "told"),
    [
        ("[Не знаю]", ("unknown", "не знаєте")),
        ("[Пропустити]", ("skipped", "не вказано")),
    ],
)
async def test_not_known_and_skipped_stay_apart(olena, arrive, door, keyset, *, button, told):
    await arrive(olena)
    await walk_all(olena, {"alternate_names": (button,)})
    (case,) = await open_cases(door, keyset)
    row = next(one for one in answers_of(case) if one["address"].endswith("alternate_names"))
    assert (row["state"], row["answer"]) == told


async def test_what_somebody_would_rather_not_say_is_kept_as_that(olena, arrive, door, keyset):
    await arrive(olena)
    await walk_all(olena, {"dna": ("[Не хочу відповідати]",)})
    (case,) = await open_cases(door, keyset)
    row = next(one for one in answers_of(case) if one["address"].endswith("dna"))
    assert (row["state"], row["answer"]) == ("declined", "не хочете відповідати")


async def test_two_children_are_sealed_as_two(olena, arrive, door, keyset):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    await walk(olena, "#check")
    await olena.does("[Додати відомості]", "[2 Дитина]")
    await walk(olena, "children")
    await olena.taps("Додати ще дитину")
    assert "Дитина 2" in olena.last
    second = {"name": ("Ковальчук Іван Андрійович", "[Так]"), "sex": ("[Хлопець]",)}
    await walk(olena, "children", second)
    await olena.taps("Готово")
    await walk(olena, "#check")
    await olena.taps("Надіслати прокурорам")
    await walk(olena, "@receipt")
    (case,) = await open_cases(door, keyset)
    items = next(one for one in case["sections"] if one["key"] == "child")["items"]
    assert [one["number"] for one in items] == [1, 2]
    assert [one["answers"][0]["answer"] for one in items] == [
        "Ковальчук Софія Андріївна",
        "Ковальчук Іван Андрійович",
    ]
    assert (
        await door.database.fetchval("SELECT count(*) FROM sealed_object WHERE kind = 'card'") == 2
    )
