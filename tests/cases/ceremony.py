"""The keys of an office made as people make them: with the command line, from nothing."""

import copy
import io
import json
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.commands.keys import app

HEAD, MARCHENKO = "p-01", "p-07"


def run(*arguments: object, typed: str = "") -> tuple[int, Any]:
    """Exit code and answer of `dodomu keys …`. `typed`: what is typed when it asks."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "stdin", io.StringIO(typed)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = app([*map(str, arguments), "--json"], result_action="return_value")
    return code, json.loads(out.getvalue())


class Ceremony:
    """Root, triage, escrow, two members, and the first list, signed, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = {
            kind: self.must("new", kind, "--folder", folder)["public"]
            for kind in ("root", "triage", "escrow", "intake-sign")
        }
        people = [self.must("member", "new", id_, "--folder", folder) for id_ in (HEAD, MARCHENKO)]
        self.words = {each["member"]: each["passphrase"] + "\n" for each in people}
        groups = [f"--{kind}={self.public[kind]}" for kind in ("triage", "escrow", "intake-sign")]
        members = [f"--member={each['line']}" for each in people]
        self.listed = folder / "recipients.json"
        self.must("draft", self.listed, *groups, *members)
        self.sign(self.listed)

    def copy(self, folder: Path) -> "Ceremony":
        """The same office in another folder, to be spoilt."""
        other = copy.copy(self)
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        other.folder, other.listed = folder, folder / self.listed.name
        return other

    def must(self, *arguments: object, typed: str = "") -> Any:
        code, shown = run(*arguments, typed=typed)
        assert code == 0, shown
        return shown

    def sign(self, listed: Path) -> None:
        self.must("sign", listed, "--root", self.folder / "root.key")

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def trusted(self) -> list[str]:
        """What tells a command which list counts."""
        return [f"--recipients={self.listed}", f"--root-public={self.public['root']}"]

    def by(self, id_: str = HEAD) -> list[str]:
        return [f"--by={self.file(id_)}", *self.trusted()]

    def first_grants(self) -> None:
        self.heads("grant", HEAD, MARCHENKO, "--from", self.file("triage"))

    def heads(self, *arguments: object) -> Any:
        """A command of the head's, which must succeed."""
        return self.must(*arguments, *self.by(), typed=self.words[HEAD])

    def verified(self, *more: object) -> list[str]:
        """What `keys verify` finds wrong."""
        _, shown = run("verify", self.listed, "--root-public", self.public["root"], *more)
        return [each["said"] for each in shown["findings"] if not each["good"]]

    def rotated(self, *more: object) -> Path:
        """Rotate the triage key and put the new list in the place of the old one; the key file."""
        to = self.listed.with_name(f"{self.listed.stem}.next.json")
        shown = self.must(
            *("rotate", "--folder", self.folder, "--to", to, *self.by(), *more),
            typed=self.words[HEAD],
        )
        self.sign(to)
        self.listed = to
        return Path(shown["key"])
