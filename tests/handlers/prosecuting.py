"""What happens on the prosecutors' side of a conversation: they write, the postman tells of it."""

from datetime import datetime

from cases import messages
from cases import turn as turns
from cases.messages import Letter
from handlers.door import Door
from handlers.letters import announce
from handlers.talk import Talk

ASKED = Letter("Чи були в неї окуляри?", ("born", "marks"), own=True)


async def delivered(door: Door, clock: dict[str, datetime]) -> int:
    """What the postman does in one round."""
    due = await messages.due(door.database, door.vault, {"family": door.bot.id}, now=clock["now"])
    for one in due:
        announce(Talk(one.turn, clock["now"], {}), one)
        await turns.save(door.database, door.vault, one.turn, signer=door.signer, now=clock["now"])
    return len(due)
