"""Broadcasts from the form to the result, by whom they may be seen, written, approved, stopped."""

import re
from datetime import timedelta
from html import unescape

import pytest
from broadcast_rig import WHY, families, office, typed

from cases import broadcast_counts
from desk.broadcast.listing import VIEWS
from desk.broadcast.showing import leaving
from locales import say

ROLES = ("triage", "prosecutor", "head", "operator", "approver", "admin", "auditor")
CODE = "7K4M-29QX"


@pytest.fixture
async def work(desk):
    await families(desk.owner, 30)
    return await office(desk)


async def test_a_broadcast_goes_its_way_from_the_form_to_the_result(work):
    id_ = await work.drafted()
    path = f"/broadcasts/{id_}"
    page = (await work.writer.get(path)).text
    assert "<b>центр</b>" in page
    assert (
        "Отримають щонайменше 30\u00a0родин." in page or "Отримають щонайменше 30 родин." in page
    )
    assert "Польська" in page or "польська" in page
    await work.arrived(id_)
    digest = await work.digest(id_)
    answer = await work.writer.follow(await work.writer.post(f"{path}/submit", {"was": digest}))
    assert "Тепер вирішує інша людина." in answer.text
    page = (await work.head.get(path)).text
    assert "Розумію: повідомлення отримають щонайменше 30 родин" in page
    answer = await work.head.post(f"{path}/approve", await work.approval(id_))
    assert answer.to == f"{path}?said=approved"
    page = (await work.head.follow(answer)).text
    assert "Ще 60 секунд, щоб передумати." in page
    await work.sends(id_, {"sent": 12, "blocked": 2})
    page = (await work.head.get(path)).text
    assert "14 з 30 · заблокували бота 2" in page
    assert "29 за секунду" in page
    await work.head.post(f"{path}/pause")
    assert await work.state(id_) == "paused"
    await work.head.post(f"{path}/resume")
    assert await work.state(id_) == "running"
    await work.sends(id_, {"sent": 15, "unknown": 1}, "finished")
    page = (await work.head.get(path)).text
    assert "надіслано" in page
    csv = await work.head.get(f"{path}/result.csv")
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert f"broadcast-{1}.csv" in csv.headers["Content-Disposition"]
    assert "Центр,uk,sent,,27\r\n" in csv.text
    did = [
        row["action"]
        for row in await work.desk.owner.fetch(
            "SELECT action FROM audit WHERE action LIKE 'broadcast.%' ORDER BY seq"
        )
    ]
    assert did == [
        f"broadcast.{one}" for one in ("created", "submitted", "approved", "paused", "resumed")
    ]


async def test_every_view_shows_its_own(work):
    draft, waiting = await work.drafted(name="Чернетка"), await work.submitted(name="Подана")
    approved = await work.approved(name="Схвалена")
    for view, name in (("drafts", "Чернетка"), ("waiting", "Подана"), ("scheduled", "Схвалена")):
        page = (await work.writer.get(f"/broadcasts?view={view}")).text
        assert name in page
        assert sum(one in page for one in ("Чернетка<", "Подана<", "Схвалена<")) == 1
    await work.sends(approved, {"sent": 10})
    assert "10 з 30" in (await work.writer.get("/broadcasts")).text, "what runs comes first"
    assert draft != waiting


async def test_empty_views_say_so(desk):
    browser = await desk.at_work("auditor", ())
    for view in VIEWS:
        assert (
            say("uk", f"broadcasts.empty.{view}")
            in (await browser.get(f"/broadcasts?view={view}")).text
        )
    assert (await browser.get("/broadcasts?view=none&from=x")).status == 200


