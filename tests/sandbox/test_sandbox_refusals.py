"""Refusals say what Telegram says."""

import pytest

TEXTS = [
    ({"text": ""}, "message text is empty"),
    ({"text": " \n "}, "message text is empty"),
    ({"text": "я" * 4097}, "message is too long"),
    ({"text": "🙂" * 2049}, "message is too long"),
    ({"text": "x" * 32769}, "text is too long"),
    (
        {"text": "<b>x", "parse_mode": "HTML"},
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    ),
    (
        {"text": "є<h1>x</h1>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "h1" at byte offset 2',
    ),
    (
        {"text": "<b>x</i>", "parse_mode": "HTML"},
        'can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    ),
    (
        {"text": "x</b>", "parse_mode": "HTML"},
        "can't parse entities: Unexpected end tag at byte offset 1",
    ),
    (
        {"text": "<b", "parse_mode": "HTML"},
        "can't parse entities: Unclosed start tag at byte offset 0",
    ),
    ({"text": "x", "parse_mode": "Klingon"}, "unsupported parse_mode"),
    ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    (
        {
            "text": "x",
            "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "я" * 33}]]},
        },
        "BUTTON_DATA_INVALID",
    ),
    (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}},
        "BUTTON_DATA_INVALID",
    ),
    (
        {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        {
            "text": "x",
            "reply_markup": {
                "inline_keyboard": [[{"text": "a", "callback_data": "b", "style": "pink"}]]
            },
        },
        "can't parse inline keyboard button: invalid button style specified",
    ),
    ({"chat_id": "", "text": "x"}, "chat_id is empty"),
    ({"chat_id": 5, "text": "x"}, "chat not found"),
]


@pytest.mark.parametrize(("body", "reason"), TEXTS)
async def test_send_message_refuses_in_telegrams_words(hand, body, reason):
    user = await hand.started()
    told = await hand.api("sendMessage", {"chat_id": user, **body})
    assert told == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}


async def test_length_counts_after_the_tags_are_gone(hand):
    user = await hand.started()
    told = await hand.api(
        "sendMessage", {"chat_id": user, "text": f"<b>{'я' * 4096}</b>", "parse_mode": "HTML"}
    )
    assert len(told["result"]["text"]) == 4096


async def test_entities_count_in_utf16_and_nest_outer_first(hand):
    user = await hand.started()
    text = '🙂<b>a<i>б</i></b> <a href="https://x.org/?a=1&amp;b=2">тут</a> <blockquote expandable>q</blockquote>'
    told = await hand.api("sendMessage", {"chat_id": user, "text": text, "parse_mode": "html"})
    assert told["result"]["text"] == "🙂aб тут q"
    assert told["result"]["entities"] == [
        {"type": "bold", "offset": 2, "length": 2},
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "text_link", "offset": 5, "length": 3, "url": "https://x.org/?a=1&b=2"},
        {"type": "expandable_blockquote", "offset": 9, "length": 1},
    ]


async def test_a_bot_cannot_write_first_nor_to_one_who_blocked_it(hand):
    user = await hand.person()
    told = await hand.api("sendMessage", {"chat_id": user, "text": "x"})
    assert (told["error_code"], told["description"]) == (
        403,
        "Forbidden: bot can't initiate conversation with a user",
    )
    await hand.sim("family/say", {"user": user, "text": "hi"})
    await hand.sim("family/block", {"user": user})
    told = await hand.api("sendMessage", {"chat_id": user, "text": "x"})
    assert told["description"] == "Forbidden: bot was blocked by the user"
    await hand.sim("family/unblock", {"user": user})
    assert (await hand.api("sendMessage", {"chat_id": user, "text": "x"}))["ok"]
    changes = [
        (
            one["my_chat_member"]["old_chat_member"]["status"],
            one["my_chat_member"]["new_chat_member"]["status"],
        )
        for one in await hand.updates()
        if "my_chat_member" in one
    ]
    assert changes == [("member", "kicked"), ("kicked", "member")]


async def test_an_edit_that_changes_nothing_is_refused(hand):
    user = await hand.started()
    body = {
        "chat_id": user,
        "text": "x",
        "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    }
    body["message_id"] = (await hand.api("sendMessage", body))["result"]["message_id"]
    assert (await hand.api("editMessageText", body))["description"].startswith(
        "Bad Request: message is not modified: "
    )
    del body["reply_markup"]
    assert "reply_markup" not in (await hand.api("editMessageText", body))["result"]
    chat = await hand.look(f"family/chat/{user}")
    assert chat["messages"][-1]["edited"] is True


async def test_a_tap_can_be_answered_once_and_for_150_seconds(hand):
    user = await hand.started()
    keyboard = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    await hand.api("sendMessage", {"chat_id": user, "text": "x", "reply_markup": keyboard})
    old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    first = (await hand.sim("family/tap", {"user": user, "label": "a"}))["callback_query_id"]
    assert (await hand.api("answerCallbackQuery", {"callback_query_id": first, "text": "ok"}))[
        "ok"
    ]
    assert (await hand.api("answerCallbackQuery", {"callback_query_id": first}))[
        "description"
    ] == old
    second = (await hand.sim("family/tap", {"user": user, "label": "a"}))["callback_query_id"]
    await hand.sim("clock", {"advance_seconds": 151})
    assert (await hand.api("answerCallbackQuery", {"callback_query_id": second}))[
        "description"
    ] == old
    assert await hand.updates() == []
    assert (await hand.look(f"family/chat/{user}"))["notices"] == [{"text": "ok", "alert": False}]


async def test_own_messages_can_be_deleted_for_48_hours(hand):
    user = await hand.started()
    ids = [
        (await hand.api("sendMessage", {"chat_id": user, "text": "x"}))["result"]["message_id"]
        for _ in range(2)
    ]
    assert (await hand.api("deleteMessage", {"chat_id": user, "message_id": ids[0]}))["ok"]
    again = await hand.api("deleteMessage", {"chat_id": user, "message_id": ids[0]})
    assert again["description"] == "Bad Request: message to delete not found"
    await hand.sim("clock", {"advance_seconds": 48 * 3600 + 1})
    late = await hand.api("deleteMessage", {"chat_id": user, "message_id": ids[1]})
    assert late["description"] == "Bad Request: message can't be deleted"
    seen = {one["message_id"]: one for one in (await hand.look(f"family/chat/{user}"))["messages"]}
    assert (seen[ids[0]]["deleted"], seen[ids[0]]["text"]) == (True, "")
    assert seen[ids[1]]["deleted"] is False


async def test_unknown_methods_and_tokens_are_told_apart(hand):
    assert (await hand.api("sendRocket"))["description"] == "Not Found: method not found"
    async with hand.client.get(f"{hand.url}/bot1:zzz/getMe") as answer:
        assert answer.status == 401
    assert (await hand.api("GETME"))["ok"]


async def test_it_calls_and_listens_on_loopback_only(hand):
    import sandbox

    told = await hand.api("setWebhook", {"url": "https://example.org/hook"})
    assert told["error_code"] == 400
    with pytest.raises(ValueError):
        await sandbox.start("0.0.0.0")
    async with hand.client.get(
        f"{hand.url}/sim/users", headers={"Host": "evil.example"}
    ) as answer:
        assert answer.status == 403
    async with hand.client.post(
        f"{hand.url}/sim/users", headers={"Sec-Fetch-Site": "cross-site"}
    ) as answer:
        assert answer.status == 403
