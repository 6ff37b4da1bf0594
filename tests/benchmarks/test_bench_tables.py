"""The tables and curves say what a run has seen, and the form of the other bots is this one's."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks import figures, goals, table
from benchmarks.peers import form
from benchmarks.results import Results
from benchmarks.script import Say, report


def saturation(per_second: float, **cpu: float) -> dict[str, object]:
    return {"updates": 900, "sealed": 60, "per_second": per_second, "cpu": cpu, "stub": 0.1,
            "others": 0.02, "calls": 2.5}  # fmt: skip


def a_round(per_second: float, cpu: float, p50: float | None) -> dict[str, object]:
    seen = saturation(per_second, bot=cpu, PostgreSQL=0.5)
    wait = None if p50 is None else {"p50": p50, "p99": 4 * p50}
    return {"start": 3.0, "pss": 200.0, "saturation": {"report": seen, "unsent": seen},
            "latency": {"100": wait}}  # fmt: skip


def seen(title: str, *rounds: dict[str, object], left_out: str = "") -> dict[str, object]:
    return {"title": title, "keeps": "–", "rounds": list(rounds), "left_out": left_out}


PARTS = {
    "speed": {
        "dodomu": seen("Ours", a_round(600, 1.5, 4), a_round(300, 2.5, 6), a_round(500, 1.9, 5)),
        "echo": seen("Echo", a_round(500, 1.0, 2), a_round(100, 1.5, 2), a_round(500, 1.2, 2)),
        "fsm-redis": seen("Redis", left_out="there is no Redis"),
        "grammy": seen("Node", a_round(1500, 0.5, None)),
    },
    "memory": {"pss": {"0": 200.0, "1000": 200.0, "100000": 212.0}, "calls": {}},
    "stored": {"rounds": {"1000": [saturation(1, bot=2.0)], "1000000": [saturation(1, bot=2.3)]}},
    "calls": {"sendMessage": 15, "answerCallbackQuery": 11},
}


def said(parts: dict[str, object]) -> dict[str, goals.Line]:
    return {line.what: line for line in goals.lines(parts)}


def test_ratios_are_of_one_round_each_and_not_of_medians():
    line = said(PARTS)["updates/s, whole reports, to Echo"]
    assert line.seen == "1.20 (1.00–3.00)"
    assert line.met


def test_what_misses_its_goal_is_said_to_miss_it():
    lines = said(PARTS)
    assert lines["… growth from 1,000 to 100,000, %"].met is False
    assert lines["cost of an update, growth from 1,000 to 1,000,000 stored cases, %"].met is False
    assert lines["Telegram calls for the least report"].met
    assert lines["updates/s, whole reports, to Node"].met is False


def test_a_bot_that_was_left_out_has_no_line_but_a_reason():
    assert not any("Redis" in what for what in said(PARTS))
    assert "Redis: left out after 0 rounds, because there is no Redis." in table.left_out(
        PARTS["speed"]
    )


def test_a_rate_that_was_not_kept_up_with_is_no_latency():
    assert "not kept up with" in table.bots(PARTS["speed"])


def test_the_whole_is_one_page_of_markdown_with_aligned_tables():
    machine = {"cpu": "x", "cores": 2, "memory_gb": 23.5, "system": "Linux", "python": "3.11",
               "postgres": "18", "load": 0.1}  # fmt: skip
    page = table.whole(Results(machine, quick=True, when="now", commit="abc", parts=PARTS))
    assert "A quick run" in page
    for one in page.split("\n\n"):
        rows = [len(line) for line in one.split("\n") if line.startswith("|")]
        assert len(set(rows)) <= 1


def test_curves_are_svg_that_says_its_numbers_in_words(tmp_path):
    drawn = figures.draw(PARTS, tmp_path)
    assert [path.name for path in drawn] == ["drafts.svg", "cases.svg"]
    for path in drawn:
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        assert root.tag.endswith("svg")
        described = root.find("{*}desc")
        assert described is not None
        assert "1,000: " in str(described.text)


@pytest.mark.parametrize("number", range(8))
def test_the_others_ask_what_ours_asks(number):
    for question, answer in zip(form.questions(), report(number)[1:], strict=True):
        if isinstance(answer, Say):
            assert question.options == ()
        else:
            assert answer.label in question.options
