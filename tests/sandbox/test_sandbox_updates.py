"""How updates reach a bot: offsets, long polls, conflicts, webhooks, faults, restarts."""

import asyncio
import time

import aiohttp
import pytest
from aiohttp import web
from sandbox_hand import Hand, eventually

import sandbox


async def test_an_offset_forgets_what_is_below_it_and_nothing_else(hand):
    user = await hand.started()
    said = [
        (await hand.sim("family/say", {"user": user, "text": str(n)}))["update_id"]
        for n in range(4)
    ]
    assert [one["update_id"] for one in await hand.updates(limit=2)] == said[:2]
    assert [one["update_id"] for one in await hand.updates(said[1])] == said[1:]
    assert [one["update_id"] for one in await hand.updates(-1)] == said[3:]
    assert (await hand.look("state"))["bots"]["family"]["pending"] == 1


async def test_a_long_poll_wakes_when_somebody_writes(hand):
    user = await hand.started()
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(hand.updates(0, timeout=30))
        await asyncio.sleep(0.1)
        started = time.monotonic()
        await hand.sim("family/say", {"user": user, "text": "є хто?"})
    assert poll.result()[0]["message"]["text"] == "є хто?"
    assert time.monotonic() - started < 5


async def test_a_second_poll_ends_the_first_with_409(hand):
    user = await hand.started()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(hand.api("getUpdates", {"timeout": 30}))
        await asyncio.sleep(0.2)
        second = group.create_task(hand.api("getUpdates", {"timeout": 30}))
        await asyncio.sleep(0.2)
        await hand.sim("family/say", {"user": user, "text": "x"})
    assert first.result()["error_code"] == 409
    assert first.result()["description"].startswith(
        "Conflict: terminated by other getUpdates request"
    )
    assert len(second.result()["result"]) == 1


async def test_allowed_updates_apply_when_something_happens(hand):
    user = await hand.started()
    await hand.updates(allowed_updates=["callback_query"])
    assert (await hand.sim("family/say", {"user": user, "text": "x"}))["update_id"] is None
    await hand.updates(allowed_updates=[])
    said = await hand.sim("family/say", {"user": user, "text": "y"})
    assert [one["update_id"] for one in await hand.updates()] == [said["update_id"]]


async def test_messages_nobody_fetched_for_a_day_are_gone(hand):
    user = await hand.started()
    await hand.sim("family/say", {"user": user, "text": "x"})
    await hand.sim("clock", {"advance_seconds": 86_401})
    assert await hand.updates() == []


async def test_a_raw_update_is_handed_out_even_with_an_old_id(hand):
    user = await hand.started()
    said = await hand.sim("family/say", {"user": user, "text": "x"})
    await hand.sim("family/update", {"update": {"update_id": 5, "message": "nonsense"}})
    assert await hand.updates(said["update_id"] + 1) == [{"update_id": 5, "message": "nonsense"}]
    assert await hand.updates(said["update_id"] + 2) == []


class Hook:
    """A webhook that notes what came and fails as often as told."""

    def __init__(self):
        self.got, self.secrets, self.troubles, self.times = [], [], [], []

    async def take(self, request):
        self.times.append(time.monotonic())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.troubles:
            status, headers = self.troubles.pop(0)
            return web.Response(status=status, headers=headers)
        self.got.append(await request.json())
        return web.Response()


@pytest.fixture
async def hook():
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_a_webhook_gets_each_chat_in_order_and_with_its_secret(hand, hook):
    users = [await hand.started() for _ in range(3)]
    await hand.sim("family/say", {"user": users[0], "text": "before"})
    await hand.api("setWebhook", {"url": hook.url, "secret_token": "s-1"})
    for text in "abc":
        for user in users:
            await hand.sim("family/say", {"user": user, "text": text})

    async def complete():
        return len(hook.got) == 10

    await eventually(complete)
    assert set(hook.secrets) == {"s-1"}
    texts = [
        one["message"]["text"] for one in hook.got if one["message"]["chat"]["id"] == users[0]
    ]
    assert texts == ["before", "a", "b", "c"]
    assert (await hand.api("getWebhookInfo"))["result"]["pending_update_count"] == 0
    told = await hand.api("getUpdates")
    assert told["description"].startswith(
        "Conflict: can't use getUpdates method while webhook is active"
    )


