"""Methods with which a bot listens: getUpdates and the webhook's settings."""

import ipaddress
import re
from functools import partial
from urllib.parse import urlsplit

from sandbox.updates import BY_WEBHOOK, WEBHOOK_ACTIVE
from sandbox.webhook import Delivery
from sandbox.wire import Encoded, Obj, Params, Refused, bad_request
from sandbox.world import Account, Hook

_LONGEST_POLL = 50
_MOST_UPDATES = 100
_MOST_SECRET = 256
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_MOST_CONNECTIONS = 100


def _take_allowed(account: Account, params: Params) -> None:
    wanted = params.json("allowed_updates")
    if wanted is not None:
        if not isinstance(wanted, list):
            raise bad_request("can't parse allowed_updates: expected an Array of String")
        account.inbox.allowed = [str(kind) for kind in wanted] or None


async def get_updates(account: Account, params: Params) -> Encoded:
    if account.hook.url:
        raise Refused(409, WEBHOOK_ACTIVE)
    _take_allowed(account, params)
    limit = params.integer("limit", _MOST_UPDATES)
    updates = await account.inbox.poll(
        params.integer("offset"),
        limit if 1 <= limit <= _MOST_UPDATES else _MOST_UPDATES,
        min(max(params.integer("timeout"), 0), _LONGEST_POLL),
    )
    return Encoded(b"[" + b",".join(update.body for update in updates) + b"]")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def set_webhook(account: Account, params: Params) -> bool:
    """`url` must be on loopback (http will do); an empty one deletes the webhook."""
    url = params.text("url")
    secret = params.text("secret_token")
    if url and not is_loopback(urlsplit(url).hostname or ""):
        raise bad_request("bad webhook: the sandbox calls loopback addresses only")
    if len(secret) > _MOST_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _take_allowed(account, params)
    at_once = params.integer("max_connections", 40)
    account.hook = Hook(url, secret, min(max(at_once, 1), _MOST_CONNECTIONS))
    if params.flag("drop_pending_updates"):
        account.inbox.clear()
    if url:
        account.inbox.displace(BY_WEBHOOK)
    redirect(account)
    account.world.touch()
    return True


def redirect(account: Account) -> None:
    """Start, restart or stop pushing, as the hook says."""
    current = account.inbox.deliverer
    if isinstance(current, Delivery):
        current.stop()
    account.inbox.deliverer = None
    if account.hook.url:
        account.inbox.deliverer = Delivery(
            account.inbox,
            account.hook,
            account.world.errands,
            partial(account.world.obey, account),
        )
        account.inbox.deliverer.push_all()


def delete_webhook(account: Account, params: Params) -> bool:
    account.hook = Hook()
    if params.flag("drop_pending_updates"):
        account.inbox.clear()
    redirect(account)
    account.world.touch()
    return True


def get_webhook_info(account: Account, _params: Params) -> Obj:
    hook = account.hook
    info: Obj = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(account.inbox),
    }
    if hook.url:
        info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
    if hook.last_error:
        info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error}
    if account.inbox.allowed:
        info["allowed_updates"] = account.inbox.allowed
    return info
