"""How updates leave the stub: a bot polls for them, or they are pushed to its webhook.

As Telegram's own server does, the next update of a chat is pushed after the one before is taken.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from benchmarks.wire import Pusher, Reply
from bot.nursery import Nursery

_AGAIN: Final = 0.5
_MOST_CONNECTIONS: Final = 40
_MOST_UPDATES: Final = 100
_OK: Final = 200
_HEAD: Final = (
    "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    "X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: %d\r\n\r\n"
)


class Update(NamedTuple):
    """Its id, the chat it is of, and itself as JSON."""

    number: int
    chat: int
    body: bytes


@dataclass(eq=False, repr=False)
class _Hook:
    """Where a bot wants its updates, and the connections there."""

    host: str
    port: int
    head: bytes
    most: int
    idle: list[Pusher[Update]] = field(default_factory=list)
    all: set[Pusher[Update]] = field(default_factory=set)
    closed: bool = False


@dataclass(eq=False, repr=False)
class Door:
    """One bot's updates. `refused` counts pushes that were not answered with 200."""

    nursery: Nursery
    refused: int = 0
    _pending: deque[Update] = field(default_factory=deque)
    #: chats of which an update is on its way, and what waits behind it
    _behind: dict[int, deque[Update]] = field(default_factory=dict)
    _hook: _Hook | None = None
    _asked: tuple[dict[str, Any], Reply, asyncio.TimerHandle] | None = None

    def push(self, update: Update) -> None:
        self._pending.append(update)
        self._go()

    def forget(self) -> None:
        """As before any bot came."""
        self._pending.clear()
        self._behind.clear()
        if self._hook is not None:
            self._hook.closed = True
            for pusher in tuple(self._hook.all):
                pusher.close()
        self._hook = None
        self.refused = 0
        self._let_go()

    def poll(self, params: dict[str, Any], reply: Reply) -> None:
        """getUpdates: everything below the offset is confirmed and gone."""
        offset = int(params.get("offset") or 0)
        while self._pending and self._pending[0].number < offset:
            self._pending.popleft()
        self._let_go()
        wait = float(params.get("timeout") or 0)
        if self._pending or not wait:
            self._give(params, reply)
            return
        timer = asyncio.get_running_loop().call_later(wait, self._let_go)
        self._asked = (params, reply, timer)

    def _let_go(self) -> None:
        """A poll that waits is answered with what there is."""
        if self._asked is not None:
            params, reply, timer = self._asked
            self._asked = None
            timer.cancel()
            self._give(params, reply)

    def _give(self, params: dict[str, Any], reply: Reply) -> None:
        limit = int(params.get("limit") or _MOST_UPDATES)
        batch = [self._pending[n].body for n in range(min(limit, len(self._pending)))]
        reply(b'{"ok":true,"result":[' + b",".join(batch) + b"]}")

    def hook(self, params: dict[str, Any]) -> None:
        """setWebhook: from now on updates are pushed, over as many connections as it asks for."""
        url = urlsplit(params["url"])
        head = _HEAD.format(
            path=url.path or "/", host=url.netloc, secret=params.get("secret_token", "")
        )
        most = int(params.get("max_connections") or _MOST_CONNECTIONS)
        self._hook = _Hook(url.hostname or "", url.port or 80, head.encode(), most)
        for _ in range(most):
            self._connect(self._hook)

    def _connect(self, hook: _Hook) -> None:
        self.nursery.start("connecting", self._connecting(hook))

    async def _connecting(self, hook: _Hook) -> None:
        loop = asyncio.get_running_loop()
        while not hook.closed:
            try:
                _, pusher = await loop.create_connection(
                    lambda: Pusher(self._answered, self._gone), hook.host, hook.port
                )
            except OSError:
                await asyncio.sleep(_AGAIN)
                continue
            hook.all.add(pusher)
            self._rests(hook, pusher)
            return

    def _rests(self, hook: _Hook, pusher: Pusher[Update]) -> None:
        hook.idle.append(pusher)
        self._go()

    def _answered(self, pusher: Pusher[Update], status: int, update: Update | None) -> None:
        hook = self._hook
        if hook is None or pusher not in hook.all or update is None:
            return  # nothing was asked: a server that shuts what it finds idle
        if status == _OK:
            self._taken(update)
        else:
            self.refused += 1
            asyncio.get_running_loop().call_later(_AGAIN, self._once_more, update)
        self._rests(hook, pusher)

    def _taken(self, update: Update) -> None:
        behind = self._behind.pop(update.chat, None)
        if behind:
            self._pending.appendleft(behind.popleft())
            self._pending.extend(behind)

    def _once_more(self, update: Update) -> None:
        self._pending.extend(self._behind.pop(update.chat, ()))
        self._pending.appendleft(update)
        self._go()

    def _gone(self, pusher: Pusher[Update]) -> None:
        hook = self._hook
        if hook is None or pusher not in hook.all:
            return
        hook.all.discard(pusher)
        if pusher in hook.idle:
            hook.idle.remove(pusher)
        if pusher.carries is not None:
            self.refused += 1
            self._once_more(pusher.carries)
        self._connect(hook)

    def _go(self) -> None:
        """As much as can leave now."""
        hook = self._hook
        if hook is None:
            self._let_go()
            return
        while hook.idle and self._pending:
            update = self._pending.popleft()
            behind = self._behind.get(update.chat)
            if behind is None:
                self._behind[update.chat] = deque()
                hook.idle.pop().send(hook.head, update.body, update)
            else:
                behind.append(update)
