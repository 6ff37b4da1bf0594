"""A day of the office, from the first report in the morning to the audit in the evening.

Twelve invented families write through the real bot; triage, a prosecutor and the head of the unit
work at a desk with rights and keys of its own; at noon the prosecutor is suspended and leaves.
"""

import asyncio
import json
from datetime import UTC, datetime
from itertools import pairwise

import day_evening as evening
import day_stories as told
import pytest
from day_evening import BASIS, DEATH, NOTE, QUESTION
from day_rig import a_day, keep
from day_worker import read_elsewhere, unpacked
from pdf_text import Pdf, flat

from cases import database, group_keys
from cases.group_keys import NotGranted
from vault import keys, member, recipients, rewrapping

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def day(tmp_path, database_url):
    async with a_day(tmp_path, database_url) as made:
        yield made


async def test_twelve_families_and_three_prosecutors_get_through_a_day(day):
    async with asyncio.TaskGroup() as meanwhile:
        siblings = meanwhile.create_task(day.comes(2, "Ганна", told.siblings()))
        await families_report_and_the_office_comes_to_work(day)
        await bells_have_rung_and_cases_are_taken(day)
        await what_families_told_is_read(day)
        await a_family_is_asked(day)
        await duplicates_are_linked(day)
        await a_child_is_home(day)
        await papers_leave_the_desk(day)
        await the_family_answers(day)
        await the_prosecutor_is_suspended(day)
        await the_cases_go_on_with_the_head(day)
        await a_later_report_is_shut_to_who_has_left(day)
        await siblings
    await a_death_is_confirmed_by_two(day)
    await the_rest_is_decided(day)
    await evening.everything_ended_as_it_should(day)
    await evening.everything_is_in_the_audit(day)
    await evening.families_got_what_they_should_and_nothing_more(day)
    await evening.nothing_was_told_that_should_not_be(day)


async def families_report_and_the_office_comes_to_work(day):
    """Eleven report, one of them still writing about her three; three people are let in."""

    async def home_again() -> None:
        await day.comes(7, "Степан", told.report(told.RETURNED))
        father = day.families[7]
        await day.comes(70, "Бабуся", told.came_back(father.code, father.pin))

    await asyncio.gather(
        day.office.hires(),
        day.comes(1, "Олена", told.critical()),
        day.comes(3, "Оксана", told.report(told.SOLOMIIA)),
        day.comes(4, "Лариса", told.aunt(), "ru"),
        day.comes(5, "Друг", told.child()),
        day.comes(6, "John", told.sighting(), "en"),
        home_again(),
        day.comes(8, "Учителька", told.group()),
        day.comes(9, "Петро", told.with_files()),
        day.comes(10, "Ніна", told.withdraws()),
        day.comes(12, "Віра", told.hardly_knows()),
    )
    await day.until("SELECT count(*) = 2 FROM audit WHERE action = 'file.sealed'")
    (found,) = await day.rows("SELECT code FROM cases WHERE kind = 'child'")
    day.families[5].stroller.code = found["code"]
    for one in day.office.workers.values():
        assert (await one.sign_in()).status == 303


async def bells_have_rung_and_cases_are_taken(day):
    """One with the button in the staff chat, the others from the queue."""
    office = day.office
    (account,) = (one["id"] for one in (await office.rig.look("users"))["users"]
                  if one["first_name"] == "Марченко")  # fmt: skip
    triage, marchenko, head = (office[role] for role in ("triage", "prosecutor", "head"))
    bell = await office.staff_says(office.rig.staff_chat, f"Нове звернення · {day.code(1)}")
    assert "Невідкладне" in bell["text"]
    await office.staff_says(office.rig.staff_chat, f"Нове звернення · {day.code(5)}")
    day.bell = bell
    await marchenko.link(account)
    await marchenko.presses(bell)
    await office.staff_says(office.rig.staff_chat, f"{day.code(1)} · взято: {marchenko.handle}")

    for worker, numbers in ((triage, (5, 6, 8, 10, 12)), (marchenko, (3, 9)), (head, (4, 7))):
        for number in numbers:
            await worker.takes(day.code(number))
    assert await head.refused(day.code(3), "take", to="/queue") == 303, "somebody was faster"
    assert (await triage.browser.get("/queue?view=mine")).text.count('id="case-') == 5


