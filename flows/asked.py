"""What a prosecutor asks a family: questions of the report once more, and one in own words.

A flow made for the moment. A question of the report keeps its widget and its wording, whatever it
depended on there: who asks knows why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from flows.kinds.files import Files
from flows.kinds.text import Text
from flows.model import Flow, Misdrawn, Section, Step
from flows.report import REPORT, STORY

NAME: Final = "asked"
OWN: Final = "answer"
"""The key of the answer to what was asked in the prosecutor's own words."""

_OWN_WORDS: Final = Step(OWN, Text(at_most=STORY))


def askable() -> Sequence[str]:
    """The questions of the report that can be asked again, in its order.

    Photographs are sent without being asked for here; whom to share with is nobody else's to ask.
    """
    closing = {step.key for step in REPORT.closing}
    return tuple(
        step.key
        for _, step in REPORT.steps()
        if step.key not in closing and not isinstance(step.kind, Files)
    )


def asked(keys: Iterable[str], *, own: bool) -> Flow:
    """The form for these questions, in the order of the report; with `own`, words of one's own.

    Every question may be passed over. Raises KeyError for one that is not `askable`, and
    flows.model.Misdrawn when nothing is asked.
    """
    wanted = set(keys)
    if unknown := wanted - set(askable()):
        raise KeyError(*unknown)
    steps = [_again(step) for _, step in REPORT.steps() if step.key in wanted]
    if own:
        steps.insert(0, _OWN_WORDS)
    if not steps:
        raise Misdrawn(f"{NAME}: nothing is asked")
    return Flow(NAME, (Section(NAME, tuple(steps)),), brief=True)


def _again(step: Step) -> Step:
    return replace(step, when=None, required=False, off_path=False, words=REPORT.stem(step))


ASKED: Final = asked((), own=True)
"""The smallest of these forms: what of its wording is its own."""
