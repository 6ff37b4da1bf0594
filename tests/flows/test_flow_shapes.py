"""The structure of a flow may move only together with its version."""

from dataclasses import replace
from pathlib import Path

import pytest
from tiny import PETS

from bot.commands import flows as command
from flows import shape
from flows.kinds.choice import Choice
from flows.kinds.text import Text
from flows.messages import FLOWS
from flows.model import Flow, Given, Is, Section, Step

SHAPES = Path(__file__).with_name("shapes")


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_a_flow_has_the_shape_its_version_had_when_people_began_to_answer_it(flow):
    kept = SHAPES / shape.file_name(flow, flow.version)
    assert shape.shape(flow) == kept.read_text(encoding="utf-8")


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_every_condition_can_be_met(flow):
    assert shape.faults(flow) == ()


def test_a_shape_has_one_line_for_each_question_with_all_that_drafts_rely_on():
    assert shape.shape(PETS).splitlines() == [
        "flow pets version 1",
        "essentials who pets/kind",
        "section you",
        "  who Choice(options=kin,other) required",
        "  which_kin Choice(options=aunt,uncle) when who is kin",
        "  of_age Choice(options=yes,no) when which_kin is uncle",
        "  how_other Text(at_most=300) when who is other",
        "  name Text(at_most=80)",
        "section pet",
        "  group pets 1..3",
        "    kind Choice(options=cat,dog) required",
        "    breed Text(at_most=300) sensitive when kind is dog",
        "    kin_pet Choice(options=yes,no) when who is kin",
        "section walk announced",
        "  where Text(at_most=300)",
        "  when PartialDate(birth=False)",
    ]


def changed(**parts):
    """A flow of one question, and of another one with these parts changed."""
    step = Step("who", Choice("a", "b"))
    before = Flow("one", (Section("only", (step,)),))
    return before, Flow("one", (Section("only", (replace(step, **parts),)),))


@pytest.mark.parametrize(
    "parts",
    [
        {"key": "whom"},
        {"kind": Choice("a", "c")},
        {"kind": Text()},
        {"required": True},
        {"sensitive": True},
        {"unknown": False},
        {"off_path": True},
    ],
    ids=str,
)
def test_whatever_moves_in_a_question_moves_its_shape(parts):
    before, after = changed(**parts)
    assert shape.shape(before) != shape.shape(after)


def test_how_many_options_are_shown_first_is_no_part_of_the_shape():
    before, after = changed(kind=Choice("a", "b", first=1))
    assert shape.shape(before) == shape.shape(after)


def test_a_condition_on_an_option_that_does_not_exist_is_found():
    who = Step("who", Choice("a", "b"))
    flow = Flow(
        "bad",
        (
            Section(
                "only",
                (
                    who,
                    Step("late", Text(), when=Is("who", "b", "c")),
                    Step("fine", Text(), when=Given("who")),
                ),
            ),
        ),
    )
    assert shape.faults(flow) == ("bad.late: depends on who being c, which it never is",)


def fine(**wanted):
    return command.check(**wanted) == 0


def test_a_shape_that_is_not_there_is_wrong_and_is_not_made_by_looking(tmp_path, capsys):
    assert not fine(shapes=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert "report.v1.txt: is missing; run `dodomu flows check --write`" in capsys.readouterr().out


def test_shapes_are_written_when_asked_for(tmp_path):
    assert fine(shapes=tmp_path, write=True)
    assert {file.name for file in tmp_path.iterdir()} == {
        shape.file_name(flow, flow.version) for flow in FLOWS
    }
    assert fine(shapes=tmp_path)


def test_a_shape_that_moved_is_wrong_and_is_never_written_over(tmp_path, capsys):
    assert fine(shapes=tmp_path, write=True)
    file = tmp_path / "report.v1.txt"
    moved = file.read_text(encoding="utf-8").replace("  reporter_name Text(at_most=80)\n", "")
    file.write_text(moved, encoding="utf-8")
    assert not fine(shapes=tmp_path, write=True)
    assert "add an upgrade to the flow" in capsys.readouterr().out
    assert file.read_text(encoding="utf-8") == moved


def test_the_shape_of_an_older_version_has_to_stay(tmp_path):
    newer = replace(PETS, upgrades=(dict,))
    (fault,) = command._wrong_shape(newer, tmp_path, write=True)
    assert fault.endswith("pets.v1.txt: is missing; take it from the history")
    assert (tmp_path / "pets.v2.txt").exists()
