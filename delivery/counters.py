"""What one sender has done since it started, as plain numbers."""

from dataclasses import dataclass


@dataclass
class Counters:
    """Rows by what came of an attempt; `floods` and `refusals` count Telegram's answers."""

    claimed: int = 0
    sent: int = 0
    put_back: int = 0
    retried: int = 0
    failed: int = 0
    unreachable: int = 0
    unknown: int = 0
    recovered: int = 0
    #: marks that came too late: somebody else has taken the row over
    disowned: int = 0
    floods: int = 0
    refusals: int = 0
    database_losses: int = 0
