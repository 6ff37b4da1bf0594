"""What every file of the project keeps to, whoever wrote it."""

import ast
import re

import pytest
import tree

MOST_LINES = 300
VAGUE = {
    "base",
    "common",
    "data",
    "helper",
    "helpers",
    "manager",
    "misc",
    "service",
    "util",
    "utils",
}
# Written in two halves, so that this file does not break its own rule.
MACHINE = [rf"(?<![\w.]){folder}/" for folder in ("/wor" + "k", "/roo" + "t", "/hom" + r"e/\w+")]
REGISTRIES = [
    re.escape(one + two)
    for one, two in [
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("deb.", "debian.org"),
        ("crates", ".io"),
        ("conda.", "anaconda.org"),
    ]
]
NEVER = {
    "the folder of one machine": MACHINE,
    "the host of a package registry": REGISTRIES,
    "a folder outside the project": [r"\.\./" + "shared"],
    "something left for later": [r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!X)"],
}


@pytest.mark.parametrize("what", NEVER)
def test_no_file_names(what):
    pattern = re.compile("|".join(NEVER[what]))
    assert [
        f"{name}:{number} {line.strip()[:80]}"
        for name, text in tree.texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ] == []


def test_no_module_is_longer_than_one_can_hold_in_mind():
    long = {name: text.count("\n") for name, text in tree.modules()}
    ours = {name: lines for name, lines in long.items() if not name.startswith("tests/")}
    assert {name: lines for name, lines in ours.items() if lines > MOST_LINES} == {}


def test_every_module_says_in_its_first_line_what_it_is_for():
    silent = []
    for name, text in tree.modules():
        said = ast.get_docstring(ast.parse(text))
        if text.strip() and not (said and said.splitlines()[0].rstrip().endswith((".", ":"))):
            silent.append(name)
    assert silent == []


def test_no_module_is_named_after_nothing_in_particular():
    assert [
        name for name, _ in tree.modules() if set(name.removesuffix(".py").split("/")) & VAGUE
    ] == []


def test_a_skipped_test_says_why():
    silent = []
    for name, text in tree.modules():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "pytest.skip",
                "pytest.mark.skip",
                "pytest.mark.skipif",
            ):
                worded = node.args or any(key.arg == "reason" for key in node.keywords)
                if not worded:
                    silent.append(f"{name}:{node.lineno}")
    assert silent == []


#: fields of these names hold what a person said, or who they are
PRIVATE = {"chat_id", "content", "params", "payload", "pin", "plaintext", "seed"}


def test_what_is_private_in_a_record_is_kept_out_of_its_repr():
    assert [
        f"{name}:{field.lineno} {ast.unparse(field.target)}"
        for name, text in tree.modules()
        if not name.startswith(("tests/", "sandbox/", "migrations/"))
        for record in ast.walk(ast.parse(text))
        if isinstance(record, ast.ClassDef) and _shows_its_fields(record)
        for field in record.body
        if isinstance(field, ast.AnnAssign)
        and ast.unparse(field.target) in PRIVATE
        and "repr=False" not in ast.unparse(field)
    ] == []


def _shows_its_fields(record):
    """A dataclass that writes its own repr out of its fields."""
    said = [ast.unparse(one) for one in record.decorator_list]
    return any(one.startswith("dataclass") and "repr=False" not in one for one in said)
