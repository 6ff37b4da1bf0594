"""Two cards field by field: what agrees, what does not, how much each is worth, and in sum.

Weights follow the tracing services: names weigh most, then the birth date, then places. Raise
WEIGHTS_VERSION with any change: a suggestion remembers by which weights it was made.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from cases.matching import dates, likeness, numbers, places
from cases.matching.card import Card
from cases.matching.likeness import Likeness

WEIGHTS_VERSION: Final = 1

Verdict = Literal["match", "near", "mismatch", "blank"]
Level = Literal["likely", "possible", "none"]

WEIGHTS: Final[dict[str, dict[str, tuple[Verdict, int]]]] = {
    "family": {
        "same": ("match", 30), "same_common": ("match", 24), "other_name": ("match", 24),
        "half": ("near", 20), "near": ("near", 20), "ending": ("near", 14),
        "different": ("mismatch", -30), "blank": ("blank", 0),
    },
    "given": {
        "same": ("match", 22), "variant": ("match", 20), "other_name": ("match", 20),
        "short": ("match", 17), "near": ("near", 14), "beginning": ("near", 8),
        "initial": ("near", 4), "different": ("mismatch", -60), "blank": ("blank", 0),
    },
    "patronymic": {
        "same": ("match", 12), "variant": ("match", 12), "near": ("near", 7),
        "initial": ("near", 2), "different": ("mismatch", -20), "blank": ("blank", 0),
    },
    "born": {
        "same_day": ("match", 30), "same_month": ("match", 20), "same_season": ("match", 15),
        "same_year": ("match", 9), "swapped": ("near", 24), "day_off": ("near", 20),
        "week_off": ("near", 12), "mistyped": ("near", 14), "year_off": ("near", 12),
        "next_to": ("near", 2), "next_year": ("mismatch", -8), "apart": ("mismatch", -18),
        "far": ("mismatch", -40), "blank": ("blank", 0),
    },
    "sex": {
        "same": ("match", 1), "different": ("mismatch", -50),
        "different_by_name": ("mismatch", -15), "blank": ("blank", 0),
    },
    "home": {
        "settlement": ("match", 12), "community": ("near", 8), "district": ("near", 5),
        "oblast": ("near", 2), "namesake": ("near", 4),
        "country": ("near", 0), "unclear": ("blank", 0), "elsewhere": ("mismatch", -4),
        "blank": ("blank", 0),
    },
    "last_place": {
        "settlement": ("match", 10), "community": ("near", 6), "district": ("near", 4),
        "oblast": ("near", 2), "namesake": ("near", 3), "crossed": ("match", 10),
        "country": ("near", 0), "unclear": ("blank", 0), "elsewhere": ("mismatch", -3),
        "blank": ("blank", 0),
    },
    "current_place": {
        "settlement": ("match", 6), "community": ("near", 4), "district": ("near", 3),
        "oblast": ("near", 2), "namesake": ("near", 2), "country": ("near", 0),
        "unclear": ("blank", 0), "elsewhere": ("mismatch", 0), "blank": ("blank", 0),
    },
    "phones": {
        "same": ("match", 20), "different": ("mismatch", 0), "blank": ("blank", 0),
    },
    "papers": {
        "same": ("match", 60), "number": ("near", 20), "digits": ("near", 4),
        "different": ("mismatch", -15), "unclear": ("blank", 0), "blank": ("blank", 0),
    },
}  # fmt: skip
"""By field and reason code: the verdict and its points."""

LIKELY: Final = 66
POSSIBLE: Final = 46
WITHOUT_SURNAME: Final = 34
"""Points from which a pair is possible although one card has no surname, if nothing differs."""

#: What holds a level down, whatever the sum: brothers and sisters share all but these.
AT_MOST: Final[dict[tuple[str, str], Level]] = {
    ("given", "different"): "none",
    ("sex", "different"): "possible",
    ("family", "different"): "possible",
    ("born", "far"): "possible",
}
_RANKS: Final[tuple[Level, ...]] = ("none", "possible", "likely")


@dataclass(frozen=True)
class FieldResult:
    """One row of the table. `left`, `right`: what the cards say, "" if nothing.

    `reason`: a code of WEIGHTS[key]; `points`: what it adds, or takes.
    """

    key: str
    verdict: Verdict
    left: str = field(repr=False)
    right: str = field(repr=False)
    reason: str
    points: int


@dataclass(frozen=True)
class Comparison:
    """`fields` in the order of WEIGHTS, all of them. `level` is never "the same": people decide.

    `swapped`: surname and given name of one card were read the other way round.
    """

    fields: tuple[FieldResult, ...]
    score: int
    level: Level
    swapped: bool = False


Reasons = tuple[tuple[str, Likeness], ...]


def compare(one: Card, other: Card) -> Comparison:
    """Symmetric but for the sides of the table. Never raises."""
    named, swapped = _named(one, other)
    return _told((*named, *_beside_names(one, other)), swapped)


def suggest(one: Card, other: Card) -> Comparison | None:
    """The same as compare, or None at once for a pair of the level "none"."""
    named, swapped = _named(one, other)
    if named[1][1][0] == "different" and not (one.papers and other.papers):
        return None
    reasons = (*named, *_beside_names(one, other))
    return None if _level(reasons) == "none" else _told(reasons, swapped)


def _told(reasons: Reasons, swapped: bool) -> Comparison:
    fields = tuple(
        FieldResult(key, *_verdict(key, reason, left, right))
        for key, (reason, left, right) in reasons
    )
    return Comparison(fields, _score(reasons), _level(reasons), swapped)


def _verdict(key: str, reason: str, left: str, right: str) -> tuple[Verdict, str, str, str, int]:
    verdict, points = WEIGHTS[key][reason]
    return verdict, left, right, reason, points


def _points(key: str, found: Likeness) -> int:
    return WEIGHTS[key][found[0]][1]


def _score(reasons: Reasons) -> int:
    return sum(WEIGHTS[key][found[0]][1] for key, found in reasons)


def _level(reasons: Reasons) -> Level:
    score = _score(reasons)
    unnamed = reasons[0][1][0] == "blank" and all(_points(*each) >= 0 for each in reasons)
    possible = WITHOUT_SURNAME if unnamed else POSSIBLE
    level: Level = "likely" if score >= LIKELY else "possible" if score >= possible else "none"
    told = [(key, found[0]) for key, found in reasons]
    if ("papers", "same") in told:
        return level
    held = [AT_MOST[reason] for reason in told if reason in AT_MOST]
    return min((level, *held), key=_RANKS.index)


def _named(one: Card, other: Card) -> tuple[Reasons, bool]:
    """Surname and given name in the reading under which they are likest."""
    found: list[tuple[Reasons, bool]] = []
    for left, right in likeness.readings(one.names, other.names):
        family = likeness.families(left.families, right.families)
        given = likeness.givens(left.givens, right.givens)
        found.append(((("family", family), ("given", given)), left.swapped or right.swapped))
    return found[0] if len(found) == 1 else max(found, key=_of_names)


def _of_names(found: tuple[Reasons, bool]) -> tuple[int, bool, list[str]]:
    """By points, as written before swapped; by reasons last, whichever card came first."""
    reasons, swapped = found
    return _score(reasons), not swapped, [told[0] for _, told in reasons]


def _beside_names(one: Card, other: Card) -> Reasons:
    return (
        ("patronymic", likeness.fathers(one.names, other.names)),
        ("born", _born(one, other)),
        ("sex", _sexes(one, other)),
        *_places(one, other),
        ("phones", _phones(one, other)),
        ("papers", _papers(one, other)),
    )


def _born(one: Card, other: Card) -> Likeness:
    """The likest of all dates told; those of russian papers stand beside the child's own."""
    found = [
        (dates.alike(left, right), left.text, right.text)
        for left in one.born
        for right in other.born
    ]
    if found:
        return max(found, key=lambda each: (_points("born", each), each[0]))
    left, right = (card.born[0].text if card.born else "" for card in (one, other))
    return "blank", left, right


