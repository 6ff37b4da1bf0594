"""The doctor's look at Telegram: tokens, webhooks, the staff chat, and Telegram's clock."""

import time
from typing import Any, Final

from bot.commands.doctor_database import MOST_SKEW
from bot.commands.finding import Finding
from bot.house import FAMILY, STAFF
from bot.settings import Settings
from bot.telegram import Api, Away, Refused, TokenRefused

_MANY: Final = 2_000
_LATELY_SECONDS: Final = 3600
_THERE: Final = ("creator", "administrator", "member", "restricted")


async def telegram(settings: Settings) -> list[Finding]:
    """Nothing where there is no token: the sandbox takes its place, or it is the desk's host."""
    if settings.in_sandbox:
        said = "no token: the sandbox takes its place"
        if settings.desk_key is not None:
            said = "no token, and the desk's host needs none"
        return [Finding("telegram", good=True, said=said)]
    tokens = {FAMILY: settings.telegram_bot_token, STAFF: settings.telegram_staff_bot_token}
    found = []
    for name, token in tokens.items():
        if token is not None:
            found += await _bot(name, settings, token.get_secret_value())
    return found


async def _bot(name: str, settings: Settings, token: str) -> list[Finding]:
    subject = f"{name} bot"
    try:
        async with Api(settings.telegram_api, token) as api:
            called = (await api.call("getMe")).get("username")
            hook = await api.call("getWebhookInfo")
            found = [_hooked(subject, settings, f"@{called}", hook)]
            if name == FAMILY:
                found += await _clock(api)
            elif settings.staff_chat is not None:
                found.append(await _chat(api, settings.staff_chat))
    except TokenRefused:
        said = "Telegram does not know the token; see docs/operations/token.md"
        return [Finding(subject, good=False, said=said)]
    except (Away, Refused) as error:
        return [Finding(subject, good=False, said=f"Telegram is not reached: {error}")]
    return found


def _hooked(subject: str, settings: Settings, called: str, hook: dict[str, Any]) -> Finding:
    pending = hook.get("pending_update_count", 0)
    said = f"{called}, {pending} updates wait"
    there, ours = hook.get("url") or "", settings.webhook_url
    trouble = ""
    if there and ours is None:
        trouble = "a webhook is set, though we poll; not by us? See docs/operations/token.md"
    elif ours is not None and there and not there.startswith(f"{ours}/"):
        trouble = "Telegram calls another address; not by us? See docs/operations/token.md"
    elif ours is not None and time.time() - (hook.get("last_error_date") or 0) < _LATELY_SECONDS:
        trouble = "Telegram had trouble with the webhook within the hour"
    elif pending > _MANY:
        trouble = "does anybody take them in?"
    return Finding(subject, good=not trouble, said=f"{said}; {trouble}" if trouble else said)


async def _clock(api: Api) -> list[Finding]:
    """By Telegram's answer, to the second; an API server of one's own may not say."""
    theirs = await api.moment()
    if theirs is None:
        return []
    skew = time.time() - theirs
    good = abs(skew) <= MOST_SKEW
    said = "agrees with Telegram's"
    if not good:
        said = f"{abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} Telegram's: repair NTP"
    return [Finding("clock and Telegram", good=good, said=said)]


async def _chat(api: Api, chat: int) -> Finding:
    try:
        await api.call("getChat", {"chat_id": chat})
        us = await api.call("getChatMember", {"chat_id": chat, "user_id": api.bot_id})
    except TokenRefused:
        raise
    except Refused:
        said = "the staff bot does not see it: add it to the group, and write something there"
        return Finding("staff chat", good=False, said=said)
    if us.get("status") not in _THERE:
        said = "the staff bot was removed from it: no bell rings there"
        return Finding("staff chat", good=False, said=said)
    return Finding("staff chat", good=True, said="the staff bot is in it")
