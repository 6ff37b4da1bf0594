"""How much one chat may ask for, and what is answered however much was asked. The whole rule:

Every message, edit and press counts, the pictures of one album once. The one too many
(cases.limits.RATE) is told so, once and calmly, and for half a minute

* what somebody in danger may need is answered all the same, once a second: /help, /hide, the
  buttons for phone numbers and for clearing the chat, the whole of the first minute, and the whole
  of a child's own form;
* words are kept aside, and the person is asked afterwards where they belong. They are no answer to
  the open question: in a flood nobody has seen it. Before "I agree" nothing is taken down, here
  as elsewhere, and neither are codes and PINs;
* files are taken as always; their counter goes on, and why one is not taken is said once a second;
* other commands and buttons do nothing; a pressed button says why.

A chat that has sent its reports of the day keeps the next one as a draft, is told so, and is given
the phone numbers. What triage finds critical goes through far longer, and so does a child's call.

While very many chats are new, answered questions are not tidied up, so that replies find room.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from aiogram.types import Message, Update
from typing_extensions import override

from cases.facets import facets
from cases.limits import REPORTS_A_DAY, URGENT_A_DAY, Rate, Standing
from cases.triage import judge
from cases.turn import Outgoing, Turn
from flows.answers import Json
from flows.draft import Draft
from flows.help_child import CHILD
from flows.kinds.subs import text_in
from flows.report import STORY
from handlers import aside
from handlers.family import BUTTON, COMMAND
from handlers.filing import offered_by
from handlers.form import Form
from handlers.forms import flow_of, row_in, sent_case, until
from handlers.screen import spoken
from handlers.sending import Post
from handlers.silence import NOT_NOW
from handlers.talk import Said, Spot, Talk
from handlers.telephones import tell_contacts
from handlers.unfetched import catch_up
from locales import say

Proceed: TypeAlias = Callable[[Update], Awaitable[None]]
"""What is done with an update that is listened to."""

_COMMANDS: Final = frozenset({"help", "hide"})
#: where every button leads towards safety, and where these do
_WHOLE: Final = frozenset({"arrival", "hide"})
_PARTLY: Final = frozenset({"home", "away", "receipt"})
_WISHES: Final = frozenset({"contacts", "phones", "next", "hide", "child"})

_HELD: Final = "held"

_log = logging.getLogger(__name__)


async def within(talk: Talk, update: Update, rate: Rate, proceed: Proceed) -> None:
    """Do with `update` what the rule allows: `proceed`, or part of it, or nothing."""
    event = update.message or update.edited_message
    if event is None and update.callback_query is None:
        await proceed(update)  # blocked or unblocked: noted, whatever else
        return
    standing = counted(talk, rate, (event.media_group_id if event else None) or "")
    if standing is Standing.FREE:
        await proceed(update)
        _ask_about_held(talk)
        catch_up(talk)
    else:
        if standing is Standing.TIPPED:
            talk.say("error.too_fast")
            _log.info("a chat is paused")
        await _in_the_pause(talk, update, rate, proceed)
    if talk.turn.crowded:
        talk.tidying.clear()


def say_set_aside(talk: Talk, rate: Rate) -> None:
    """One more update of this chat, and one that could not be taken in."""
    told = {Standing.FREE: "error.quarantined", Standing.TIPPED: "error.too_fast"}
    standing = counted(talk, rate)
    if standing in told:
        talk.say(told[standing])


def counted(talk: Talk, rate: Rate, album: str = "") -> Standing:
    """Count one more update of this chat."""
    talk.person.pace, standing = talk.person.pace.counted(rate, talk.now, album)
    return standing


async def _in_the_pause(talk: Talk, update: Update, rate: Rate, proceed: Proceed) -> None:
    message = update.message or update.edited_message
    if _is_urgent(talk, update) and _is_due(talk, rate):
        await proceed(update)
    elif message is None:
        talk.toast = say(talk.locale, "error.too_fast")
    else:
        await _take_down(talk, update, message, rate, proceed)


# What is answered all the same


def _is_urgent(talk: Talk, update: Update) -> bool:
    if _is_a_child_s(talk):
        return True
    text = (update.message.text or "") if update.message else ""
    command = COMMAND.fullmatch(text)
    if command is not None:
        return command[1].lower() in _COMMANDS
    if talk.spot_kind in _WHOLE:
        return bool(_action(talk, text))
    return talk.spot_kind in _PARTLY and _action(talk, text) in _WISHES


def _is_a_child_s(talk: Talk) -> bool:
    return talk.spot_kind in ("form", "receipt") and flow_of(talk).name == CHILD.name


def _action(talk: Talk, text: str) -> str:
    """What the pressed button of the open screen does, or the one whose words these are."""
    view = talk.spots[talk.spot_kind].view(talk)
    if talk.tap is None:
        button = spoken(talk.locale, view, text)
        return button.action if button else ""
    pressed = BUTTON.fullmatch(talk.tap.data)
    if pressed is None or not talk.is_live(int(pressed[1])):
        return ""
    buttons, number = view.buttons(), int(pressed[2])
    return buttons[number].action if number < len(buttons) else ""


def _is_due(talk: Talk, rate: Rate) -> bool:
    """Whether something is said in the pause: what was asked twice in a second, once."""
    talk.person.pace, due = talk.person.pace.pressed(rate, talk.now)
    return due


# Words and files that come in the pause


async def _take_down(
    talk: Talk, update: Update, message: Message, rate: Rate, proceed: Proceed
) -> None:
    if update.message is not None and offered_by(message) and talk.settled.agreed:
        await _take_file(talk, update, rate, proceed)
        return
    if update.message is not None:
        talk.remember(message.message_id)
        talk.person.blocked = False
    _hold_words(talk, message.text or "", rate)


def _hold_words(talk: Talk, text: str, rate: Rate) -> None:
    if not text or COMMAND.fullmatch(text):
        return
    if not talk.settled.agreed or talk.spot_kind == "code":
        return
    held = _joined(text_in(talk.person.state, _HELD), text)
    if len(held) <= STORY:
        talk.person.state[_HELD] = held
    elif _is_due(talk, rate):
        talk.say("error.too_long", count=len(held), limit=STORY)


def _joined(before: str, text: str) -> str:
    return f"{before}\n{text}".strip()


def _ask_about_held(talk: Talk) -> None:
    """Where do the words of the pause belong? Asked when nothing better is on screen."""
    held = text_in(talk.person.state, _HELD)
    if not held or talk.spot_kind in NOT_NOW or _is_a_child_s(talk):
        return
    if talk.spot_kind == "stray" and len(_joined(text_in(talk.spot, "text"), held)) > STORY:
        return  # after those that are being asked about
    talk.person.state.pop(_HELD)
    aside.wander(talk, Said(0, "text", held))


async def _take_file(talk: Talk, update: Update, rate: Rate, proceed: Proceed) -> None:
    outgoing = talk.turn.outgoing
    before = len(outgoing)
    await proceed(update)
    if any(_is_a_mere_word(row) for row in outgoing[before:]) and not _is_due(talk, rate):
        outgoing[before:] = [row for row in outgoing[before:] if not _is_a_mere_word(row)]


def _is_a_mere_word(row: Outgoing) -> bool:
    """Neither a screen nor a counter, which are edited later, nor a bell elsewhere."""
    return row.method == "sendMessage" and row.tag is None and row.chat is None


# Reports a day


def places(spots: Mapping[str, Spot], turn: Turn) -> Mapping[str, Spot]:
    """`spots`, where a chat that has sent enough for a day can send no more."""
    form = spots.get("form")
    if turn.reports < REPORTS_A_DAY or not isinstance(form, Form):
        return spots
    before = {flow: row.content for flow, row in turn.drafts.items()}
    return {**spots, "form": replace(form, post=Full(**vars(form.post), before=before))}


@dataclass(frozen=True)
class Full(Post):
    """Sends what is urgent, and keeps the rest. `before`: each form's draft as it was loaded."""

    before: Mapping[str, dict[str, Json]] = field(default_factory=dict, repr=False)

    @override
    async def send(self, talk: Talk, draft: Draft) -> bool:
        if _may_be_sent(talk, draft):
            return await super().send(talk, draft)
        row = row_in(talk)
        if row is not None:
            row.content = self.before.get(row.flow, row.content)
        talk.say("limits.reports", date=until(talk))
        tell_contacts(talk)
        talk.show_again()
        return True


def _may_be_sent(talk: Talk, draft: Draft) -> bool:
    """What joins a case that exists is no new report."""
    if sent_case(talk) is not None:
        return True
    level = judge(facets(flow_of(talk), draft, talk.today), talk.now).level
    return level == "critical" and talk.turn.reports < URGENT_A_DAY
