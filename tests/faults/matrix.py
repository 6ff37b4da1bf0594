"""Which deaths there are: every moment of the list, how it is brought about, how often.

`names` follow the list of moments in docs/reliability.md. A moment inside one statement of the
database is brought about by holding a table until the statement waits there.
"""

import secrets
from dataclasses import dataclass

from cases.points import Point

POLLING, WEBHOOK = "polling", "webhook"
DOORS = (POLLING, WEBHOOK)


@dataclass(frozen=True)
class Death:
    """One moment. `full`: how many kills per door make up the whole matrix.

    `point` is passed in the process itself, up to `most` times before it dies, `late`: up to so
    many milliseconds after. `table`: while the turn's statement waits for this table. `fault`:
    while Telegram does not answer. `aside`: needs an update that nobody can take in; `floods`:
    needs a Telegram that wants silence.
    """

    name: str
    point: Point | None = None
    most: int = 1
    late: int = 0
    table: str = ""
    fault: bool = False
    aside: bool = False
    floods: bool = False
    full: int = 25

    def word(self) -> str:
        """For mortal.py."""
        assert self.point is not None
        return f"{self.point}:{1 + secrets.randbelow(self.most)}~{self.late}"


INBOUND = (
    Death("I1", Point.UPDATE_CAME, most=4),
    Death("I2", Point.TURN_LOADED, most=6),
    Death("I3", table="conversation"),
    Death("I4", table="draft"),
    Death("I5", Point.TURN_SEALED, most=6),
    Death("I6", table="outbox"),
    Death("I7", Point.TURN_CALLED, aside=True),
    Death("I8", Point.TURN_UNCOMMITTED, aside=True),
    Death("I9", Point.TURN_COMMITTED, most=6),
    Death("I10", Point.UPDATE_CONFIRMED, most=4, late=3),
    Death("I11", Point.UPDATE_SET_ASIDE, aside=True),
)
SEND = (
    Death("S1", Point.SEND_PRESSED),
    Death("S2", Point.CASE_INSERTED),
    Death("S3", Point.REPORT_STORED),
    Death("S4", Point.TURN_UNCOMMITTED),
    Death("S5", Point.REPORT_COMMITTED),
)
OUTBOX = (
    Death("O1", Point.ROWS_CLAIMED, most=6, full=13),
    Death("O2", Point.CALL_DUE, most=8, full=13),
    Death("O3", fault=True, full=13),
    Death("O4", Point.CALL_ANSWERED, most=8, full=13),
    Death("O5", Point.ROW_MARKED, most=8, full=13),
    Death("O6", Point.SILENCE_ASKED, late=2, floods=True, full=13),
    Death("O7", Point.ROWS_RECOVERED, full=13),
)
ANYWHERE = (Death("any"), Death("any"), Death("any"))
"""At a moment nobody has chosen."""
EVERY = (*INBOUND, *SEND, *OUTBOX, *ANYWHERE)
