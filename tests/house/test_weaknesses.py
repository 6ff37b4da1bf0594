"""The advice about known weaknesses: clear when there is none, bounded, and never a gate."""

import json
import os
import stat
import subprocess
import time

import pytest
import tree

from deploy.audit import worded


def _found(*packages):
    return list(worded(json.dumps({"dependencies": list(packages), "fixes": []})))


def _package(name, **more):
    return {"name": name, "version": "1.0", **more}


def test_a_weakness_is_named_with_what_mends_it():
    weak = [{"id": "PYSEC-1", "fix_versions": ["1.1"]}, {"id": "PYSEC-2", "fix_versions": []}]
    assert _found(_package("one", vulns=weak), _package("two", vulns=[])) == [
        "audit: 2 known weaknesses in 1 packages; 2 of 2 packages answered",
        "audit:   one 1.0: PYSEC-1, mended in 1.1",
        "audit:   one 1.0: PYSEC-2, mended in nothing yet",
    ]


def test_what_was_not_answered_is_not_called_clean():
    clean, silent = _package("one", vulns=[]), _package("two", skip_reason="not found")
    assert _found(clean, silent) == ["audit: no known weakness; 1 of 2 packages answered"]


def test_an_index_that_cannot_be_asked_is_told():
    (line,) = _found(_package("one", skip_reason="x"), _package("two", skip_reason="x"))
    assert "the index could not be asked" in line
    assert "0 of 2 packages answered" in line


@pytest.mark.parametrize("nonsense", ["", "{", "[]", '{"dependencies": null}'])
def test_a_tool_that_says_nothing_is_an_index_that_could_not_be_asked(nonsense):
    assert list(worded(nonsense)) == [
        "audit: the index could not be asked; nothing is known of weaknesses"
    ]


@pytest.fixture
def audited(tmp_path):
    """.ci/audit with a tool that does as it is told."""

    def audit(script, seconds):
        tool = tmp_path / "pip-audit"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
        more = {"AUDIT_TOOL": str(tool), "AUDIT_SECONDS": str(seconds)}
        return subprocess.run(
            [str(tree.ROOT / ".ci/audit")], env={**os.environ, **more},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip

    return audit


def test_a_tool_that_does_not_come_back_is_ended(audited):
    began = time.monotonic()
    done = audited("sleep 600", 1)
    assert time.monotonic() - began < 100
    assert (done.returncode, done.stdout) == (
        0, "audit: no answer within 1 s; nothing is known of weaknesses\n",
    )  # fmt: skip


def test_the_tool_is_given_every_package_of_the_lock_and_its_answer_is_told(audited):
    done = audited(
        'while [ "$1" != --requirement ]; do shift; done; n=$(grep -c == "$2");'
        ' echo "{\\"dependencies\\": [{\\"name\\": \\"n\\", \\"version\\": \\"$n\\", \\"vulns\\": [{\\"id\\": \\"X\\"}]}]}"; exit 1',
        60,
    )
    count = (tree.ROOT / "requirements.lock").read_text().count("==") - sum(
        line.count("==") - 1
        for line in (tree.ROOT / "requirements.lock").read_text().splitlines()
        if " ; " in line
    )
    assert done.returncode == 0, "advice is never a gate"
    assert f"n {count}: X" in done.stdout
