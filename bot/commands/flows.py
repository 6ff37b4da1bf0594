"""`dodomu flows`: reads the questions out, plays them in a terminal, checks them."""

import json as jsons
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Final, Literal, Self, TextIO
from zoneinfo import ZoneInfo

from cyclopts import App, Parameter

from cases.telling import tell, tell_all
from flows import act, engine, messages, path, shape, view
from flows.answers import Invalid, Json, Label
from flows.draft import Draft
from flows.engine import READY, Nowhere, Turned, World
from flows.messages import FLOWS
from flows.model import Flow, Group, Step
from flows.view import View
from locales import LOCALES, say
from locales.catalogs import template

app = App(name="flows", help="The questions: read them, play them, check them.")

SHAPES: Final = Path(__file__).parents[2] / "tests" / "flows" / "shapes"
_TAG: Final = re.compile(r"</?[a-z]+(?: [a-z]+)*>")
_KYIV: Final = ZoneInfo("Europe/Kyiv")

Locale = Literal["uk", "ru", "en", "pl", "de", "crh"]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")]


def _flow(name: str) -> Flow | None:
    found = next((flow for flow in FLOWS if flow.name == name), None)
    if found is None:
        print(f"there is no flow {name}; there are {', '.join(flow.name for flow in FLOWS)}")
    return found


