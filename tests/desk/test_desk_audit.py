"""The audit page: who reads what of it, and that a chain which does not hold is seen by all."""

from datetime import timedelta

import pytest
from authority import NAME, OPENSSL, authority

from cases.audit import AuditEvent, append
from cases.audit_pages import GROUPS, PAGE, Wanted, page
from cases.permissions import ROLES, scope_of
from desk.watch import TOLD, Standing, Watch
from vault import keys, stamp
from vault.keys import Signer
from vault.recipients import ListRefused

ALL = [role for role in ROLES if scope_of(role, "read_audit") == "yes"]
OWN = [role for role in ROLES if scope_of(role, "read_audit") == "own"]


async def _told(desk, actor, action, subject=None, at=None, **detail):
    async with desk.owner.acquire() as connection, connection.transaction():
        event = AuditEvent(actor, action, subject, detail)
        await append(connection, [event], signer=desk.signer, now=at or desk.clock())


async def _seqs(desk, **wanted):
    return [line.seq for line in (await page(desk.site.pool, Wanted(**wanted), None)).lines]


def test_all_who_come_to_the_desk_read_all_of_it_or_their_own():
    assert set(ALL) == {"head", "admin", "auditor"}
    assert set(ALL) | set(OWN) == set(ROLES)


@pytest.mark.parametrize("role", ALL)
async def test_who_reads_all_sees_what_others_did(desk, role):
    await _told(desk, "bot", "report.sent", await desk.case(), level="critical")
    text = (await (await desk.at_work(role)).get("/audit")).text
    for word in ("Надійшло звернення", "7K4M-0000", "level: critical", "бот"):
        assert word in text


@pytest.mark.parametrize("role", OWN)
async def test_who_reads_the_own_sees_nothing_else(desk, role):
    person = await desk.person(role)
    case = await desk.case()
    await _told(desk, "bot", "report.sent", case)
    await _told(desk, person.actor, "case.taken", case)
    browser = await desk.signed_in(person)
    for path in ("/audit", "/audit?who=bot", "/audit?group=report", "/audit?code=7K4M-0000"):
        text = (await browser.get(path)).text
        assert "Надійшло звернення" not in text.partition("<table")[2]
        assert 'name="who"' not in text
    assert "Взято" in (await browser.get("/audit")).text


@pytest.mark.parametrize("role", OWN)
async def test_only_who_reads_all_may_have_it_checked(desk, role):
    browser = await desk.at_work(role)
    assert (await browser.post("/audit/verify")).status == 403
    assert not desk.site.watch.busy
    assert len(await desk.audit("desk.denied")) == 1


@pytest.mark.parametrize("role", ALL)
async def test_who_reads_all_has_it_checked(desk, role):
    browser = await desk.at_work(role)
    assert (await browser.post("/audit/verify")).to == "/audit"
    assert "Перевіряємо" in (await browser.get("/audit")).text


async def test_nobody_reads_it_from_outside(desk):
    assert (await desk.browser().get("/audit")).to == "/sign-in"
    assert (await desk.browser().get("/health")).to == "/sign-in"


async def test_an_action_that_is_new_shows_its_code(desk):
    await _told(desk, "somebody", "case.levitated")
    text = (await (await desk.at_work("auditor")).get("/audit")).text
    assert "case.levitated" in text
    assert "somebody" in text


async def test_people_are_called_by_their_numbers(desk):
    person = await desk.person("head")
    browser = await desk.signed_in(person)
    text = (await browser.get("/audit")).text
    assert person.handle in text.partition("<table")[2]
    assert person.actor not in text.partition("<table")[2]


async def test_of_a_hash_only_the_beginning_is_shown(desk):
    await _told(desk, "bot", "report.sent", sealed=["ab" * 32])
    text = (await (await desk.at_work("head")).get("/audit")).text
    assert "abababababab…" in text
    assert "ab" * 32 not in text


