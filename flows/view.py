"""What a draft looks like where the person is: paragraphs and buttons, in no language yet.

A pure function of the draft, so that button number n of a drawn screen is found again by drawing
it anew: nothing but the number travels through the messenger.
"""

from dataclasses import dataclass, field
from datetime import date

from flows import path as paths
from flows import screens
from flows.answers import Answer, Label, Page, State, Word
from flows.draft import Draft
from flows.engine import CHECK
from flows.kinds.choice import Many
from flows.kinds.consent import Consent
from flows.kinds.kind import Now
from flows.model import Flow, Group, Step
from flows.path import Stop


@dataclass(frozen=True)
class Button:
    """`action` is a verb and perhaps its object: "pick mother", "open happened", "back"."""

    action: str
    label: Label
    #: None: not a tick box
    ticked: bool | None = None
    #: sends everything off: drawn as the main button
    main: bool = False
    #: puts this text into the phone's clipboard and does nothing else
    copies: str = field(default="", repr=False)


@dataclass(frozen=True)
class View:
    """`title` is what is asked; `before` prepares for it, `after` explains.

    `rows` are drawn under the last message. `review` is the check screen's table, section by
    section: names of questions and what was answered.
    """

    title: Word | None
    rows: tuple[tuple[Button, ...], ...]
    before: tuple[Word, ...] = ()
    after: tuple[Word, ...] = ()
    review: tuple[tuple[Word, tuple[tuple[Word, tuple[Label, ...]], ...]], ...] = field(
        default=(), repr=False
    )
    shares_contact: bool = False

    def buttons(self) -> tuple[Button, ...]:
        return tuple(button for row in self.rows for button in row)


STOP = Button("stop", Word("nav.stop"))
_BACK = Button("back", Word("nav.back"))


def view(flow: Flow, draft: Draft, today: date) -> View:
    """The screen or question that is open in `draft`."""
    name, _, rest = draft.at.partition("/")
    if name == "#intro":
        return _intro(flow, rest)
    if name == "#done":
        return _finished(flow, rest)
    if name == "#change":
        return _change(flow, draft, rest)
    if draft.at == CHECK:
        return _check(flow, draft)
    stop = None if draft.at.startswith("#") else paths.stop_at(flow, draft, draft.at)
    if stop is None:
        return _tasks(flow, draft)
    if isinstance(stop.entry, Group):
        return _group(flow, draft, stop.entry)
    return _question(flow, draft, stop, stop.entry, today)


def section_name(flow: Flow, key: str) -> Word:
    return Word(f"{flow.name}.section.{key}.name")


def question_name(flow: Flow, stop: Stop) -> Word:
    """The short name of a question, as the check screen has it."""
    if isinstance(stop.entry, Group):
        return Word(f"{flow.name}.group.{stop.entry.key}.name")
    return Word(f"{flow.stem(stop.entry)}.name")


def _tasks(flow: Flow, draft: Draft) -> View:
    rows = [(_task(flow, draft, n, key.key),) for n, key in enumerate(flow.sections, 1)]
    absent = paths.missing(flow, draft)
    if absent:
        wanted = Word("tasks.missing", {"what": question_name(flow, absent[0])})
        rows.append((Button("check", wanted),))
    else:
        rows.append((Button("check", Word("tasks.check"), main=True),))
    return View(Word("tasks.ask"), (*rows, (STOP,)))


def _task(flow: Flow, draft: Draft, number: int, key: str) -> Button:
    state = paths.progress(flow, draft, key)
    section = section_name(flow, key)
    if state == "todo":
        label = Word("tasks.row_todo", {"n": number, "section": section})
    else:
        said = Word(f"tasks.{state}")
        label = Word("tasks.row", {"n": number, "section": section, "state": said})
    return Button(f"open {key}", label)