async def what_families_told_is_read(day):
    """Each case by whoever took it, and only with the own key open, and in the own oblasts."""
    office = day.office
    triage, marchenko, head = (office[role] for role in ("triage", "prosecutor", "head"))
    locked = await triage.browser.get(f"/cases/{office.ids[day.code(5)]}")
    assert (locked.status, locked.to.partition("?")[0]) == (303, "/unlock")
    for one in office.workers.values():
        assert (await one.unlock()).to == "/queue"
    for worker, number, words in (
        (marchenko, 1, ("Канаренко Мирослава", "Тітка Валентина Сорокопуд", "Невідкладне")),
        (marchenko, 3, ("Щигленко Соломія", "Мелітополь")),
        (head, 4, ("Щегленко Соломия", "Бердянськ")),
        (triage, 5, ("Невідкладне",)),
        (triage, 6, ("Kanarenko Myroslava",)),
        (head, 7, ("Бугайченко Ілля", "Маріуполь")),
        (triage, 8, ("Перепілка-інтернат", "Зозуленко Марія", "Плискаленко Петро")),
        (marchenko, 9, ("Снігуренко Богдан", "SHA-256")),
        (triage, 10, ("Чайченко Лука", "Родина відкликала звернення")),
        (triage, 12, ("не знають",)),
    ):
        page = await worker.opens(day.code(number))
        for word in words:
            assert word in page, (number, word)
    elsewhere = await marchenko.browser.get(f"/cases/{office.ids[day.code(7)]}")
    assert elsewhere.status == 403, "another oblast's, and taken by somebody else"


async def a_family_is_asked(day):
    """Its case waits until it answers. A child is asked too, and finds it when it looks."""
    triage, marchenko = day.office["triage"], day.office["prosecutor"]
    assert await triage.does(day.code(5), "ask", text="Ти в безпеці?", wants="answer") == "asked"
    assert await marchenko.does(
        day.code(1), "ask", text=QUESTION, wants="answer", question="marks"
    ) == "asked"  # fmt: skip
    assert (await day.standing(1))["status"] == "needs_info"


async def the_family_answers(day):
    """In the chat it only says that there is a question; the answer arrives in the case."""
    marchenko = day.office["prosecutor"]
    await day.again(1, told.answers())
    page = await marchenko.opens(day.code(1))
    assert told.ANSWER in page
    assert (await day.standing(1))["status"] == "screening"
    assert await marchenko.does(day.code(1), "status", was="screening", to="assigned") == "status"
    assert await marchenko.does(day.code(1), "note", text=NOTE) == "noted"


async def duplicates_are_linked(day):
    """A mother and an aunt told of one girl; a witness saw another. Undone once, and done again."""
    triage, head = day.office["triage"], day.office["head"]
    await triage.same_child(day.code(3), day.code(4))
    assert (await day.standing(4))["status"] == "duplicate_of"
    await head.undoes_pair(day.code(3), day.code(4))
    assert (await day.standing(4))["status"] == "screening"
    await head.same_child(day.code(3), day.code(4))
    await triage.same_child(day.code(1), day.code(6))


async def a_child_is_home(day):
    """The grandmother said so with code and PIN; the head confirms on what basis, and closes."""
    head = day.office["head"]
    assert (await day.standing(7))["claimed"] == "returned"
    assert "Повернулася" in await head.opens(day.code(7))
    assert await head.does(day.code(7), "confirm", status="returned_ua", basis="") == "empty"
    assert (
        await head.does(day.code(7), "confirm", status="returned_ua", basis=BASIS) == "confirmed"
    )
    assert BASIS in await head.opens(day.code(7))
    assert await head.does(day.code(7), "close", reason="returned_and_confirmed") == "closed"


async def papers_leave_the_desk(day):
    """A package with the family's files byte for byte, and a dossier that a reader opens."""
    triage, marchenko = day.office["triage"], day.office["prosecutor"]
    day.office.ids[day.code(9)] = await triage.case(day.code(9))
    await triage.opens(day.code(9), reason="supervision")
    assert (await triage.exports(day.code(9), "package"))[0] == 403, "triage takes nothing out"
    status, package = await marchenko.exports(day.code(9), "package")
    assert status == 200
    files = unpacked(package)
    originals = [content for name, content in files.items() if name.startswith("originals/")]
    assert sorted(originals) == sorted([told.PHOTO, told.PAPER])
    manifest = json.loads(files["manifest.json"])
    assert "kanarka.jpg" in json.dumps(manifest)
    keep("dossier.uk.pdf", files["dossier.uk.pdf"])
    dossier = Pdf(files["dossier.uk.pdf"])
    assert len(dossier.pages) > 1
    assert "pdfaid:part" in dossier.metadata
    for text in (dossier.text, *read_elsewhere(files["dossier.uk.pdf"])):
        for word in (day.code(9), "Снігуренко Богдан Петрович", "Мелітополь"):
            assert flat(word) in flat(text), word
    assert await marchenko.does(day.code(9), "status", was="screening", to="assigned") == "status"


async def the_prosecutor_is_suspended(day):
    """At once, everywhere: the next click, signing in, the button in the staff chat."""
    office = day.office
    triage, marchenko, head = (office[role] for role in ("triage", "prosecutor", "head"))
    await marchenko.opens(day.code(1))
    assert (await triage.browser.get("/people")).status == 403
    await head.suspends(marchenko)
    click = await marchenko.browser.get(f"/cases/{office.ids[day.code(1)]}")
    assert (click.status, click.to) == (303, "/sign-in")
    again = await marchenko.sign_in(code=marchenko.codes[0])
    assert again.status == 401
    assert "Доступ призупинено" in again.text
    await marchenko.presses(day.bell)  # the bot knows nobody by this account any more
    await office.departs(marchenko, by=head)


