"""A draft nobody came back to, whose family had said: if we are cut off, pass it on."""

from datetime import datetime

from cases.intake import prepare
from cases.turn import Turn
from flows import engine
from flows.draft import Draft
from handlers.forms import FORMS
from handlers.receipt import told_of
from handlers.sending import Post, consented
from handlers.silence import may_write_first
from handlers.talk import Talk


async def pass_on(post: Post, turn: Turn, now: datetime) -> None:
    """Make the draft of `turn` a partial report, to be saved like any turn.

    The family learns its code unless nobody may write to it first. Raises
    vault.recipients.ListRefused; the draft waits then.
    """
    talk = Talk(turn, now, {})
    row = next(iter(turn.drafts.values()))
    flow = FORMS[row.flow]
    draft, _ = engine.renew(flow, Draft.from_json(row.content), talk.world)
    prepared = await prepare(
        flow,
        draft,
        post.recipients(),
        chat_ref=turn.conversation.chat_ref,
        locale=talk.locale,
        consent=consented(talk),
        now=now,
        partial=True,
        opened=await post.files_of(row),
    )
    post.stored(talk, prepared)
    if may_write_first(talk):
        talk.show(told_of(talk, prepared.receipt, "cutoff.sent"))
        talk.finish()