def _intro(flow: Flow, key: str) -> View:
    rows = (
        (Button("enter", Word("section.continue")),),
        (Button("pass", Word("section.skip")),),
        (_BACK, STOP),
    )
    return View(Word(f"{flow.name}.section.{key}.intro"), rows)


def _finished(flow: Flow, key: str) -> View:
    following = screens.after(flow, key)
    rows = [(Button("tasks", Word("section.tasks")),)]
    if following is not None:
        named = Word("section.next", {"section": section_name(flow, following.key)})
        rows.insert(0, (Button(f"open {following.key}", named),))
    else:
        rows.insert(0, (Button("check", Word("tasks.check"), main=True),))
    return View(Word("section.finished"), (*rows, (_BACK, STOP)))


def _group(flow: Flow, draft: Draft, group: Group) -> View:
    ids = draft.items.get(group.key, ())
    rows: list[tuple[Button, ...]] = []
    for number, item in enumerate(ids, 1):
        label = _item_label(group, number)
        rows.append((Button(f"item {item}", Word("group.change", {"item": label})),))
        if len(ids) > group.at_least:
            rows.append((Button(f"drop {item}", Word("group.remove", {"item": label})),))
    if len(ids) < group.at_most:
        rows.append((Button("add", Word(f"group.add.{group.key}")),))
    if ids:
        rows.append((Button("done", Word("group.done"), main=True),))
        rows.append((_BACK, STOP))
    else:
        rows.append((_BACK, Button("unknown-group", Word("nav.unknown"))))
        rows.append((Button("skip", Word("nav.skip")), STOP))
    return View(Word(f"{flow.name}.group.{group.key}.ask"), tuple(rows))


def _item_label(group: Group, number: int) -> Word:
    return Word(f"group.item.{group.key}", {"n": number})


def _change(flow: Flow, draft: Draft, rest: str) -> View:
    section, _, inside = rest.partition("/")
    rows = [
        (Button(f"change {stop.address}", _named(flow, draft, stop)),)
        for stop in paths.path(flow, draft)
        if stop.section == section and _is_listed(draft, stop, inside)
    ]
    return View(section_name(flow, section), (*rows, (_BACK, STOP)))


def _is_listed(draft: Draft, stop: Stop, inside: str) -> bool:
    """A section lists several items as their group: a hundred buttons are all that Telegram takes.

    `inside` is "<group>/<item>" where one item is open.
    """
    if inside:
        return stop.address.startswith(f"{inside}/")
    return stop.group is None or len(draft.items.get(stop.group.key, ())) == 1


def _named(flow: Flow, draft: Draft, stop: Stop) -> Word:
    """The question's name, with the number of its item when there are several."""
    name = question_name(flow, stop)
    ids = draft.items.get(stop.group.key, ()) if stop.group else ()
    if stop.group is None or len(ids) < 2:  # noqa: PLR2004 -- one item needs no number
        return name
    number = ids.index(stop.item) + 1
    item = _item_label(stop.group, number)
    return Word("group.question", {"item": item, "question": name})


def _check(flow: Flow, draft: Draft) -> View:
    table = []
    for section in flow.sections:
        rows = tuple(
            (_named(flow, draft, row.stop), told(flow, row.step, row.answer))
            for row in paths.review(flow, draft)
            if row.stop.section == section.key
        )
        if rows:
            table.append((section_name(flow, section.key), rows))
    absent = paths.missing(flow, draft)
    buttons: list[tuple[Button, ...]] = []
    if absent:
        wanted = Word("tasks.missing", {"what": question_name(flow, absent[0])})
        buttons.append((Button("check", wanted),))
    else:
        buttons.append((Button("send", Word("check.send"), main=True),))
    buttons.append((Button("tasks", Word("check.more")),))
    answered = {name.key for name, _ in table}
    for one in flow.sections:
        name = section_name(flow, one.key)
        if name.key in answered:
            buttons.append((Button(f"edit {one.key}", Word("check.change", {"section": name})),))
    buttons.append((_BACK, Button("stop", Word("check.later"))))
    enough = () if absent else (Word("check.enough"),)
    return View(Word("check.ask"), tuple(buttons), after=enough, review=tuple(table))


