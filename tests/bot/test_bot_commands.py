"""The command line as a person uses it: in processes of its own."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from doorstep import eventually, sim
from oven import Child, Oven

from bot.demo import MARCHENKO, OLENA
from vault import keys, throwaway

ROOT = Path(__file__).parent.parent.parent


def environment(**more: str) -> dict[str, str]:
    mine = ("DODOMU_", "TELEGRAM_", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


@dataclass
class Said:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(oven, tmp_path) -> Callable[..., Said]:
    """What a command says and how it ends."""

    def said(*words: str, **more: str) -> Said:
        out, err = (tmp_path / f"{uuid4().hex}.{name}" for name in ("out", "err"))
        child = oven.start(["bot", *words], environment(**more), out, err=err)
        return Said(child.wait(60), out.read_text(), err.read_text())

    return said


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's folder: that is closed to the user PostgreSQL runs as under root.
    with tempfile.TemporaryDirectory(prefix="dodomu-bot-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Ran:
    process: Child
    out: Path
    err: Path
    url: str

    async def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, 60)

    async def said(self, user: int, bot: str = "family") -> list[str]:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{self.url}/sim/{bot}/chat/{user}") as answer,
        ):
            told = await answer.json()
            return [one["text"] for one in told["messages"] if one["from"] == "bot"]


@asynccontextmanager
async def started(
    oven: Oven, folder: Path, port: int, *words: str, until: str, **more: str
) -> AsyncIterator[Ran]:
    out, err = folder / "out", folder / "err"
    told = {
        "DODOMU_FOLDER": str(folder / "var"),
        "DODOMU_SANDBOX_PORT": str(port),
        "DODOMU_DESK_PORT": "0",
        **more,
    }
    process = oven.start(["bot", *words], environment(**told), out, err=err)
    try:
        await eventually(
            lambda: (out.exists() and until in out.read_text()) or process.returncode is not None,
            90,
        )
        assert process.returncode is None, err.read_text()
        yield Ran(process, out, err, f"http://127.0.0.1:{port}")
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.to_thread(process.wait)


async def test_one_command_ends_with_links_and_the_bot_answers(folder, port, database_url, oven):
    more = {"DATABASE_URL": database_url, "DODOMU_LOG": "json"}
    async with started(oven, folder, port, "run", until="To stop: Ctrl+C", **more) as ran:
        assert f"{ran.url}/#family={OLENA}" in ran.out.read_text()
        await sim(ran.url, "family/say", {"user": OLENA, "text": "/start"})
        await answered(ran)
        # In the demo his chat is linked already: a stranger would get help instead.
        await sim(ran.url, "staff/say", {"user": MARCHENKO, "text": "/queue"})
        for _ in range(200):
            if await ran.said(MARCHENKO, "staff"):
                break
            await asyncio.sleep(0.05)
        assert (await ran.said(MARCHENKO, "staff"))[-1].startswith("Черга: ")
        assert await ran.stop() == 0
    log = ran.err.read_text()
    assert "sandbox-token" not in log
    assert '"error"' not in log


async def answered(ran: Ran, count: int = 1) -> None:
    for _ in range(1200):
        if len(await ran.said(OLENA)) >= count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no answer came")


async def test_the_same_conversation_runs_over_the_webhook(folder, port, database_url, oven):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = str(probe.getsockname()[1])
    more = {
        "DATABASE_URL": database_url,
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{own}",
        "DODOMU_WEBHOOK_PORT": own,
        "DODOMU_WEBHOOK_SECRET": "0123456789abcdef",
    }
    async with started(oven, folder, port, "run", until="To stop", **more) as ran:
        await sim(ran.url, "family/say", {"user": OLENA, "text": "/start"})
        await answered(ran)
        assert await ran.stop() == 0
    assert "0123456789abcdef" not in ran.err.read_text()


async def test_our_own_postgresql_is_started_again_when_it_is_killed(folder, port, oven):
    async with started(oven, folder, port, "run", until="To stop") as ran:
        await sim(ran.url, "family/say", {"user": OLENA, "text": "/start"})
        await answered(ran)
        note = folder / "var" / "postgres" / "data" / "postmaster.pid"
        os.kill(int(note.read_text().splitlines()[0]), signal.SIGKILL)
        await sim(ran.url, "family/tap", {"user": OLENA, "label": "Українська"})
        await answered(ran, 2)
        assert await ran.stop() == 0


async def test_killed_and_started_again_it_goes_on_where_it_was(folder, port, database_url, oven):
    places = {name: folder / name for name in ("sandbox", "delivery", "killed", "next")}
    for place in places.values():
        place.mkdir()
    shared = {"DATABASE_URL": database_url, "DODOMU_FOLDER": str(folder / "var")}
    async with (
        started(oven, places["sandbox"], port, "sandbox", until="To stop") as ran,
        _apart(oven, places["delivery"], port, "delivery", shared),
    ):
        async with _apart(oven, places["killed"], port, "intake", shared) as killed:
            await sim(ran.url, "family/say", {"user": OLENA, "text": "/start"})
            await answered(ran)
            killed.process.kill()
            await asyncio.to_thread(killed.process.wait)
        await sim(ran.url, "family/tap", {"user": OLENA, "label": "Українська"})
        async with _apart(oven, places["next"], port, "intake", shared):
            await answered(ran, 2)


async def test_intake_and_delivery_run_apart(folder, port, database_url, run, oven):
    more = {"DATABASE_URL": database_url}
    places = [folder / name for name in ("sandbox", "intake", "delivery")]
    for place in places:
        place.mkdir()
    where = {"DODOMU_FOLDER": str(folder / "var")}
    async with started(oven, places[0], port, "sandbox", until="To stop") as ran:
        shared = more | where
        doors = {name: {"DODOMU_HEALTH_PORT": str(_free_port())} for name in ("in", "out")}
        taking = _apart(oven, places[1], port, "intake", shared | doors["in"])
        sending = _apart(oven, places[2], port, "delivery", shared | doors["out"])
        async with taking as intake, sending as delivery:
            await sim(ran.url, "family/say", {"user": OLENA, "text": "/start"})
            await answered(ran)
            told = await asyncio.to_thread(run, "health", **doors["in"])
            assert (told.returncode, told.stdout) == (0, "ready\n")
            taken = await _numbers(doors["in"])
            assert '{bot="family",kind="message",outcome="committed"} 1.0' in taken
            assert "dodomu_outbox_messages" not in taken
            sent = await _numbers(doors["out"])
            assert 'dodomu_deliveries_total{channel="family",outcome="sent"}' in sent
            assert 'dodomu_sender_leader{channel="family"} 1.0' in sent
            assert "dodomu_reading_failed" not in taken + sent
            for canary in (str(OLENA), "Олена", "sandbox-token", database_url):
                assert canary not in taken + sent
            assert await intake.stop() == 0
            assert await delivery.stop(signal.SIGINT) == 0
        assert await ran.stop() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _numbers(door: dict[str, str]) -> str:
    url = f"http://127.0.0.1:{door['DODOMU_HEALTH_PORT']}/metrics"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return await answer.text()


@asynccontextmanager
async def _apart(
    oven: Oven, folder: Path, port: int, part: str, more: dict[str, str]
) -> AsyncIterator[Ran]:
    async with started(oven, folder, port, "run", part, until="ready", **more) as ran:
        yield ran


def test_a_port_that_is_taken_is_told_in_words(folder, database_url, run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        where = {"DODOMU_FOLDER": str(folder), "DODOMU_SANDBOX_PORT": port}
        done = run("run", DATABASE_URL=database_url, **where)
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_told_without_its_password(folder, run):
    done = run(
        "run",
        DATABASE_URL="postgresql://user:canary@127.0.0.1:1/none",
        DODOMU_FOLDER=str(folder),
    )
    assert done.returncode == 1
    assert "the database cannot be reached" in done.stderr
    assert "canary" not in done.stdout + done.stderr


def test_a_server_that_is_not_up_to_date_is_not_touched(folder, empty_url, run):
    done = run("run", DATABASE_URL=empty_url, DODOMU_FOLDER=str(folder))
    assert done.returncode == 1
    assert "dodomu db upgrade" in done.stderr


def test_wrong_settings_are_told_at_once(folder, run):
    done = run("run", DODOMU_RATE="canary", DODOMU_STAF_CHAT="1", DODOMU_FOLDER=str(folder))
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["DODOMU_STAF_CHAT: there is no such setting"]


def test_with_a_token_but_without_keys_nothing_starts(folder, database_url, run):
    done = run(
        "run",
        TELEGRAM_BOT_TOKEN="1:canary",
        DATABASE_URL=database_url,
        DODOMU_FOLDER=str(folder),
        DODOMU_VAULT_KEY="no/vault.key",
        DODOMU_INTAKE_SIGN_KEY="no/sign.key",
        DODOMU_RECIPIENTS="no/recipients.json",
        DODOMU_ROOT_PUBLIC="A" * 43 + "=",
    )
    assert done.returncode == 1
    assert "vault.key: there is no such file" in done.stderr
    assert "canary" not in done.stderr


def test_help_imports_none_of_the_heavy_libraries():
    code = (
        "import sys\nfrom bot.__main__ import app\n"
        "app(['--help'], result_action='return_value')\n"
        "heavy = {'aiogram', 'aiohttp', 'asyncpg', 'sqlalchemy', 'telegram'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "heavy: []" in done.stdout, done.stderr
    assert re.search(r"run\s+Run the bot", done.stdout)


def test_places_are_found_by_what_people_type(run):
    done = run("places", "find", "Маріуполь", "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert told["exact"]
    assert told["places"][0]["oblast"] == "UA-14"
    assert run("places", "find", "Жжжжжж").returncode == 1


def test_the_doctor_finds_a_healthy_demo_healthy(folder, database_url, run):
    done = run("doctor", "--json", DATABASE_URL=database_url, DODOMU_FOLDER=str(folder))
    told = json.loads(done.stdout)
    subjects = {one["subject"]: one["good"] for one in told["findings"]}
    assert subjects["database"]
    assert subjects["keys"]
    assert subjects["telegram"]
    assert subjects["files"]
    assert [path for path in (folder / "objects").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("where", ["s3://canary-bucket/files", "folder/that/is/a/file"])
def test_the_doctor_says_when_files_could_not_be_stored(where, folder, database_url, run):
    (folder / "folder").touch()
    objects = where if "://" in where else str(folder / where)
    done = run(
        "doctor",
        "--json",
        DATABASE_URL=database_url,
        DODOMU_FOLDER=str(folder),
        DODOMU_OBJECTS=objects,
        AWS_ENDPOINT="http://127.0.0.1:1",
        AWS_ALLOW_HTTP="true",
        AWS_REGION="eu-central-1",
        AWS_ACCESS_KEY_ID="canary",
        AWS_SECRET_ACCESS_KEY="canary",
    )
    told = {one["subject"]: one for one in json.loads(done.stdout)["findings"]}
    assert done.returncode == 1
    assert not told["files"]["good"]
    assert "DODOMU_OBJECTS cannot be used" in told["files"]["said"]
    assert "canary" not in done.stdout + done.stderr


def test_the_doctor_says_what_is_wrong_and_exits_with_1(folder, run):
    done = run(
        "doctor", DATABASE_URL="postgresql://u:canary@127.0.0.1:1/x", DODOMU_FOLDER=str(folder)
    )
    assert done.returncode == 1
    assert "BAD  database: cannot be used" in done.stdout
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize(("used", "taken_apart"), [("import obstore", False), ("", True)])
def test_a_process_that_used_the_store_ends_before_python_is_taken_apart(used, taken_apart):
    steps = f"""
