"""Who walks which plans, and the first minute of each of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle

from planner import longest, shortest, walks
from plans import Scene, Walk, Wrong
from refusals import ALONE
from untried import FLOWS, Untried
from ways import Move, Named, Say, Stale, Tap, Told, option

from flows.answers import Word
from flows.arrival import ARRIVAL
from flows.collective import COLLECTIVE
from flows.help_child import CHILD
from flows.news import NEWS
from flows.report import REPORT
from flows.sighting import SIGHTING
from locales import LOCALES

LONG_ENOUGH = 60
"""Deeds of one person, about."""
SAFE, QUIET = ("controlled", "abroad", "declined"), "occupied"
DOORS = {"report": "home.report", "sighting": "home.sighting", "child": "home.child"}


FirstMinute = dict[str, tuple[str, ...]]
"""{question: the options pressed, in order}."""


@dataclass
class Person:
    """`alone`: the wording that only this person is told (refusals.ALONE)."""

    arrival: FirstMinute
    walks: list[Walk] = field(default_factory=list)
    alone: str = ""

    @property
    def locale(self) -> str:
        return self.arrival["locale"][-1]

    def asked(self) -> int:
        return sum(walk.asked() for walk in self.walks)


def people(wrong: Wrong) -> list[Person]:
    """Everybody; the longest walks first."""
    untried = {flow.name: Untried(flow, wrong) for flow in FLOWS if flow is not ARRIVAL}
    planned = {name: walks(one) for name, one in untried.items()}
    least = untried[REPORT.name]
    names = (flow.name for flow in (REPORT, SIGHTING, COLLECTIVE, CHILD))
    groups = [[walk] for name in names for walk in planned[name]]
    for turned in [group for group in groups if group[0].turned]:
        child = next(one for one in groups if one[0].flow is CHILD and not one[0].quiet)
        groups.remove(child)
        turned.extend(child)  # the child goes on where the report ended
    groups += _bearers_of_news(least, planned[NEWS.name])
    groups += [[longest(untried[flow.name])] for flow in (REPORT, SIGHTING, COLLECTIVE)]
    groups.sort(key=lambda group: -sum(walk.asked() for walk in group))
    calm, quiet = _arrivals()
    cast = [Person(next(quiet if group[0].quiet else calm), group) for group in groups]
    cast += [Person(one) for one in (next(calm), next(quiet), REFUSING)]
    return [*cast, *(Person(next(calm), [shortest(least)], one) for one in ALONE)]


REFUSING: FirstMinute = {
    "locale": ("uk",),
    "safe": ("yes",),
    "area": ("abroad",),
    "consent": ("refuse",),
}


def _arrivals() -> tuple[Iterator[FirstMinute], Iterator[FirstMinute]]:
    """First minutes that everything is asked after, and those after which the bot is quiet."""
    spoken, areas = cycle(LOCALES), cycle(SAFE)
    asides = cycle(({"locale": ("other",)}, {"consent": ("more",)}, {}, {}))

    def first(safe: str, area: str) -> FirstMinute:
        pressed = {"locale": next(spoken), "safe": safe, "area": area, "consent": "agree"}
        aside = next(asides)
        return {key: (*aside.get(key, ()), one) for key, one in pressed.items()}

    unsafe = cycle((("yes", QUIET), ("no", QUIET), ("not_sure", "declined")))
    return (
        (first("yes", next(areas)) for _ in count()),
        (first(*next(unsafe)) for _ in count()),
    )


def _bearers_of_news(least: Untried, told: list[Walk]) -> Iterator[list[Walk]]:
    """Whoever has a code has sent a report; those without one just come."""
    for of_a_case in (True, False):
        for quiet in (False, True):
            waiting = [one for one in told if (one.of_a_case, one.quiet) == (of_a_case, quiet)]
            while waiting:
                group = [replace(shortest(least), quiet=quiet)] if of_a_case else []
                while waiting and sum(one.asked() for one in group) < LONG_ENOUGH / 2:
                    group.append(waiting.pop(0))
                yield group


def arriving(person: Person) -> Iterator[Scene]:
    """The first minute, from /start to home, or to nowhere for who does not agree."""
    yield Scene((), (Say("/start"),))
    for step in (step for _, step in ARRIVAL.steps()):
        assert step.key in person.arrival, f"tests/whole/casting.py: nobody answers {step.key}"
        words = (Word(f"arrival.{step.key}.ask"),)
        if step.key == "area" and not person.walks:
            yield Scene(words, (Say("/start"),))
            yield Scene(words, (Told(Stale(), Word("stale")),))
        for key in person.arrival[step.key]:
            tap: Move = Tap(option(ARRIVAL, step, key))
            aside = _ASIDES.get((step.key, key))
            yield Scene(words, (Told(tap, aside) if aside else tap,))
            if step.key == "safe" and key != "yes":
                yield Scene((Word("safety.unsafe"),), (Tap(Word("safety.continue")),))
    if person.arrival is not REFUSING:
        yield Scene((Word("home.ask"),), ())


_ASIDES = {
    ("locale", "other"): Word("language.other_text"),
    ("consent", "more"): Word("consent.long"),
    ("consent", "refuse"): Word("consent.refused"),
}


def door(walk: Walk) -> Iterator[Scene]:
    """From home to the first question of a form."""
    home = (Word("home.ask"),)
    if walk.flow is NEWS:
        yield Scene(home, (Tap(Word("home.news")),))
        known: Move = Named() if walk.of_a_case else Tap(Word("mine.no_code"))
        yield Scene((Word("news.which"),), (known,))
    elif walk.flow is COLLECTIVE:
        yield Scene(home, (Tap(Word("home.report")),))
        staff = option(REPORT, REPORT.step("relation"), "staff")
        yield Scene((Word("report.relation.ask"),), (Tap(staff),))
        yield Scene((Word("many.ask"),), (Tap(Word("many.group")),))
    else:
        yield Scene(home, (Tap(Word(DOORS[walk.flow.name])),))


def pressed(cast: list[Person]) -> set[tuple[str, str]]:
    return {(key, one) for person in cast for key, keys in person.arrival.items() for one in keys}