async def the_cases_go_on_with_the_head(day):
    """What was taken stays taken, until the head gives it back and takes it."""
    triage, head = day.office["triage"], day.office["head"]
    shut = await head.browser.get(f"/cases/{day.office.ids[day.code(4)]}")
    assert shut.status == 409, "the key that was opened this morning is nobody's any more"
    for one in (head, triage):
        assert (await one.unlock()).to == "/queue"
    for number in (1, 3, 9):
        page = await head.opens(day.code(number), reason="substitute")
        assert f'/cases/{day.office.ids[day.code(number)]}/release"' in page
        assert await head.does(day.code(number), "release") == "released"
        await head.takes(day.code(number))
    assert told.ANSWER in await head.opens(day.code(1)), "nothing of it is lost"


async def a_later_report_is_shut_to_who_has_left(day):
    """With their key file, and with a copy of the old group key, that opened the morning."""
    office, marchenko, head = day.office, day.office["prosecutor"], day.office["head"]
    old = keys.load_identity(office.rig.keyset.triage, "triage")
    await asyncio.gather(
        day.comes(11, "Тарас", told.quiet()), day.again(12, told.adds(day.code(12)))
    )
    await head.takes(day.code(11))
    assert "Одуденко Назар" in await head.opens(day.code(11))

    gone = member.open(marchenko.key.path.read_bytes(), marchenko.key.passphrase)
    now = datetime.now(UTC)
    listed = recipients.load(
        office.rig.keyset.recipients, office.rig.keyset.root_public, 2, now
    ).at(now)
    async with await database.connect(office.rig.database.url) as pool:
        with pytest.raises(NotGranted):
            await group_keys.group_identities(pool, gone, listed)
    for number in (1, 11):
        case = (await day.standing(number))["id"]
        assert rewrapping.opened([old], await day.copies(number), case) is None


async def a_death_is_confirmed_by_two(day):
    """One of three siblings. Who says it first cannot say it twice; the law wants it all kept."""
    triage, head = day.office["triage"], day.office["head"]
    code = day.code(2)
    await head.takes(code)
    page = await triage.opens(code, reason="substitute")
    assert all(f"Дрозденко {name}" in page for name in ("Ярема", "Остап", "Орина"))
    assert await triage.does(code, "confirm", status="deceased", basis=DEATH) == "confirmed"
    assert (await day.standing(2))["confirmed"] is None, "one word is not enough"
    page = await head.opens(code)
    seconding = day.found(r"(confirmations/[0-9a-f-]{36}/second)", page)
    path = f"/cases/{day.office.ids[code]}/{seconding}"
    assert (await triage.proves(path, {}))[0] == 403
    assert (await head.proves(path, {}))[0] == 303
    assert (await day.standing(2))["confirmed"] == "deceased"
    assert await triage.refused(code, "hold") == 403
    assert await head.does(code, "hold") == "held"


async def the_rest_is_decided(day):
    """Levels, statuses, closing by mistake; a family that told little tells more."""
    triage, head = day.office["triage"], day.office["head"]
    assert "Дятел бачив автобус" in await triage.opens(day.code(12))
    assert await triage.does(day.code(12), "level", level="high", why="new_facts") == "level"
    assert await triage.does(day.code(12), "status", was="screening", to="triaged") == "status"

    withdrawing = day.found(r"(letters/[0-9a-f-]{36}/withdraw)", await triage.opens(day.code(5)))
    assert await triage.does(day.code(5), withdrawing) == "withdrawn"
    assert await triage.does(day.code(10), "ask", text="Чому?", wants="answer") == "family"
    assert await triage.does(day.code(10), "close", reason="withdrawn") == "closed"
    for number, worker, steps in (
        (1, head, ("assigned", "in_work", "monitoring")),
        (3, head, ("screening", "assigned", "in_work")),
        (5, triage, ("screening", "assigned", "in_work", "referred")),
        (8, triage, ("screening", "triaged")),
        (11, head, ("screening", "assigned")),
    ):
        for was, to in pairwise(steps):
            assert await worker.does(day.code(number), "status", was=was, to=to) == "status"
    assert await head.does(day.code(3), "close", reason="no_grounds") == "closed"
    assert await head.does(day.code(3), "reopen") == "reopened"
    assert await head.does(day.code(9), "close", reason="transferred_other_body") == "closed"
    await asyncio.gather(
        day.again(7, told.looks(day.code(7), "closed")),
        day.again(4, told.looks(day.code(4), "checking")),
    )
