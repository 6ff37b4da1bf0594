"""The site: the same pages in both languages, and nothing named on them that is not there."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import app

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs/site"
LANGUAGES = ("uk", "en")
PAGES = sorted(SITE.glob("??/*.md"))
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_NAMED = re.compile(r"`((?:docs|deploy|flows|locales|tests)/[\w./-]+|SECURITY\.md)`")
_COMMAND = re.compile(r"`dodomu ([^`]+)`")


def nav(language: str) -> list[str]:
    told = tomllib.loads((SITE / f"{language}.toml").read_text(encoding="utf-8"))
    return [page for entry in told["project"]["nav"] for page in entry.values()]


def test_both_languages_have_the_same_pages_in_the_same_order():
    assert nav("uk") == nav("en")
    for language in LANGUAGES:
        there = {page.name for page in (SITE / language).glob("*.md")}
        assert there == set(nav(language))


def test_a_page_has_the_same_shape_in_both_languages():
    for name in nav("uk"):
        uk, en = ((SITE / language / name).read_text(encoding="utf-8") for language in LANGUAGES)
        for mark in (r"(?m)^#+ ", r"(?m)^\|", r"(?m)^\d+\. ", r"(?m)^- ", r"(?m)^```"):
            assert len(re.findall(mark, uk)) == len(re.findall(mark, en)), f"{name}: {mark}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_what_a_page_names_is_there(page):
    told = page.read_text(encoding="utf-8")
    for link in _LINK.findall(told):
        assert "://" in link or (page.parent / link).is_file(), link
    for named in _NAMED.findall(told):
        assert (ROOT / named.rstrip("/")).exists(), named
    for command in _COMMAND.findall(told):
        names, _, _ = app.parse_commands(command.split())
        assert names, f"there is no dodomu {command}"


def test_the_steps_that_are_shown_are_those_of_the_form():
    form = (ROOT / "flows/sighting.py").read_text(encoding="utf-8")
    for language in LANGUAGES:
        page = (SITE / language / "flows.md").read_text(encoding="utf-8")
        shown = re.findall(r'Step\("(\w+)", (\w+)\(', page)
        assert len(shown) == 5
        for key, kind in shown:
            assert re.search(rf'Step\(\s*"{key}",\s*{kind}\(', form), key