def _question(flow: Flow, draft: Draft, stop: Stop, step: Step, today: date) -> View:
    drawn = date.fromisoformat(draft.day) if draft.day else today
    page = step.kind.page(draft.sub, Now(drawn, draft.tries))
    stem = flow.stem(step)
    rows = tuple(
        tuple(_option(stem, step, page, option.key, option.label) for option in row)
        for row in page.rows
    )
    return View(
        page.ask or Word(f"{stem}.ask"),
        (*rows, *_navigation(draft, stop, step, inner=page.ask is not None)),
        before=_before(flow, draft, stop, inner=page.ask is not None),
        after=_after(flow, draft, stop, step, page),
        shares_contact=page.shares_contact,
    )


def _option(stem: str, step: Step, page: Page, key: str, label: Label) -> Button:
    match step.kind:
        case Consent(parties=parties) if key not in parties:
            return Button(f"pick {key}", Word(f"{stem}.done"), main=True)
        case Many(options=boxes) | Consent(parties=boxes) if key in boxes:
            return Button(f"pick {key}", worded(stem, label), ticked=key in page.ticked)
        case _:
            return Button(f"pick {key}", worded(stem, label))


def worded(stem: str, label: Label) -> Label:
    """A label with its full key: "option.no" of a question is "report.adult.option.no"."""
    if isinstance(label, Word) and label.key.startswith("option."):
        return Word(f"{stem}.{label.key}", label.params)
    return label


def _navigation(
    draft: Draft, stop: Stop, step: Step, *, inner: bool
) -> tuple[tuple[Button, ...], ...]:
    """Every question has a way back and a way out; the rest depends on what makes sense."""
    if inner:
        return ((_BACK, STOP),)
    first = [_BACK]
    if step.unknown:
        first.append(Button("unknown", Word("nav.unknown")))
    held = paths.answered(draft, stop)
    second: list[Button] = []
    if held and not isinstance(step.kind, Consent):  # which is given by its own button alone
        second.append(Button("skip", Word("nav.keep")))
    elif step.sensitive and not held:
        second.append(Button("decline", Word("nav.decline")))
    elif not step.required:
        second.append(Button("skip", Word("nav.skip")))
    if len(first) == 1 and not second:
        return ((_BACK, STOP),)
    return (tuple(first), (*second, STOP))


def _before(flow: Flow, draft: Draft, stop: Stop, *, inner: bool) -> tuple[Word, ...]:
    """Hard questions are announced, also when they come early; several children are told apart."""
    words: list[Word] = []
    section = next((one for one in flow.sections if one.key == stop.section), None)
    early = draft.way == "essentials" and paths.progress(flow, draft, stop.section) == "todo"
    if section is not None and section.announced and early and not inner:
        words.append(Word(f"{flow.name}.section.{section.key}.intro"))
    ids = draft.items.get(stop.group.key, ()) if stop.group else ()
    if stop.group is not None and len(ids) > 1:
        words.append(_item_label(stop.group, ids.index(stop.item) + 1))
    return tuple(words)


def _after(flow: Flow, draft: Draft, stop: Stop, step: Step, page: Page) -> tuple[Word, ...]:
    """What was answered before, when a question is opened again."""
    answer = paths.answer_at(draft, stop.address, step)
    if answer is None or page.ask is not None or page.ticked:
        return ()
    return (Word("question.now", {"answer": told(flow, step, answer)}),)


def told(flow: Flow, step: Step, answer: Answer) -> tuple[Label, ...]:
    """An answer as labels: one for each part of its value, or that it is not known, not told."""
    if answer.state is not State.GIVEN:
        return (Word(f"answer.{answer.state.value}"),)
    stem = flow.stem(step)
    return tuple(worded(stem, label) for label in step.kind.told(answer.value))
