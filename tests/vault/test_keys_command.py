"""`dodomu keys`, from the first key to finding out what is wrong."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.commands.keys import app
from vault import keys, recipients

Run = Callable[..., tuple[int, dict]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    for name in [name for name in os.environ if name.startswith("DODOMU_")]:
        monkeypatch.delenv(name)

    def command(*arguments: object) -> tuple[int, dict]:
        code = app([*map(str, arguments), "--json"], result_action="return_value")
        return code, json.loads(capsys.readouterr().out)

    return command


@pytest.fixture
def made(run: Run, tmp_path: Path) -> dict[str, str]:
    """Public parts by kind; key files and a signed list lie in tmp_path."""
    public = {kind: run("new", kind, "--folder", tmp_path)[1]["public"] for kind in keys.KINDS}
    listed = tmp_path / "recipients.json"
    groups = [f"--{kind}={public[kind]}" for kind in ("triage", "escrow", "intake-sign")]
    groups.append(f"--intake-sign={public['desk']}")
    assert run("draft", listed, *groups)[0] == 0
    code, signed = run("sign", listed, "--root", tmp_path / "root.key")
    assert code == 0
    assert signed["root_public"] == public["root"]
    return public


def verified(run: Run, folder: Path, root: str, *more: object) -> tuple[int, str]:
    code, shown = run("verify", folder / "recipients.json", "--root-public", root, *more)
    wrong = [each["said"] for each in shown["findings"] if not each["good"]]
    assert shown["good"] == (not wrong) == (code == 0)
    return code, "\n".join(wrong)


def test_from_no_keys_to_a_verified_list(run: Run, made, tmp_path: Path):
    options = [f"--key={tmp_path / kind}.key" for kind in keys.KINDS]
    assert verified(run, tmp_path, made["root"], *options) == (0, "")
    for kind in keys.KINDS:
        assert stat.S_IMODE((tmp_path / f"{kind}.key").stat().st_mode) == 0o600


def test_the_words_are_for_people(made, tmp_path: Path, capsys):
    code = app(
        ["verify", str(tmp_path / "recipients.json"), "--root-public", made["root"]],
        result_action="return_value",
    )
    said = capsys.readouterr().out
    assert code == 0
    assert said.startswith("ok ")
    assert "seals to 2 keys" in said


def test_the_environment_of_the_bot_is_enough(run: Run, made, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DODOMU_RECIPIENTS", str(tmp_path / "recipients.json"))
    monkeypatch.setenv("DODOMU_ROOT_PUBLIC", made["root"])
    monkeypatch.setenv("DODOMU_VAULT_KEY", str(tmp_path / "vault.key"))
    monkeypatch.setenv("DODOMU_INTAKE_SIGN_KEY", str(tmp_path / "intake-sign.key"))
    code, shown = run("verify")
    assert code == 0
    assert len(shown["findings"]) == 3
    monkeypatch.setenv("DODOMU_RECIPIENTS_VERSION", "2")
    assert run("verify")[0] == 1


def test_what_is_wrong_is_said(run: Run, made, tmp_path: Path, now):
    (tmp_path / "vault.key").chmod(0o644)
    keys.make("triage", tmp_path / "stranger.key", now)
    keys.make("root", tmp_path / "root-2.key", now)
    options = [f"--key={tmp_path / name}.key" for name in ("vault", "stranger", "root-2", "none")]
    code, wrong = verified(run, tmp_path, made["root"], *options)
    assert code == 1
    assert "vault.key: others can read it" in wrong
    assert "stranger.key: this triage key is not in the list" in wrong
    assert "root-2.key: is another root key" in wrong
    assert "none.key: there is no such file" in wrong
    assert "not by this root key" in verified(run, tmp_path, made["intake-sign"])[1]
    assert "not a valid public key" in verified(run, tmp_path, "nonsense")[1]


def test_an_edited_list_must_be_signed_again(run: Run, made, tmp_path: Path):
    listed = tmp_path / "recipients.json"
    whole = json.loads(listed.read_text())
    whole["version"] = 2
    listed.write_text(json.dumps(whole))
    assert "not by this root key" in verified(run, tmp_path, made["root"])[1]
    assert run("sign", listed, "--root", tmp_path / "root.key")[0] == 0
    assert verified(run, tmp_path, made["root"], "--at-least", 2) == (0, "")


def test_a_list_nobody_would_accept_is_not_signed(run: Run, made, tmp_path: Path):
    listed = tmp_path / "recipients.json"
    whole = json.loads(listed.read_text())
    whole["escrow"] = []
    listed.write_text(json.dumps(whole))
    before = recipients.signature_path(listed).read_bytes()
    code, shown = run("sign", listed, "--root", tmp_path / "root.key")
    assert code == 1
    assert "escrow" in shown["said"]
    assert recipients.signature_path(listed).read_bytes() == before


def test_nothing_is_overwritten(run: Run, made, tmp_path: Path):
    assert run("new", "root", "--folder", tmp_path)[0] == 1
    assert run("new", "triage", "--folder", tmp_path, "--name", "triage-2")[0] == 0
    groups = [f"--{kind}={made[kind]}" for kind in ("triage", "escrow", "intake-sign")]
    assert run("draft", tmp_path / "recipients.json", *groups)[0] == 1
    assert run("draft", tmp_path / "long.json", *groups, "--days", 401)[0] == 1
    assert not (tmp_path / "long.json").exists()


def test_fingerprints_are_of_the_public_part(run: Run, made, tmp_path: Path):
    path = tmp_path / "triage.key"
    code, shown = run("fingerprint", path, tmp_path / "vault.key")
    assert code == 0
    assert shown[str(path)] == keys.fingerprint(made["triage"])
    assert shown[str(tmp_path / "vault.key")] == ""