#: (path, roles that may); everything else is denied and stands in the audit
GETS = {
    "/broadcasts": ROLES,
    "/broadcasts/lines": ROLES,
    "/broadcasts/ID": ROLES,
    "/broadcasts/ID/live": ROLES,
    "/broadcasts/new": ("head", "operator"),
    "/broadcasts/templates": ("head", "operator"),
    "/broadcasts/ID/edit": ("head", "operator"),
}
POSTS = {
    "/broadcasts": ("head", "operator"),
    "/broadcasts/look": ("head", "operator"),
    "/broadcasts/ID/edit": ("head", "operator"),
    "/broadcasts/ID/test": ("head", "operator"),
    "/broadcasts/ID/submit": ("head", "operator"),
    "/broadcasts/ID/copy": ("head", "operator"),
    "/broadcasts/ID/keep": ("head", "operator"),
    "/broadcasts/templates/ID/drop": ("head", "operator"),
    "/broadcasts/ID/approve": ("head", "approver"),
    "/broadcasts/ID/return": ("head", "approver"),
    "/broadcasts/ID/refuse": ("head", "approver"),
    "/broadcasts/ID/cancel": ("triage", "prosecutor", "head", "operator", "approver", "admin"),
    "/broadcasts/ID/pause": ("triage", "prosecutor", "head", "operator", "approver", "admin"),
    "/broadcasts/ID/stop": ("triage", "prosecutor", "head", "operator", "approver", "admin"),
    "/broadcasts/ID/resume": ("head", "operator", "approver"),
    "/broadcasts/ID/recall": ("head", "operator", "approver"),
}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_where_it_may_and_each_denial_is_in_the_audit(work, role):
    id_ = await work.drafted()
    browser = await work.desk.at_work(role)
    denied = 0
    for method, paths in (("get", GETS), ("post", POSTS)):
        for path, roles in paths.items():
            answer = await getattr(browser, method)(path.replace("ID", str(id_)))
            assert (answer.status == 403) is (role not in roles), (path, answer.status)
            assert answer.status < 500, path
            denied += answer.status == 403
    assert len(await work.desk.audit("desk.denied")) == denied
    assert ('href="/broadcasts"' in (await browser.get("/me")).text) is True


async def test_forms_of_strangers_do_nothing(work):
    id_ = await work.drafted()
    for path in POSTS:
        work.writer.token = "0" * 64
        answer = await work.writer.post(path.replace("ID", str(id_)), typed())
        assert answer.status == 403, path
    assert await work.desk.owner.fetchval("SELECT count(*) FROM broadcast") == 1


async def test_nobody_approves_without_a_fresh_proof(work):
    id_ = await work.submitted()
    person = await work.desk.person("head", name="Ткач")
    unproven = await work.desk.signed_in(person, proven=False)
    answer = await unproven.post(f"/broadcasts/{id_}/approve", await work.approval(id_))
    assert answer.status == 401
    assert "Схвалити розсилку" in answer.text
    assert await work.state(id_) == "submitted"
    answer = await unproven.post(f"/broadcasts/{id_}/return", {"reason": "Коротше"})
    assert answer.to.endswith("said=returned"), "giving back harms nobody"


async def test_whoever_wrote_changed_or_submitted_it_does_not_approve_it(work):
    id_ = await work.submitted()
    other = await work.desk.at_work("head")
    answer = await other.post(
        f"/broadcasts/{id_}/edit", typed("Інше.", was=await work.digest(id_))
    )
    assert answer.status == 303
    assert await work.state(id_) == "draft", "any edit drops it"
    await work.arrived(id_)
    await work.writer.post(f"/broadcasts/{id_}/submit", {"was": await work.digest(id_)})
    assert "Схвалити її має інша людина" in (await other.get(f"/broadcasts/{id_}")).text
    for path in ("approve", "return", "refuse"):
        answer = await other.post(
            f"/broadcasts/{id_}/{path}", await work.approval(id_, reason="x")
        )
        assert answer.status == 403
    assert len(await work.desk.audit("desk.denied")) == 3
    answer = await work.head.post(f"/broadcasts/{id_}/approve", await work.approval(id_))
    assert answer.status == 303


async def test_only_what_was_on_the_page_is_approved(work):
    id_ = await work.submitted()
    path = f"/broadcasts/{id_}/approve"
    good = await work.approval(id_)
    for bad in ({**good, "digest": "00" * 32}, {**good, "time": "2026-12-01T08:00:00+00:00"},
                {**good, "understood": ""}, {}):  # fmt: skip
        answer = await work.head.post(path, bad)
        assert answer.status == 400
        assert 'role="alert"' in answer.text
    assert await work.state(id_) == "submitted"
    assert (await work.head.post(path, good)).status == 303


