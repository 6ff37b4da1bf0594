"""A view as Telegram shows it: HTML pieces and a keyboard. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from cases.telling import tell, tell_all, tell_html
from flows.answers import Json, Word
from flows.view import Button, View
from locales import html, say

LONGEST: Final = 3_500
"""Characters of one message of the check screen. Telegram takes 4,096 after its own counting."""

LONGEST_ANSWER: Final = 300
"""A long story is shown by its beginning: the person has it above, in the chat."""

_SIDE_BY_SIDE: Final = 14  # characters a button may have next to another one
_PAIR: Final = 2

Rows: TypeAlias = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Screen:
    """`pieces` are messages in order; the keyboard stands under the last one."""

    pieces: tuple[str, ...] = field(repr=False)
    markup: Json


def draw(locale: str, view: View, revision: int) -> Screen:
    """`revision` goes into every button, so that an old one is known as old."""
    pieces = _review(locale, view) if view.review else (_text(locale, view),)
    markup = (
        _reply_keyboard(locale, view) if view.shares_contact else _inline(locale, view, revision)
    )
    return Screen(pieces, markup)


def _text(locale: str, view: View) -> str:
    words = [tell_html(locale, word) for word in view.before]
    if view.title is not None:
        words.append(_title(locale, view.title))
    words.extend(tell_html(locale, word) for word in view.after)
    return "\n\n".join(words)


def _title(locale: str, word: Word) -> str:
    """The question stands out, its hint does not. Wording that has its own tags keeps them."""
    text = tell_html(locale, word)
    if "<b>" in text or word.key.startswith("kind."):
        return text
    first, line, hint = text.partition("\n")
    return f"<b>{first}</b>{line}{hint}"


def _review(locale: str, view: View) -> tuple[str, ...]:
    """The check screen: as few messages as it takes, cut between lines."""
    lines = [_text(locale, view), ""]
    for name, rows in view.review:
        lines.append(html(locale, "check.section", section=tell(locale, name)))
        for question, answer in rows:
            said = tell_all(locale, answer)
            shown = said if len(said) <= LONGEST_ANSWER else f"{said[:LONGEST_ANSWER]}…"
            lines.append(html(locale, "check.row", question=tell(locale, question), answer=shown))
        lines.append("")
    pieces, piece = [], ""
    for line in lines:
        if len(piece) + len(line) > LONGEST:
            pieces.append(piece.strip())
            piece = ""
        piece += f"{line}\n"
    return (*pieces, piece.strip())


#: how people write it / how it stands on a button
_ALIKE: Final = str.maketrans({"'": "’", "ʼ": "’", "`": "’", '"': "", "«": "", "»": ""})
_AROUND: Final = " \n‹✓."


def spoken(locale: str, view: View, text: str) -> Button | None:
    """The button whose words were typed instead of pressed."""
    wanted = _bare(text)
    pressable = (button for button in view.buttons() if not button.copies)
    return next((one for one in pressable if _bare(label(locale, one)) == wanted), None)


def _bare(words: str) -> str:
    return words.translate(_ALIKE).strip(_AROUND).casefold()


def label(locale: str, button: Button) -> str:
    """What stands on a button, its tick after it."""
    text = tell(locale, button.label)
    return f"{text} ✓" if button.ticked else text


def _inline(locale: str, view: View, revision: int) -> Json:
    rows: list[Json] = []
    number = 0
    for row in _paired(locale, view.rows):
        drawn: list[Json] = []
        for button in row:
            drawn.append(_button(locale, button, revision, number))
            number += 1
        rows.append(drawn)
    return {"inline_keyboard": rows}


def _paired(locale: str, rows: Rows) -> Iterator[tuple[Button, ...]]:
    """The same buttons in the same order: two short options side by side, two long ones not."""
    waiting: tuple[Button, ...] = ()
    for row in rows:
        short = all(len(label(locale, button)) <= _SIDE_BY_SIDE for button in row)
        single = len(row) == 1 and short and _is_option(row[0])
        if single and waiting:
            yield (*waiting, *row)
            waiting = ()
            continue
        if waiting:
            yield waiting
            waiting = ()
        if single:
            waiting = row
        elif short or len(row) > _PAIR:
            yield row
        else:
            yield from ((button,) for button in row)
    if waiting:
        yield waiting


def _is_option(button: Button) -> bool:
    """An answer to choose, not a tick, nor a way to somewhere else."""
    return button.ticked is None and button.action.startswith("pick ") and "#" not in button.action


def _button(locale: str, button: Button, revision: int, number: int) -> Json:
    if button.copies:
        return {"text": label(locale, button), "copy_text": {"text": button.copies}}
    wanted = "" if button.ticked is None else f"|{int(not button.ticked)}"
    made: dict[str, Json] = {
        "text": label(locale, button),
        "callback_data": f"d1|{revision}|{number}{wanted}",
    }
    if button.main:
        made["style"] = "success"
    return made


def _reply_keyboard(locale: str, view: View) -> Json:
    """The only keyboard of its kind: sharing one's number. What is typed from it comes as text."""
    rows: list[Json] = [[{"text": say(locale, "phone.share"), "request_contact": True}]]
    rows.extend([{"text": label(locale, button)} for button in row] for row in view.rows)
    return {
        "keyboard": rows,
        "resize_keyboard": True,
        "one_time_keyboard": True,
        "input_field_placeholder": "067 123 45 67",
    }