import atexit, sys
{used}
atexit.register(print, "taken apart")
sys.argv = ["dodomu", "--help"]
from bot.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", steps], cwd=ROOT, env=environment(), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert "Usage: dodomu" in done.stdout, "what was said is said whole"
    assert ("taken apart" in done.stdout) == taken_apart


def test_asking_how_a_process_is_that_does_not_run_is_told_in_words(run):
    done = run("health", DODOMU_HEALTH_PORT=str(_free_port()))
    assert (done.returncode, done.stdout) == (1, "nobody answers at DODOMU_HEALTH_PORT\n")
    done = run("health", "--alive", "--json")
    assert done.returncode == 1
    assert "DODOMU_HEALTH_PORT is not set" in json.loads(done.stdout)["said"]


def test_resetting_deletes_the_sandbox_and_nothing_else(folder, run):
    (folder / "sandbox").mkdir()
    (folder / "postgres").mkdir()
    assert run("sandbox", "--reset", DODOMU_FOLDER=str(folder)).returncode == 0
    assert [path.name for path in folder.iterdir()] == ["postgres"]


def test_the_version_is_the_projects(run):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert run("--version").stdout.strip() == project["version"]


async def test_the_demo_has_a_desk_and_its_people_sign_in_with_a_button(
    folder, port, database_url, oven
):
    more = {"DATABASE_URL": database_url, "DODOMU_LOG": "json"}
    async with started(oven, folder, port, "run", until="To stop: Ctrl+C", **more) as ran:
        link = re.search(r"http://localhost:\d+", ran.out.read_text())[0]
        async with aiohttp.ClientSession() as client, client.get(f"{link}/sign-in") as answer:
            page = await answer.text()
        assert "Увійти як прокурор (демо): Марченко" in page
        assert await ran.stop() == 0
    assert '"error"' not in ran.err.read_text()