async def test_what_was_given_back_comes_back_with_its_changes(work):
    id_ = await work.submitted(text__en="A centre\nhas opened.", why__en="You wrote to us.")
    path = f"/broadcasts/{id_}"
    answer = await work.head.post(f"{path}/return", {"reason": "  "})
    assert answer.status == 400
    await work.head.post(f"{path}/return", {"reason": "Скажіть, <де>."})
    assert "Скажіть, &lt;де&gt;." in (await work.writer.get(path)).text
    form = typed("Відкрився центр.", was=await work.digest(id_), area=["abroad", "controlled"],
                 text__en="A centre\nhas opened.", why__en="You wrote to us.")  # fmt: skip
    assert (await work.writer.post(f"{path}/edit", form)).status == 303
    await work.arrived(id_)
    await work.writer.post(f"{path}/submit", {"was": await work.digest(id_)})
    page = (await work.head.get(path)).text
    assert "<del>Відкрився &lt;b&gt;центр&lt;/b&gt; допомоги.</del>" in page
    assert "<ins>Відкрився центр.</ins>" in page
    assert "has opened.</ins>" not in page
    assert "Змінився добір родин." in page
    assert (await work.head.post(f"{path}/refuse", {"reason": "Не треба"})).status == 303
    assert await work.state(id_) == "refused"


WRONG = [
        ({"text": f"Справа {CODE}"}, "Код звернення"),
        ({"text": "Дзвоніть 050 111 22 33"}, "Довге число"),
        ({"text": "Пишіть a@ukr.net"}, "особиста пошта"),
        ({"text": "<b>Центр"}, "не має пари"),
        ({"text": "а" * 4096}, "Задовго"),
        ({"text": "а" * 20_100}, "надто багато"),
        ({"text": ""}, "хоча б однією мовою"),
        ({"text": "<b></b>"}, "хоча б однією мовою"),
        ({"name": ""}, "Дайте назву"),
        ({"why__uk": ""}, "Напишіть, навіщо"),
        ({"text": 'Тут <a href="https://evil.com/">сайт</a>'}, "немає в переліку"),
        ({"text": "Тут evil.com"}, "немає в переліку"),
        ({"label__uk__0": "Сайт"}, "і напис, і адреса"),
        ({"label__uk__0": "Сайт", "url__uk__0": "https://evil.com"}, "Такої адреси"),
        ({"label__uk__0": f"Код {CODE}", "url__uk__0": "https://gp.gov.ua"}, "Код звернення"),
        ({"area": "occupied"}, "лише з причиною"),
        ({"grounds": "обстріл"}, "не позначено"),
        ({"urgent": "обстріл"}, "про безпеку"),
        ({"when": "2026-11-23T10:00"}, "уже минув"),
        ({"when": "колись"}, "уже минув"),
]  # fmt: skip


async def test_what_may_not_be_sent_is_not_kept_and_nothing_typed_is_lost(work):
    for fields, said in WRONG:
        answer = await work.writer.post("/broadcasts", typed(**fields))
        assert answer.status == 400, fields
        assert said in answer.text, fields
        assert f">{WHY}</textarea>" in answer.text or "why__uk" in fields
        if len(fields.get("text", "")) in range(1, 50):
            shown = re.search(
                r'<textarea id="text-uk"[^>]*>(.*?)</textarea>', answer.text, re.DOTALL
            )
            assert unescape(shown[1]) == fields["text"]
    assert await work.desk.owner.fetchval("SELECT count(*) FROM broadcast") == 0


