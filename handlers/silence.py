"""/stop: what the bot may still write of its own accord. Answers to what is asked always come."""

from typing import Final

from flows.answers import Word
from flows.kinds.subs import text_in
from flows.view import Button, View
from handlers.talk import Said, Talk

NEWS, ALL_BUT_QUESTIONS, EVERYTHING = "news", "all_but_questions", "everything"
LEVELS: Final = (NEWS, ALL_BUT_QUESTIONS, EVERYTHING)
NOT_NOW: Final = frozenset({"", "arrival", "away", "hide", "code"})
"""Places where what nobody asked for would be out of place, or would give a chat away."""


def level(talk: Talk) -> str:
    """The level chosen, "" when nothing was switched off."""
    return text_in(talk.person.state, "silence")


def may_write_first(talk: Talk) -> bool:
    """Whether the bot may write without having been written to: never in quiet mode."""
    return not (talk.person.quiet or talk.person.blocked or level(talk) == EVERYTHING)


class Silence:
    """What should be switched off?"""

    def view(self, talk: Talk) -> View:
        now = level(talk)
        rows = [(Button(f"pick {one}", Word(f"silence.{one}")),) for one in LEVELS if one != now]
        if now:
            rows.append((Button("pick none", Word("silence.none")),))
        if talk.turn.drafts:
            rows.append((Button("drafts", Word("silence.drafts")),))
        after = (Word(f"silence.now.{now}"),) if now else ()
        return View(
            Word("silence.ask"), (*rows, (Button("keep", Word("silence.keep")),)), after=after
        )

    async def act(self, talk: Talk, action: str) -> None:
        if action == "drafts":
            talk.turn.drafts.clear()
            talk.say("resume.deleted")
            talk.enter("home")
            return
        picked = action.removeprefix("pick ")
        if picked == "none":
            talk.person.state.pop("silence", None)
            talk.say("silence.on")
        elif picked in LEVELS:
            talk.person.state["silence"] = picked
            talk.say("silence.off")
        talk.resume()
        if talk.spot_kind == "away":
            talk.move("home")
        talk.show_again()

    async def hear(self, talk: Talk, _said: Said) -> bool:
        talk.say("error.choose")
        talk.show_again()
        return True
