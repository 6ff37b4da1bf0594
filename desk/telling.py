"""What a page shows of an opened case: answers as asked, versions beside them, the thread.

Pure: an opened case in, rows for templates out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from cases.reading import Part, Told, parts
from desk.opening import OpenCase, OpenedObject
from flows.kinds.subs import record_in, text_in

FROM_FAMILY: Final = ("addition", "news", "answer", "withdrawal", "erasure")
FROM_US: Final = ("message",)
INSIDE: Final = ("note", "confirmation")


@dataclass(frozen=True)
class Line:
    """An answer and what it was in the version before, "" when that said the same or nothing."""

    told: Told
    before: str = field(default="", repr=False)

    @property
    def verbatim(self) -> str:
        """What was typed, where it says more than what was taken down."""
        typed = self.told.verbatim
        return typed if self.told.given and typed and typed != self.told.answer else ""


@dataclass(frozen=True)
class Block:
    """A section: its own lines, then the lines of each item, with the item's group and number."""

    name: str
    lines: tuple[Line, ...]
    items: tuple[tuple[str, int, tuple[Line, ...]], ...]


@dataclass(frozen=True)
class Said:
    """One entry of the thread. `side`: family, us, inside. `blocks` where it holds answers."""

    side: str
    kind: str
    at: datetime
    sequence: int
    trouble: str
    text: str = field(default="", repr=False)
    who: str = ""
    claimed: str = ""
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    #: keys of the report's questions that were asked
    questions: tuple[str, ...] = ()


def report(case: OpenCase) -> tuple[Block, ...]:
    """The report as it stands, each answer beside what the version before said."""
    versions = [one for one in case.of("report") if one.payload is not None]
    if not versions:
        return ()
    newest = parts(versions[-1].payload or {})
    before = _answers(parts(versions[-2].payload or {})) if len(versions) > 1 else {}
    return tuple(_block(part, before) for part in newest)


def _answers(whole: tuple[Part, ...]) -> dict[tuple[str, int, str], Told]:
    return {
        (told.group, told.number, told.key): told
        for part in whole
        for lines in (part.answers, *part.items)
        for told in lines
    }


def _block(part: Part, before: Mapping[tuple[str, int, str], Told]) -> Block:
    def lines(row: tuple[Told, ...]) -> tuple[Line, ...]:
        return tuple(_line(told, before) for told in row)

    items = tuple((item[0].group, item[0].number, lines(item)) for item in part.items if item)
    return Block(part.name, lines(part.answers), items)


def _line(told: Told, before: Mapping[tuple[str, int, str], Told]) -> Line:
    old = before.get((told.group, told.number, told.key))
    changed = old is not None and (old.state, old.value) != (told.state, told.value)
    return Line(told, old.answer if old is not None and changed else "")


def thread(case: OpenCase) -> tuple[Said, ...]:
    """Everything after the report, oldest first: from the family, to it, and among ourselves."""
    return tuple(sorted(_thread(case), key=lambda one: (one.at, one.sequence)))


def _thread(case: OpenCase) -> Iterator[Said]:
    claims = {one.sequence: one.claimed for one in case.file.updates}
    for one in case.objects:
        side = _side(one.kind)
        if side:
            said = Said(side, one.kind, one.row.at, one.sequence, one.trouble)
            yield replace(said, **_content(one, claims.get(one.sequence) or ""))


def _side(kind: str) -> str:
    if kind in FROM_FAMILY:
        return "family"
    if kind in FROM_US:
        return "us"
    return "inside" if kind in INSIDE else ""


def _content(one: OpenedObject, claimed: str) -> dict[str, Any]:
    payload = one.payload or {}
    text = text_in(payload, "text") or text_in(payload, "basis")
    questions = payload.get("questions")
    return {
        "text": text or text_in(record_in(payload, "asked"), "text"),
        "who": text_in(payload, "by"),
        "claimed": claimed or text_in(payload, "status"),
        "blocks": tuple(_block(part, {}) for part in parts(payload)),
        "questions": tuple(str(key) for key in questions) if isinstance(questions, list) else (),
    }
