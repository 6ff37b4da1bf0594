"""Methods with which a bot speaks: messages, photos, documents, albums, copies, "typing"."""

from collections.abc import Iterable
from typing import Any

from sandbox import keyboards, markup
from sandbox.chat import Chat, Note
from sandbox.files import Stored, attached
from sandbox.wire import Obj, Params, bad_request
from sandbox.world import Account, note_for, written

MOST_TEXT = 4096
_MOST_CAPTION = 1024
_MOST_BYTES = 32_768
_ALBUM = range(2, 11)
_TYPING_SECONDS = 5.0
_MEDIA = ("animation", "photo", "document", "voice", "video", "audio", "video_note")


def formatted_text(params: Params) -> tuple[markup.Formatted, str | None]:
    """The parsed text of sendMessage or editMessageText, and its HTML source if it had one."""
    source = params.text("text")
    if not source.strip():
        raise bad_request("message text is empty")
    if len(source.encode()) > _MOST_BYTES:
        raise bad_request("text is too long")
    formatted, html = _formatted(
        source, params.text("parse_mode"), lambda: params.array("entities")
    )
    if not formatted.text:
        raise bad_request("message text is empty")
    if markup.utf16(formatted.text) > MOST_TEXT:
        raise bad_request("message is too long")
    return formatted, html


def _formatted(source: str, mode: str, entities: Any) -> tuple[markup.Formatted, str | None]:
    given: Iterable[Obj] = () if mode else entities()
    return markup.parse(source, mode, given), source if mode else None


def _caption(source: str, mode: str, entities: list[Obj]) -> tuple[Obj, str | None]:
    formatted, html = _formatted(source, mode, lambda: entities)
    if markup.utf16(formatted.text) > _MOST_CAPTION:
        raise bad_request("message caption is too long")
    content: Obj = {}
    if formatted.text:
        content["caption"] = formatted.text
    if formatted.entities:
        content["caption_entities"] = formatted.entities
    return content, html


def text_content(formatted: markup.Formatted) -> Obj:
    entities = {"entities": formatted.entities} if formatted.entities else {}
    return {"text": formatted.text, **entities}


def chat_id_of(params: Params) -> int:
    """The numeric chat id; 400 when it is missing or names nothing here."""
    given = params.text("chat_id")
    if not given:
        raise bad_request("chat_id is empty")
    try:
        return int(given)
    except ValueError:
        raise bad_request("chat not found") from None


def _reply(chat: Chat, params: Params) -> Obj:
    wanted = params.json("reply_parameters") or {}
    message_id = int(wanted.get("message_id") or params.integer("reply_to_message_id"))
    if not message_id:
        return {}
    note = chat.present(message_id)
    if note is not None:
        return {"reply_to_message": without_reply(note.wire)}
    if wanted.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def without_reply(wire: Obj) -> Obj:
    return {key: value for key, value in wire.items() if key != "reply_to_message"}


def _say(account: Account, params: Params, content: Obj, html: str | None) -> Note:
    chat = account.chat_to_write(chat_id_of(params))
    inline, keyboard = keyboards.split(keyboards.checked(params.json("reply_markup")))
    extras = _reply(chat, params)
    if inline is not None:
        extras["reply_markup"] = inline
    if params.flag("protect_content"):
        extras["has_protected_content"] = True
    preview = params.json("link_preview_options")
    if preview is not None and "text" in content:
        extras["link_preview_options"] = preview
    wire = written(account, chat, account.user(), content | extras)
    account.world.touch()
    silent = params.flag("disable_notification")
    return chat.add(Note(wire, by_bot=True, html=html, keyboard=keyboard, silent=silent))


def send_message(account: Account, params: Params) -> Obj:
    account.chat_to_write(chat_id_of(params))
    formatted, html = formatted_text(params)
    return _say(account, params, text_content(formatted), html).wire


def _file(account: Account, params: Params, kind: str, given: Any, field: str) -> Stored:
    """A new upload, `attach://name`, or the file_id of a file already here."""
    name = field
    if isinstance(given, str) and given.startswith("attach://"):
        name = given.removeprefix("attach://")
    upload = params.uploads.get(name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        mime = upload.mime if upload.mime != "application/octet-stream" else ""
        return account.shelf.add(kind, upload.name, mime, upload.content)
    if not given:
        raise bad_request(f"there is no {field} in the request")
    if str(given).startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = account.shelf.by_id.get(str(given))
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        raise bad_request(f"can't use file of type {stored.kind} as {kind}")
    return stored


def _send_file(account: Account, params: Params, kind: str) -> Obj:
    account.chat_to_write(chat_id_of(params))
    stored = _file(account, params, kind, params.text(kind), kind)
    entities = params.array("caption_entities")
    caption, html = _caption(params.text("caption"), params.text("parse_mode"), entities)
    return _say(account, params, attached(stored) | caption, html).wire


def send_photo(account: Account, params: Params) -> Obj:
    return _send_file(account, params, "photo")


def send_document(account: Account, params: Params) -> Obj:
    return _send_file(account, params, "document")


def send_media_group(account: Account, params: Params) -> list[Obj]:
    """Photos and documents in one album, each a message of its own."""
    account.chat_to_write(chat_id_of(params))
    media = params.array("media")
    if len(media) not in _ALBUM:
        raise bad_request("media group must include 2-10 items")
    contents = []
    for item in media:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind not in {"photo", "document"}:
            raise bad_request("can't parse InputMedia: type not supported by the sandbox")
        stored = _file(account, params, kind, item.get("media"), "media")
        entities = item.get("caption_entities") or []
        mode = item.get("parse_mode") or ""
        contents.append((attached(stored), *_caption(item.get("caption") or "", mode, entities)))
    group = {"media_group_id": str(account.next_message << 20)}
    return [
        _say(account, params, group | content | caption, html).wire
        for content, caption, html in contents
    ]


def copy_message(account: Account, params: Params) -> Obj:
    """A copy without a link to the original; its keyboard only if a new one is given."""
    source = account.find_chat(params.integer("from_chat_id"))
    note = note_for(source, params.integer("message_id"), "message to copy not found")
    if note.wire.get("has_protected_content"):
        raise bad_request("message can't be copied")
    kinds = ("text", "entities", "caption", "caption_entities", "contact", "location", *_MEDIA)
    content = {kind: note.wire[kind] for kind in kinds if kind in note.wire}
    if params.text("caption"):
        entities = params.array("caption_entities")
        content.pop("caption_entities", None)
        content |= _caption(params.text("caption"), params.text("parse_mode"), entities)[0]
    return {"message_id": _say(account, params, content, note.html).message_id}


def send_chat_action(account: Account, params: Params) -> bool:
    """Shown as "typing" for five seconds or until the next message."""
    chat = account.chat_to_write(chat_id_of(params))
    if not params.text("action"):
        raise bad_request("wrong parameter action in request")
    chat.typing_until = account.world.now() + _TYPING_SECONDS
    chat.tell({"kind": "typing", "seconds": _TYPING_SECONDS})
    return True
