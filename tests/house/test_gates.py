"""Every gate goes red when what it guards against is planted, and says what is wrong."""

import re
from pathlib import Path

import pytest
import tree

NEW_LINE = "\n"


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory):
    """A copy of the project; each test plants in a file of its own and takes it away again."""
    return tree.copy(tmp_path_factory.mktemp("gates") / "tree")


@pytest.fixture
def plant(spoiled):
    """Write a file into the copy for as long as the test lasts."""
    planted: list[tuple[Path, str | None]] = []

    def write(name: str, *lines: str) -> Path:
        path = spoiled / name
        planted.append((path, path.read_text(encoding="utf-8") if path.exists() else None))
        path.write_text(NEW_LINE.join([*lines, ""]), encoding="utf-8")
        return path

    yield write
    for path, before in planted:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")


BANNED = {
    "a task that nobody holds": (["import asyncio", "", "", "def start(work) -> None:",
                                  "    asyncio.create_task(work)"], "TID251"),
    "a clock without a zone": (["from datetime import datetime", "", "NOW = datetime.now()"], "DTZ005"),
    "chance that is no secret": (["import random", "", "DIE = random.randint(1, 6)"], "TID251"),
    "states of aiogram": (["from aiogram.fsm.state import StatesGroup", "", "",
                           "class Report(StatesGroup):", "    pass"], "TID251"),
    "an error swallowed": (["def quiet(work) -> None:", "    try:", "        work()",
                            "    except Exception:", "        pass"], "BLE001"),
}  # fmt: skip


@pytest.mark.parametrize("what", BANNED)
def test_lint_goes_red_on(what, plant, spoiled):
    lines, rule = BANNED[what]
    plant("handlers/planted.py", '"""Planted."""', "", *lines)
    code, said = tree.run(spoiled, "ruff", "check", "--no-cache", "handlers/planted.py")
    assert code == 1
    assert rule in said


def test_format_goes_red_on_a_file_out_of_shape(plant, spoiled):
    plant("handlers/planted.py", '"""Planted."""', "", "ONE = { 'a':1 }")
    code, said = tree.run(
        spoiled, "ruff", "format", "--no-cache", "--check", "handlers/planted.py"
    )
    assert code == 1
    assert "planted.py" in said


MISTYPED = {
    "a coroutine nobody awaits": (
        ["async def send() -> None: ...", "", "", "async def run() -> None:", "    send()"],
        "unused-coroutine",
    ),
    "a task nobody awaits": (
        ["import asyncio", "", "", "async def run(group: asyncio.TaskGroup) -> None:",
         "    asyncio.gather(asyncio.sleep(1))", "    group.create_task(asyncio.sleep(1))"],
        "unused-awaitable",
    ),
    "a function without types": (["def add(one, other):", "    return one + other"], "no-untyped-def"),
    "a forgotten case": (
        ["from enum import Enum", "", "", "class Answer(Enum):", "    YES = 1", "    NO = 2", "", "",
         "def say(answer: Answer) -> None:", "    match answer:", "        case Answer.YES:",
         "            print(1)"],
        "exhaustive-match",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTYPED)
def test_types_go_red_on(what, plant, spoiled, tmp_path):
    lines, rule = MISTYPED[what]
    plant("locales/planted.py", '"""Planted."""', "", *lines)
    code, said = tree.run(spoiled, "mypy", "--cache-dir", str(tmp_path), "locales/planted.py")
    assert code == 1
    assert f"[{rule}]" in said


ARROWS = {
    "cases/planted.py": ("handlers", "Imports point down only"),
    "handlers/planted.py": ("delivery", "Imports point down only"),
    "flows/planted.py": ("sqlalchemy", "flows knows no transport"),
    "delivery/planted.py": ("aiogram", "aiogram reads"),
    "locales/planted.py": ("telegram", "python-telegram-bot writes"),
    "vault/planted.py": ("asyncpg", "SQL lives in cases"),
    "cases/matching/planted.py": ("logging", "Matching knows no storage"),
    "handlers/planted_three.py": ("litestar", "Litestar lives in desk"),
    "desk/planted.py": ("asyncpg", "SQL lives in cases"),
    "sandbox/planted.py": ("cases", "The sandbox talks to us over HTTP"),
    "delivery/planted_too.py": ("vault.unseal", "No intake or delivery process can open"),
    "cases/planted_too.py": ("vault.member", "No intake or delivery process can open"),
    "handlers/planted_too.py": ("vault.rewrapping", "No intake or delivery process can open"),
    "sandbox/planted_too.py": ("vault.escrow", "No intake or delivery process can open"),
    "bot/planted.py": ("vault.member", "Of the program's own modules only commands open"),
}


def test_arrows_go_red_on_every_import_that_points_the_wrong_way(plant, spoiled):
    """All at once: building the graph takes a second, and each contract answers for itself."""
    before = tree.run(spoiled, "lint-imports", "--no-cache")[1]
    for name, (imported, _) in ARROWS.items():
        plant(name, '"""Planted."""', "", f"import {imported}")
    code, said = tree.run(spoiled, "lint-imports", "--no-cache")
    assert code == 1
    for name, (imported, contract) in ARROWS.items():
        module = name.removesuffix(".py").replace("/", ".")
        assert re.search(rf"^{re.escape(contract)}.* BROKEN", said, re.MULTILINE), contract
        assert re.search(rf"{re.escape(module)} -> {re.escape(imported)}", said), name
        assert module not in before


CATALOG = "locales/uk/LC_MESSAGES/bot.po"


def _first_entry(text: str) -> str:
    """The first wording after the head of a catalog, from its msgid to the empty line."""
    return re.search(r'^msgid "[^"]+"\n(?:.+\n)+', text, re.MULTILINE)[0]


def test_words_go_red_on_a_missing_entry(plant, spoiled):
    text = (spoiled / CATALOG).read_text(encoding="utf-8")
    plant(CATALOG, text.replace(_first_entry(text), ""))
    _words_are_red(spoiled, "missing")


def test_words_go_red_on_an_entry_nobody_has_confirmed(plant, spoiled):
    text = (spoiled / CATALOG).read_text(encoding="utf-8")
    entry = _first_entry(text)
    plant(CATALOG, text.replace(entry, f"#, fuzzy\n{entry}"))
    _words_are_red(spoiled, "fuzzy")


def _words_are_red(spoiled, why):
    code, said = tree.run(
        spoiled, "pytest", "-q", "-p", "no:cacheprovider", "tests/locales/test_locales_complete.py"
    )
    assert code == 1
    assert why in said


def test_tests_go_red_on_a_warning(plant, spoiled):
    plant(
        "tests/locales/test_planted.py",
        "import warnings", "", "",
        "def test_it():", "    warnings.warn('old', DeprecationWarning)",
    )  # fmt: skip
    code, said = tree.run(
        spoiled, "pytest", "-q", "-p", "no:cacheprovider", "tests/locales/test_planted.py"
    )
    assert code == 1
    assert "DeprecationWarning" in said