async def test_a_name_wants_a_heads_word_and_a_tick(work):
    id_ = await work.submitted(text="Указ підписав Володимир Зеленський.")
    path = f"/broadcasts/{id_}"
    assert "Володимир Зеленський</q>" in (await work.writer.get(path)).text
    approver = await work.desk.at_work("approver", ())
    assert "таке схвалює керівник" in (await approver.get(path)).text
    answer = await approver.post(f"{path}/approve", await work.approval(id_, personal="yes"))
    assert answer.status == 403
    answer = await work.head.post(f"{path}/approve", await work.approval(id_))
    assert answer.status == 400
    assert "не належать жодній із родин" in answer.text
    answer = await work.head.post(f"{path}/approve", await work.approval(id_, personal="yes"))
    assert answer.status == 303
    told = str([dict(row) for row in await work.desk.owner.fetch("SELECT * FROM audit")])
    assert "Зеленський" not in told


async def test_a_large_one_is_a_heads(work):
    await families(work.desk.owner, 480, first=1000)
    id_ = await work.submitted()
    approver = await work.desk.at_work("approver", ())
    assert "таке схвалює керівник" in (await approver.get(f"/broadcasts/{id_}")).text
    answer = await approver.post(f"/broadcasts/{id_}/approve", await work.approval(id_))
    assert answer.status == 400
    assert (
        await work.head.post(f"/broadcasts/{id_}/approve", await work.approval(id_))
    ).status == 303


async def test_a_small_one_the_second_operator_approves(work):
    id_ = await work.submitted()
    approver = await work.desk.at_work("approver", ())
    answer = await approver.post(f"/broadcasts/{id_}/approve", await work.approval(id_))
    assert answer.status == 303


async def test_the_same_twice_a_day_wants_a_tick(work):
    await work.approved()
    id_ = await work.submitted(name="Ще раз")
    path = f"/broadcasts/{id_}"
    assert "Розсилка № 1 сьогодні" in (await work.head.get(path)).text
    answer = await work.head.post(f"{path}/approve", await work.approval(id_))
    assert answer.status == 400
    answer = await work.head.post(f"{path}/approve", await work.approval(id_, again="yes"))
    assert answer.status == 303


async def test_who_is_left_out_is_counted_with_the_reason(work):
    owner = work.desk.owner
    await families(owner, 20, locale="pl", first=100, area="abroad")
    await families(owner, 30, first=200, silence="all")
    await families(owner, 10, first=300, blocked=True)
    await families(owner, 12, first=400, quiet=True, area="occupied")
    await families(owner, 3, first=500, quiet=True)
    id_ = await work.drafted()
    page = (await work.writer.get(f"/broadcasts/{id_}")).text
    rows = dict(
        re.findall(r'<tr[^>]*><th scope="row">([^<]+)</th><td class="count">([^<]+)</td>', page)
    )
    assert rows == {
        "українська": "30", "польська": "20",
        "не надішлемо: заблокували бота": "10",
        "не надішлемо: вимкнули повідомлення (/stop)": "30",
        "не надішлемо: тихий режим": "менше 10",
        "не надішлемо: окупована територія": "10",
    }  # fmt: skip
    assert "польська: тексту немає, таким родинам прийде українська." in page


async def test_too_few_are_refused_before_anybody_approves(work):
    id_ = await work.drafted(locale="de")
    assert "Менше ніж 10 родин" in (await work.writer.get(f"/broadcasts/{id_}")).text
    await work.arrived(id_)
    answer = await work.writer.post(f"/broadcasts/{id_}/submit", {"was": await work.digest(id_)})
    assert answer.status == 400
    assert "Таку малу групу" in answer.text


async def test_the_occupied_area_is_written_to_about_safety_with_a_reason(work):
    await families(work.desk.owner, 12, first=400, quiet=True, area="occupied")
    id_ = await work.drafted(area="occupied", safety="yes", grounds="обстріл", urgent="триває")
    page = (await work.writer.get(f"/broadcasts/{id_}")).text
    assert "Отримають щонайменше 10 родин." in page
    assert "<q>обстріл</q>" in page
    assert "<q>триває</q>" in page


