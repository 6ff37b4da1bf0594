"""Every word the desk says is worded, and nothing is worded that it never says."""

import ast
import re
import typing
from pathlib import Path

import pytest

from cases import deciding, sessions
from cases.permissions import ROLES
from cases.triage import RULES
from cases.views import AGES, KINDS, STATUSES, VIEWS
from desk import casework, leaving, opening, people, queue, telling, troubles
from desk.pages import FOLDER, ROOMS
from flows.report import REPORT
from locales import say
from locales.catalogs import STAFF_LOCALES, staff_words_of

#: keys that are put together, and what of
MADE = {
    "role.": ROLES,
    "room.": [room.key for room in ROOMS],
    "level.": ("critical", "high", "medium", "low"),
    "kind.": KINDS,
    "age.": AGES,
    "status.": STATUSES,
    "view.": VIEWS,
    "reason.": [rule.code for rule in RULES],
    "filter.": ("oblast", "kind", "age", "status"),
    "filter.any.": ("oblast", "kind", "age", "status"),
    "column.": ("level", "code", "child", "where", "why", "due", "who"),
    "state.": ("pending", "active", "suspended"),
    "me.how.": typing.get_args(sessions.How),
    "queue.said.": queue._SAID,
    "queue.": ("take", "release"),
    "people.said.": people._SAID,
    "people.wrong.": ("invite", "role", "duty"),
    "factor.wrong.": ("short", "long", "simple", "differ", "code"),
    "sign_in.": ("wrong", "often"),
    "keys.": ("help", "j", "k", "c"),
    "unlock.wrong.": ("passphrase", "file", "another", "list", "granted", "forged", "tries"),
    "why.reason.": opening.REASONS,
    "why_level.": deciding.WHY_LEVEL,
    "closing.": deciding.REASONS,
    "case.said.": casework._SAID,
    "export.": leaving.WHAT,
    "case.trouble.": ("damaged", "moved"),
    "claim.": ("family", "us", "inside"),
    "thread.": (*telling.FROM_FAMILY, *telling.FROM_US, *telling.INSIDE),
    "report.scenario.option.": next(
        step.kind.options
        for section in REPORT.sections
        for step in section.steps
        if getattr(step, "key", "") == "scenario"
    ),
}
_TROUBLES = (
    {
        node.args[1].value
        for path in sorted(Path(troubles.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "trouble"
        and isinstance(node.args[1], ast.Constant)
    }
    | set(troubles._WORDED.values())
    | {"not_understood"}
)


def _asked() -> set[str]:
    """The keys in templates, and those put together."""
    written = {
        key
        for path in (FOLDER / "templates").glob("*.html")
        for key in re.findall(r"""\b(?:_|word)\("([^"]+)"(?! ~)""", path.read_text("utf-8"))
    }
    made = {f"{stem}{one}" for stem, ends in MADE.items() for one in ends}
    told = {f"trouble.{key}.{part}" for key in _TROUBLES for part in ("head", "said")}
    return written | made | told


@pytest.mark.parametrize("locale", STAFF_LOCALES)
def test_everything_the_desk_says_is_worded(locale):
    unworded = []
    for key in sorted(_asked()):
        try:
            said = say(locale, key, **dict.fromkeys(PLACEHOLDERS, 2))
        except KeyError:
            unworded.append(key)
            continue
        assert said
    assert unworded == []


PLACEHOLDERS = ("n", "limit", "code", "role", "who", "handle")


def test_nothing_is_worded_that_is_never_said():
    worded = {
        key if isinstance(key, str) else key[0]
        for words in staff_words_of("uk")[:1]  # the desk's own; what leaves on paper has its tests
        for key in words._catalog
        if key
    }
    assert sorted(worded - _asked()) == []
