"""Every path of every form, walked by many people at once through the real bot.

What they pressed and typed lies in the sealed cases, and nothing else does. Everything that a
family can be told when something does not go is told to somebody on the way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import aiohttp
import opened
import pytest
import refusals
from babel.messages.pofile import read_po
from casting import Person, arriving, door, people, pressed
from opened import Case
from plans import TROUBLE, TROUBLES, Mark, Scene, Walk, fulfilled, places, shapes
from rig import Database, Rig, rigged
from strolling import Astray, Stroller, agrees
from untried import FLOWS
from ways import Say, Tap, Told, around, given

from cases.limits import RATE
from cases.telling import tell
from flows.answers import State, Word
from flows.arrival import ARRIVAL
from flows.kinds.files import Files
from flows.model import Flow, Group, Step
from flows.news import SECRET
from flows.report import REPORT
from flows.shape import options
from locales import LOCALES
from locales.catalogs import DOMAINS, source
from vault import keys, recipients

pytestmark = pytest.mark.timeout(900)
FAST = {"DODOMU_RATE": "1000", "DODOMU_CHAT_RATE": "50", "DODOMU_CHAT_BURST": "50"}


def required(flow: Flow) -> Iterator[Mark]:
    """All there is to do in a form, by its data."""
    for _, entry in places(flow):
        if entry.when is not None:
            yield from ((entry.key, one) for one in ("met", "unmet"))
        if isinstance(entry, Group):
            yield from ((entry.key, one) for one in shapes(entry))
        elif not entry.off_path and (flow.name, entry.key) != ("news", "code"):
            yield entry.key, "given"
            yield from ((entry.key, way.name) for way in around(entry))
            yield from ((entry.key, one) for one in options(entry.kind))
            if isinstance(entry.kind, Files):
                yield entry.key, "not asked"
    for section in flow.sections:
        if section.announced:
            yield from ((section.key, one) for one in ("enter", "pass"))
    yield from ((TROUBLE, sort) for sort in TROUBLES)


@dataclass
class Walked:
    """A person after all walks. `codes`: of the case each walk came to, "" for a child's."""

    person: Person
    stroller: Stroller
    codes: list[str]


@dataclass
class Trouble:
    """What those of refusals.ALONE go through, each before the last screen of a report."""

    rig: Rig
    others: int
    nobody_else: asyncio.Event = field(default_factory=asyncio.Event)

    def one_less(self) -> None:
        self.others -= 1
        if not self.others:
            self.nobody_else.set()

    def of(self, key: str) -> Callable[[Stroller, Scene], Awaitable[None]]:
        return {"error.too_fast": self.too_fast, "error.generic": self.generic}[key]

    async def too_fast(self, stroller: Stroller, scene: Scene) -> None:
        """Twenty-one messages in one breath; half a minute later all is as it was."""
        await stroller.until(lambda: stroller.screen(scene.words[0]), scene.words[0].key)
        said = [{"user": stroller.id, "text": "/privacy"}] * (RATE.updates + 1)
        await self.rig.sim("family/say", said)
        await stroller.until(lambda: stroller.says(Word("error.too_fast")), "error.too_fast")
        await asyncio.sleep(RATE.pause.total_seconds() + 1)
        await stroller.play(Scene((), (Say("/privacy"),)))

    async def generic(self, stroller: Stroller, scene: Scene) -> None:
        """The list of recipients runs out before anybody signs a new one."""
        await stroller.until(lambda: stroller.screen(scene.words[0]), scene.words[0].key)
        await self.nobody_else.wait()
        ends = await self.relist(2, timedelta(seconds=3))
        while datetime.now(UTC) < ends:
            await asyncio.sleep(0.1)
        refused = Told(scene.moves[-1], Word("error.generic"))
        await stroller.play(replace(scene, moves=(*scene.moves[:-1], refused)))
        await self.relist(3, timedelta(days=1))

    async def relist(self, version: int, term: timedelta) -> datetime:
        """A new list for the running bot, and when it ends."""
        now, listed = datetime.now(UTC).replace(microsecond=0), self.rig.keyset.recipients
        root = keys.load_root(self.rig.keyset.root)
        held = recipients.from_bytes(listed.read_bytes(), now)
        made = replace(held, version=version, expires_at=now + timedelta(seconds=1) + term)
        written = recipients.to_bytes(made)
        listed.write_bytes(written)
        recipients.signature_path(listed).write_bytes(recipients.sign(written, root.seed))
        self.rig.hang_up()
        async with asyncio.timeout(20):
            while self.rig.log.read_text().count("was read again") < version - 1:
                await asyncio.sleep(0.05)
        return made.expires_at


