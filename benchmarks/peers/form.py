"""The form of the other bots: the questions of this one's shortest report, with the same buttons.

A bot reads it as JSON from the file that FORM names: a list of questions, each with its `key`, its
`text`, and `options`, the buttons' words, empty where the answer is typed.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmarks.script import Say, report

_KEYS: Final = (
    "language", "safe", "area", "consent", "home", "relation", "name", "right", "born", "oblast",
    "town", "scenario", "check", "share",
)  # fmt: skip
_TEXTS: Final = (
    "Якою мовою говоримо?",
    "Чи можете Ви зараз безпечно користуватися телефоном?",
    "Де Ви зараз?",
    "Ми передамо розповідь прокурорам. Чи згодні Ви?",
    "З чим Ви прийшли?",
    "Хто Ви дитині?",
    "Як звати дитину? Напишіть прізвище, ім’я та по батькові.",
    "Ми записали. Чи все правильно?",
    "Коли дитина народилася? Наприклад, 5.3.2015.",
    "У якій області Ви бачили дитину востаннє?",
    "У якому місті чи селі?",
    "Що сталося?",
    "Перевірте, чи все правильно, і надішліть.",
    "Чи можна розповісти про це іншим установам?",
)
_MORE: Final = ("Інше", "Не знаю")
_PEOPLE: Final = range(4)


@dataclass(frozen=True)
class Question:
    """`options`: the words of its buttons; without any, the answer is typed."""

    key: str
    text: str
    options: tuple[str, ...]


def questions() -> list[Question]:
    """In the order in which they are asked; the last answer ends the form."""
    asked = []
    scripts = [report(number)[1:] for number in _PEOPLE]
    for key, text, *answers in zip(_KEYS, _TEXTS, *scripts, strict=True):
        labels = dict.fromkeys(
            answer.label for answer in answers if not isinstance(answer, Say | str)
        )
        asked.append(Question(key, text, (*labels, *_MORE) if labels else ()))
    return asked


def write(path: Path) -> None:
    path.write_text(json.dumps([asdict(one) for one in questions()]), encoding="utf-8")


def read() -> list[Question]:
    """What the file that FORM names holds."""
    told = json.loads(Path(os.environ["FORM"]).read_text(encoding="utf-8"))
    return [Question(one["key"], one["text"], tuple(one["options"])) for one in told]
