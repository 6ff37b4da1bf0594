"""What runs the program elsewhere names only settings, commands and files there are."""

import inspect
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
import tree
import yaml

from bot.__main__ import app
from bot.settings import load, names
from vault import keys, throwaway

COMPOSE = yaml.safe_load((tree.ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
IMAGE = (tree.ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
UNITS = sorted((tree.ROOT / "deploy/systemd").glob("*.service"))
OURS = {name: one for name, one in COMPOSE["services"].items() if name != "postgres"}
SETTING = re.compile(r"\b(DODOMU_[A-Z_]*[A-Z]|TELEGRAM_[A-Z_]+|DATABASE_URL[A-Z_]*)\b")
#: names which image compose takes; not a setting of the program
ELSEWHERE = {"DODOMU_IMAGE"}


@pytest.mark.parametrize(
    "path",
    [path for path in (tree.ROOT / "deploy").rglob("*") if path.suffix in (".yaml", ".service", "")
     and path.is_file()],
    ids=lambda path: path.name,
)  # fmt: skip
def test_every_setting_that_is_named_exists(path):
    named = set(SETTING.findall(path.read_text(encoding="utf-8"))) - ELSEWHERE
    assert {name.removesuffix("_FILE") for name in named} - set(names()) == set()


def _understood(words):
    _, commands, rest = app.parse_commands(words)
    called = commands[-1].default_command
    return not rest or (called is not None and bool(inspect.signature(called).parameters))


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_compose_exists(name):
    assert _understood(OURS[name]["command"])
    assert not _understood(["nothing"])


def test_the_health_check_of_the_image_is_a_command():
    check = re.search(r"HEALTHCHECK .*CMD \[(.+)\]", IMAGE)[1].replace('"', "").split(", ")
    assert check[0] == "dodomu"
    assert _understood(check[1:])


@pytest.mark.parametrize("name", OURS)
def test_no_container_may_do_more_than_it_must(name):
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == "10001:10001"
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_only_the_desk_is_published_and_only_on_its_own_host():
    published = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}
    assert published == {"desk": ["127.0.0.1:8082:8082"]}
    assert COMPOSE["networks"]["inner"]["internal"]
    assert COMPOSE["services"]["postgres"]["networks"] == ["inner"]


def test_no_secret_stands_in_a_file_of_ours():
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("TOKEN|PASSWORD|DATABASE_URL|SECRET", name):
                assert name.endswith("_FILE"), name
                assert value.startswith("/run/secrets/")
                assert value.rpartition("/")[2] in service["secrets"], name
    assert {
        name for one in COMPOSE["services"].values() for name in one.get("secrets", ())
    } == set(COMPOSE["secrets"])


def test_the_image_is_nobodys_and_listens_to_nobody():
    assert re.search(r"^USER 10001:10001$", IMAGE, re.MULTILINE)
    assert "EXPOSE" not in IMAGE
    last = IMAGE.rpartition("FROM ")[2]
    assert "pip" not in last


@pytest.fixture
def sworn(tmp_path):
    """Where each file that is named would lie, with something fitting in it."""
    made = throwaway.make_all(tmp_path / "ring", datetime.now(UTC))
    token, root = tmp_path / "token", tmp_path / "root.public"
    staff, url = tmp_path / "staff", tmp_path / "url"
    token.write_text("123456:letters")
    staff.write_text("654321:letters")
    url.write_text("postgresql://dodomu@postgres/dodomu")
    root.write_text(keys.public_text(made.root_public))
    return {
        "TELEGRAM_BOT_TOKEN_FILE": token,
        "TELEGRAM_STAFF_BOT_TOKEN_FILE": staff,
        "DATABASE_URL_FILE": url,
        "DODOMU_ROOT_PUBLIC_FILE": root,
    }


def _settle(monkeypatch, environment, sworn):
    import os

    for name in list(os.environ):
        if SETTING.fullmatch(name):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        given = re.sub(r"\$\{DODOMU_DESK_URL:-\}", "https://desk.example", str(value))
        given = re.sub(r"\$\{DODOMU_STAFF_CHAT:-\}", "-1001", given)
        monkeypatch.setenv(name, str(sworn.get(name, given)))
    return load()


@pytest.mark.parametrize("name", [name for name in OURS if name != "upgrade"])
def test_a_container_starts_with_the_settings_it_is_given(name, monkeypatch, sworn):
    settings = _settle(monkeypatch, OURS[name]["environment"], sworn)
    assert settings.in_sandbox == (name == "desk")
    assert not settings.desk_in_sandbox


def _environment(unit):
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", unit, re.MULTILINE))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_with_the_settings_it_is_given(path, monkeypatch, sworn):
    settings = _settle(monkeypatch, _environment(path.read_text()), sworn)
    assert settings.in_sandbox == ("desk" in path.name)
    assert not settings.desk_in_sandbox


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_there_is_and_hands_out_what_it_loads(path):
    text = path.read_text()
    words = re.search(r"^ExecStart=/opt/dodomu/bin/dodomu (.+)$", text, re.MULTILINE)[1].split()
    assert _understood(words)
    loaded = set(re.findall(r"^LoadCredential=([\w-]+):/etc/dodomu/secrets/", text, re.MULTILINE))
    assert {
        value[3:] for value in _environment(text).values() if value.startswith("%d/")
    } == loaded


def test_units_do_not_share_a_port():
    ports = [_environment(path.read_text())["DODOMU_HEALTH_PORT"] for path in UNITS]
    assert len(ports) == len(set(ports)) == 3


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this computer"
)
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_a_unit_and_finds_little_exposed(path, tmp_path):
    unit = tmp_path / path.name
    unit.write_text(path.read_text().replace("/opt/dodomu/bin/dodomu", "/bin/true"))
    said = _systemd("verify", "--man=no", unit)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")
    _systemd("security", "--offline=yes", "--threshold=20", "--no-pager", unit, check=True)


def test_systemd_would_notice_a_misspelt_line(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this computer")
    unit = tmp_path / "planted.service"
    unit.write_text("[Service]\nExecStart=/bin/true\nProtectSistem=strict\n")
    assert "ProtectSistem" in _systemd("verify", "--man=no", unit).stderr


def _systemd(*words, check=False):
    return subprocess.run(
        ["systemd-analyze", *map(str, words)],
        capture_output=True,
        text=True,
        check=check,
        timeout=60,
    )