def _desk_keys(folder):
    made = throwaway.make_all(folder / "ring", datetime.now(UTC))
    return {
        "DODOMU_DESK_KEY": str(made.desk),
        "DODOMU_RECIPIENTS": str(made.recipients),
        "DODOMU_ROOT_PUBLIC": keys.public_text(made.root_public),
        "DODOMU_FOLDER": str(folder / "var"),
    }


def test_a_real_desk_needs_the_list_of_who_may_read(folder, database_url, run):
    more = {"DATABASE_URL": database_url, **_desk_keys(folder), "DODOMU_RECIPIENTS": ""}
    done = run("run", "desk", **more)
    assert done.returncode == 1
    assert "DODOMU_RECIPIENTS: is missing" in done.stderr


async def test_a_real_desk_has_no_button_and_needs_no_token(folder, port, database_url, oven):
    door = {"DODOMU_HEALTH_PORT": str(_free_port())}
    more = {"DATABASE_URL": database_url, **_desk_keys(folder), **door}
    async with started(oven, folder, port, "run", "desk", until="ready", **more) as ran:
        assert "dodomu_ready 1.0" in await _numbers(door)
        link = re.search(r"ready: (http://localhost:\d+)", ran.out.read_text())[1]
        async with aiohttp.ClientSession() as client, client.get(f"{link}/sign-in") as answer:
            assert answer.status == 200
            assert "демо" not in (await answer.text()).lower()
        for path in ("invite/canary", "canary", "sign-in?canary=1"):
            async with aiohttp.ClientSession() as client, client.get(f"{link}/{path}"):
                pass
        assert await ran.stop() == 0
    assert "canary" not in ran.err.read_text() + ran.out.read_text()