async def test_nothing_is_submitted_that_nobody_has_seen_in_telegram(work):
    id_ = await work.drafted()
    path = f"/broadcasts/{id_}"
    answer = await work.writer.post(f"{path}/submit", {"was": await work.digest(id_)})
    assert answer.status == 400
    assert "Спершу надішліть тест собі" in answer.text
    answer = await work.writer.post(f"{path}/test", {"was": await work.digest(id_)})
    assert answer.status == 400
    assert "не пов’язано" in answer.text
    await work.desk.owner.execute(
        "INSERT INTO staff_link (person_id, chat_ref, sealed) VALUES ($1, $2, '')",
        *(work.people["operator"].id, b"o" * 16),
    )
    assert "Надіслати мені" in (await work.writer.get(path)).text
    answer = await work.writer.post(f"{path}/test", {"was": await work.digest(id_), "how": "seen"})
    assert answer.to.endswith("said=trying"), "only training may tick it off"
    assert "Чекаємо, доки тест дійде." in (await work.writer.get(path)).text
    row = await work.desk.owner.fetchrow("SELECT * FROM broadcast_test")
    assert (row["broadcast_id"], row["person_id"]) == (id_, work.people["operator"].id)


async def test_two_who_change_it_at_once_lose_nothing(work):
    id_ = await work.drafted()
    was = await work.digest(id_)
    await work.head.post(f"/broadcasts/{id_}/edit", typed("Від керівника.", was=was))
    answer = await work.writer.post(f"/broadcasts/{id_}/edit", typed("Від операторки.", was=was))
    page = (await work.writer.follow(answer)).text
    assert "тим часом змінили" in page
    assert "Від операторки." in page
    assert "Від керівника." in (await work.writer.get(f"/broadcasts/{id_}")).text


async def test_what_is_looked_at_is_not_kept(work):
    form = typed("Указ підписав <i>Володимир</i> Зеленський.")
    block = await work.writer.post("/broadcasts/look", form, **{"HX-Request": "true"})
    assert "<html" not in block.text
    assert "<i>Володимир</i>" in block.text
    assert "Схоже на ім’я" in block.text
    assert "Отримають щонайменше 30 родин." in block.text
    whole = await work.writer.post("/broadcasts/look", form)
    assert "<html" in whole.text
    assert 'name="text.uk"' in whole.text
    assert await work.desk.owner.fetchval("SELECT count(*) FROM broadcast") == 0


