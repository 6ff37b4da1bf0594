"""The first minute: language, safety, where you are, who reads this. Nothing about a child."""

from typing import Final

from cases.telling import tell
from flows.answers import Json, Word
from flows.arrival import ARRIVAL, CONSENT_VERSION
from flows.kinds.choice import Choice
from flows.kinds.subs import record_in, text_in
from flows.view import Button, View
from handlers.talk import Said, Talk
from handlers.telephones import tell_contacts
from locales import LOCALES

STEPS: Final = ("locale", "safe", "area", "consent")


class Arrival:
    """The spot of the four first questions. In its state: "step", and "hint" for the language."""

    def view(self, talk: Talk) -> View:
        step = text_in(talk.spot, "step") or STEPS[0]
        if step == "unsafe":
            return _unsafe()
        options = _options(step)
        hint = text_in(talk.spot, "hint")
        if step == "locale" and hint in options:
            options = (hint, *(one for one in options if one != hint))
        rows = tuple(
            (Button(f"pick {key}", Word(f"arrival.{step}.option.{key}")),) for key in options
        )
        return View(Word(f"arrival.{step}.ask"), rows)

    async def act(self, talk: Talk, action: str) -> None:
        step = text_in(talk.spot, "step") or STEPS[0]
        verb, _, picked = action.partition(" ")
        if step == "unsafe":
            self._unsafe(talk, verb)
        elif verb == "pick" and picked in _options(step):
            await _PICKED[step](talk, picked)

    async def hear(self, talk: Talk, _said: Said) -> bool:
        """Words here are no answer to anything yet: the question is asked again."""
        talk.say("error.choose")
        talk.show_again()
        return True

    def _unsafe(self, talk: Talk, verb: str) -> None:
        if verb == "phones":
            tell_contacts(talk)
            talk.show_again()
        elif verb == "hide":
            talk.interrupt("hide")
            talk.show_again()
        else:
            _ask(talk, "area")


def _options(step: str) -> tuple[str, ...]:
    kind = ARRIVAL.step(step).kind
    assert isinstance(kind, Choice)
    return kind.options


def _unsafe() -> View:
    rows = (
        (Button("continue", Word("safety.continue")),),
        (Button("phones", Word("safety.phones")),),
        (Button("hide", Word("safety.hide")),),
    )
    return View(Word("safety.unsafe"), rows)


def _ask(talk: Talk, step: str) -> None:
    talk.enter("arrival", step=step)


def _settle(talk: Talk, name: str, value: Json) -> None:
    talk.person.state["settled"] = {**record_in(talk.person.state, "settled"), name: value}
    talk.person.quiet = talk.settled.quiet


def _answered(talk: Talk, step: str, picked: str) -> None:
    question = tell(talk.locale, Word(f"arrival.{step}.name"))
    talk.answered(question, tell(talk.locale, Word(f"arrival.{step}.option.{picked}")))


async def _locale(talk: Talk, picked: str) -> None:
    if picked not in LOCALES:
        talk.say("language.other_text")
        talk.show_again()
        return
    talk.person.locale = picked
    _answered(talk, "locale", picked)
    _ask(talk, "safe")


async def _safe(talk: Talk, picked: str) -> None:
    _settle(talk, "safe", picked)
    _answered(talk, "safe", picked)
    _ask(talk, "area" if picked == "yes" else "unsafe")


async def _area(talk: Talk, picked: str) -> None:
    before = talk.settled.quiet
    _settle(talk, "area", picked)
    _answered(talk, "area", picked)
    if talk.settled.quiet and not before:
        talk.say("area.quiet")
    _ask(talk, "consent")


async def _consent(talk: Talk, picked: str) -> None:
    if picked == "more":
        talk.say("consent.long")
        talk.show_again()
    elif picked == "refuse":
        talk.quieten()
        talk.say("consent.refused")
        tell_contacts(talk)
        forget(talk)
    else:
        consent: dict[str, Json] = {
            "version": CONSENT_VERSION,
            "at": talk.world.at,
            "locale": talk.locale,
            "text": tell(talk.locale, Word("arrival.consent.ask")),
        }
        _settle(talk, "consent", consent)
        _answered(talk, "consent", picked)
        talk.enter("home")


def forget(talk: Talk) -> None:
    """Nothing of what was said stays: as if the person had never written."""
    talk.person.state.clear()
    talk.person.quiet = False
    talk.turn.drafts.clear()


_PICKED: Final = {"locale": _locale, "safe": _safe, "area": _area, "consent": _consent}
