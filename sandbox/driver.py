"""`/sim`: what people do in the sandbox, and what one may ask it. JSON in and out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from sandbox import deeds
from sandbox.inbound import is_loopback
from sandbox.people import Person
from sandbox.wanted import Impossible
from sandbox.wire import Obj
from sandbox.world import Account, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(value: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(value), status=status, content_type="application/json")


async def body_of(request: web.Request) -> Any:
    """The JSON body: an object or a list of objects. Raises `Impossible` when it is neither."""
    try:
        body = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError:
        raise Impossible("the body is not JSON") from None
    if not all(isinstance(one, dict) for one in (body if isinstance(body, list) else [body])):
        raise Impossible("an object, or a list of objects, is expected")
    return body


def one_of(body: Any) -> Obj:
    """The body where only one object makes sense."""
    if not isinstance(body, dict):
        raise Impossible("one object is expected")
    return body


@dataclass(frozen=True)
class Driver:
    """Handlers of the driver interface."""

    world: World

    def account(self, request: web.Request) -> Account:
        name = request.match_info["bot"]
        account = self.world.bots.get(name)
        if account is None:
            known = ", ".join(self.world.bots)
            raise Impossible(f"no bot called {name}; there are: {known}")
        return account

    async def deed(self, request: web.Request) -> web.Response:
        """One deed, or a list of deeds done in order."""
        account = self.account(request)
        doing = deeds.DEEDS.get(request.match_info["deed"])
        if doing is None:
            raise Impossible(f"people cannot do that; they can: {', '.join(deeds.DEEDS)}, file")
        body = await body_of(request)
        if isinstance(body, list):
            return answer([doing(account, one) for one in body])
        return answer(doing(account, body))

    async def file(self, request: web.Request) -> web.Response:
        account = self.account(request)
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField):
            raise Impossible("a multipart form with a file in the field `file` is expected")
        given = {key: value for key, value in form.items() if isinstance(value, str)}
        content = upload.file.read()
        return answer(
            deeds.send_file(account, given, upload.filename, upload.content_type, content)
        )

    async def chat(self, request: web.Request) -> web.Response:
        account = self.account(request)
        chat = deeds.chat_of(account, request.match_info["user"])
        after = int(request.query.get("after", "0"))
        return answer(chat.as_seen(self.world.now(), after) | {"bot": bot_of(account)})

    async def add_users(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        if isinstance(body, list):
            return answer([{"id": deeds.add_person(self.world, one).id} for one in body])
        return answer({"id": deeds.add_person(self.world, body).id})

    async def users(self, _request: web.Request) -> web.Response:
        return answer({"users": [self._listed(p) for p in self.world.crowd.by_id.values()]})

    def _listed(self, person: Person) -> Obj:
        chats = {name: bot.chats.get(person.id) for name, bot in self.world.bots.items()}
        return {
            "id": person.id,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "username": person.username,
            "language_code": person.language_code,
            "phone": person.phone,
            "started": [name for name, chat in chats.items() if chat and chat.started],
        }

    async def groups(self, _request: web.Request) -> web.Response:
        found: dict[int, Obj] = {}
        for name, bot in self.world.bots.items():
            for chat in bot.chats.values():
                if not chat.private:
                    told = {"id": chat.id, "title": chat.wire["title"], "members": chat.members}
                    found.setdefault(chat.id, {**told, "bots": []})["bots"].append(name)
        return answer({"groups": list(found.values())})

    async def add_group(self, request: web.Request) -> web.Response:
        return answer(deeds.add_group(self.world, one_of(await body_of(request))))

    async def faults(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        wanted = body if isinstance(body, list) else [body]
        try:
            for one in wanted:
                self.world.faults.order(one)
        except ValueError as error:
            raise Impossible(str(error)) from None
        return answer({"waiting": len(self.world.faults.waiting)})

    async def drop_faults(self, _request: web.Request) -> web.Response:
        self.world.faults.waiting.clear()
        return answer({"waiting": 0})

    async def calls(self, request: web.Request) -> web.Response:
        return answer(self.world.calls.since(int(request.query.get("since", "0"))))

    async def clock(self, request: web.Request) -> web.Response:
        body = one_of(await body_of(request))
        try:
            self.world.shift += float(body.get("advance_seconds", 0))
        except (TypeError, ValueError):
            raise Impossible("`advance_seconds` is not a number") from None
        self.world.touch()
        return answer({"now": self.world.now()})

    async def state(self, _request: web.Request) -> web.Response:
        bots = {
            name: {
                "pending": len(bot.inbox),
                "webhook": bot.hook.url,
                "chats": len(bot.chats),
                "next_update_id": bot.inbox.next_id,
            }
            for name, bot in self.world.bots.items()
        }
        return answer(
            {"now": self.world.now(), "users": len(self.world.crowd.by_id), "bots": bots}
        )


def bot_of(account: Account) -> Obj:
    return {
        "name": account.name,
        "id": account.id,
        "username": account.username,
        "first_name": account.profile.texts.get("name|") or account.first_name,
    }


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """400 with `{"error": ...}` for what cannot be done.

    403 for a Host that is no loopback name (DNS rebinding), and for pages of other sites.
    """
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        return answer({"error": "call the sandbox by a loopback name"}, 403)
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return answer({"error": "only the sandbox's own page may call from a browser"}, 403)
    try:
        return await handler(request)
    except Impossible as error:
        return answer({"error": str(error)}, 400)
