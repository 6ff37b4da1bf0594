"""Trouble on order: the next calls of a method fail in the way a test asked for."""

from dataclasses import dataclass

from sandbox.wire import Obj

KINDS = frozenset({"429", "500", "502html", "timeout_before", "timeout_after", "reset"})


@dataclass
class Fault:
    """`times` calls of `method` ("*": any but getUpdates) of `bot` (None: any) fail by `kind`."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    bot: str | None = None

    def hits(self, bot: str, method: str) -> bool:
        if self.bot is not None and self.bot != bot:
            return False
        if self.method == "*":
            return method != "getUpdates"
        return self.method == method.lower()


class Faults:
    """Faults in the order they were ordered; each is used up before the next one."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def order(self, wanted: Obj) -> Fault:
        """Raises ValueError for a kind nobody knows, or a number that is none."""
        kind = str(wanted.get("kind", ""))
        if kind not in KINDS:
            raise ValueError(f"unknown kind of fault; known: {', '.join(sorted(KINDS))}")
        fault = Fault(
            str(wanted.get("method", "*")).lower(),
            kind,
            int(wanted.get("times", 1)),
            int(wanted.get("retry_after", 1)),
            wanted.get("bot"),
        )
        self.waiting.append(fault)
        return fault

    def take(self, bot: str, method: str) -> Fault | None:
        for fault in self.waiting:
            if fault.hits(bot, method):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
