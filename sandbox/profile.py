"""Methods about the bot itself and about chats: names, commands, menu button, members."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from sandbox.files import MOST_DOWNLOAD
from sandbox.sending import chat_id_of
from sandbox.wire import Obj, Params, bad_request
from sandbox.world import Account

_MOST_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_MOST_DESCRIPTION = 256
_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(account: Account, _params: Params) -> Obj:
    return account.user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def accept(_account: Account, _params: Params) -> bool:
    """logOut and close: nothing to do here."""
    return True


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _commands_key(params: Params) -> str:
    scope = params.json("scope") or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise bad_request("can't parse BotCommandScope: object expected")
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode() + "|" + _language(params)


def set_my_commands(account: Account, params: Params) -> bool:
    commands = params.array("commands")
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict) or not _COMMAND.fullmatch(command.get("command", "")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= _MOST_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    account.profile.commands[_commands_key(params)] = commands
    account.world.touch()
    return True


def get_my_commands(account: Account, params: Params) -> list[Obj]:
    return account.profile.commands.get(_commands_key(params), [])


def delete_my_commands(account: Account, params: Params) -> bool:
    account.profile.commands.pop(_commands_key(params), None)
    account.world.touch()
    return True


def text_setter(name: str) -> Callable[[Account, Params], bool]:
    """setMyName and its kin; `name` is the parameter, also the key of the answer."""

    def set_text(account: Account, params: Params) -> bool:
        value = params.text(name)
        if len(value) > _LIMITS[name]:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        account.profile.texts[f"{name}|{_language(params)}"] = value
        account.world.touch()
        return True

    return set_text


def text_getter(name: str) -> Callable[[Account, Params], Obj]:
    def get_text(account: Account, params: Params) -> Obj:
        texts = account.profile.texts
        fallback = texts.get(f"{name}|", account.first_name if name == "name" else "")
        return {name: texts.get(f"{name}|{_language(params)}") or fallback}

    return get_text


def set_chat_menu_button(account: Account, params: Params) -> bool:
    button = params.json("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {
        "default",
        "commands",
        "web_app",
    }:
        raise bad_request("can't parse menu button: object expected")
    account.profile.menu[params.text("chat_id")] = button
    account.world.touch()
    return True


def get_chat_menu_button(account: Account, params: Params) -> Obj:
    menu = account.profile.menu
    return menu.get(params.text("chat_id")) or menu.get("") or {"type": "default"}


def get_chat(account: Account, params: Params) -> Obj:
    """Telegram's ChatFullInfo, as far as it says anything here."""
    chat = account.find_chat(chat_id_of(params))
    if chat.private and not chat.started:
        raise bad_request("chat not found")
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    accepted = dict.fromkeys((*gifts, "gifts_from_channels"), False)
    return chat.wire | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": accepted,
    }


def get_chat_member(account: Account, params: Params) -> Obj:
    chat = account.find_chat(chat_id_of(params))
    user_id = params.integer("user_id")
    if user_id == account.id:
        status = ("kicked" if chat.private else "left") if chat.blocked else "member"
        return account.membership(status)
    person = account.world.crowd.by_id.get(user_id)
    if person is None:
        raise bad_request("user not found")
    belongs = user_id == chat.id if chat.private else user_id in chat.members
    return {"status": "member" if belongs else "left", "user": person.user()}


def leave_chat(account: Account, params: Params) -> bool:
    chat = account.find_chat(chat_id_of(params))
    if chat.private:
        raise bad_request("chat can't be left")
    chat.blocked = True
    account.world.touch()
    return True


def get_file(account: Account, params: Params) -> Obj:
    given = params.text("file_id")
    stored = account.shelf.by_id.get(re.sub(r"-[01]$", "", given))
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > MOST_DOWNLOAD:
        raise bad_request("file is too big")
    whole: dict[str, Any] = {
        "file_id": given,
        "file_unique_id": stored.unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }
    return whole