async def stroll(person: Person, stroller: Stroller, trouble: Trouble) -> Walked:
    codes = []
    try:
        async with stroller.looking():
            for scene in arriving(person):
                await stroller.play(scene)
            turned = ""
            for walk in person.walks:
                await through(person, stroller, trouble, walk, entering=not turned)
                turned = walk.turned
                codes.append(stroller.code)
    except* Astray as lost:
        raise lost.exceptions[0] from None
    return Walked(person, stroller, codes)


async def through(
    person: Person, stroller: Stroller, trouble: Trouble, walk: Walk, *, entering: bool
) -> None:
    stroller.walking = f"{walk.flow.name} {walk.number}"
    scenes = [*(door(walk) if entering else ()), *walk.scenes]
    for scene in scenes[:-1]:
        await stroller.play(scene)
    if person.alone:
        await trouble.of(person.alone)(stroller, scenes[-1])
    await stroller.play(scenes[-1])
    if not walk.turned:
        await ended(stroller, walk)


async def ended(stroller: Stroller, walk: Walk) -> None:
    if walk.of_a_case:
        done = Word("news.done", {"code": stroller.code})
        await stroller.until(lambda: stroller.says(done), "news.done")
        if walk.kept["status"].value in SECRET:
            await stroller.until(lambda: stroller.says(Word("return.secrecy")), "return.secrecy")
        return
    await stroller.received()
    if walk.flow.name != "child":
        await stroller.play(Scene((), (Tap(Word("nav.home")),)))


async def everybody(rig: Rig, cast: list[Person]) -> list[Walked]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:
        trouble = Trouble(rig, len(cast) - 1)

        async def one(number: int, person: Person) -> Walked:
            told = {"phone": "+380671234567", "language_code": person.locale}
            made = await rig.person(f"Людина {number}", **told)
            await asyncio.sleep(number * 0.03)
            stroller = Stroller(rig, made.id, person.locale, client)
            try:
                return await stroll(person, stroller, trouble)
            finally:
                trouble.one_less()

        strolls = (one(number, person) for number, person in enumerate(cast))
        done = await asyncio.gather(*strolls, return_exceptions=True)
    lost = [str(one) for one in done if isinstance(one, Astray)]
    assert lost == [], "\n".join([rig.fate(), *lost])
    for one in done:
        if isinstance(one, BaseException):
            raise one
    return [one for one in done if isinstance(one, Walked)]


def test_the_plans_leave_nothing_undone():
    cast = people(refusals.wrong())
    undone = {("arrival", *mark) for mark in arrivals() - pressed(cast)}
    for flow in (flow for flow in FLOWS if flow is not ARRIVAL):
        walks = [walk for person in cast for walk in person.walks if walk.flow is flow]
        done = {mark for walk in walks for mark in done_in(walk)}
        undone |= {(flow.name, *mark) for mark in set(required(flow)) - done}
    assert undone == set()


def done_in(walk: Walk) -> Iterator[Mark]:
    """What is done on a walk; of answers, only those that are sealed in the end."""
    yield from walk.met
    yield from (mark for scene in walk.scenes for mark in scene.marks)
    for held in () if walk.turned else (walk.kept, *chain(*walk.items.values())):
        for key, way in held.items():
            yield key, "given" if way.state is State.GIVEN else way.name
            yield from ((key, one) for one in values(way.value))


