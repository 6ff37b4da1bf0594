"""`dodomu flows`: reading the questions, playing them, checking them."""

import io
import json
import subprocess
import sys

import pytest

from bot.commands import flows as command
from flows import shape
from flows.messages import FLOWS
from flows.report import REPORT
from locales import LOCALES, say

SHORTEST = [
    "Мати", "Ковальчук Софія Андріївна", "1", "27 3 2017", "Херсонська", "Генічеськ", "1", "1", "10",
]  # fmt: skip


@pytest.fixture
def play(monkeypatch, capsys):
    def with_lines(*lines, flow="report", **wanted):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        code = command.play(flow, **wanted)
        return code, capsys.readouterr().out

    return with_lines


def test_a_report_is_played_to_its_end_by_numbers_labels_and_words(play):
    code, said = play(*SHORTEST)
    assert code == 0
    assert "Записали так — Прізвище: Ковальчук. Ім’я: Софія. По батькові: Андріївна." in said
    assert "Перевірте перед надсиланням. Це ще не надіслано." in said
    assert "    Ким Ви є дитині: Мати" in said
    assert said.endswith("Complete: 6 answers would be sealed and sent now. Nothing was kept.\n")


def test_the_end_of_input_ends_politely(play):
    code, said = play("Мати")
    assert code == 0
    assert said.endswith("Stopped. Nothing was kept.\n")


def test_stop_ends_it(play):
    code, said = play("Зупинитися", "never read")
    assert code == 0
    assert said.endswith("Stopped. Nothing was kept.\n")


def test_an_answer_that_does_not_fit_is_told_in_the_language_played(play):
    _, said = play("Mother", "Kovalchuk Sofia", "1", "31 2 2020", locale="en")
    assert say("en", "error.date_days.2", year=2020, days=29) in said


def test_a_number_behind_an_equals_sign_is_typed(play):
    _, said = play("Мати", "Ковальчук Софія", "1", "Знаю лише вік", "=9")
    assert "Де дитина була востаннє?" in said


def test_words_on_a_screen_of_buttons_ask_for_a_button(play):
    _, said = play("Назад", "добрий день")
    assert say("uk", "error.choose") in said


def test_what_was_said_on_both_sides_is_recorded(play, tmp_path):
    file = tmp_path / "transcript.txt"
    _, said = play("Мати", record=file)
    assert file.read_text(encoding="utf-8").splitlines()[1:4] == [
        "",
        "Ким Ви є дитині?",
        "  1 [Мати]",
    ]
    assert "> Мати\n" in file.read_text(encoding="utf-8")
    code, said = play("Мати", record=file)
    assert (code, "File exists" in said) == (1, True)


def test_the_first_minute_is_played_too(play):
    code, said = play("1", "1", "1", "1", "Надіслати прокурорам", flow="arrival")
    assert code == 0
    assert "Complete: 4 answers" in said


def test_a_flow_that_does_not_exist_is_named_with_those_that_do(play, capsys):
    assert command.show("nothing") == 1
    there = ", ".join(flow.name for flow in FLOWS)
    assert capsys.readouterr().out == f"there is no flow nothing; there are {there}\n"
    assert play(flow="nothing")[0] == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_show_words_every_question_of_every_flow(locale, capsys):
    for flow in FLOWS:
        assert command.show(flow.name, locale=locale) == 0
        said = capsys.readouterr().out
        for _, step in flow.steps():
            assert say(locale, f"{flow.name}.{step.key}.name")
            assert f"· {step.key} ({type(step.kind).__name__})" in said
            for key in shape.options(step.kind):
                assert f"      - {say(locale, f'{flow.name}.{step.key}.option.{key}')}\n" in said


def test_show_answers_in_json(capsys):
    assert command.show("report", json=True) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == len(list(REPORT.steps()))
    adult = next(row for row in rows if row["key"] == "adult")
    assert adult["when"] == "relation_kin is adult_sibling"
    assert adult["options"] == {"yes": "Так", "no": "Ні"}
    name = next(row for row in rows if row["key"] == "name")
    assert (name["group"], name["marks"]) == ("children", ["required"])


def test_check_finds_everything_in_order(capsys):
    assert command.check() == 0
    assert command.check(json=True) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"good": True, "wrong": []}


def test_check_names_what_has_no_wording_in_each_language():
    assert list(command._unworded(["report.name.ask", "report.nothing.ask"])) == [
        f"{locale}: report.nothing.ask has no wording" for locale in LOCALES
    ]


def test_the_command_line_knows_the_flows():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "flows", "check", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, {"good": True, "wrong": []}), (
        done.stderr
    )
