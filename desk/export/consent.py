"""May this case leave the prosecutors' hands: what the family agreed to, and what it wrote beside.

A machine cannot read «do not give our address to the school»: whoever sends a report on reads that
note and names the questions to leave out. Everybody's answer to "may we?" is given in one place.
"""

from typing import Final, Literal, TypeAlias

from cases.reading import answers, shared_with, spoken
from desk.export.opened import Opened
from flows.report import OTHERS

PROSECUTOR = "prosecutor"

Standing: TypeAlias = Literal["agreed", "unasked", "refused", "withdrawn"]
BLOCKED: Final[tuple[Standing, ...]] = ("refused", "withdrawn")


class NotShared(Exception):
    """The family did not agree to share with this party, or took its agreement back.

    Ask the family first; where the law obliges, use the dossier and write down the ground.
    """


class Unread(Exception):
    """The family wrote what not to pass on. Show its note; ask which questions to leave out."""


def check(opened: Opened, to: str, without: frozenset[str] | None) -> None:
    """Raises NotShared or Unread where the case must not go to `to` (flows.report.OTHERS).

    `without`: keys of questions left out by somebody who has read the note; empty for none of
    them; None when nobody has looked.
    """
    if to == PROSECUTOR:
        return
    if to not in OTHERS or to not in shared_with(opened.report):
        raise NotShared
    if opened.facts.withdrawn_at is not None:
        return  # nothing but an expired record is written then
    if without is None and spoken(answers(opened.report).get("withhold")):
        raise Unread


def standing(opened: Opened, party: str | None) -> Standing:
    """What the family said about this party (flows.report.OTHERS; None: it is never asked about).

    "refused" is a tick that was not made where it could be: the family was asked and did not
    agree. Nobody refers past it, nor past a withdrawal.
    """
    if opened.facts.withdrawn_at is not None:
        return "withdrawn"
    share = answers(opened.report).get("share")
    if party is None or share is None or not share.given:
        return "unasked"
    return "agreed" if party in shared_with(opened.report) else "refused"


def withheld(opened: Opened) -> str:
    """What the family wrote not to pass on, in its own words; "" for nothing."""
    return spoken(answers(opened.report).get("withhold"))
