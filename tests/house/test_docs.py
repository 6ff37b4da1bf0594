"""What the documents promise exists, and what exists they name."""

import inspect
import os
import re
import sys
import tomllib
from collections.abc import Iterator

import pytest
import tree
from PIL import Image

from bot.__main__ import app
from bot.settings import names

DOCUMENTS = {name: text for name, text in tree.texts() if name.endswith(".md")}
READMES = ("README.md", "README.uk.md")
DECISIONS = {
    name: text for name, text in DOCUMENTS.items() if re.match(r"docs/decisions/\d{4}-", name)
}
SCREENS = tree.ROOT / "docs" / "screens"
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _code(text: str) -> Iterator[str]:
    """The lines in code blocks, and what stands between backticks."""
    for block in FENCED.findall(text):
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    yield from re.findall(r"`([^`\n]+)`", FENCED.sub("", text))


def _said(first: str) -> set[str]:
    """Commands that begin with this word, in any document, comments cut off."""
    return {
        re.sub(r"\s+#.*", "", line)
        for text in DOCUMENTS.values()
        for line in _code(text)
        if line.startswith(f"{first} ")
    }


def test_every_make_target_that_is_promised_exists():
    makefile = (tree.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    promised = {line.split()[1] for line in _said("make")}
    assert {"run", "test", "check"} <= promised
    assert promised - targets == set()


def test_every_command_that_is_promised_exists():
    assert [line for line in sorted(_said("dodomu")) if not _understood(line)] == []


def test_a_command_that_is_not_there_would_be_noticed():
    assert not _understood("dodomu nothing")
    assert not _understood("dodomu keys nwe")
    assert not _understood("dodomu run intkae")


def _understood(line):
    words = re.match(r"dodomu((?: [a-z][a-z-]*)*)", line)[1].split()
    _, commands, rest = app.parse_commands(words)
    called = commands[-1].default_command
    return not rest or (called is not None and len(inspect.signature(called).parameters) > 0)


def test_every_setting_is_documented_and_every_documented_setting_exists():
    for readme in READMES:
        named = set(
            re.findall(
                r"\b(?:DODOMU_[A-Z_]+|TELEGRAM_[A-Z_]*TOKEN|DATABASE_URL)\b", DOCUMENTS[readme]
            )
        )
        known = {name.removesuffix("_FILE") for name in named}
        assert set(names()) - known == set(), f"missing in {readme}"
    everywhere = {
        name.removesuffix("_FILE")
        for text in DOCUMENTS.values()
        for name in re.findall(r"\bDODOMU_[A-Z][A-Z_]*[A-Z]\b", text)
    }
    assert everywhere - set(names()) == set(), "there is no such setting"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_inside_the_project_leads_somewhere(name):
    folder = (tree.ROOT / name).parent
    links = re.findall(
        r"\]\((?!https?:|mailto:|tel:|#)([^)#\s]+)", FENCED.sub("", DOCUMENTS[name])
    )
    assert [link for link in links if not (folder / link).exists()] == []


def test_every_picture_is_shown_once_and_every_picture_shown_exists():
    shown = re.findall(r"\(screens/([^)\s]+)\)", DOCUMENTS["docs/screens.md"])
    assert sorted(shown) == sorted(path.name for path in SCREENS.iterdir())


@pytest.mark.parametrize("name", sorted(path.name for path in SCREENS.iterdir()))
def test_a_picture_is_small_and_shows_something(name):
    path = SCREENS / name
    assert path.stat().st_size <= 120 << 10
    with Image.open(path, formats=("PNG",)) as picture:
        picture.load()
        assert picture.width >= 360
        assert len(picture.getcolors()) > 10


def test_both_readmes_tell_the_same():
    one, other = (DOCUMENTS[name] for name in READMES)
    assert _outline(one) == _outline(other)
    assert _commands(one) == _commands(other)
    for text in (one, other):
        assert "aiogram" in text
        assert "python-telegram-bot" in text


def _outline(text):
    """The levels of the headings, and the first column of each table's rows."""
    return [
        line.split(" ")[0] if line.startswith("#") else line.split(" | ")[0]
        for line in FENCED.sub("", text).splitlines()
        if line.startswith(("#", "| `"))
    ]


def _commands(text):
    return [
        re.sub(r"\s+#.*", "", line) for block in FENCED.findall(text) for line in block.split("\n")
    ]


def test_the_readme_shows_every_folder_of_the_house():
    for name in READMES:
        for package in tree.PACKAGES:
            assert f"`{package}/`" in DOCUMENTS[name], f"{package} in {name}"


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_tells_why_what_and_what_else_was_thought_of(name):
    headings = re.findall(r"^## (.+)$", DECISIONS[name], re.MULTILINE)
    assert headings[:2] == ["Context", "Decision"]
    assert "Rejected" in headings
    for part in re.split(r"^## .+$", DECISIONS[name], flags=re.MULTILINE)[1:]:
        assert part.strip(), "an empty part"


def test_decisions_are_numbered_without_gaps_and_listed():
    numbers = [int(name.split("/")[-1][:4]) for name in sorted(DECISIONS)]
    assert numbers == list(range(1, len(numbers) + 1))
    listed = DOCUMENTS["docs/README.md"]
    assert [name for name in DECISIONS if name.removeprefix("docs/") not in listed] == []


def test_every_document_is_listed():
    listed = DOCUMENTS["docs/README.md"]
    assert [
        name
        for name in DOCUMENTS
        if name.startswith("docs/")
        and name != "docs/README.md"
        and not name.startswith("docs/site/")  # both its languages are: see test_site
        and name.removeprefix("docs/") not in listed
    ] == []


def test_the_changelog_knows_this_version():
    version = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]["version"]
    said = DOCUMENTS["CHANGELOG.md"]
    assert "## [Unreleased]" in said or f"## [{version}]" in said


def test_what_ci_runs_can_be_run():
    for name in ("run", "audit", "environment", "browser", "browser_from_npm", "debian"):
        assert os.access(tree.ROOT / ".ci" / name, os.X_OK), name
    assert sys.version_info >= (3, 11)
