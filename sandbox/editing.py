"""Methods that change or remove what was sent, and the answer to a tap."""

from sandbox import keyboards
from sandbox.chat import Chat, Note
from sandbox.sending import chat_id_of, formatted_text, text_content
from sandbox.wire import Obj, Params, bad_request
from sandbox.world import Account, note_for

#: seconds after which Telegram no longer lets a bot delete a message
DELETABLE = 48 * 3600
_MOST_DELETED = 100
_MOST_ANSWER = 200
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def _own(account: Account, params: Params) -> tuple[Chat, Note]:
    if params.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = account.chat_to_write(chat_id_of(params))
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    note = note_for(chat, message_id, "message to edit not found")
    if not note.by_bot:
        raise bad_request("message can't be edited")
    return chat, note


def _inline_only(params: Params) -> Obj | None:
    inline, other = keyboards.split(keyboards.checked(params.json("reply_markup")))
    if other is not None:
        raise bad_request("inline keyboard expected")
    return inline


def _apply(account: Account, chat: Chat, note: Note, content: Obj, inline: Obj | None) -> Obj:
    """Replace the named fields and the keyboard, keeping the wire object other Notes may quote."""
    replaced = {"text", "entities"} if "text" in content else set()
    kept = {
        key: value
        for key, value in note.wire.items()
        if key not in replaced | {"reply_markup", "edit_date"}
    }
    wire = kept | content | ({"reply_markup": inline} if inline else {})
    if wire == {key: value for key, value in note.wire.items() if key != "edit_date"}:
        raise bad_request(_NOT_MODIFIED)
    note.wire = wire | {"edit_date": account.world.today()}
    account.world.touch()
    chat.show(note)
    return note.wire


def edit_message_text(account: Account, params: Params) -> Obj:
    chat, note = _own(account, params)
    if "text" not in note.wire:
        raise bad_request("there is no text in the message to edit")
    formatted, html = formatted_text(params)
    content = text_content(formatted)
    preview = params.json("link_preview_options")
    if preview is not None:
        content["link_preview_options"] = preview
    was_edited, source = note.edited, note.html
    note.edited, note.html = True, html
    try:
        return _apply(account, chat, note, content, _inline_only(params))
    except BaseException:
        note.edited, note.html = was_edited, source
        raise


def edit_message_reply_markup(account: Account, params: Params) -> Obj:
    chat, note = _own(account, params)
    return _apply(account, chat, note, {}, _inline_only(params))


def _deletable(account: Account, chat: Chat, note: Note) -> bool:
    if not chat.private and not note.by_bot:
        return False
    return int(note.wire["date"]) > account.world.now() - DELETABLE


def delete_message(account: Account, params: Params) -> bool:
    chat = account.find_chat(chat_id_of(params))
    message_id = params.integer("message_id")
    note = note_for(chat, message_id, "message to delete not found")
    if not _deletable(account, chat, note):
        raise bad_request("message can't be deleted")
    chat.delete(note)
    account.world.touch()
    return True


def delete_messages(account: Account, params: Params) -> bool:
    """Ids that are not there, or can no longer be deleted, are passed over."""
    chat = account.find_chat(chat_id_of(params))
    ids = params.array("message_ids")
    if not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > _MOST_DELETED:
        raise bad_request("too many message identifiers specified")
    for message_id in ids:
        note = chat.present(int(message_id))
        if note is not None and _deletable(account, chat, note):
            chat.delete(note)
    account.world.touch()
    return True


def answer_callback_query(account: Account, params: Params) -> bool:
    """Once, and within 150 seconds of the sandbox's clock."""
    tap = account.taps.pop(params.text("callback_query_id"), None)
    if tap is None or tap.expires <= account.world.now():
        raise bad_request(_TOO_OLD)
    text = params.text("text")
    if len(text) > _MOST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    account.chats[tap.chat_id].notice(text, params.flag("show_alert"))
    account.world.touch()
    return True
