"""kill -9 at every named moment of doors, Send and outbox; a new bot each time; nothing is lost.

By default each moment once or twice for each door; `FAULTS=full` is the whole matrix.
"""

import os

import pytest
from dying import dies
from matrix import DOORS, EVERY, WEBHOOK, Death
from rig import Database
from town import COPIES, town

FULL = os.environ.get("FAULTS") == "full"
ROUNDS = [(one.name,) for one in EVERY] if FULL else [tuple(one.name for one in EVERY)]

pytestmark = [pytest.mark.kill, pytest.mark.timeout(1200)]


def deaths(names: tuple[str, ...]) -> list[Death]:
    """One after the other, the same moment never twice in a row where there are others."""
    chosen = [one for one in EVERY if one.name in names]
    return [one for _ in range(chosen[0].full) for one in chosen] if FULL else chosen


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("names", ROUNDS, ids=lambda names: names[0])
async def test_killed_at_a_named_moment_nothing_is_lost_and_nothing_doubled(  # noqa: PLR0917
    door, names, oven, tmp_path, database_url, webhook_settings, record_property
):
    settings = webhook_settings if door == WEBHOOK else {}
    kills = deaths(names)
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