async def test_it_is_filtered_by_group_person_case_and_day(desk, clock):
    person, case = await desk.person("prosecutor"), await desk.case()
    day = clock()
    await _told(desk, "bot", "report.sent", case, at=day - timedelta(days=3))
    await _told(desk, person.actor, "case.taken", case, at=day - timedelta(days=2))
    await _told(desk, "bot", "report.sent", at=day - timedelta(days=1))
    await _told(desk, "admin", "key.granted", at=day)
    await _told(desk, "admin", "keys.rewrapped", at=day)
    assert await _seqs(desk) == [5, 4, 3, 2, 1]
    assert await _seqs(desk, group="report") == [3, 1]
    assert await _seqs(desk, group="key") == [5, 4]
    assert await _seqs(desk, group="draft") == []
    assert await _seqs(desk, actor=person.actor) == [2]
    assert await _seqs(desk, actor="bot", group="case") == []
    assert await _seqs(desk, case=case) == [2, 1]
    assert await _seqs(desk, case=case, group="report") == [1]
    first, last = (day - timedelta(days=2)).date(), (day - timedelta(days=1)).date()
    assert await _seqs(desk, first=first, last=last) == [3, 2]
    assert await _seqs(desk, first=first, last=last, group="case") == [2]
    assert await _seqs(desk, first=day.date() + timedelta(days=2)) == []
    assert await _seqs(desk, last=first - timedelta(days=2)) == []


async def test_a_day_is_a_day_in_kyiv(desk, clock):
    midnight = clock().replace(hour=22, minute=0)  # in Kyiv it is tomorrow
    await _told(desk, "bot", "report.sent", at=midnight - timedelta(seconds=1))
    await _told(desk, "bot", "report.sent", at=midnight)
    today = clock().date()
    assert await _seqs(desk, last=today) == [1]
    assert await _seqs(desk, first=today + timedelta(days=1)) == [2]


@pytest.mark.parametrize("group", ["", "report"])
async def test_pages_follow_each_other_without_gap_or_repetition(desk, group):
    for number in range(2 * PAGE + 3):
        await _told(desk, "bot", ("report.sent", "report.corrected")[number % 2])
    seen, after = [], None
    for size in (PAGE, PAGE, 3):
        found = await page(desk.site.pool, Wanted(group=group), after)
        assert len(found.lines) == size
        seen += [line.seq for line in found.lines]
        after = found.after
    assert seen == list(range(2 * PAGE + 3, 0, -1))
    assert after is None


async def test_the_next_page_keeps_the_filter(desk):
    for _ in range(PAGE + 1):
        await _told(desk, "bot", "report.sent")
    browser = await desk.at_work("auditor")
    text = (await browser.get("/audit?group=report&from=2026-01-01")).text
    assert "/audit?group=report&amp;from=2026-01-01&amp;after=2" in text
    onward = await browser.get("/audit?group=report&from=2026-01-01&after=2")
    assert onward.text.count('id="entry-') == 1


async def test_what_nobody_offered_is_passed_over(desk):
    await _told(desk, "bot", "report.sent")
    browser = await desk.at_work("head")
    for query in ("group=x", "who=x", "from=x", "until=9999-12-31", "from=0001-01-01", "after=x",
                  "after=-1", "after=99999999999999999999", "until=%27"):  # fmt: skip
        answer = await browser.get(f"/audit?{query}")
        assert answer.status == 200, query
        assert "Надійшло звернення" in answer.text.partition("<table")[2], query


@pytest.mark.parametrize("code", ["7K4M-9999", "x", "'"])
async def test_a_code_that_no_case_has_finds_nothing(desk, code):
    await _told(desk, "bot", "report.sent", await desk.case())
    answer = await (await desk.at_work("head")).get(f"/audit?code={code}")
    assert answer.status == 200
    assert "Таких записів немає" in answer.text


async def test_a_code_is_found_in_small_letters_too(desk):
    await _told(desk, "bot", "report.sent", await desk.case())
    answer = await (await desk.at_work("head")).get("/audit?code=7k4m-0000")
    assert answer.text.count('id="entry-') == 1


async def test_every_group_can_be_asked_for(desk):
    browser = await desk.at_work("head")
    for group in GROUPS:
        assert (await browser.get(f"/audit?group={group}")).status == 200, group


async def test_a_whole_chain_is_told_with_its_end(desk):
    await _told(desk, "bot", "report.sent")
    browser = await desk.at_work("head")
    standing = await desk.site.watch.look()
    assert standing == Standing(2, desk.clock())
    assert "сходяться до № 2" in (await browser.get("/audit")).text


@pytest.mark.parametrize("role", ROLES)
async def test_a_broken_chain_is_told_on_every_page_to_those_who_must_know(desk, role):
    browser = await desk.at_work(role)
    await _told(desk, "bot", "report.sent")
    await desk.owner.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    assert (await desk.site.watch.look()).broken == 2
    for path in ("/me", "/statistics", "/queue", "/audit"):
        alarm = 'class="alarm"' in (await browser.get(path)).text
        assert alarm is (role in TOLD), path


