"""The table of Bot API methods, and a call without HTTP around it."""

from collections.abc import Callable
from typing import Any

from sandbox import editing, inbound, profile, sending
from sandbox.wire import Obj, Params, Refused
from sandbox.world import Account

Method = Callable[[Account, Params], Any]

_TABLE: dict[str, Method] = {
    "answerCallbackQuery": editing.answer_callback_query,
    "close": profile.accept,
    "copyMessage": sending.copy_message,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "deleteMyCommands": profile.delete_my_commands,
    "deleteWebhook": inbound.delete_webhook,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageText": editing.edit_message_text,
    "getChat": profile.get_chat,
    "getChatMember": profile.get_chat_member,
    "getChatMenuButton": profile.get_chat_menu_button,
    "getFile": profile.get_file,
    "getMe": profile.get_me,
    "getMyCommands": profile.get_my_commands,
    "getMyDescription": profile.text_getter("description"),
    "getMyName": profile.text_getter("name"),
    "getMyShortDescription": profile.text_getter("short_description"),
    "getWebhookInfo": inbound.get_webhook_info,
    "leaveChat": profile.leave_chat,
    "logOut": profile.accept,
    "sendChatAction": sending.send_chat_action,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "setChatMenuButton": profile.set_chat_menu_button,
    "setMyCommands": profile.set_my_commands,
    "setMyDescription": profile.text_setter("description"),
    "setMyName": profile.text_setter("name"),
    "setMyShortDescription": profile.text_setter("short_description"),
    "setWebhook": inbound.set_webhook,
}
#: answered by waiting, so by `inbound.get_updates` and not from the table
GET_UPDATES = "getUpdates"
#: lower-case name to the name as documented: Telegram does not mind the case
NAMES = {name.lower(): name for name in (*_TABLE, GET_UPDATES)}
_NEVER_FROM_A_WEBHOOK = frozenset({"setWebhook", "deleteWebhook", "close", "logOut"})


def obey(account: Account, wanted: Obj) -> None:
    """Carry out a method found in a webhook's answer; nobody gets its result."""
    name = NAMES.get(str(wanted["method"]).lower(), "")
    if not name or name.startswith("get") or name in _NEVER_FROM_A_WEBHOOK:
        return
    params = Params({key: value for key, value in wanted.items() if key != "method"}, {})
    finished = account.world.calls.note(account.name, name, chat_of(params))
    try:
        perform(account, name, params)
    except Refused as refused:
        finished(False, refused.code)
    else:
        finished(True)


def perform(account: Account, name: str, params: Params) -> Any:
    """The result of a method by its documented name. Raises `Refused`."""
    return _TABLE[name](account, params)


def chat_of(params: Params) -> int | None:
    """The chat a call names, for the list of calls."""
    text = params.text("chat_id")
    return int(text) if text.removeprefix("-").isdigit() else None
