"""What the bot shows before anybody writes, and the people of the demo."""

import pytest
from doorstep import sim

import sandbox
from bot import demo, profile
from bot.telegram import Api, TokenRefused


async def test_the_profile_is_set_in_every_language_and_in_none(api, tmp_path):
    assert await profile.introduce(api, tmp_path / "profile")
    named = {
        language: (await api.call("getMyName", {"language_code": language}))["name"]
        for language in ("", "uk", "ru", "en", "pl", "de")
    }
    assert {named.pop(language) for language in ("", "uk", "ru")} == {"Додому"}
    assert named == dict.fromkeys(("en", "pl", "de"), "Dodomu")
    asked = {"language_code": "en", "scope": {"type": "all_private_chats"}}
    menu = await api.call("getMyCommands", asked)
    assert [one["command"] for one in menu] == list(profile.COMMANDS)
    assert menu[1]["description"] == "Report a child"
    assert (await api.call("getMyDescription"))["description"].startswith("Тут родини")


async def test_it_is_set_once_until_it_changes(running, api, tmp_path):
    note = tmp_path / "deep" / "profile"
    assert await profile.introduce(api, note)
    before = len(running.world.calls.since(0)["calls"])
    assert not await profile.introduce(api, note)
    assert len(running.world.calls.since(0)["calls"]) == before
    note.write_text("another bot")
    assert await profile.introduce(api, note)


async def test_a_telegram_that_is_tired_is_asked_again_at_the_next_start(running, api, tmp_path):
    note = tmp_path / "profile"
    fault = {"method": "setMyDescription", "kind": "429", "retry_after": 5000}
    await sim(running.url, "faults", fault)
    assert not await profile.introduce(api, note)
    assert not note.exists()
    assert await profile.introduce(api, note)


async def test_a_token_nobody_knows_is_not_passed_over(running, tmp_path):
    async with Api(running.url, "99:unknown") as stranger:
        with pytest.raises(TokenRefused):
            await profile.introduce(stranger, tmp_path / "profile")


async def test_every_text_fits_telegrams_limits():
    most = {"name": 64, "description": 512, "short_description": 120}
    for _, params in profile.calls():
        for field, length in most.items():
            assert len(params.get(field, "")) <= length
        for command in params.get("commands", ()):
            assert 1 <= len(command["description"]) <= 256


async def test_the_demos_people_are_the_same_at_every_start(tmp_path):
    for _ in range(2):
        async with demo.opened(tmp_path, 0) as made:
            assert made.family_link.endswith(f"#family={demo.OLENA}")
            async with Api(made.url, sandbox.TOKENS["staff"]) as staff:
                await staff.call("sendMessage", {"chat_id": made.staff_chat, "text": "a"})
    assert demo.reset(tmp_path)
    assert not tmp_path.exists()