@app.command
def show(flow: str, *, locale: Locale = "uk", json: AsJson = False) -> int:
    """Print sections and questions as worded, with their options and conditions.

    Parameters
    ----------
    flow
        report, news, sighting, collective, child or arrival.
    locale
        uk, ru, en, pl, de; or one that is still being translated: crh.
    json
        Answer in JSON.
    """
    shown = _flow(flow)
    if shown is None:
        return 1
    rows = list(_rows(shown, locale))
    if json:
        print(jsons.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print("\n".join(line for row in rows for line in _as_lines(row)))
    return 0


def _rows(flow: Flow, locale: str) -> Iterator[dict[str, Json]]:
    """One row for each question: where it stands, how it is worded, when it is asked."""
    for section in flow.sections:
        named = tell(locale, view.section_name(flow, section.key))
        for entry in section.steps:
            group = entry.key if isinstance(entry, Group) else None
            for step in entry.steps if isinstance(entry, Group) else (entry,):
                yield {"section": named, "group": group, **_row(flow, step, locale)}
    for step in flow.closing:
        yield {"section": None, "group": None, **_row(flow, step, locale)}


def _row(flow: Flow, step: Step, locale: str) -> dict[str, Json]:
    stem = flow.stem(step)
    return {
        "key": step.key,
        "ask": _plain(say(locale, f"{stem}.ask")),
        "kind": type(step.kind).__name__,
        "marks": list(shape.marks(step)),
        "when": shape.condition(step.when) if step.when else None,
        "options": {
            str(key): say(locale, f"{stem}.option.{key}") for key in shape.options(step.kind)
        },
    }


def _as_lines(row: dict[str, Json]) -> Iterator[str]:
    marks, options = row["marks"], row["options"]
    assert isinstance(marks, list)
    assert isinstance(options, dict)
    place = " / ".join(str(one) for one in (row["section"], row["group"]) if one)
    yield f"{place or '(before sending)'} · {row['key']} ({row['kind']})"
    yield f"    {str(row['ask']).replace(chr(10), f'{chr(10)}    ')}"
    if row["when"] or marks:
        asked = [f"only when {row['when']}"] if row["when"] else []
        yield f"    [{'; '.join((*asked, *map(str, marks)))}]"
    yield from (f"      - {said}" for said in options.values())


def _plain(text: str) -> str:
    return unescape(_TAG.sub("", text))


@app.command
def play(flow: str, *, locale: Locale = "uk", record: Path | None = None) -> int:
    """Go through a flow in the terminal. Nothing is stored or sent.

    Parameters
    ----------
    flow
        report, news, sighting, collective, child or arrival.
    locale
        uk, ru, en, pl, de; or one that is still being translated: crh.
    record
        Write what was said on both sides to this file. Refuses one that is there.
    """
    played = _flow(flow)
    if played is None:
        return 1
    try:
        file = record.open("x", encoding="utf-8") if record else None
    except OSError as error:
        print(f"{record}: {error.strerror}")
        return 1
    with _Terminal(file) as terminal:
        _played(played, locale, terminal)
    return 0


class _Terminal:
    """Lines out and in; both are recorded, where a file is given."""

    def __init__(self, record: TextIO | None) -> None:
        self._record = record

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._record:
            self._record.close()

    def says(self, line: str) -> None:
        print(line)
        self._note(line)

    def hears(self) -> str | None:
        """A line, None when there will be no more."""
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            return None
        self._note(f"> {line.rstrip(chr(10))}")
        return line.strip()

    def _note(self, line: str) -> None:
        if self._record:
            self._record.write(f"{line}\n")


def _played(flow: Flow, locale: str, terminal: _Terminal) -> None:
    terminal.says("A number presses the button with it; =9 types the 9. Anything else is typed.")
    draft = engine.begin(flow, _world())
    while draft.at != READY:
        shown = view.view(flow, draft, _world().today)
        for line in _drawn(shown, locale):
            terminal.says(line)
        said = terminal.hears()
        action = _action(shown, said or "", locale)
        if said is None or action == "stop":
            terminal.says("Stopped. Nothing was kept.")
            return
        turned = _turned(flow, draft, action, said)
        if turned.refused is not None:
            refusal = turned.refused
            terminal.says(_plain(say(locale, f"error.{refusal.code}", **refusal.params)))
        draft = turned.draft
    count = len(path.review(flow, draft))
    terminal.says(f"Complete: {count} answers would be sealed and sent now. Nothing was kept.")


def _world() -> World:
    now = datetime.now(UTC)
    today = now.astimezone(_KYIV).date()
    return World(today, now.isoformat(timespec="seconds"), lambda: token_hex(3))


def _action(shown: View, said: str, locale: str) -> str | None:
    """The action of the button whose number, or whose words, were typed."""
    buttons = shown.buttons()
    if said.isascii() and said.isdigit() and 0 < int(said[:4]) <= len(buttons):
        return buttons[int(said[:4]) - 1].action
    named = {_label(locale, button.label).casefold(): button.action for button in buttons}
    return named.get(said.casefold())


def _turned(flow: Flow, draft: Draft, action: str | None, said: str) -> Turned:
    try:
        if action is not None:
            return act.act(flow, draft, action, _world())
        return engine.typed(flow, draft, said.removeprefix("="), _world())
    except Nowhere:  # words on a screen that has only buttons
        return Turned(draft, refused=Invalid("choose"))


def _drawn(shown: View, locale: str) -> Iterator[str]:
    yield ""
    for word in (*shown.before, *((shown.title,) if shown.title else ()), *shown.after):
        yield _plain(tell(locale, word))
    for name, rows in shown.review:
        yield f"  {tell(locale, name)}"
        for question, answer in rows:
            yield f"    {tell(locale, question)}: {tell_all(locale, answer)}"
    number = 0
    for row in shown.rows:
        drawn = []
        for button in row:
            number += 1
            ticked = " ✓" if button.ticked else ""
            drawn.append(f"{number} [{_label(locale, button.label)}{ticked}]")
        yield "  " + "  ".join(drawn)


def _label(locale: str, label: Label) -> str:
    return tell(locale, label).removeprefix("‹ ")


@app.command
def check(*, write: bool = False, shapes: Path = SHAPES, json: AsJson = False) -> int:
    """Check every flow: its shape, its wording in each language, its conditions.

    Parameters
    ----------
    write
        Write the shape of a version that has none yet. Never overwrites one: drafts rely on it.
    shapes
        The folder with the shape of each version.
    json
        Answer in JSON.
    """
    wrong = [fault for flow in FLOWS for fault in _wrong_shape(flow, shapes, write=write)]
    wrong += [fault for flow in FLOWS for fault in shape.faults(flow)]
    wrong += list(_unworded(messages.keys()))
    if json:
        print(jsons.dumps({"good": not wrong, "wrong": wrong}, ensure_ascii=False))
    elif wrong:
        print("\n".join(wrong))
    else:
        print("; ".join(f"{flow.name}: version {flow.version}, in order" for flow in FLOWS))
    return 1 if wrong else 0


def _wrong_shape(flow: Flow, shapes: Path, *, write: bool) -> Iterator[str]:
    """A shape that is missing, or that moved although drafts of its version are in flight."""
    for version in range(1, flow.version + 1):
        file = shapes / shape.file_name(flow, version)
        now = version == flow.version
        if write and now and not file.exists():
            shapes.mkdir(parents=True, exist_ok=True)
            file.write_text(shape.shape(flow), encoding="utf-8")
        if not file.exists():
            remedy = "run `dodomu flows check --write`" if now else "take it from the history"
            yield f"{file}: is missing; {remedy}"
        elif now and file.read_text(encoding="utf-8") != shape.shape(flow):
            yield (
                f"{file}: is not the shape of {flow.name} any more; "
                "add an upgrade to the flow, which makes it a new version"
            )


def _unworded(wanted: Iterable[str]) -> Iterator[str]:
    for key in wanted:
        for locale in LOCALES:
            if template(locale, key, 1) is None:
                yield f"{locale}: {key} has no wording"
