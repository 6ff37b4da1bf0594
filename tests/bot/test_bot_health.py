"""The pages for machines: alive, ready, and numbers; true, bounded, and about nobody."""

import asyncio
import json
import shutil
import socket
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot import readings, traffic
from bot.desk import chain_reading
from bot.health import answering, vitals_of
from bot.house import Pools
from bot.intake import Diligence
from bot.metrics import METRICS, Sample, exposition
from bot.polling import Polling
from bot.settings import load
from bot.telegram import Api
from bot.vitals import Reading, Vitals
from cases import database, gate
from desk.watch import Standing
from vault import recipients, throwaway
from vault.recipients import ListRefused

#: what a number may be told apart by; none of them is a person, a chat or a case
LABELS = {"bot", "channel", "flow", "kind", "lane", "level", "outcome", "place", "reading", "state", "version"}  # fmt: skip


@pytest.fixture
def settings(tmp_path, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("DODOMU_FOLDER", str(tmp_path))
    monkeypatch.setenv("DODOMU_HEALTH_PORT", str(port))
    return load()


@pytest.fixture(scope="session")
def listed(tmp_path_factory):
    now = datetime.now(UTC)
    made = throwaway.make_all(tmp_path_factory.mktemp("ring"), now)
    return recipients.load(made.recipients, made.root_public, 0, now)


async def asked(settings, path):
    url = f"http://127.0.0.1:{settings.health_port}{path}"
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return answer.status, await answer.text()


def numbers(text):
    return {
        (one.name, *sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def test_a_healthy_process_is_alive_and_ready_and_says_its_numbers(pool, settings, listed):
    vitals = vitals_of(settings, pool, lambda: listed)
    async with answering(settings, vitals):
        assert await asked(settings, "/livez") == (200, "alive\n")
        status, text = await asked(settings, "/readyz")
        assert (status, json.loads(text)) == (200, {"ready": True, "wrong": []})
        status, text = await asked(settings, "/metrics")
        found = numbers(text)
    assert status == 200
    assert found["dodomu_ready",] == found["dodomu_database_schema_current",] == 1
    assert found["dodomu_database_bytes",] > 1e6
    assert found["process_resident_memory_bytes",] > 1e6
    assert abs(found["dodomu_clock_skew_seconds",]) < 60
    assert found["dodomu_disk_free_bytes", ("place", "objects")] > 0
    assert found["dodomu_recipients_expire_seconds",] > 86_400


async def test_without_the_database_it_is_not_ready_but_alive(pool, settings, listed):
    vitals = vitals_of(settings, pool, lambda: listed)
    await pool.close()
    async with answering(settings, vitals):
        status, text = await asked(settings, "/readyz")
        assert (status, json.loads(text)["wrong"]) == (503, ["database"])
        assert (await asked(settings, "/livez"))[0] == 200
        found = numbers((await asked(settings, "/metrics"))[1])
    assert found["dodomu_reading_failed", ("reading", "database")] == 1
    assert found["dodomu_ready",] == 0


async def test_a_database_that_never_answers_keeps_nobody_waiting_for_long(settings, listed):
    vitals = Vitals("1")
    vitals.add("database", asyncio.Event().wait, vital=True)
    began = time.monotonic()
    assert await vitals.wrong() == ("database",)
    assert time.monotonic() - began < 30, "it would have waited for ever"


async def test_a_schema_that_is_not_todays_is_not_ready(empty_url, settings, listed):
    async with await database.connect(empty_url) as empty:
        await empty.execute("CREATE TABLE alembic_version (version_num text)")
        await empty.execute("INSERT INTO alembic_version VALUES ('0001')")
        assert await vitals_of(settings, empty, lambda: listed).wrong() == ("schema",)


async def test_without_a_valid_list_of_recipients_it_is_not_ready(pool, settings):
    def expired():
        raise ListRefused("expired")

    assert await vitals_of(settings, pool, expired).wrong() == ("recipients",)


async def test_a_full_disk_is_not_ready(pool, settings, listed, monkeypatch):
    usage = shutil.disk_usage(settings.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 29))
    assert await vitals_of(settings, pool, lambda: listed).wrong() == ("disk",)


@pytest.mark.parametrize(
    ("free", "ratio", "full"),
    [(1 << 31, 0.5, False), (1 << 29, 0.5, True), (1 << 40, 0.04, True), (1 << 30, 0.05, False)],
)
def test_a_disk_is_full_by_bytes_or_by_part(free, ratio, full):
    assert readings.full_disk(free, ratio) is full


async def test_many_who_ask_at_once_cost_one_question():
    looked = []

    async def look():
        looked.append(1)
        await asyncio.sleep(0)
        return Reading([], ["tired"])

    vitals = Vitals("1")
    vitals.add("anything", look, vital=True)
    found = await asyncio.gather(*(vitals.wrong() for _ in range(50)))
    assert set(found) == {("tired",)}
    assert len(looked) == 1


async def test_a_process_that_hears_nothing_of_telegram_is_not_ready():
    diligence = Diligence(_nothing, _nothing)
    polling = Polling(Api("http://127.0.0.1:1", "1:x"), diligence)
    look = traffic.updates("family", diligence, polling)
    assert (await look()).wrong == []
    polling.heard -= traffic.SILENT_SECONDS + 1
    assert (await look()).wrong == ["polling"]


async def _nothing(*_):
    return "committed"


@asynccontextmanager
async def opened(url):
    async with Pools.open(url, 2) as pools:
        yield pools


async def gathered(pools):
    vitals = Vitals("1")
    for name, look in traffic.Waiting(pools, ("family", "staff")).looks():
        vitals.add(name, look)
    return numbers(exposition(await vitals.samples()).decode())


async def test_what_waits_is_told_by_channel_and_lane(database_url, pool):
    await pool.execute(
        "INSERT INTO outbox (bot, chat_ref, lane, method, state, created_at, not_before) VALUES"
        " ('family', '\\x01', 0, 'sendMessage', 'queued', now() - interval '90 s', now() - interval '70 s'),"
        " ('family', '\\x02', 0, 'sendMessage', 'sending', now(), now()),"
        " ('family', '\\x03', 2, 'sendMessage', 'queued', now(), now() + interval '1 h'),"
        " ('family', '\\x04', 0, 'sendMessage', 'sent', now() - interval '9 h', now())"
    )
    await gate.pause(pool, "family", 40)
    await gate.stop(pool, "staff", "token refused")
    async with opened(database_url) as pools:
        found = await gathered(pools)

    def told(name, **labels):
        return found[name, *sorted(labels.items())]

    assert told("dodomu_outbox_messages", channel="family", lane="replies", state="queued") == 1
    assert told("dodomu_outbox_messages", channel="family", lane="replies", state="sending") == 1
    assert told("dodomu_outbox_messages", channel="staff", lane="bells", state="queued") == 0
    assert 69 < told("dodomu_outbox_oldest_age_seconds", channel="family", lane="replies") < 300
    assert told("dodomu_outbox_oldest_age_seconds", channel="family", lane="broadcasts") == 0
    assert 0 < told("dodomu_sender_paused_seconds", channel="family") <= 40
    assert told("dodomu_sender_stopped", channel="staff") == 1
    assert told("dodomu_sender_stopped", channel="family") == 0


async def test_drafts_files_and_reports_are_counted(database_url, pool):
    await pool.execute(
        "INSERT INTO draft (id, chat_ref, flow, sealed, expires_at) VALUES"
        " (gen_random_uuid(), '\\x01', 'report', '', now() + interval '1 day'),"
        " (gen_random_uuid(), '\\x02', 'report', '', now() - interval '1 day')"
    )
    await pool.execute(
        "INSERT INTO attachment (id, bot, chat_ref, case_id, sequence, recipient, in_draft, state,"
        " size, created_at) VALUES (gen_random_uuid(), 'family', '\\x01', gen_random_uuid(), 1,"
        " 'age1', true, 'queued', 1, now() - interval '5 min')"
    )
    await pool.execute(
        "INSERT INTO cases (id, code, kind, status, level, reasons, rules_version, locale,"
        " channel, children, answers, recipient, due_at) VALUES (gen_random_uuid(), 'A', 'report',"
        " 'received', 'critical', '{}', 1, 'uk', 'telegram', 1, 1, 'age1', now() - interval '1 s')"
    )
    await pool.execute("INSERT INTO update_failure VALUES (7, 1, 2, 'ValueError', now())")
    async with opened(database_url) as pools:
        found = await gathered(pools)
    assert found["dodomu_drafts_open", ("flow", "report")] == 1
    assert found["dodomu_files_waiting", ("bot", "family")] == 1
    assert found["dodomu_files_oldest_age_seconds", ("bot", "family")] >= 299
    assert found["dodomu_cases_untaken", ("level", "critical")] == 1
    assert found["dodomu_cases_overdue", ("level", "critical")] == 1
    assert found["dodomu_cases_untaken", ("level", "low")] == 0
    assert found["dodomu_updates_failing",] == 1
    assert found["dodomu_updates_quarantined",] == 0


async def test_a_right_that_was_not_granted_costs_only_its_own_numbers(database_url, pool):
    async with await database.connect(database_url, role="dodomu_desk") as desk:
        found = await gathered(Pools(desk, desk, desk))
    failed = {key[1][1] for key in found if key[0] == "dodomu_reading_failed"}
    assert "drafts" in failed
    assert "dodomu_drafts_open" not in {key[0] for key in found}
    assert found["dodomu_ready",] == 1


async def test_updates_are_counted_by_kind_and_outcome():
    diligence = Diligence(_nothing, _nothing)
    diligence.counts = {("message", "committed"): 3, ("callback_query", "duplicate"): 1}
    diligence.last = time.monotonic() - 5
    found = numbers(
        exposition((await traffic.updates("family", diligence, None)()).samples).decode()
    )
    counted = {key[1:]: value for key, value in found.items() if key[0] == "dodomu_updates_total"}
    assert counted == {
        (("bot", "family"), ("kind", "message"), ("outcome", "committed")): 3,
        (("bot", "family"), ("kind", "callback_query"), ("outcome", "duplicate")): 1,
    }
    assert found["dodomu_last_update_age_seconds", ("bot", "family")] >= 5


async def test_the_audit_chain_is_told_once_it_was_read():
    class Seen:
        standing = Standing()

    assert (await chain_reading(Seen)()).samples == ()
    Seen.standing = Standing(12, datetime.now(UTC) - timedelta(minutes=3), broken=7)
    found = numbers(exposition((await chain_reading(Seen)()).samples).decode())
    assert found["dodomu_audit_chain_whole",] == 0
    assert found["dodomu_audit_chain_entry",] == 12
    assert found["dodomu_audit_chain_checked_age_seconds",] >= 180


async def test_a_port_that_is_taken_is_told(settings, pool, listed):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.health_port))
        taken.listen()
        with pytest.raises(OSError):
            async with answering(settings, vitals_of(settings, pool, lambda: listed)):
                pass


def test_no_number_is_told_apart_by_a_person():
    assert {label for metric in METRICS.values() for label in metric.labels} == LABELS


def test_a_name_nobody_has_described_cannot_be_exported():
    with pytest.raises(KeyError):
        exposition([Sample("dodomu_secret", 1)])