async def test_whatever_is_typed_is_shown_as_text(work):
    bad = '"><script>alert(1)</script>'
    id_ = await work.drafted(text=f"Текст {bad}", name=f"Назва {bad}", why__uk=f"Чому {bad}")
    await work.head.get("/broadcasts")
    for path in ("/broadcasts?view=drafts", f"/broadcasts/{id_}", f"/broadcasts/{id_}/edit"):
        page = (await work.writer.get(path)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


async def test_the_minute_ends_with_a_word_and_everything_is_a_draft_again(work):
    id_ = await work.approved()
    triage = await work.desk.at_work("triage")
    page = (await triage.get(f"/broadcasts/{id_}")).text
    assert "Скасувати" in page
    assert "Зробити копію" not in page
    await triage.post(f"/broadcasts/{id_}/cancel")
    assert await work.state(id_) == "draft"
    assert (await triage.post(f"/broadcasts/{id_}/cancel")).status == 409


async def test_a_page_whose_broadcast_moved_on_is_asked_for_anew(work):
    path = f"/broadcasts/{await work.approved()}"
    same = await work.head.get(f"{path}/live?state=scheduled")
    assert "<html" not in same.text
    assert "HX-Redirect" not in same.headers
    assert (await work.head.get(f"{path}/live?state=submitted")).headers["HX-Redirect"] == path


async def test_stopping_and_taking_back_want_a_tick(work):
    id_ = await work.approved()
    await work.sends(id_, {"sent": 12})
    path = f"/broadcasts/{id_}"
    for deed in ("stop", "recall"):
        answer = await work.head.post(f"{path}/{deed}")
        assert answer.status == 400
        assert "цього не повернути" in answer.text
    await work.head.post(f"{path}/stop", {"sure": "yes", "reason": "Не те"})
    assert await work.state(id_) == "stopped"
    assert "Не те" in (await work.head.get(path)).text
    await work.head.post(f"{path}/recall", {"sure": "yes"})
    page = (await work.head.get(path)).text
    assert "Відкликано 0 з 12" in page
    assert "/recall" not in page


async def test_after_two_days_nothing_is_taken_back(work):
    id_ = await work.approved()
    await work.sends(id_, {"sent": 30}, "finished")
    assert "/recall" in (await work.head.get(f"/broadcasts/{id_}")).text
    work.desk.clock.passes(hours=49)
    head = await work.desk.at_work("head")
    assert "/recall" not in (await head.get(f"/broadcasts/{id_}")).text


async def test_a_template_begins_another(work):
    id_ = await work.drafted()
    answer = await work.writer.follow(
        await work.writer.post(f"/broadcasts/{id_}/keep", {"name": "Центр щотижня"})
    )
    assert "Шаблон збережено." in answer.text
    [kept] = await broadcast_counts.templates(work.desk.owner)
    page = (await work.writer.get(f"/broadcasts/new?template={kept.id}")).text
    assert "&lt;b&gt;центр&lt;/b&gt;" in page
    answer = await work.writer.follow(
        await work.writer.post(f"/broadcasts/templates/{kept.id}/drop")
    )
    assert "Шаблонів ще немає" in answer.text


async def test_a_copy_says_the_same_at_no_time_yet(work):
    id_ = await work.drafted(when="2026-12-24T10:00")
    answer = await work.writer.post(f"/broadcasts/{id_}/copy")
    assert "/edit" in answer.to
    rows = await work.desk.owner.fetch("SELECT digest, not_before FROM broadcast ORDER BY number")
    assert rows[0]["digest"] == rows[1]["digest"]
    assert rows[0]["not_before"].isoformat() == "2026-12-24T08:00:00+00:00", (
        "Kyiv is two hours ahead"
    )
    assert rows[1]["not_before"] is None


async def test_approvers_see_what_leaves_next(work):
    await work.approved(name="Раніша", when="2026-11-25T09:00")
    id_ = await work.submitted(name="Пізніша", text="Інше.", locale="uk")
    page = (await work.head.get(f"/broadcasts/{id_}")).text
    assert "Що надсилається далі" in page
    assert "№ 1 Раніша" in page


async def test_a_file_of_the_result_runs_nothing_and_names_nobody(work):
    id_ = await work.approved(name='=HYPERLINK("x")')
    await work.sends(id_, {"sent": 30}, "finished")
    csv = (await work.head.get(f"/broadcasts/{id_}/result.csv")).text
    assert "'=HYPERLINK" in csv
    assert csv.splitlines()[0].lstrip("\ufeff") == "broadcast,language,state,reason,families"
    assert len(csv.splitlines()) == 2


async def test_at_night_it_waits_for_the_morning(work):
    from cases import broadcasts

    id_ = await work.approved(when="2026-11-25T23:30")
    found = await broadcasts.read(work.desk.owner, id_)
    assert leaving(found).isoformat() == "2026-11-26T08:00:00+02:00"
    assert "чекають ранку" in (await work.head.get(f"/broadcasts/{id_}")).text
    assert found.starts_at - work.desk.clock() > timedelta(days=1)


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "отримає щонайменше 1 родина"), (2, "отримають щонайменше 2 родини"),
     (5, "отримають щонайменше 5 родин"), (11, "отримають щонайменше 11 родин"),
     (21, "отримає щонайменше 21 родина"), (22, "отримають щонайменше 22 родини"),
     (111, "отримають щонайменше 111 родин"), (1630, "отримають щонайменше 1\u00a0630 родин")],
)  # fmt: skip
def test_families_are_counted_as_ukrainian_counts(n, said):
    assert say("uk", "broadcast.understood", n=n) == f"Розумію: повідомлення {said}"


async def test_there_is_no_page_of_what_there_is_not(work):
    nobody = "00000000-0000-4000-8000-000000000000"
    for path in ("", "/edit", "/live", "/result.csv"):
        assert (await work.writer.get(f"/broadcasts/{nobody}{path}")).status == 404
    draft = await work.drafted()
    assert (await work.writer.get(f"/broadcasts/{draft}/result.csv")).status == 404
