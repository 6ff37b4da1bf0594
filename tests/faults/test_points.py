"""kill -9 at every named moment of doors, Send and outbox; a new bot each time; nothing is lost.

By default each moment once or twice for each door; `FAULTS=full` is the whole matrix.
"""

import os

import pytest
from dying import dies
from matrix import DOORS, EVERY, OUTBOX, WEBHOOK, Death
from rig import Database
from town import COPIES, town

FULL = os.environ.get("FAULTS") == "full"
NAMES = tuple(dict.fromkeys(one.name for one in EVERY))
ROUNDS = [(name,) for name in NAMES] if FULL else [NAMES]

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1200)]


def deaths(names: tuple[str, ...]) -> list[Death]:
    """One after the other; in the whole matrix one moment as often as it says."""
    chosen = [one for one in EVERY if one.name in names]
    return chosen[:1] * chosen[0].full if FULL else chosen


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("names", ROUNDS, ids=lambda names: names[0])
async def test_killed_at_a_named_moment_nothing_is_lost_and_nothing_doubled(  # noqa: PLR0917
    door, names, oven, tmp_path, database_url, webhook_settings, record_property
):
    settings = webhook_settings if door == WEBHOOK else {}
    kills = deaths(names)
    if names == ("O7",):  # somebody must have left something to be recovered
        kills = [one for seven in kills for one in (OUTBOX[0], seven)]
    async with town(oven, tmp_path, Database(database_url), **settings) as here:
        async with here.crowd():
            for death in kills:
                await dies(here, death)
        found = await here.judged()
    what = names[0] if FULL else f"{names[0]} to {names[-1]}"
    told = (len(kills), found.people, len(found.lost), len(found.doubled), found.copies)
    record_property("faults", (what, door, *told))
    assert (found.lost, found.doubled) == ([], [])
    assert found.copies <= COPIES * len(kills)
