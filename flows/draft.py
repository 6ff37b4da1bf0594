"""An unfinished conversation: what was answered, and where the person is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flows.answers import Answer, Json, Sub
from flows.kinds.subs import record_in, text_in

TRAIL = 60
"""How many questions "Back" can undo. Nobody goes further back; the check screen reaches all."""


@dataclass(frozen=True)
class Draft:
    """A draft in memory. Survives JSON: `Draft.from_json(draft.as_json()) == draft`.

    `at` is an address ("relation", "children/k3xf/name", "route") or a screen ("#tasks",
    "#check", "#intro/happened", "#done/you", "#change/child", "#ready").
    """

    flow: str
    version: int
    at: str
    answers: Mapping[str, Answer] = field(default_factory=dict, repr=False)
    #: item ids of each group, in the order they were added
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: where inside the open question
    sub: Sub = field(default_factory=dict, repr=False)
    #: the answer of the open question before one was typed that still waits for its "Yes"
    held: Answer | None = field(default=None, repr=False)
    #: how often the open question has refused an answer
    tries: int = 0
    #: why this question is asked now: "essentials", "section", "closing", "change:<return to>",
    #: "change:<return to> <address whose new answer opened this question>"
    way: str = "essentials"
    #: what "Back" undoes, oldest first
    trail: tuple[str, ...] = ()
    #: the day (ISO, Kyiv) the open question was drawn: its buttons mean what they meant then
    day: str = ""
    #: what flows.path has found for this draft, which never changes: a turn asks many times over
    walked: dict[int, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def with_answer(self, address: str, answer: Answer) -> "Draft":
        return replace(self, answers={**self.answers, address: answer})

    def without_answer(self, address: str) -> "Draft":
        kept = {key: answer for key, answer in self.answers.items() if key != address}
        return replace(self, answers=kept)

    def as_json(self) -> dict[str, Json]:
        return {
            "flow": self.flow,
            "version": self.version,
            "at": self.at,
            "answers": {key: answer.as_json() for key, answer in self.answers.items()},
            "items": {key: list(ids) for key, ids in self.items.items()},
            "sub": dict(self.sub),
            "held": self.held.as_json() if self.held else None,
            "tries": self.tries,
            "way": self.way,
            "trail": list(self.trail),
            "day": self.day,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Json]) -> "Draft":
        """Raises KeyError or ValueError for what `as_json` never wrote."""
        answers, items = record_in(stored, "answers"), record_in(stored, "items")
        held = record_in(stored, "held")
        trail, tries = stored.get("trail"), stored.get("tries")
        return cls(
            flow=str(stored["flow"]),
            version=int(str(stored["version"])),
            at=str(stored["at"]),
            answers={
                key: Answer.from_json(answer)
                for key, answer in answers.items()
                if isinstance(answer, dict)
            },
            items={
                key: tuple(str(one) for one in ids)
                for key, ids in items.items()
                if isinstance(ids, list)
            },
            sub=record_in(stored, "sub"),
            held=Answer.from_json(held) if held else None,
            tries=tries if isinstance(tries, int) else 0,
            way=text_in(stored, "way") or "section",
            trail=tuple(str(one) for one in trail) if isinstance(trail, list) else (),
            day=text_in(stored, "day"),
        )
