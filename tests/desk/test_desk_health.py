"""The health page: what waits, what is old, what is missing; for whom, and without secrets."""

from datetime import timedelta

import pytest

from cases.health import health
from cases.permissions import ROLES, scope_of
from locales import LOCALES
from locales.contacts import every
from locales.languages import language_name, translated


async def _message(desk, state, *, ago, took=None, bot="family"):
    await desk.owner.execute(
        "INSERT INTO outbox (bot, chat_ref, lane, method, state, created_at, not_before,"
        " finished_at) VALUES ($1, '\\x00', 0, 'sendMessage', $2, now() - $3::interval,"
        " now() - $3::interval, now() - $3::interval + $4::interval)",
        *(bot, state, ago, took),
    )


@pytest.mark.parametrize("role", ROLES)
async def test_it_is_shown_to_those_it_is_for(desk, role):
    answer = await (await desk.at_work(role)).get("/health")
    assert answer.status == (200 if scope_of(role, "health") else 403)


async def test_what_waits_is_counted_for_each_bot_with_the_age_of_the_oldest(desk):
    await _message(desk, "queued", ago=timedelta(minutes=70))
    await _message(desk, "sending", ago=timedelta(minutes=5))
    await _message(desk, "queued", ago=timedelta(hours=-3), bot="staff")
    found = {one.bot: one for one in (await health(desk.site.pool)).sending}
    assert found["family"].waiting == 2
    assert found["family"].oldest is not None
    assert (found["staff"].waiting, found["staff"].oldest) == (1, None)


async def test_what_became_of_messages_and_how_long_they_took(desk):
    for seconds in range(1, 11):
        await _message(desk, "sent", ago=timedelta(hours=1), took=timedelta(seconds=seconds))
    await _message(desk, "unreachable", ago=timedelta(hours=1), took=timedelta(seconds=99))
    found = await health(desk.site.pool)
    assert found.became == {"sent": 10, "unreachable": 1}
    assert found.lag == timedelta(seconds=9)


async def test_a_pause_and_a_stop_are_told(desk):
    await desk.owner.execute(
        "INSERT INTO sender_gate VALUES ('family', now() + interval '1 hour', NULL),"
        " ('staff', now() - interval '1 hour', 'unauthorized')"
    )
    found = {one.bot: one for one in (await health(desk.site.pool)).sending}
    assert found["family"].resumes is not None
    assert (found["staff"].resumes, found["staff"].stopped) == (None, "unauthorized")
    text = (await (await desk.at_work("operator")).get("/health")).text
    assert "потрібна людина" in text
    assert "unauthorized" in text


async def test_what_could_not_be_taken_in_is_counted(desk):
    await desk.owner.execute("INSERT INTO update_failure VALUES (7, 1, 2, 'ValueError', now())")
    await desk.owner.execute(
        "INSERT INTO quarantine VALUES (gen_random_uuid(), 7, 2, 'poison', '\\x00', now())"
    )
    found = await health(desk.site.pool)
    assert (found.failing, found.set_aside, found.files) == (1, 1, 0)
    assert found.size > 1_000_000


async def test_terms_contacts_languages_and_the_list_are_shown(desk):
    text = (await (await desk.at_work("admin")).get("/health")).text
    for one in every():
        assert one.number in text
    for code in LOCALES:
        assert f">{language_name('uk', code)}<" in text
    for word in ("1\u00a0год", "Список версії 1", "ще 400 днів", "не записано"):
        assert word in text


async def test_a_number_nobody_has_checked_for_long_is_told(desk, clock):
    clock.passes(days=181)
    text = (await (await desk.at_work("head")).get("/health")).text
    assert "181 день тому" in text
    assert "час перевірити" in text


async def test_a_list_that_ends_soon_is_told(desk, clock):
    assert "wrong" not in _keys((await (await desk.at_work("head")).get("/health")).text)
    clock.passes(days=350)
    assert "wrong" in _keys((await (await desk.at_work("head")).get("/health")).text)


def _keys(text):
    return text.partition("Хто може читати")[2].partition("</section>")[0]


async def test_no_secret_stands_on_the_page(desk, recipients):
    text = (await (await desk.at_work("admin")).get("/health")).text
    for secret in ("postgres://", "postgresql://", recipients.intake_sign[0].public.hex()):
        assert secret not in text


def test_complete_languages_are_complete():
    assert {code: translated(code) for code in LOCALES} == dict.fromkeys(LOCALES, 100)


def test_a_language_nobody_has_begun_is_not_translated():
    assert translated("fr") == 0
    assert language_name("uk", "xx-unknown") == "xx-unknown"
