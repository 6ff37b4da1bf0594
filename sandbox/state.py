"""The whole sandbox in one file: loaded at start, saved soon after every change, atomically.

Bytes of files lie beside it, in `<state file>.files/`, each written once.
"""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from sandbox.chat import Chat, Note
from sandbox.files import Stored
from sandbox.people import Person
from sandbox.updates import Update
from sandbox.wire import Obj
from sandbox.world import Account, Hook, Profile, Tap, World

_DEBOUNCE_SECONDS = 0.2
_CHAT_FIELDS = ("started", "blocked", "members", "keyboard", "keyboard_from")
_NOTE_FIELDS = ("wire", "by_bot", "html", "keyboard", "edited", "deleted", "silent")
_STORED_FIELDS = ("file_id", "unique_id", "kind", "name", "mime", "size", "path")
_OPTIONS = orjson.OPT_NON_STR_KEYS


def _picked(thing: object, names: tuple[str, ...]) -> Obj:
    return {name: getattr(thing, name) for name in names}


class Saver:
    """Keeps a World in a file. The folder is made if it is not there."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._folder = path.with_name(path.name + ".files")
        self._dirty = asyncio.Event()
        self._written: set[str] = set()
        world.changed = self._dirty.set

    def start(self) -> None:
        """From now on, save `_DEBOUNCE_SECONDS` after a change."""
        self._keeping = self._world.errands.run(self._keep())

    async def _keep(self) -> None:
        while True:
            await self._dirty.wait()
            await asyncio.sleep(_DEBOUNCE_SECONDS)
            self.save()

    def save(self) -> None:
        self._dirty.clear()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        world = self._world
        for account in world.bots.values():
            self._save_files(account)
        whole = {
            "shift": world.shift,
            "next_group": world.next_group,
            "people": [asdict(person) for person in world.crowd.by_id.values()],
            "bots": {name: _bot_out(account) for name, account in world.bots.items()},
        }
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_bytes(orjson.dumps(whole, option=_OPTIONS))
        draft.replace(self._path)

    def load(self) -> None:
        """Fill the world from the file, if there is one."""
        if not self._path.exists():
            return
        whole = orjson.loads(self._path.read_bytes())
        world = self._world
        world.shift = whole["shift"]
        world.next_group = whole["next_group"]
        for person in whole["people"]:
            world.crowd.add(Person(**person))
        for name, kept in whole["bots"].items():
            if name in world.bots:
                _bot_in(world.bots[name], kept)
                self._load_files(world.bots[name], kept["files"])

    def _save_files(self, account: Account) -> None:
        for stored in account.shelf.by_id.values():
            if stored.file_id not in self._written:
                self._folder.mkdir(parents=True, exist_ok=True)
                (self._folder / stored.file_id).write_bytes(stored.content)
                self._written.add(stored.file_id)

    def _load_files(self, account: Account, kept: list[Obj]) -> None:
        for fields in kept:
            content = (self._folder / fields["file_id"]).read_bytes()
            account.shelf.put(Stored(**fields, content=content))
            self._written.add(fields["file_id"])


def _bot_out(account: Account) -> Obj:
    inbox = account.inbox
    return {
        "next_message": account.next_message,
        "next_tap": account.next_tap,
        "hook": asdict(account.hook),
        "profile": asdict(account.profile),
        "taps": {tap_id: asdict(tap) for tap_id, tap in account.taps.items()},
        "chats": [_chat_out(chat) for chat in account.chats.values()],
        "files": [_picked(stored, _STORED_FIELDS) for stored in account.shelf.by_id.values()],
        "next_update": inbox.next_id,
        "allowed": inbox.allowed,
        "pending": [
            [update.update_id, update.queue, update.expires, update.body.decode(), update.forced]
            for update in inbox.pending
            if not update.done
        ],
    }


def _chat_out(chat: Chat) -> Obj:
    return _picked(chat, _CHAT_FIELDS) | {
        "wire": chat.wire,
        "notices": list(chat.notices),
        "notes": [_picked(note, _NOTE_FIELDS) for note in chat.notes.values()],
    }


def _bot_in(account: Account, kept: dict[str, Any]) -> None:
    account.next_message = kept["next_message"]
    account.next_tap = kept["next_tap"]
    account.hook = Hook(**kept["hook"])
    account.profile = Profile(**kept["profile"])
    account.taps = {tap_id: Tap(**tap) for tap_id, tap in kept["taps"].items()}
    for fields in kept["chats"]:
        chat = Chat(fields["wire"], **{name: fields[name] for name in _CHAT_FIELDS})
        chat.notices.extend(fields["notices"])
        for note in fields["notes"]:
            chat.notes[note["wire"]["message_id"]] = Note(**note)
        account.chats[chat.id] = chat
    account.inbox.next_id = kept["next_update"]
    account.inbox.allowed = kept["allowed"]
    for update_id, queue, expires, body, forced in kept["pending"]:
        account.inbox.put(Update(update_id, queue, expires, body.encode(), forced=forced))