def _sexes(one: Card, other: Card) -> Likeness:
    if one.sex and other.sex:
        return "same" if one.sex == other.sex else "different", one.sex, other.sex
    left, right = one.likely_sex, other.likely_sex
    return "different_by_name" if left and right and left != right else "blank", one.sex, other.sex


def _places(one: Card, other: Card) -> Reasons:
    """Role by role. A family's home is where another one saw the child last: told as crossed."""
    home, last, current = (_place(one, other, role, role) for role in places.ROLES)
    if "settlement" not in (home[0], last[0]):
        for left, right in (("home", "last_place"), ("last_place", "home")):
            crossed = _place(one, other, left, right)
            if crossed[0] == "settlement":
                last = ("crossed", *crossed[1:])
    return tuple(zip(places.ROLES, (home, last, current), strict=True))


def _place(one: Card, other: Card, role: str, beside: str) -> Likeness:
    left, right = one.places.get(role), other.places.get(beside)
    reason = places.alike(left, right) if left and right else "blank"
    return reason, left.text if left else "", right.text if right else ""


def _phones(one: Card, other: Card) -> Likeness:
    reason = "blank"
    if one.phones and other.phones:
        reason = "different" if one.phones.isdisjoint(other.phones) else "same"
    return reason, one.told["phones"], other.told["phones"]


def _papers(one: Card, other: Card) -> Likeness:
    both = one.papers and other.papers
    reason = numbers.shared(one.papers, other.papers) if both else "blank"
    return reason, one.told["papers"], other.told["papers"]
