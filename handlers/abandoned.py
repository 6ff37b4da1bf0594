"""A draft nobody came back to, whose family had said: if we are cut off, pass it on."""

from datetime import datetime

from cases.intake import prepare
from cases.turn import Turn
from flows import engine
from flows.draft import Draft
from flows.report import REPORT
from handlers.report import FLOW
from handlers.sending import Post, consented, ring, told_of
from handlers.talk import Talk


async def pass_on(post: Post, turn: Turn, now: datetime) -> None:
    """Make the draft of `turn` a partial report, to be saved like any turn.

    The family learns its code unless it is in quiet mode, where nobody writes first. Raises
    vault.recipients.ListRefused; the draft waits then.
    """
    talk = Talk(turn, now, {})
    draft, _ = engine.renew(REPORT, Draft.from_json(turn.drafts[FLOW].content), talk.world)
    prepared = await prepare(
        REPORT,
        draft,
        post.recipients(),
        chat_ref=turn.conversation.chat_ref,
        locale=talk.locale,
        consent=consented(talk),
        now=now,
        partial=True,
    )
    prepared.join(turn)
    turn.conversation.state.pop("typed", None)
    turn.conversation.state["sent"] = True
    talk.move("receipt", code=prepared.receipt.code)
    if not talk.person.quiet and not talk.person.blocked:
        talk.show(told_of(talk, prepared.receipt, "cutoff.sent"))
        talk.finish()
    if post.bell is not None:
        turn.outgoing.append(ring(post.bell, prepared.receipt, str(prepared.case)))
