"""One person's conversation while one update is answered: what is known, and what will be said.

Nothing here sends or stores. The turn is saved, and the messages queued, when the update is done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from secrets import token_hex
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from cases.turn import Conversation, DraftRow, Outgoing, Turn
from flows.answers import Json
from flows.engine import World
from flows.kinds.subs import record_in, text_in
from flows.view import View
from handlers.screen import draw
from handlers.settled import Settled
from locales import html

KYIV: Final = ZoneInfo("Europe/Kyiv")
MOST_HEARD: Final = 250
"""More messages than anybody writes in two days; older ones leave the list."""
DELETABLE_SECONDS: Final = 48 * 3600
_NO_PREVIEW: Final[Json] = {"is_disabled": True}


@dataclass(frozen=True)
class Tap:
    """A pressed button: whose keyboard it was, what it said, how to answer it."""

    query_id: str
    message_id: int | None
    data: str = field(repr=False)


@dataclass(frozen=True)
class Said:
    """A message from the person. `kind`: text, contact, location, voice, file, other."""

    message_id: int
    kind: str
    text: str = field(default="", repr=False)
    forwarded: bool = False
    #: number and name of a shared contact, and whether it is the sender's own
    contact: tuple[str, str, bool] | None = field(default=None, repr=False)
    #: pictures sent together share it
    album: str = ""


class Spot(Protocol):
    """A place in the conversation that draws its screen and answers to it."""

    def view(self, talk: "Talk", /) -> View:
        """What is on screen here, drawn from the talk alone."""

    async def act(self, talk: "Talk", action: str, /) -> None:
        """A button of `view` was pressed."""

    async def hear(self, talk: "Talk", said: Said, /) -> bool:
        """Something was said. False: it does not belong here, and nothing was changed."""


@dataclass
class Talk:
    """What a handler may read and change. `toast` is shown over the pressed button."""

    turn: Turn
    now: datetime
    spots: Mapping[str, Spot]
    tap: Tap | None = None
    toast: str | None = None
    #: HTML said above the next screen, in the same message
    preface: str = field(default="", repr=False)
    #: what may wait: an answered question tidied up after the next one is asked
    tidying: list[Outgoing] = field(default_factory=list, repr=False)

    @property
    def person(self) -> Conversation:
        return self.turn.conversation

    @property
    def locale(self) -> str:
        return self.person.locale

    @property
    def today(self) -> date:
        """The day in Kyiv."""
        return self.now.astimezone(KYIV).date()

    @property
    def world(self) -> World:
        return World(self.today, self.now.isoformat(timespec="seconds"), lambda: token_hex(3))

    @property
    def settled(self) -> Settled:
        """What the first minute decided."""
        return Settled.of(record_in(self.person.state, "settled"))

    # Where the person is. A spot names who draws and answers it, and what they need for that.

    @property
    def spot(self) -> dict[str, Json]:
        return record_in(self.person.state, "spot")

    @property
    def spot_kind(self) -> str:
        return text_in(self.spot, "kind")

    def move(self, kind: str, **more: Json) -> None:
        """The person is somewhere else now; what is on screen follows by `show`."""
        self.person.state["spot"] = {"kind": kind, **more}

    def enter(self, kind: str, **more: Json) -> None:
        """Go there and show it."""
        self.move(kind, **more)
        self.show_again()

    def show_again(self) -> None:
        """The screen of where the person is, below everything."""
        self.show(self.spots[self.spot_kind].view(self))

    def interrupt(self, kind: str, **more: Json) -> None:
        """A side question; `resume` goes back to where the person was, be it another one.

        Each kind of side question is open at most once.
        """
        self.move(kind, **more, under=_without(kind, self.spot))

    def resume(self) -> None:
        under = record_in(self.spot, "under")
        first: dict[str, Json] = {"kind": "home" if self.settled.agreed else "arrival"}
        self.person.state["spot"] = under or first

    # Drafts

    def draft_of(self, flow: str) -> DraftRow | None:
        return self.turn.drafts.get(flow)

    # What was heard

    def remember(self, message_id: int) -> None:
        """The person's own message, so that "clear this chat" can find it for 48 hours."""
        moment = int(self.now.timestamp())
        kept: list[Json] = [*self._heard(), [message_id, moment]]
        self.person.state["heard"] = kept[-MOST_HEARD:]

    def _heard(self) -> list[Json]:
        stored = self.person.state.get("heard")
        oldest = self.now.timestamp() - DELETABLE_SECONDS
        rows = stored if isinstance(stored, list) else []
        return [row for row in rows if isinstance(row, list) and int(str(row[1])) > oldest]

    def sweep(self) -> None:
        """Delete both sides of this chat, as far back as Telegram lets a bot: 48 hours."""
        self.person.state.pop("live", None)
        theirs = [row[0] for row in self._heard() if isinstance(row, list)]
        self.person.state.pop("heard", None)
        everything: dict[str, Json] = {"message_ids": theirs, "and_own": True}
        self.turn.outgoing.append(Outgoing("deleteMessages", everything))

    # What will be said

    def say(self, key: str, /, **params: str | int) -> None:
        """A message without buttons of its own."""
        self.send(html(self.locale, key, **params))

    def send(
        self,
        text: str,
        markup: Json = None,
        tag: str | None = None,
        reply_to: int | None = None,
    ) -> None:
        """HTML. `reply_to`: the message it is about, if that is still there."""
        params: dict[str, Json] = {
            "text": text,
            "parse_mode": "HTML",
            "link_preview_options": _NO_PREVIEW,
            "protect_content": True,
        }
        if markup is not None:
            params["reply_markup"] = markup
        if reply_to is not None:
            params["reply_parameters"] = {
                "message_id": reply_to,
                "allow_sending_without_reply": True,
            }
        self.turn.outgoing.append(Outgoing("sendMessage", params, tag=tag))

    def show(self, view: View) -> None:
        """A new screen below everything; the one before loses its buttons."""
        self.quieten()
        self.person.state.pop("counter", None)
        self.person.revision += 1
        screen = draw(self.locale, view, self.person.revision)
        pieces = list(screen.pieces)
        if self.preface:
            pieces[0], self.preface = f"{self.preface}\n\n{pieces[0]}", ""
        for piece in pieces[:-1]:
            self.send(piece)
        tag = f"q{self.person.revision}"
        self.send(pieces[-1], screen.markup, tag)
        self.person.state["live"] = {"tag": tag, "keyboard": view.shares_contact}

    def redraw(self, view: View, *, same_buttons: bool = False) -> None:
        """The same message, drawn anew: another page of a picker, a tick."""
        message_id = self.tap.message_id if self.tap else None
        if message_id is None or view.shares_contact or self._live_keyboard:
            self.show(view)
            return
        if not same_buttons:
            self.person.revision += 1
        screen = draw(self.locale, view, self.person.revision)
        if len(screen.pieces) > 1:
            self.show(view)
            return
        self.turn.outgoing.append(edited(message_id, screen.pieces[0], screen.markup))

    def answered(self, question: str, answer: str) -> None:
        """A question becomes «question — answer» when a button answered it."""
        message_id = self.tap.message_id if self.tap else None
        if message_id is not None and not self._live_keyboard:
            told = html(self.locale, "question.answered", question=question, answer=answer)
            self.tidying.append(edited(message_id, told, None))
            self.person.state.pop("live", None)
        elif self._live_keyboard:
            told = html(self.locale, "question.answered", question=question, answer=answer)
            self.send(told, {"remove_keyboard": True})
            self.person.state.pop("live", None)

    def quieten(self) -> None:
        """Take the buttons off whatever screen still has them."""
        live = record_in(self.person.state, "live")
        tag = text_in(live, "tag")
        if self._live_keyboard:
            # Only a message can take the "share my number" keyboard away.
            self.send(html(self.locale, "phone.closed"), {"remove_keyboard": True})
        elif tag:
            params: dict[str, Json] = {"message_tag": tag}
            self.tidying.append(Outgoing("editMessageReplyMarkup", params))
        self.person.state.pop("live", None)

    def is_live(self, revision: int) -> bool:
        """Whether the buttons of this revision are those on screen now."""
        return revision == self.person.revision and "live" in self.person.state

    def note_press(self) -> None:
        """The pressed button, and the screen it led to."""
        if self.tap is not None and self.spot_kind:
            self.person.state["pressed"] = self._press(self.tap)

    def pressed_just_now(self) -> bool:
        """Whether this press repeats the one that led to what is on screen.

        After a crash a question may stand in the chat twice; the other copy's button is old.
        """
        held = self.person.state.get("pressed")
        return self.tap is not None and held == self._press(self.tap)

    def _press(self, tap: Tap) -> list[Json]:
        return [tap.data, tap.message_id, self.person.revision]

    @property
    def _live_keyboard(self) -> bool:
        return record_in(self.person.state, "live").get("keyboard") is True

    def finish(self) -> None:
        """Queue the tidying behind what the person waits for."""
        self.turn.outgoing.extend(self.tidying)
        self.tidying = []


def _without(kind: str, spot: dict[str, Json]) -> dict[str, Json]:
    """The place a side question of this kind is put over."""
    if "under" not in spot:
        return spot
    under = _without(kind, record_in(spot, "under"))
    return under if text_in(spot, "kind") == kind else {**spot, "under": under}


def edited(message_id: int, text: str, markup: Json) -> Outgoing:
    """A message of ours made to say `text`, in HTML; without `markup` its buttons go."""
    params: dict[str, Json] = {
        "message_id": message_id,
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": _NO_PREVIEW,
    }
    if markup is not None:
        params["reply_markup"] = markup
    return Outgoing("editMessageText", params)
