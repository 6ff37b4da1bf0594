"""Walks through a form, planned from its data alone: together they do everything there is to do."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, zip_longest

from plans import ENTERED, MANY, TROUBLE, TURNS, Scene, Walk, fulfilled, shapes
from untried import Untried
from ways import ANY, Move, Say, Stale, Tap, Told, Way

from flows.answers import Word
from flows.kinds.files import Files
from flows.kinds.phones import Phone
from flows.model import Group, Section, Step

BUDGET = 24
"""Deeds in the sections that one walk enters, about: nobody walks for longer than a minute."""
MOST_WALKS = 60


def walks(untried: Untried) -> list[Walk]:
    """As many as it takes until nothing is untried."""
    made: list[Walk] = []
    while left := untried.everything():
        assert len(made) < MOST_WALKS, f"{untried.flow.name}: no walk comes to {left}"
        made.append(_Walking(untried, len(made)).whole())
    return made


def shortest(untried: Untried) -> Walk:
    """When everything was tried: the least that may be sent."""
    return _Walking(untried, 0, calm=True).whole()


def longest(untried: Untried) -> Walk:
    """When everything was tried: section after section, passing over everything."""
    return _Walking(untried, 0, calm=True, all_of_it=True).whole()


class _Walking:
    """One walk being planned."""

    def __init__(
        self, untried: Untried, number: int, *, calm: bool = False, all_of_it: bool = False
    ) -> None:
        self.untried, self.flow = untried, untried.flow
        self.walk = Walk(untried.flow, number, quiet=number == 1)
        self.before: Scene | None = None
        #: what the next question has to say besides itself
        self.above: tuple[Word, ...] = ()
        self.all_of_it = all_of_it
        self.questions = 0
        self.asked_to_pass_on = self.flow.brief
        #: after how many questions something comes between, 0: nothing any more
        spread = 1 + number % 2 if self.flow.brief else 2 + number * 5 % 17
        self.trouble = 0 if calm else spread

    def whole(self) -> Walk:
        for group in self.groups():
            self.walk.items[group.key] = [{} for _ in range(group.at_least)]
        (self.brief if self.flow.brief else self.long)()
        return self.walk

    def groups(self) -> Iterator[Group]:
        for section in self.flow.sections:
            yield from (entry for entry in section.steps if isinstance(entry, Group))

    # Forms without a list of sections

    def brief(self) -> None:
        if (self.flow.name, "code") in ENTERED:
            door = next(self.untried.doors) if not self._child_unnamed() else "no"
            self.walk.kept["code"] = Way(door, (), value=door)
            self.walk.of_a_case = door == "yes"
        for section in self.flow.sections:
            self.section(section)

    def _child_unnamed(self) -> bool:
        """Whether there is more to try for who has no code."""
        named = max((self.untried.need(group) for group in self.groups()), default=0)
        return named > max(self.untried.need(step) for _, step in self.flow.steps()) // 2

    # Forms with a list

    def long(self) -> None:
        announced = next((one for one in self.flow.sections if one.announced), None)
        first = {1: "enter", 2: "pass"}.get(self.walk.number) if announced else None
        sections = self.chosen(announced if first else None, passed=first == "pass")
        if first and announced:
            self.list_first(announced, sections, first)
            if not sections:
                self.see("tasks.ask", Tap(self.check_button(), begins=True))
        else:
            self.essentials()
            if self.walk.turned or not sections:
                return self.close()
            self.see("check.ask", Tap(Word("check.more")))
        waiting = [section for section in sections if self.open_in(section)]
        if waiting:
            self.see("tasks.ask", self.row(waiting[0]))
        for section, behind in zip_longest(waiting, waiting[1:]):
            if self.enter(section, behind):
                return None
        if sections:
            self.see("tasks.ask", Tap(self.check_button(), begins=True))
        self.essentials()
        return self.close()

    def chosen(self, must: Section | None, *, passed: bool) -> list[Section]:
        """The sections of this walk: where most is left, as many as there is time for."""
        if self.all_of_it:
            return list(self.flow.sections)
        first = self.following(must) if must and passed else must
        forced = [one for one in self.flow.sections if one is first or self.shows_no_files(one)]
        others = [one for one in self.flow.sections if one not in forced]
        room, found = BUDGET, []
        for section in (*forced, *sorted(others, key=self._need, reverse=True)):
            passes = section is must and passed
            if section in forced or (self._need(section) and room > 0 and not passes):
                found.append(section)
                room -= sum(map(self._size, section.steps))
        return [one for one in self.flow.sections if one in found]

    def shows_no_files(self, section: Section) -> bool:
        """Whether this walk has to show that files are not asked for."""
        return self.walk.quiet and any(
            isinstance(one, Step) and isinstance(one.kind, Files) and not one.off_path
            for one in section.steps
        )

    def _need(self, section: Section) -> int:
        return max(self.untried.need(one) for one in section.steps)

    def _size(self, entry: Step | Group) -> int:
        if isinstance(entry, Group):
            return 2 * sum(map(self._size, entry.steps))
        return 0 if entry.off_path else len(self.untried.best(entry, quiet=False).moves)

    def following(self, section: Section) -> Section | None:
        at = self.flow.sections.index(section) + 1
        return self.flow.sections[at] if at < len(self.flow.sections) else None

    def list_first(self, announced: Section, sections: list[Section], how: str) -> None:
        """Back from the first question is the list, and a hard section is announced there."""
        first = self.essential(self.flow.essentials[0])
        self.walk.scenes.append(self.scene(first, (Tap(Word("nav.back")),)))
        self.see("tasks.ask", self.row(announced))
        intro = Word(f"{self.flow.name}.section.{announced.key}.intro")
        taps = {"enter": "section.continue", "pass": "section.skip"}
        self.walk.scenes.append(
            Scene((intro,), (Tap(Word(taps[how])),), marks=((announced.key, how),))
        )
        following = self.following(announced)
        reached = announced if how == "enter" else following
        assert reached is not None, "no form ends with an announced section"
        self.enter(reached, None)
        sections.remove(reached)

    def enter(self, section: Section, behind: Section | None) -> bool:
        """The questions of a section, then the one behind it; whether another form went on."""
        self.section(section)
        if self.walk.turned:
            return True
        if not self.asked_to_pass_on:
            self.pass_on()
        if behind is not None and behind is self.following(section) and self.started(behind):
            name = Word(f"{self.flow.name}.section.{behind.key}.name")
            self.see("section.finished", Tap(Word("section.next", {"section": name})))
            return False
        self.see("section.finished", Tap(Word("section.tasks")))
        if behind is not None:
            self.see("tasks.ask", self.row(behind))
        return False

    def started(self, section: Section) -> bool:
        """Whether the section is opened without an announcement."""
        return not section.announced or any(one.key in self.walk.kept for one in section.steps)

    def pass_on(self, noted: Word | None = None) -> None:
        self.asked_to_pass_on = True
        key = ("cutoff.yes", "cutoff.no")[self.walk.number % 2]
        tap = Tap(Word(key))
        self.see("cutoff.ask", Told(tap, noted) if noted else tap)

    def row(self, section: Section) -> Tap:
        number = self.flow.sections.index(section) + 1
        name = Word(f"{self.flow.name}.section.{section.key}.name")
        return Tap(Word("tasks.row_todo", {"n": number, "section": name}), begins=True)

    def check_button(self) -> Word:
        absent = next((step for step, item in self.absent()), None)
        if absent is None:
            return Word("tasks.check")
        return Word("tasks.missing", {"what": Word(f"{self.flow.name}.{absent.key}.name")})

    def see(self, key: str, *moves: Move) -> None:
        self.before = None
        self.walk.scenes.append(Scene((Word(key),), moves))

    def close(self) -> None:
        if self.walk.turned:
            return
        self.see("check.ask", Tap(Word("check.send")))
        for step in self.flow.closing:
            if self.on_path(step, self.walk.kept):
                self.ask(step, self.walk.kept)

    # Questions

    def essential(self, address: str) -> Step:
        return self.flow.step(address.rpartition("/")[2])

    def absent(self) -> Iterator[tuple[Step, dict[str, Way]]]:
        """What has to be answered before sending, in the order it is asked for."""
        walk = self.walk
        first: list[tuple[Step, dict[str, Way]]] = []
        for address in self.flow.essentials:
            group = address.rpartition("/")[0]
            held = walk.items[group][0] if group else walk.kept
            first.append((self.essential(address), held))
        for step, held in (*first, *self.needed()):
            if step.key not in held and fulfilled(step.when, {**walk.kept, **held}):
                yield step, held

    def needed(self) -> Iterator[tuple[Step, dict[str, Way]]]:
        """The questions that must be answered, in the order written, for each item."""
        for section in self.flow.sections:
            for entry in section.steps:
                if isinstance(entry, Step):
                    yield from [(entry, self.walk.kept)] if entry.required else ()
                    continue
                for held in self.walk.items[entry.key]:
                    yield from ((step, held) for step in entry.steps if step.required)

    def essentials(self) -> None:
        """A question of a hard section is announced when it comes before its section."""
        while missing := next(self.absent(), None):
            section = self.section_of(missing[0])
            intro = Word(f"{self.flow.name}.section.{section.key}.intro")
            self.above = () if self.started(section) else (intro,)
            self.ask(*missing)
            self.above = ()
            if self.walk.turned:
                return

    def section_of(self, step: Step) -> Section:
        return next(
            section for section in self.flow.sections
            for entry in section.steps
            if step in (entry, *(entry.steps if isinstance(entry, Group) else ()))
        )  # fmt: skip

    def on_path(self, entry: Step | Group, held: dict[str, Way]) -> bool:
        met = fulfilled(entry.when, {**self.walk.kept, **held})
        if entry.when is not None:
            self.walk.met.add((entry.key, "met" if met else "unmet"))
        return met and not (isinstance(entry, Step) and entry.off_path)

    def open_in(self, section: Section) -> bool:
        return any(
            isinstance(one, Group) or (one.key not in self.walk.kept and self.on_path(one, {}))
            for one in section.steps
        )

    def section(self, section: Section) -> None:
        for entry in section.steps:
            if isinstance(entry, Group):
                if self.on_path(entry, {}):
                    self.group(entry)
                else:
                    self.walk.items.pop(entry.key)
            elif entry.key not in self.walk.kept and self.on_path(entry, {}):
                self.ask(entry, self.walk.kept)
            if self.walk.turned:
                return

    def ask(self, step: Step, held: dict[str, Way], changed: Way | None = None) -> None:
        """A question and its answer, with whatever trouble this walk has for it."""
        way = changed or self.untried.best(step, quiet=self.walk.quiet)
        held[step.key] = way
        self.untried.left[step.key].discard(way.name)
        if not way.moves:
            return
        self.questions += 1
        plain = not changed and not isinstance(step.kind, Files | Phone)
        if plain and self.questions > self.trouble > 0 and self.trouble_at(step):
            self.trouble = 0
        scene = self.scene(
            step, (*self.untried.wrongly(step, way), *way.moves), held=changed is not None
        )
        self.walk.scenes.append(scene)
        self.before = scene if plain else None
        turn = (self.flow.name, step.key, way.name)
        if turn in MANY:
            self.see("many.ask", Tap(Word("many.one")))
        if turn in TURNS:
            self.walk.turned = TURNS[turn]
            self.walk.met.add((step.key, way.name))
            for lost in (self.walk.kept, *chain(*self.walk.items.values())):
                self.untried.again(lost, but=step.key)

    def scene(self, step: Step, moves: Iterable[Move], *, held: bool = False) -> Scene:
        words = (*self.above, Word(f"{self.flow.name}.{step.key}.ask"))
        return Scene(words, tuple(moves), step, held)

    def trouble_at(self, step: Step) -> bool:
        """An old button, a /start, a stop, a way back: then the same question again."""
        sort = self.untried.troubles[0]
        if sort == "back" and (self.before is None or self.before.step is None):
            return False
        self.untried.troubles.rotate(-1)
        marks = ((TROUBLE, sort),)
        if sort == "back" and self.before and self.before.step:
            keep = (Tap(Word("nav.keep")),)
            self.walk.scenes.append(self.scene(step, (Tap(Word("nav.back")),)))
            words = self.before.words[-1:]
            back = replace(self.before, words=words, moves=keep, held=True, marks=marks)
            self.walk.scenes.append(back)
            return True
        if sort == "start":
            self.walk.scenes.append(self.scene(step, (Told(Stale(), Word("stale")),)))
            self.walk.scenes.append(self.scene(step, (Say("/start"),)))
        else:
            saved = Word("stop.saved", {"date": ANY})
            self.walk.scenes.append(self.scene(step, (Told(Tap(Word("nav.stop")), saved),)))
            if not self.asked_to_pass_on:
                self.pass_on(Word("cutoff.noted"))
            self.walk.scenes.append(Scene((), (Say("/start"),)))
        waits = Word("resume.ask", {"section": ANY, "date": ANY})
        self.walk.scenes.append(Scene((waits,), (Tap(Word("resume.continue")),), marks=marks))
        return True

    # Groups

    def group(self, group: Group) -> None:
        shape = self.shape(group)
        self.untried.left[group.key].discard(shape)
        items = self.walk.items[group.key]
        for number, item in enumerate(items, 1):
            self.item(group, item, number if len(items) > 1 else 0)
        if shape in ("skip", "unknown"):
            self.list_of(group, Tap(Word(f"nav.{shape}")), shape)
            return
        for _ in range(self.many(group, shape) - len(items)):
            self.list_of(group, Tap(Word(f"group.add.{group.key}")))
            items.append({})
            self.item(group, items[-1], len(items) if len(items) > 1 else 0)
        if shape == "removed":
            self.list_of(group, Tap(Word("group.remove", {"item": self.called(group, 1)})))
            self.untried.again(items.pop(0))
        if shape == "changed":
            self.change(group, items)
        self.list_of(group, Tap(Word("group.done")), shape)

    def shape(self, group: Group) -> str:
        left = self.untried.left[group.key]
        if left:
            return next(one for one in shapes(group) if one in left)
        more = any(self.untried.need(step) for step in group.steps)
        return "several" if more else "one" if group.at_least else "skip"

    @staticmethod
    def many(group: Group, shape: str) -> int:
        if shape != "several":
            return 2 if shape == "removed" else 1
        return 2 if len(group.steps) > 4 else 3

    def item(self, group: Group, item: dict[str, Way], number: int) -> None:
        """The questions of an item; `number` is 0 for the only one, which needs none."""
        self.above = (self.called(group, number),) if number else ()
        for step in group.steps:
            if step.key not in item and self.on_path(step, item):
                self.ask(step, item)
        self.before, self.above = None, ()

    def list_of(self, group: Group, move: Move, shape: str = "") -> None:
        words = (Word(f"{self.flow.name}.group.{group.key}.ask"),)
        marks = ((group.key, shape),) if shape else ()
        self.walk.scenes.append(Scene(words, (move,), marks=marks))
        self.before = None

    @staticmethod
    def called(group: Group, number: int) -> Word:
        return Word(f"group.item.{group.key}", {"n": number})

    def change(self, group: Group, items: list[dict[str, Way]]) -> None:
        """Another answer to a question of the only item, from the list of its answers."""
        self.list_of(group, Tap(Word("group.change", {"item": self.called(group, 1)})))
        step = next(
            one for one in group.steps if one.key in items[0] and not [*self.untried.after(one)]
        )
        name = Word(f"{self.flow.name}.{step.key}.name")
        self.walk.scenes.append(Scene((), (Tap(name),)))
        before = items[0][step.key]
        ways = self.untried.ways[step.key]
        self.untried.again({step.key: before})
        self.ask(step, items[0], next((way for way in ways if way != before), ways[0]))
