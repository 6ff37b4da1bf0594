"""Keyboards under messages and under the input: what Telegram accepts, and what it says if not."""

from typing import Any

from sandbox.wire import Obj, bad_request

_DATA_BYTES = 64
_MOST_BUTTONS = 100
_STYLES = frozenset({"danger", "success", "primary"})
_ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "login_url",
    "callback_game",
    "pay",
)
_LINKS = ("http://", "https://", "tg://", "mailto:", "tel:")


def checked(markup: Any) -> Obj | None:
    """`reply_markup` as it will be kept; None when there is none.

    Raises `Refused` (400) for what Telegram refuses.
    """
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], _inline_button)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        return {**markup, "keyboard": _rows(markup["keyboard"], _reply_button)}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    return None


def _rows(rows: Any, check: Any) -> list[list[Obj]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse keyboard: expected an Array of Arrays")
    kept = [[check(button) for button in row] for row in rows if row]
    if sum(map(len, kept)) > _MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return kept


def _labelled(button: Any, where: str) -> str:
    text = button.get("text") if isinstance(button, dict) else None
    if not isinstance(text, str):
        raise bad_request(f'can\'t parse {where}: Field "text" must be of type String')
    if not text.strip():
        raise bad_request(f"{where} text must be non-empty")
    style = button.get("style")
    if style is not None and style not in _STYLES:
        raise bad_request(f"can't parse {where}: invalid button style specified")
    return text


def _inline_button(button: Any) -> Obj:
    _labelled(button, "inline keyboard button")
    actions = [action for action in _ACTIONS if button.get(action) is not None]
    if not actions:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(actions) > 1:
        raise bad_request(
            "can't parse inline keyboard button: exactly one action must be specified"
        )
    if actions == ["callback_data"]:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= _DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if actions == ["url"] and not str(button["url"]).startswith(_LINKS):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )
    return {key: value for key, value in button.items() if value is not None}


def _reply_button(button: Any) -> Obj:
    if isinstance(button, str):
        return {"text": button}
    _labelled(button, "keyboard button")
    return {key: value for key, value in button.items() if value is not None}


def split(markup: Obj | None) -> tuple[Obj | None, Obj | None]:
    """(the inline keyboard, anything else): only the first is part of a Message."""
    if markup is None:
        return None, None
    return (markup, None) if "inline_keyboard" in markup else (None, markup)
