"""`dodomu db`: says in words, and with its exit code, how the database stands."""

import json

import pytest

from bot.commands.db import app
from bot.postgres import wanted


@pytest.fixture(autouse=True)
def _settings(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_url)


def _run(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(words)
    return int(ended.value.code or 0)


def test_an_empty_database_is_upgraded_and_then_as_it_should_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("check") == 1
    assert "run `dodomu db upgrade`" in capsys.readouterr().out
    assert _run("upgrade") == 0
    assert _run("check", "--json") == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == {"schema": wanted(), "wanted": wanted(), "ok": True, "restored": None}


def test_a_database_that_is_away_is_told_without_its_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/nowhere")
    assert _run("check") == 1
    said = capsys.readouterr().out
    assert "cannot be used" in said
    assert "secret" not in said
