"""One report that is sent: where it stands, and everything that can still be done with it."""

from dataclasses import dataclass

from flows.answers import Param, Word
from flows.kinds.subs import record_in, text_in
from flows.view import Button, View
from handlers import correcting
from handlers.known import Known
from handlers.letters import Letters
from handlers.mine import HOME, known_in, tell_news
from handlers.talk import Said, Talk


@dataclass(frozen=True)
class CaseSpot:
    """One case. In its state: "case"."""

    letters: Letters

    def view(self, talk: Talk) -> View:
        case = record_in(talk.spot, "case")
        told: dict[str, Param] = {
            "code": text_in(case, "code"),
            "word": Word(f"case.word.{text_in(case, 'word')}"),
            "on": text_in(case, "on"),
        }
        if case.get("erased") is True:
            return View(Word("case.told", told), ((HOME,),), after=(Word("case.erased"),))
        rows, after = [], []
        if case.get("letters"):
            rows.append((Button("letters", Word("case.letters")),))
        rows += [(Button(verb, Word(f"case.{verb}")),) for verb in ("add", "news", "read")]
        if case.get("withdrawn") is True:
            after.append(Word("case.withdrawn"))
        else:
            rows.append((Button("correct", Word("case.correct")),))
            rows.append((Button("withdraw", Word("case.withdraw")),))
        if case.get("erasing") is True:
            after.append(Word("case.erasing"))
        else:
            rows.append((Button("erase", Word("case.erase")),))
        return View(Word("case.told", told), (*rows, (HOME,)), after=tuple(after))

    async def act(self, talk: Talk, action: str) -> None:
        known = known_in(talk)
        if action == "news":
            tell_news(talk, known)
        elif action == "letters":
            await self.letters.listed(talk, known)
        elif action == "read":
            talk.enter("code", then="read", code=known.code)
        elif action == "correct":
            _correct(talk, known)
        elif action in ("add", "withdraw", "erase"):
            talk.enter(action, case=record_in(talk.spot, "case"))
        else:
            talk.enter("home")

    async def hear(self, _talk: Talk, _said: Said) -> bool:
        return False


def _correct(talk: Talk, known: Known) -> None:
    """One correction at a time: what was changed in another report is not lost for this one."""
    waits = correcting.under_way(talk)
    if waits is None:
        talk.enter("code", then="correct", code=known.code)
        return
    if waits.case != known.case:
        talk.say("correct.first", code=waits.code)
    correcting.go_on(talk)
