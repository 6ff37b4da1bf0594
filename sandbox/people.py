"""Who lives in the sandbox: people, their Telegram ids and phones."""

from dataclasses import dataclass
from itertools import count

from sandbox.wire import Obj

_FIRST_SMALL = 7_000_001
_FIRST_LARGE = 5_000_000_001  #: Telegram ids outgrew 32 bits; half of ours do too


@dataclass
class Person:
    """A pretend Telegram user. `phone` is what "share my number" would send."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    phone: str | None = None

    def user(self) -> Obj:
        """Telegram's User."""
        return {"id": self.id, "is_bot": False, **self._names()} | (
            {"language_code": self.language_code} if self.language_code is not None else {}
        )

    def private_chat(self) -> Obj:
        """Telegram's Chat, whose id is the person's own."""
        return {"id": self.id, "type": "private", **self._names()}

    def _names(self) -> Obj:
        names: Obj = {"first_name": self.first_name}
        if self.last_name:
            names["last_name"] = self.last_name
        if self.username:
            names["username"] = self.username
        return names


class Crowd:
    """All people by id."""

    def __init__(self) -> None:
        self.by_id: dict[int, Person] = {}

    def add(self, person: Person) -> Person:
        self.by_id[person.id] = person
        return person

    def next_id(self) -> int:
        """Alternately a 32-bit id and one above 5,000,000,000, never one in use."""
        for turn in count(len(self.by_id)):
            base = _FIRST_LARGE if turn % 2 else _FIRST_SMALL
            candidate = base + turn // 2
            if candidate not in self.by_id:
                return candidate
        raise AssertionError  # count() does not end