async def test_a_failed_delivery_holds_up_its_own_chat_only(hand, hook):
    first, second = [await hand.started() for _ in range(2)]
    hook.troubles = [(503, {"Retry-After": "1"})]
    await hand.api("setWebhook", {"url": hook.url})
    for text in ("1", "2"):
        await hand.sim("family/say", {"user": first, "text": text})

    async def failed_once():
        return not hook.troubles

    await eventually(failed_once)
    await hand.sim("family/say", {"user": second, "text": "other"})

    async def complete():
        return len(hook.got) == 3

    await eventually(complete)
    assert [one["message"]["text"] for one in hook.got] == ["other", "1", "2"]
    assert hook.times[-1] - hook.times[0] >= 0.9
    info = (await hand.api("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


async def test_without_its_webhook_a_bot_finds_everything_by_polling(hand):
    user = await hand.started()
    await hand.api("setWebhook", {"url": "http://127.0.0.1:9/nobody"})
    said = await hand.sim("family/say", {"user": user, "text": "x"})
    await hand.api("deleteWebhook")
    assert [one["update_id"] for one in await hand.updates()] == [said["update_id"]]


async def test_faults_happen_as_often_as_ordered_and_leave_a_trace(hand):
    user = await hand.started()
    before = (await hand.look("calls"))["next"]
    await hand.sim(
        "faults",
        [
            {"method": "sendMessage", "kind": "429", "retry_after": 7, "times": 2},
            {"method": "*", "kind": "502html", "times": 1},
        ],
    )
    url = f"{hand.url}/bot{sandbox.TOKENS['family']}/sendMessage"
    for _ in range(2):
        async with hand.client.post(url, json={"chat_id": user, "text": "x"}) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
            told = await answer.json()
            assert told["parameters"] == {"retry_after": 7}
            assert told["description"] == "Too Many Requests: retry after 7"
    assert await hand.updates() == []  # "*" spares getUpdates
    status, body = await hand.raw("getMe")
    assert (status, body[:6]) == (502, b"<html>")
    assert (await hand.api("sendMessage", {"chat_id": user, "text": "x"}))["ok"]
    calls = (await hand.look(f"calls?since={before}"))["calls"]
    assert [(one["method"], one["ok"], one["error_code"]) for one in calls] == [
        ("sendMessage", False, 429),
        ("sendMessage", False, 429),
        ("getUpdates", True, None),
        ("getMe", False, 502),
        ("sendMessage", True, None),
    ]
    assert calls[-1]["chat_id"] == user
    assert all("text" not in one for one in calls)


@pytest.mark.parametrize(
    ("kind", "arrives"), [("timeout_after", 1), ("timeout_before", 0), ("reset", 0)]
)
async def test_a_lost_answer_may_or_may_not_have_sent_the_message(hand, kind, arrives):
    user = await hand.started()
    await hand.sim("faults", {"method": "sendMessage", "kind": kind})
    url = f"{hand.url}/bot{sandbox.TOKENS['family']}/sendMessage"
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await hand.client.post(
            url, json={"chat_id": user, "text": "x"}, timeout=aiohttp.ClientTimeout(0.3)
        )
    messages = (await hand.look(f"family/chat/{user}"))["messages"]
    assert sum(one["from"] == "bot" for one in messages) == arrives


async def test_a_group_made_again_is_the_same_group(hand):
    user = await hand.started()
    made = {"id": -1005, "title": "Чергові", "members": [user], "bots": ["staff"]}
    await hand.sim("groups", made)
    await hand.api("sendMessage", {"chat_id": -1005, "text": "a"}, bot="staff")
    await hand.sim("groups", {**made, "title": "Чергові прокурори"})
    assert (await hand.look("groups"))["groups"] == [{**made, "title": "Чергові прокурори"}]
    assert len((await hand.look("staff/chat/-1005"))["messages"]) == 1
    joined = (await hand.api("getUpdates", bot="staff"))["result"]
    assert ["my_chat_member" in one for one in joined] == [True]


async def test_a_group_without_a_number_never_takes_the_place_of_another(hand):
    user = await hand.started()
    made = {"title": "Чергові", "members": [user]}
    first = (await hand.sim("groups", made))["id"]
    await hand.sim("groups", {**made, "id": first - 1})
    assert (await hand.sim("groups", made))["id"] not in (first, first - 1)
    assert await hand.refused("groups", {**made, "id": user}) == "a group's id is below zero"
    assert await hand.refused("groups", {**made, "members": user}) == "`members` is not a list"
    assert await hand.refused("groups", {**made, "bots": [[]]}) == "no bot called []"


async def test_a_restart_forgets_nothing(tmp_path):
    file = tmp_path / "var" / "telegram.json"
    async with aiohttp.ClientSession() as client:
        running = await sandbox.start(state_file=file)
        hand = Hand(running.url, client)
        user = await hand.started(phone="+380501112233")
        await hand.api("sendMessage", {"chat_id": user, "text": "<b>x</b>", "parse_mode": "HTML"})
        data = aiohttp.FormData({"user": str(user)})
        data.add_field("file", b"\x00bytes", filename="a.pdf")
        await client.post(f"{hand.url}/sim/family/file", data=data)
        await hand.sim("clock", {"advance_seconds": 1000})
        chat = await hand.look(f"family/chat/{user}")
        pending = (await hand.look("state"))["bots"]

        async def saved():
            return file.exists()

        await eventually(saved)
        await running.stop()

        running = await sandbox.start(state_file=file)
        hand = Hand(running.url, client)
        assert await hand.look(f"family/chat/{user}") == chat
        assert (await hand.look("state"))["bots"] == pending
        (update,) = await hand.updates()
        told = await hand.api("getFile", {"file_id": update["message"]["document"]["file_id"]})
        path = told["result"]["file_path"]
        async with client.get(f"{hand.url}/file/bot{sandbox.TOKENS['family']}/{path}") as answer:
            assert await answer.read() == b"\x00bytes"
        assert (await hand.sim("family/say", {"user": user, "text": "y"}))["update_id"] > update[
            "update_id"
        ]
        await running.stop()