async def test_nobody_outside_is_told(desk):
    await _told(desk, "bot", "report.sent")
    await desk.owner.execute("UPDATE audit SET actor = 'nobody'")
    await desk.site.watch.look()
    assert "alarm" not in (await desk.browser().get("/sign-in")).text


async def test_the_alarm_ends_when_the_chain_is_whole_again(desk):
    await _told(desk, "bot", "report.sent")
    await desk.owner.execute("UPDATE audit SET actor = 'nobody'")
    assert (await desk.site.watch.look()).broken == 1
    await desk.owner.execute("UPDATE audit SET actor = 'bot'")
    assert (await desk.site.watch.look(whole=False)).broken is None


async def _cut(desk, seq):
    await desk.owner.execute("DELETE FROM audit WHERE seq > $1", seq)
    await desk.owner.execute(
        "UPDATE audit_head SET seq = $1, hash = (SELECT hash FROM audit WHERE seq = $1)", seq
    )


@pytest.mark.parametrize("whole", [True, False])
async def test_a_cut_tail_is_noticed_by_what_was_kept(desk, whole):
    for _ in range(5):
        await _told(desk, "bot", "report.sent")
    assert (await desk.site.watch.look()).seq == 5
    await _cut(desk, 3)
    assert (await desk.site.watch.look(whole=whole)).broken == 3


async def test_a_cut_tail_is_noticed_by_a_desk_that_was_started_again(desk, held, tmp_path):
    for _ in range(5):
        await _told(desk, "bot", "report.sent")
    await desk.site.watch.look()
    await _cut(desk, 3)
    assert (await _again(desk, held, tmp_path).look()).broken == 3


def _again(desk, held, tmp_path, signer=None):
    kept = tmp_path / "desk.checkpoint"
    own = signer or keys.load_desk(held.files.desk)[0]
    return Watch(desk.site.pool, lambda: held.listed, own, kept, desk.clock)


@pytest.mark.parametrize("text", ["", "dodomu-desk\n9\nAAAA\n", "\udcff"])
async def test_a_kept_checkpoint_that_somebody_wrote_is_an_alarm(desk, held, tmp_path, text):
    (tmp_path / "desk.checkpoint").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert (await _again(desk, held, tmp_path).look()).broken == 0


async def test_a_checkpoint_of_another_desk_is_an_alarm(desk, held, tmp_path):
    await desk.site.watch.look()
    assert (await _again(desk, held, tmp_path, signer=Signer(bytes(32))).look()).broken == 0


async def test_what_is_new_is_read_without_reading_all_again(desk):
    await _told(desk, "bot", "report.sent")
    await desk.site.watch.look()
    await _told(desk, "bot", "report.sent")
    assert (await desk.site.watch.look(whole=False)).seq == 2
    await desk.owner.execute("UPDATE audit SET sig = sig || '0' WHERE seq = 1")
    assert (await desk.site.watch.look(whole=False)).broken is None
    assert (await desk.site.watch.look()).broken == 1


async def test_without_a_trusted_list_nothing_is_said_to_be_whole(desk, tmp_path):
    def refused():
        raise ListRefused("expired")

    watch = Watch(desk.site.pool, refused, Signer(bytes(32)), tmp_path / "c", desk.clock)
    assert await watch.look() == Standing(obstacle="list")
    assert not (tmp_path / "c").exists()


async def test_the_desk_looks_by_itself_when_it_starts_and_when_asked(desk, held, tmp_path):
    import asyncio

    await _told(desk, "bot", "report.sent")
    watch = _again(desk, held, tmp_path)
    task = asyncio.get_running_loop().create_task(watch.run())
    await _until(lambda: watch.standing.seq == 1)
    await desk.owner.execute("UPDATE audit SET actor = 'nobody'")
    watch.ask()
    await _until(lambda: watch.standing.broken == 1)
    task.cancel()


async def _until(holds):
    import asyncio

    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here")
async def test_the_page_tells_who_stamped_the_chain_and_when(desk, held, tmp_path):
    await _told(desk, "bot", "draft.expired")
    await desk.site.watch.look()
    kept = tmp_path / "desk.checkpoint"
    folder, known = tmp_path / "desk.stamps", [keys.load_desk(held.files.desk)[0].public]
    asked = stamp.ask(folder, kept.read_text("utf-8"), known)
    tsa = authority(tmp_path / "tsa")
    stamp.accept(folder, tsa.answers(asked.path), tsa.ca, known)
    await desk.site.watch.look()
    browser = await desk.at_work("auditor")
    text = (await browser.get("/audit")).text
    assert f"Позначка часу на записі № {asked.seq}: {NAME}," in text
