"""How much of everything is measured: in the whole run, and in the quick one."""

from dataclasses import dataclass
from typing import Final

from benchmarks.subjects import OURS, SUBJECTS

#: the order is that of measuring: what others could disturb comes first
PARTS: Final = (
    "start", "speed", "calls", "memory", "stored", "backlog", "broadcast", "sealing", "duplicates",
    "pages",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """See `python -m benchmarks --help` for what each of them is."""

    rounds: int = 4
    beside: tuple[str, ...] = tuple(one.name for one in SUBJECTS)
    seconds: float = 8.0
    warm: float = 4.0
    rates: tuple[float, ...] = (30.0, 100.0)
    drafts: tuple[int, ...] = (1_000, 10_000, 100_000)
    stored: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    backlog: int = 100_000
    recipients: tuple[int, ...] = (1_000, 10_000, 100_000)
    cards: int = 20_000
    cases: int = 1_000_000
    sealing: int = 20 << 20
    parts: tuple[str, ...] = PARTS


WHOLE: Final = Plan()
QUICK: Final = Plan(
    rounds=1,
    beside=(OURS, "echo", "fsm-redis", "conversation"),
    seconds=3.0,
    warm=1.5,
    rates=(100.0,),
    drafts=(500,),
    stored=(1_000, 20_000),
    backlog=1_400,
    recipients=(300,),
    cards=3_000,
    cases=20_000,
)
