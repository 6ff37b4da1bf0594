"""A report told by telephone: whoever has its code and PIN finds it in Telegram."""

from uuid import uuid4

import pytest
from stored import open_objects

from cases import intake
from cases.document import Consented
from flows.answers import Answer, State
from flows.draft import Draft
from flows.report import REPORT

AT = "2026-11-24T11:58:00+00:00"
NAME = {
    "family": "Канаркова",
    "given": "Соломія",
    "patronymic": None,
    "latin": "Kanarkova Solomiia",
}
TOLD = {
    "relation": "mother",
    "children/k3xf/name": {**NAME, "verbatim": "Канаркова Соломія"},
    "children/k3xf/born": {
        "edtf": "2017-03-27", "from": "2017-03-27", "to": "2017-03-27", "precision": "day",
    },
    "scenario": "camp_not_returned",
    "last_place": {
        "country": "UA", "oblast": "UA-65", "region": None, "code": None, "name": "Олешки",
        "text": "Олешки",
    },
    "share": {"version": 1, "parties": ["prosecutor"]},
}  # fmt: skip


@pytest.fixture
async def told(door, clock):
    """Code and PIN as a colleague has read them aloud."""
    answers = {key: Answer(State.GIVEN, value, at=AT) for key, value in TOLD.items()}
    draft = Draft("report", 1, "#ready", answers, {"children": ("k3xf",), "route": ()})
    prepared = await intake.prepare(
        REPORT, draft, door.recipients(), chat_ref=None, locale="uk",
        consent=Consented(1, AT, "uk", ""), now=clock["now"], channel="operator_phone",
        entered_by=str(uuid4()), case=uuid4(),
    )  # fmt: skip
    await intake.store(door.database, prepared, signer=door.signer, now=clock["now"])
    return prepared.receipt


async def test_a_family_reads_in_telegram_what_it_told_by_telephone(olena, arrive, told):
    await arrive(olena)
    await olena.does("[Мої звернення]", "[Маю код]", told.code, told.pin)
    assert told.code in olena.last
    await olena.does("[Перечитати надіслане]", told.pin)
    assert olena.says_somewhere("Канаркова")


async def test_a_family_adds_in_telegram_to_what_it_told_by_telephone(
    olena, arrive, told, door, keyset
):
    await arrive(olena)
    await olena.does("[Мої звернення]", "[Маю код]", told.code, told.pin, "[Додати відомості]")
    await olena.says("Її бачили в Генічеську")
    (added,) = await open_objects(door, keyset, "addition")
    assert added["text"] == "Її бачили в Генічеську"
