"""Every row of the catalogue of bad updates and bad buttons that can be reached, through the door.

What a row expects is read off what the bot did: "OK" answered, "IGNORE" did and said nothing,
"STALE" and "DENY" (for families the same) left everything as it was and said so over the button,
"NOTICE", "ASK" and "CONFIRM" asked or told. A row with a "scope" waits for that part of the house.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from chat import SAVED, STALE, Person, kept
from floods import FLOODS
from lives import LIVES
from situations import SITUATIONS, Raw, message, numbered, raw
from walk import MINIMUM

from bot.envelope import NoUpdateId, read

FOLDER = Path(__file__).parents[1] / "bad_inputs"
ROWS = {
    row["id"]: row
    for name in ("callback", "update")
    for row in map(json.loads, (FOLDER / f"{name}.jsonl").read_text("ascii").splitlines())
}
WAITING = {"desk": 17, "limits": 2, "delivery": 5, "invites": 3, "telegram": 1, "runner": 1}
"""Rows of the catalogue that the conversation does not decide, by what decides them."""


async def outcome(person: Person, situation: Raw) -> str:
    """What becomes of one update, in the catalogue's words."""
    body = raw(situation)
    try:
        letter = read(body)
    except NoUpdateId:
        return "400"
    rows, toasts = await said(person), len(person.toasts)
    before = kept(await person.known())
    done = await person.raw(letter.body)
    if done != "committed":
        return {"quarantined": "QUARANTINE", "duplicate": "DEDUP", "ignored": "IGNORE"}[done]
    if len(person.toasts) > toasts:
        assert kept(await person.known()) == before
        return {STALE: "STALE", SAVED: "DEDUP"}.get(person.toasts[-1] or "", "OK")
    return _answered(await said(person) - rows)


def _answered(new: Counter) -> str:
    """By the methods and tags of what was queued for anybody."""
    if new["leaveChat"]:
        return "LEAVE"
    return "OK" if new else "IGNORE"


async def said(person: Person) -> Counter:
    rows = await person.door.database.fetch("SELECT method FROM outbox")
    return Counter(row["method"] for row in rows)


@pytest.fixture
async def naming(olena, arrive):
    """Olena, asked for the child's name."""
    await arrive(olena)
    await olena.does(*MINIMUM[:2])
    return olena


def test_every_row_is_either_tried_or_waits_for_a_named_part_of_the_house(capsys):
    waiting = Counter(row["scope"] for row in ROWS.values() if "scope" in row)
    with capsys.disabled():
        told = ", ".join(f"{scope} {count}" for scope, count in waiting.items())
        print(f"\nbad updates and buttons: {len(ROWS)} rows, of them waiting: {told}")
    assert waiting == WAITING
    tried = {*SITUATIONS, *LIVES, *ORDERS, *FLOODS, *(row["id"] for row in FORGED)}
    assert tried == {name for name, row in ROWS.items() if "scope" not in row}


# Buttons that were never ours

FORGED = [
    row
    for row in ROWS.values()
    if row["kind"] == "callback"
    and "scope" not in row
    and (row["group"].startswith(("malformed", "staff")))
]


def _forged(row: dict, revision: int) -> set[str]:
    """As the catalogue has it, and with our own version letter and today's revision in it."""
    data = row["input"]
    if "\\" in data:
        data = data.encode("ascii").decode("unicode_escape")
    return {data, data.replace("a1", "d1").replace("3f9c", str(revision))}


async def test_forged_buttons_change_nothing_and_are_answered_like_old_ones(naming):
    before = kept(await naming.known())
    for row in FORGED:
        assert row["expect"] in ("STALE", "DENY")
        revision = (await naming.known()).conversation.revision
        for data in _forged(row, revision):
            assert await naming.presses(data) == "committed", row["id"]
            assert naming.toasts[-1] == STALE, row["id"]
            assert kept(await naming.known()) == before, row["id"]
    assert await naming.door.database.fetchval("SELECT count(*) FROM audit") == 0


# Updates, one at a time


