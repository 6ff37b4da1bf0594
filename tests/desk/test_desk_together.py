"""Colleagues on a case's page: mentioned in notes, and looking at the same case."""

import re

import pytest
from sealed import granted, sent
from test_desk_casework import unlocked

from cases import errands
from cases.looking import LOOKS
from cases.person import number_of, numbers_in
from desk.together import mentions


@pytest.fixture
async def case(desk, held, clock):
    await granted(desk.owner, held, clock())
    return await sent(desk.owner, held, desk.signer, clock())


@pytest.fixture
async def marchenko(desk, case):
    return await unlocked(desk, await desk.person("prosecutor"))


@pytest.mark.parametrize(
    "written",
    ["П-03", "п-3", "P-03", "p-3", "Р-03", "р–3", "П—03", "П - 3", "(П-03)", "П-03, гляньте",
     "П‑003.", "Прошу П-03!"],
)  # fmt: skip
def test_a_number_is_read_whatever_letters_and_dash_it_is_written_with(written):
    assert numbers_in(written) == (3,)


@pytest.mark.parametrize(
    "written",
    ["п 3", "п. 3", "П3", "КП-03", "П-0", "П-", "P-0501234567", "П-03а", "П-3-го", "x-П-03", ""],
)
def test_other_words_mention_nobody(written):
    assert numbers_in(written) == ()


def test_each_is_mentioned_once_and_no_more_than_ten():
    assert numbers_in("П-3 і П-12, П-03") == (3, 12)
    assert len(numbers_in(" ".join(f"П-{n}" for n in range(1, 30)))) == 10


def test_a_mention_is_set_off_and_everything_is_escaped():
    assert mentions("<i>П-03</i> & р-7") == (
        '&lt;i&gt;<b class="mention">П-03</b>&lt;/i&gt; &amp; <b class="mention">р-7</b>'
    )


def test_the_letter_er_is_a_handle_too():
    assert number_of("Р-03") == 3


async def test_whoever_is_mentioned_finds_a_line_and_nobody_else_does(desk, marchenko, case):
    named, other = await desk.person(name="Гончар"), await desk.person(name="Ткач")
    await marchenko.get(f"/cases/{case}")
    text = f"Таємне слово. {named.handle}, подзвоніть їм."
    answer = await marchenko.follow(await marchenko.post(f"/cases/{case}/note", {"text": text}))
    assert f'<b class="mention">{named.handle}</b>' in answer.text
    page = (await (await desk.signed_in(named)).get("/queue")).text
    assert "П-01 згадує Вас у нотатці" in page
    assert f'href="/cases/{case}"' in page
    assert "згадує" not in (await (await desk.signed_in(other)).get("/queue")).text
    row = await desk.owner.fetchrow("SELECT * FROM errand")
    assert (row["person_id"], row["case_id"], row["why"]) == (named.id, case, errands.NAMED)
    for table in ("errand", "audit", "outbox"):
        rows = await desk.owner.fetch(f"SELECT * FROM {table}")
        assert "Таємне" not in str([dict(one) for one in rows])


async def test_who_may_not_open_the_case_is_not_called_and_the_writer_reads_so(
    desk, marchenko, case
):
    far = await desk.person(units=("UA-63",), name="Гончар")
    operator = await desk.person("operator", name="Ірина")
    gone = await desk.person(state="suspended", name="Ткач")
    near = await desk.person(name="Швець")
    await marchenko.get(f"/cases/{case}")
    text = " ".join(one.handle for one in (far, operator, gone, near)) + " П-99"
    answer = await marchenko.follow(await marchenko.post(f"/cases/{case}/note", {"text": text}))
    said = re.search(r'<p class="told wrong" role="status">(.*?)</p>', answer.text)[1]
    assert re.findall(r"П-\d+", said) == [far.handle, operator.handle, gone.handle, "П-99"]
    rows = await desk.owner.fetch("SELECT person_id FROM errand")
    assert [row["person_id"] for row in rows] == [near.id]


async def test_one_s_own_number_calls_nobody(desk, marchenko, case):
    await marchenko.get(f"/cases/{case}")
    answer = await marchenko.post(f"/cases/{case}/note", {"text": "П-01: зробила"})
    assert answer.to.endswith("?said=noted")
    assert await desk.owner.fetchval("SELECT count(*) FROM errand") == 0


async def test_whose_oblasts_changed_is_called_no_more(desk, marchenko, case):
    named = await desk.person(name="Гончар")
    await marchenko.get(f"/cases/{case}")
    await marchenko.post(f"/cases/{case}/note", {"text": named.handle})
    assert len(await errands.of(desk.owner, named)) == 1
    await desk.owner.execute("UPDATE staff SET units = '{UA-63}' WHERE id = $1", named.id)
    assert "згадує" not in (await (await desk.signed_in(named)).get("/queue")).text


async def test_an_address_somebody_made_up_names_nobody(desk, marchenko, case):
    answer = await marchenko.get(f"/cases/{case}?said=unheard&who=x_1e3_99999999_%3Cb%3E")
    assert answer.status == 200
    assert "<b>" not in re.search(r'role="status">(.*?)</p>', answer.text)[1]


# Two at one case


async def test_two_who_look_at_one_case_read_of_each_other(desk, marchenko, case):
    assert "теж дивиться" not in (await marchenko.get(f"/cases/{case}")).text
    other = await unlocked(desk, await desk.person("head", name="Савчук"))
    assert "П-01 теж дивиться цю справу." in (await other.get(f"/cases/{case}")).text
    part = await marchenko.get(f"/cases/{case}/beside")
    assert "П-02 теж дивиться цю справу." in part.text
    assert "<html" not in part.text
    assert len(await desk.audit("case.opened")) == 2, "a page that asks by itself opens nothing"


async def test_who_signed_out_or_looked_long_ago_is_not_there(desk, marchenko, case, clock):
    other = await unlocked(desk, await desk.person("head", name="Савчук"))
    await other.get(f"/cases/{case}")
    await other.post("/sign-out")
    assert "теж дивиться" not in (await marchenko.get(f"/cases/{case}")).text
    third = await unlocked(desk, await desk.person("triage", name="Ткач"))
    await third.get(f"/cases/{case}")
    clock.at += LOOKS
    await desk.owner.execute("UPDATE desk_session SET seen_at = $1", clock())
    assert "теж дивиться" not in (await marchenko.get(f"/cases/{case}/beside")).text


async def test_who_may_not_open_the_case_learns_of_nobody_and_leaves_no_denial(
    desk, marchenko, case
):
    await marchenko.get(f"/cases/{case}")
    far = await desk.at_work("prosecutor", ("UA-63",))
    assert "П-01" not in (await far.get(f"/cases/{case}/beside")).text
    assert await desk.audit("desk.denied") == []
    assert (await (await desk.at_work("operator")).get(f"/cases/{case}/beside")).status == 403
