"""Every answer of the sandbox is an answer Telegram could give: aiogram and PTB read it."""

import importlib
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiogram.methods import (
    AnswerCallbackQuery,
    Close,
    CopyMessage,
    DeleteMessage,
    DeleteMessages,
    DeleteMyCommands,
    DeleteWebhook,
    EditMessageReplyMarkup,
    EditMessageText,
    GetChat,
    GetChatMember,
    GetChatMenuButton,
    GetFile,
    GetMe,
    GetMyCommands,
    GetMyDescription,
    GetMyName,
    GetMyShortDescription,
    GetUpdates,
    GetWebhookInfo,
    LeaveChat,
    LogOut,
    SendChatAction,
    SendMessage,
    SetChatMenuButton,
    SetMyCommands,
    SetMyDescription,
    SetMyName,
    SetMyShortDescription,
    SetWebhook,
    TelegramMethod,
)
from aiogram.methods.base import Response
from pydantic import BaseModel
from telegram import InputMediaPhoto
from telegram.ext import ExtBot

import sandbox
from sandbox.files import KINDS

KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Так", "callback_data": "yes", "style": "success"}],
        [
            {"text": "Сайт", "url": "https://example.org"},
            {"text": "Код", "copy_text": {"text": "A1"}},
        ],
    ]
}


def _no_extras(value: Any, where: str = "") -> None:
    """Nothing aiogram does not know: a misspelt field would be one."""
    if isinstance(value, BaseModel):
        assert not value.model_extra, f"{where}: {value.model_extra}"
        for name in type(value).model_fields:
            _no_extras(getattr(value, name), f"{where}.{name}")
    elif isinstance(value, list):
        for one in value:
            _no_extras(one, where)


def _own_rules(value: Any) -> None:
    """What pydantic forgives: numbers as strings, dates in milliseconds."""
    if isinstance(value, list):
        for one in value:
            _own_rules(one)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in {"message_id", "update_id", "offset", "length", "file_size"}:
                assert type(inner) is int, name
            if name in {"date", "edit_date"} and inner:
                assert type(inner) is int
                assert abs(datetime.fromtimestamp(inner, UTC).year - datetime.now(UTC).year) <= 1
            if name in {"chat_instance", "file_id"}:
                assert type(inner) is str
            _own_rules(inner)


def check(method: type[TelegramMethod[Any]], body: bytes) -> Any:
    told = Response[method.__returning__].model_validate_json(body)
    assert told.ok, body
    assert told.result is not None
    _no_extras(told.result)
    _own_rules(orjson.loads(body)["result"])
    return told.result


async def _made(hand: Any) -> dict[str, Any]:
    """A chat with every kind of update pending."""
    user = await hand.started(
        last_name="К", username="olena", language_code="uk", phone="+380501112233"
    )
    sent = (
        await hand.api("sendMessage", {"chat_id": user, "text": "Так?", "reply_markup": KEYBOARD})
    )["result"]
    mine = await hand.sim(
        "family/say", {"user": user, "text": "Ні", "reply_to": sent["message_id"]}
    )
    await hand.sim(
        "family/say", {"user": user, "text": "/a https://x.org", "forward_from": "Тітка"}
    )
    await hand.sim("family/edit", {"user": user, "message_id": mine["message_id"], "text": "Так"})
    tapped = await hand.sim("family/tap", {"user": user, "label": "Так"})
    await hand.sim("family/contact", {"user": user, "phone": "+380", "contact_user": 0})
    await hand.sim("family/contact", {"user": user, "phone": "+380"})
    await hand.sim("family/location", {"user": user, "latitude": 50.4, "longitude": 30})
    await hand.sim("family/block", {"user": user})
    await hand.sim("family/unblock", {"user": user})
    group = (await hand.sim("groups", {"title": "Чергові", "members": [user]}))["id"]
    await hand.sim("family/say", {"user": user, "chat": group, "text": "усім"})
    return {
        "user": user,
        "sent": sent,
        "mine": mine,
        "tap": tapped["callback_query_id"],
        "group": group,
    }


async def test_every_kind_of_update_is_one_aiogram_knows(hand):
    made = await _made(hand)
    for kind in KINDS:
        form = {"user": str(made["user"]), "kind": kind, "caption": "ось", "album": "7"}
        data = importlib.import_module("aiohttp").FormData(form)
        data.add_field("file", b"bytes", filename="a.pdf", content_type="application/pdf")
        async with hand.client.post(f"{hand.url}/sim/family/file", data=data) as answer:
            assert answer.status == 200
    status, body = await hand.raw("getUpdates")
    assert status == 200
    updates = check(GetUpdates, body)
    assert {update.event_type for update in updates} == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }
    assert {update.message.content_type for update in updates if update.message} >= {
        "text",
        "contact",
        "location",
        "photo",
        "document",
        "voice",
        "video",
        "audio",
        "video_note",
        "animation",
    }


