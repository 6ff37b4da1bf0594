"""Reading back where a person is inside a question. A stored `sub` is never trusted."""

from collections.abc import Sequence

from flows.answers import Json, Sub


def number_in(sub: Sub, name: str, count: int) -> int:
    """The whole number `sub[name]` if it is in 0..count-1, else 0."""
    stored = sub.get(name)
    if isinstance(stored, int) and not isinstance(stored, bool) and 0 <= stored < count:
        return stored
    return 0


def text_in(sub: Sub, name: str) -> str:
    """The text `sub[name]`, "" when it is missing or something else."""
    stored = sub.get(name)
    return stored if isinstance(stored, str) else ""


def words_in(sub: Sub, name: str, among: Sequence[str]) -> tuple[str, ...]:
    """Those of `among` that the list `sub[name]` holds, in the order of `among`."""
    stored = sub.get(name)
    return tuple(key for key in among if key in stored) if isinstance(stored, list) else ()


def flags_in(sub: Sub, name: str = "flags") -> tuple[str, ...]:
    """The texts in the list `sub[name]`."""
    stored = sub.get(name)
    held = stored if isinstance(stored, list) else []
    return tuple(flag for flag in held if isinstance(flag, str))


def record_in(holder: Sub, name: str) -> dict[str, Json]:
    """The object `holder[name]`, {} when it is missing or something else."""
    stored = holder.get(name)
    return dict(stored) if isinstance(stored, dict) else {}