@pytest.mark.parametrize(
    "name", [name for name in SITUATIONS if ROWS[name]["expect"] in ("OK", "IGNORE")]
)
async def test_it_is_taken_or_ignored(naming, name):
    got = await outcome(naming, SITUATIONS[name](naming))
    assert got == EXPECTED.get(name, ROWS[name]["expect"])


EXPECTED = {
    # An unknown field or entity is ignored, the words beside it are an answer.
    "UP-082": "OK", "UP-087": "OK", "UP-094": "OK",
    # At a question something that is no words is answered with what would help.
    "UP-088": "OK", "UP-109": "OK",
    # Blocked and unblocked: noted without a word.
    "UP-145": "IGNORE", "UP-146": "IGNORE",
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [name for name in SITUATIONS if ROWS[name]["expect"] not in ("OK", "IGNORE")]
)
async def test_it_is_refused_in_the_way_it_should_be(naming, name):
    got = await outcome(naming, SITUATIONS[name](naming))
    expected = ROWS[name]["expect"]
    if expected == "CONFIRM":
        assert "переслане" in naming.last
    elif expected == "NOTICE":
        assert naming.last == "Відповідь лишилася, як була."
    else:
        assert got == expected


@pytest.mark.parametrize(
    "name", [name for name in SITUATIONS if ROWS[name]["expect"] == "QUARANTINE"]
)
async def test_the_conversation_goes_on_after_a_quarantine(naming, name):
    before = kept(await naming.known())
    await outcome(naming, SITUATIONS[name](naming))
    assert kept(await naming.known()) == before
    await naming.says("Ковальчук Софія")
    assert "Записали так" in naming.last


async def test_what_is_set_aside_is_sealed_and_nothing_of_it_is_logged(naming, caplog):
    caplog.clear()
    await outcome(naming, SITUATIONS["UP-080"](naming))
    assert await naming.door.database.fetchval("SELECT count(*) FROM quarantine") == 1
    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "Ковальчук" not in told
    assert str(naming.id) not in told
    assert naming.last.startswith("Це повідомлення не вдалося прийняти")


# A button's life, and updates by their order


@pytest.mark.parametrize("name", LIVES)
async def test_the_life_of_a_button(olena, arrive, name):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    expected = "OK" if name == "CA-017" else ROWS[name]["expect"]
    assert await LIVES[name](olena) == expected


@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_meets_its_limit(olena, arrive, name):
    await arrive(olena)
    await olena.taps("Повідомити про дитину")
    assert await FLOODS[name](olena) == ROWS[name]["expect"]


async def _same_again(person: Person, _other: Person) -> str:
    body = numbered(70_001, person)
    await outcome(person, body)
    return await outcome(person, body)


async def _other_body(person: Person, _other: Person) -> str:
    await person.raw(numbered(70_001, person))
    return await outcome(person, numbered(70_001, person))


async def _out_of_order(person: Person, other: Person) -> str:
    assert await outcome(person, numbered(80_009, person)) == "OK"
    return await outcome(other, numbered(80_002, other))


async def _cleared(person: Person, _other: Person) -> str:
    person.messages.clear()
    return await outcome(person, message(person))


ORDERS: dict[str, Callable[[Person, Person], Awaitable[str]]] = {
    "UP-050": _same_again, "UP-051": _other_body, "UP-058": _out_of_order, "UP-148": _cleared,
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
async def test_updates_by_their_order(naming, petro, name):
    assert await ORDERS[name](naming, petro) == ROWS[name]["expect"]


async def test_who_blocks_and_unblocks_is_noted(naming):
    await outcome(naming, SITUATIONS["UP-145"](naming))
    assert (await naming.known()).conversation.blocked
    await outcome(naming, SITUATIONS["UP-146"](naming))
    assert not (await naming.known()).conversation.blocked


async def test_a_word_from_somebody_unblocks_them(naming):
    await outcome(naming, SITUATIONS["UP-145"](naming))
    await naming.says("Ковальчук Софія")
    assert not (await naming.known()).conversation.blocked