async def test_every_method_answers_what_its_type_promises(hand):
    made = await _made(hand)
    user, sent = made["user"], made["sent"]["message_id"]
    here = {"chat_id": user}
    calls: list[tuple[type[TelegramMethod[Any]], dict[str, Any]]] = [
        (GetMe, {}),
        (
            SendMessage,
            {
                **here,
                "text": "<b>так</b>",
                "parse_mode": "HTML",
                "protect_content": True,
                "link_preview_options": {"is_disabled": True},
                "reply_parameters": {"message_id": sent},
            },
        ),
        (EditMessageText, {**here, "message_id": sent, "text": "інше", "reply_markup": KEYBOARD}),
        (EditMessageReplyMarkup, {**here, "message_id": sent}),
        (AnswerCallbackQuery, {"callback_query_id": made["tap"], "text": "Добре"}),
        (CopyMessage, {**here, "from_chat_id": user, "message_id": sent}),
        (SendChatAction, {**here, "action": "typing"}),
        (DeleteMessage, {**here, "message_id": sent}),
        (DeleteMessages, {**here, "message_ids": [sent, 99999]}),
        (
            SetMyCommands,
            {"commands": [{"command": "start", "description": "Почати"}], "language_code": "uk"},
        ),
        (GetMyCommands, {"language_code": "uk"}),
        (DeleteMyCommands, {"language_code": "uk"}),
        (SetMyDescription, {"description": "Хто ми"}),
        (GetMyDescription, {}),
        (SetMyShortDescription, {"short_description": "Хто ми"}),
        (GetMyShortDescription, {}),
        (SetMyName, {"name": "Додому"}),
        (GetMyName, {}),
        (SetChatMenuButton, {"menu_button": {"type": "commands"}}),
        (GetChatMenuButton, {}),
        (GetChat, here),
        (GetChat, {"chat_id": made["group"]}),
        (GetChatMember, {**here, "user_id": user}),
        (GetChatMember, {"chat_id": made["group"], "user_id": 1000001}),
        (LeaveChat, {"chat_id": made["group"]}),
        (
            SetWebhook,
            {"url": "http://127.0.0.1:9/x", "secret_token": "s-1", "allowed_updates": ["message"]},
        ),
        (GetWebhookInfo, {}),
        (DeleteWebhook, {}),
        (LogOut, {}),
        (Close, {}),
    ]
    for method, body in calls:
        status, answer = await hand.raw(method.__api_method__, body)
        assert status == 200, (method, answer)
        check(method, answer)


async def test_a_photo_comes_in_sizes_and_its_file_can_be_fetched(hand):
    user = await hand.started()
    data = importlib.import_module("aiohttp").FormData({"user": str(user), "kind": "photo"})
    data.add_field("file", b"\xff\xd8jpeg", filename="a.jpg", content_type="image/jpeg")
    await hand.client.post(f"{hand.url}/sim/family/file", data=data)
    (update,) = await hand.updates()
    sizes = update["message"]["photo"]
    assert [size["width"] for size in sizes] == sorted(size["width"] for size in sizes)
    _, body = await hand.raw("getFile", {"file_id": sizes[-1]["file_id"]})
    path = check(GetFile, body).file_path
    async with hand.client.get(f"{hand.url}/file/bot{sandbox.TOKENS['family']}/{path}") as answer:
        assert await answer.read() == b"\xff\xd8jpeg"


async def test_a_file_above_twenty_mebibytes_cannot_be_fetched(hand):
    user = await hand.started()
    data = importlib.import_module("aiohttp").FormData(
        {"user": str(user), "pretend_size": str((20 << 20) + 1)}
    )
    data.add_field("file", b"x", filename="a.zip")
    await hand.client.post(f"{hand.url}/sim/family/file", data=data)
    (update,) = await hand.updates()
    told = await hand.api("getFile", {"file_id": update["message"]["document"]["file_id"]})
    assert told["description"] == "Bad Request: file is too big"


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBUserWarning")
async def test_python_telegram_bot_sends_and_reads_everything(hand):
    user = await hand.started()
    bot = ExtBot(
        sandbox.TOKENS["family"], base_url=f"{hand.url}/bot", base_file_url=f"{hand.url}/file/bot"
    )
    async with bot:
        sent = await bot.send_message(user, "<b>Так</b>", parse_mode="HTML", protect_content=True)
        assert sent.entities[0].type == "bold"
        assert abs((datetime.now(UTC) - sent.date).total_seconds()) < 60
        document = await bot.send_document(user, b"%PDF", filename="довідка.pdf", caption="ось")
        assert document.document.file_name == "довідка.pdf"
        assert bytes(await (await document.document.get_file()).download_as_bytearray()) == b"%PDF"
        photo = await bot.send_photo(user, b"\xff\xd8")
        assert (await bot.send_photo(user, photo.photo[-1].file_id)).photo
        album = await bot.send_media_group(user, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2")])
        assert album[0].media_group_id == album[1].media_group_id
        edited = await bot.edit_message_text("Ні", user, sent.message_id)
        assert edited.text == "Ні"
        assert edited.edit_date
        assert (
            (await bot.copy_message(user, user, edited.message_id)).message_id > edited.message_id
            if not edited.has_protected_content
            else True
        )
        assert await bot.delete_messages(user, [sent.message_id, photo.message_id])
        assert (await bot.get_chat(user)).first_name == "Олена"
        await hand.sim("family/say", {"user": user, "text": "так"})
        (update,) = await bot.get_updates()
        assert update.message.text == "так"
