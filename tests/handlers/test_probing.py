"""Somebody who wants to know whether a neighbour has reported learns nothing by trying codes."""

import asyncio
from datetime import timedelta

import pytest

from cases import own
from vault import receipt

ABSENT = tuple(receipt.new_code(bytes([number] * 16)) for number in range(5))
WRONG = tuple(f"0000-0000-00{number:02}" for number in range(20))
_QUEUED = """
SELECT bot, lane, method, tag IS NULL AS untagged FROM outbox WHERE chat_ref = $1 AND id > $2
 ORDER BY id
"""


@pytest.fixture
async def asking(petro, arrive):
    """Somebody else's chat, past the first minute."""
    await arrive(petro)
    return petro


@pytest.fixture
def keyed(monkeypatch):
    """How often the dear function ran: it is what a stop-watch would hear."""
    asked = []
    whole = receipt.family_key

    def counted(*what):
        asked.append(what[0])
        return whole(*what)

    monkeypatch.setattr(receipt, "family_key", counted)
    return asked


async def _tried(asking, door, clock, code, pin):
    """What the chat shows after a try, and what was queued for it."""
    clock["now"] += timedelta(hours=1, minutes=1)  # nobody is held back for too many
    await asking.does("/mine", "[Маю код]", code)
    ref = door.vault.chat_ref(door.bot.id, asking.id)
    last = await door.database.fetchval("SELECT coalesce(max(id), 0) FROM outbox")
    before = set(asking.messages)
    await asking.says(pin)
    shown = [one.text for number, one in asking.messages.items() if number not in before]
    rows = await door.database.fetch(_QUEUED, ref, last)
    return shown, [tuple(row) for row in rows]


async def test_a_code_that_exists_and_one_that_does_not_look_the_same(
    sent, asking, door, clock, keyed
):
    hits = [await _tried(asking, door, clock, sent.code, pin) for pin in WRONG[:5]]
    misses = [await _tried(asking, door, clock, code, WRONG[0]) for code in ABSENT]
    assert hits[0][0], "it is answered"
    assert all(one == hits[0] for one in (*hits, *misses))
    assert keyed == [*[sent.code] * 5, *ABSENT], "each try costs one key, no more"


@pytest.mark.parametrize("state", ["withdrawn_at", "erase_asked_at"])
async def test_what_became_of_a_report_does_not_show_either(sent, asking, door, clock, state):
    await door.database.execute(f"UPDATE cases SET {state} = now()")
    hit = await _tried(asking, door, clock, sent.code, WRONG[0])
    assert hit == await _tried(asking, door, clock, ABSENT[0], WRONG[0])


async def test_many_tries_at_once_wait_for_one_another_whether_the_code_exists_or_not(
    sent, door, keyed
):
    codes = [sent.code, *ABSENT] * 3
    found = await asyncio.gather(*(own.by_code(door.database, code, WRONG[1]) for code in codes))
    assert found == [None] * len(codes)
    assert sorted(keyed) == sorted(codes)