def test_a_desk_beside_a_token_needs_its_key(folder, database_url, run):
    keyset = throwaway.make_all(folder / "keys", datetime.now(UTC))
    done = run(
        "run",
        "desk",
        TELEGRAM_BOT_TOKEN="1:canary",
        DATABASE_URL=database_url,
        DODOMU_FOLDER=str(folder),
        DODOMU_VAULT_KEY=str(keyset.vault),
        DODOMU_INTAKE_SIGN_KEY=str(keyset.intake_sign),
        DODOMU_RECIPIENTS=str(keyset.recipients),
        DODOMU_ROOT_PUBLIC=keys.public_text(keyset.root_public),
    )
    assert done.returncode == 1
    assert "DODOMU_DESK_KEY: is missing" in done.stderr


def test_people_are_invited_listed_and_disabled_from_the_command_line(folder, database_url, run):
    more = {"DATABASE_URL": database_url, "DODOMU_DESK_URL": "https://desk.example",
            **_desk_keys(folder)}  # fmt: skip
    done = run("staff", "invite", "--role", "head", "--name", "Савчук", "--unit", "UA", "--json",
               **more)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert re.fullmatch(r"https://desk\.example/invite/[\w-]{43}", told["link"])
    listed = json.loads(run("staff", "list", "--json", **more).stdout)["staff"]
    assert [(one["handle"], one["role"], one["state"]) for one in listed] == [
        ("П-01", "head", "pending")
    ]
    renewed = json.loads(run("staff", "renew", "1", "--json", **more).stdout)
    assert renewed["link"] != told["link"]
    assert run("staff", "disable", "П-01", **more).returncode == 0
    assert run("staff", "renew", "1", **more).returncode == 1
    again = run("staff", "disable", "П-01", "--json", **more)
    assert again.returncode == 1
    assert not json.loads(again.stdout)["good"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "--role", "tsar", "--name", "x"), "tsar"),
        (("invite", "--role", "head", "--name", "x", "--unit", "UA-99"), "UA-99"),
        (("invite", "--role", "head", "--name", " "), "--name"),
        (("disable", "П-77"), "nobody with this number"),
    ],
)
def test_what_the_staff_command_does_not_understand_is_said(
    folder, database_url, words, said, run
):
    done = run("staff", *words, DATABASE_URL=database_url, **_desk_keys(folder))
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_tries_the_ways_that_bells_go(folder, database_url, run):
    away = {
        "DODOMU_BELL_URL": "http://127.0.0.1:9", "DODOMU_BELL_SECRET": "canary-secret-of-16",
        "DODOMU_SMTP_HOST": "127.0.0.1", "DODOMU_SMTP_PORT": "9", "DODOMU_SMTP_TLS": "none",
        "DODOMU_SMTP_FROM": "bell@example.org",
    }  # fmt: skip
    done = run("doctor", "--json", DATABASE_URL=database_url, DODOMU_FOLDER=str(folder), **away)
    assert done.returncode == 1
    found = {one["subject"]: one for one in json.loads(done.stdout)["findings"]}
    for subject in ("mail", "webhook of bells"):
        assert not found[subject]["good"]
        assert found[subject]["said"].startswith("does not take bells: ")
    assert "canary" not in done.stdout + done.stderr
