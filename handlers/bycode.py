"""Code and PIN: the way to a report from any chat, and to what was sent, to read or correct."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, Final

from cases.own import Copy
from flows.answers import Json, Word
from flows.kinds.subs import text_in
from flows.view import Button, View
from handlers import correcting
from handlers.known import Known, own
from handlers.letters import Letters
from handlers.mine import HOME, Shelf, known_in, tell_news
from handlers.screen import LONGEST
from handlers.talk import Said, Talk
from locales import html
from locales.dates import moment
from vault import receipt

TRIES: Final = 5
"""Wrong codes or PINs an hour. Together with the PIN's 40 bits nobody guesses one."""
_HOUR: Final = 3600


@dataclass(frozen=True)
class ByCode:
    """Asks for the code, then the PIN. In its state: "then" (case, read, correct, news, asked),
    "code", and with "asked" the "message" to be opened."""

    shelf: Shelf
    letters: Letters

    def view(self, talk: Talk) -> View:
        code = text_in(talk.spot, "code")
        title = Word("code.pin", {"code": code}) if code else Word("code.ask")
        rows: list[tuple[Button, ...]] = []
        if text_in(talk.spot, "then") == "news" and not code:
            rows.append((Button("none", Word("mine.no_code")),))
        return View(title, (*rows, (HOME,)))

    async def act(self, talk: Talk, action: str) -> None:
        if action == "none":
            tell_news(talk, None)
        else:
            talk.enter("home")

    async def hear(self, talk: Talk, said: Said) -> bool:
        code = text_in(talk.spot, "code")
        if not code:
            self._code(talk, said.text)
            return True
        pin = receipt.read_pin(said.text)
        if pin is None:
            talk.say("code.pin_shape")
            return True
        await self._both(talk, code, pin)
        return True

    def _code(self, talk: Talk, text: str) -> None:
        code = receipt.read_code(text)
        if code is None:
            talk.say("code.shape")
            return
        talk.enter("code", **{**_wish(talk), "code": code})

    async def _both(self, talk: Talk, code: str, pin: str) -> None:
        """One word for a wrong code, a wrong PIN and somebody else's case."""
        if len(_tries(talk)) >= TRIES:
            talk.say("code.tries")
            talk.enter("home")
            return
        wish = _wish(talk)
        copy = await self.shelf.open_code(talk, code, pin)
        if copy is None:
            talk.person.state["tries"] = [*_tries(talk), int(talk.now.timestamp())]
            talk.say("code.unknown")
            talk.enter("code", **wish)
            return
        await self._granted(talk, wish, copy)

    async def _granted(self, talk: Talk, wish: dict[str, Json], copy: Copy) -> None:
        """What code and PIN were asked for."""
        known = known_in(talk)
        match wish["then"]:
            case "news":
                tell_news(talk, known)
            case "correct":
                correcting.begin(talk, known, copy.report)
            case "asked":
                await self.letters.open(talk, text_in(wish, "message"), known.case)
            case "read":
                for piece in pieces(talk.locale, copy):
                    talk.send(piece)
                talk.show_again()
            case _:
                talk.show_again()


def _wish(talk: Talk) -> dict[str, Json]:
    """What the code is asked for."""
    return {name: talk.spot[name] for name in ("then", "message") if name in talk.spot}


def _tries(talk: Talk) -> list[Json]:
    """The failed ones of the last hour."""
    stored = talk.person.state.get("tries")
    since = talk.now.timestamp() - _HOUR
    rows = stored if isinstance(stored, list) else []
    return [row for row in rows if isinstance(row, int) and row > since]


def pieces(locale: str, copy: Copy) -> list[str]:
    """What was sent, question by question, as messages short enough for Telegram."""
    lines = [*_report(copy.report)]
    for page in copy.pages:
        lines.extend(_page(locale, page))
    told, piece = [], ""
    for line in lines:
        for part in (line[at : at + LONGEST] for at in range(0, max(len(line), 1), LONGEST)):
            if len(piece) + len(part) > LONGEST:
                told.append(piece.strip())
                piece = ""
            piece += f"{part}\n"
    return [one for one in (*told, piece.strip()) if one]


def _report(told: Any) -> Iterator[str]:
    for section in told["sections"]:
        yield f"<b>{escape(section['name'])}</b>" if section["name"] else ""
        for part in (section, *section["items"]):
            for row in part["answers"]:
                yield f"{escape(row['name'])}: {escape(row['answer'])}"
        yield ""


def _page(locale: str, page: Any) -> Iterator[str]:
    """What was added later, under the moment it came."""
    told = page["told"]
    at = datetime.fromisoformat(told.get("received_at") or told["at"])
    yield html(locale, "read.later", on=moment(locale, at))
    if "sections" in told:
        yield from _report(told)
    else:
        yield from (escape(told["text"]), "")


class News:
    """Which report is the news about?"""

    def view(self, talk: Talk) -> View:
        rows = [
            (Button(f"case {number}", Word("news.case", {"code": one.code})),)
            for number, one in enumerate(_own(talk))
        ]
        last = (
            (Button("code", Word("mine.code")),),
            (Button("none", Word("mine.no_code")),),
            (HOME,),
        )
        return View(Word("news.which"), (*rows, *last))

    async def act(self, talk: Talk, action: str) -> None:
        verb, _, number = action.partition(" ")
        if verb == "case":
            tell_news(talk, _own(talk)[int(number)])
        elif verb == "none":
            tell_news(talk, None)
        elif verb == "code":
            talk.enter("code", then="news")
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def _own(talk: Talk) -> tuple[Known, ...]:
    return own(talk)[:8]