def test_a_kind_of_question_that_nobody_can_answer_is_named():
    with pytest.raises(AssertionError, match="no way to answer a Strange"):
        given(REPORT, Step("strange", Strange()))


def test_a_condition_that_nobody_can_judge_is_named():
    with pytest.raises(AssertionError, match="does not know the condition Strange"):
        fulfilled(Strange(), {})


@dataclass(frozen=True)
class Strange:
    """Neither a kind nor a condition of today."""


def refusals_of(locale: str) -> Iterator[str]:
    """Every `error.` key that a family may read."""
    for domain in DOMAINS:
        with source(locale, domain).open("rb") as text:
            keys_of = (
                one.id[0] if one.pluralizable else one.id for one in read_po(text) if one.id
            )
            yield from (key for key in keys_of if key.startswith("error."))


def test_every_refusal_of_the_catalog_is_reached_or_cannot_be():
    told = {*refusals.TABLE, *refusals.ALONE, *refusals.OUT_OF_REACH}
    assert {key for key in told if key.startswith("error.")} == set(refusals_of("uk"))


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_causes_are_told_in_the_same_words(locale):
    words = [tell(locale, refusals.told(key)) for key in (*refusals.TABLE, *refusals.ALONE)]
    assert len(set(words)) == len(words)


async def test_every_path_of_every_form_is_walked_and_sealed_as_it_was_told(
    tmp_path, database_url, oven
):
    cast = people(refusals.wrong())
    async with rigged(tmp_path, Database(database_url), oven=oven, kept=False, **FAST) as rig:
        rig.start()
        walked = await everybody(rig, cast)
        rig.stop()
        cases = await opened.cases(database_url, rig.keyset)
        added = await opened.cases(database_url, rig.keyset, kind="news")
        vault = keys.load_vault(rig.keyset.vault)
    print(f"{sum(one.stroller.deeds for one in walked)} deeds of {len(walked)} people")
    for one in walked:
        ref = vault.chat_ref(1_000_001, one.stroller.id)
        everything_is_sealed(one, [case for case in (*cases, *added) if case.chat_ref == ref])


def arrivals() -> set[Mark]:
    return {(step.key, key) for _, step in ARRIVAL.steps() for key in options(step.kind)}


def values(value: Any) -> list[str]:
    """The options that an answer's value names."""
    if isinstance(value, dict):
        value = value.get("parties", [])
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def everything_is_sealed(walked: Walked, cases: list[Case]) -> None:
    """Each walk came to one case, with the answers given and no others."""
    left = list(cases)
    for walk, code in zip(walked.person.walks, walked.codes, strict=True):
        if walk.turned:
            continue
        name = (walk.flow.name, walk.number)
        found = next((one for one in left if one.report["flow"] == walk.flow.name), None)
        assert found is not None, f"{name}: nothing was sealed"
        left.remove(found)
        assert not code or found.code == code, name
        assert found.report["locale"] == walked.person.locale, name
        assert found.report["consent"]["locale"] == walked.person.locale, name
        same(name, answers(found), planned(walk))
    assert left == []


def planned(walk: Walk) -> dict[str, Any]:
    found = dict(walk.kept)
    for group, items in walk.items.items():
        for number, held in enumerate(items, 1):
            found |= {f"{group}/{number}/{key}": way for key, way in held.items()}
    return found


def answers(case: Case) -> dict[str, Any]:
    """{question, or group/number/question: its row}."""
    found = {}
    for section in case.report["sections"]:
        found |= {row["address"]: row for row in section["answers"]}
        for item in section["items"]:
            for row in item["answers"]:
                key = row["address"].rpartition("/")[2]
                found[f"{item['group']}/{item['number']}/{key}"] = row
    return found


def same(name: Any, told: dict[str, Any], plan: dict[str, Any]) -> None:
    assert set(told) == set(plan), name
    for key, way in plan.items():
        row = told[key]
        got = (name, key, row["state"], row["value"], row["flags"])
        assert row["state"] == way.state.value, got
        assert agrees(way.value, row["value"]), (got, way.value)
        assert not way.flag or way.flag in row["flags"], got
