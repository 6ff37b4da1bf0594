"""The log: one line of JSON for each event, from an allow-list, never a text somebody wrote.

Whatever is not allowed is left out: messages of other people's libraries, texts of exceptions,
values of unknown fields. An exception is its class and the lines of code it came through.
"""

import asyncio
import logging
import re
import resource
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from typing_extensions import override

OURS: Final = (
    "bot",
    "cases",
    "delivery",
    "desk",
    "handlers",
    "vault",
    "sandbox",
    "locales",
    "migrations",
)

# fmt: off
NUMBERS: Final = frozenset({
    "age", "attempts", "bot_id", "claimed", "count", "floods", "id", "lane", "line", "message_id",
    "port", "recovered", "row", "rows", "seconds", "size", "status", "step", "update_id",
    "version", "waiting",
})
CODES: Final = frozenset({
    "action", "at", "bot", "chat_ref", "code", "digest", "done", "error", "flow", "kind", "level",
    "locale", "method", "object", "reason", "result", "revision", "state", "subject", "table",
    "tag", "task", "verdict", "why", "worker",
})
# fmt: on
"""Fields with a short code of ours: class names, states, pseudonyms. A value that is longer, or
holds a space or a letter that is not Latin, or may be a telephone number, is left out."""

_CODE = re.compile(r"[A-Za-z0-9_.:/|#+-]{1,64}")
_PHONE = re.compile(r"\+?\d[\d-]{5,}\d")
_TOKEN = re.compile(r"(?:bot)?\d{5,}:[\w-]{3,}")
_PERSONAL = re.compile(r"[^\x20-\x7e]|\d[\d ()-]{5,}\d|.{200}")  # other alphabets, phones, floods
_SAFE_WORD = re.compile(r"family|staff|[A-Z]\w{0,40}(?:Error|Exception)")
_HIDDEN: Final = "<left out>"
_CAPPED: Final = (
    "aiogram", "aiohttp", "alembic", "asyncpg", "httpcore", "httpx", "litestar", "telegram",
    "uvicorn",
)  # fmt: skip
_ROOT: Final = Path(__file__).parent.parent
_STANDARD = frozenset(vars(logging.makeLogRecord({})))

Event = MutableMapping[str, Any]


def set_up(form: Literal["auto", "json", "plain"] = "auto", level: int = logging.INFO) -> None:
    """Once per process, before anything else. "auto" is plain text on a terminal, else JSON."""
    plain = form == "plain" or (form == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[_from_structlog, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(plain=plain))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CAPPED:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # It would print a whole update of a kind it does not know.
    warnings.filterwarnings("ignore", module=r"aiogram\.dispatcher")
    logging.raiseExceptions = False  # it would print the arguments of a mistaken call
    sys.excepthook = _last_words
    threading.excepthook = _last_of_thread
    sys.unraisablehook = _unraisable
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """What falls through to the event loop is logged by class as well."""
    loop.set_exception_handler(_fallen_through)


def allowed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that may be logged, values that may not replaced by a mark."""
    return {key: _allowed(key, value) for key, value in fields.items() if key in NUMBERS | CODES}


def _allowed(key: str, value: object) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if key in CODES:
        if isinstance(value, type):
            return value.__name__
        if isinstance(value, bytes):
            return value.hex()[:64]
        text = str(value)
        if _CODE.fullmatch(text) and not (_TOKEN.search(text) or _PHONE.fullmatch(text)):
            return text
    return _HIDDEN


def frames(error: BaseException) -> Iterator[str]:
    """Where it came through, innermost last, as file:line. Never a value."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        inside = path.is_relative_to(_ROOT) and ".venv" not in path.parts
        yield f"{path.relative_to(_ROOT) if inside else path.name}:{line}"


def _from_structlog(_logger: object, _method: str, event: Event) -> Event:
    """Fields travel as the `extra` of a record; `render_to_log_kwargs` puts them there."""
    return {key: value for key, value in event.items() if key not in _STANDARD - {"exc_info"}}


class _Formatter(logging.Formatter):
    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self._render: Any = (
            structlog.dev.ConsoleRenderer(colors=False)
            if plain
            else structlog.processors.JSONRenderer(ensure_ascii=False)
        )

    @override
    def format(self, record: logging.LogRecord) -> str:
        line = told(record)
        return str(self._render(None, "", line))


def told(record: logging.LogRecord) -> dict[str, Any]:
    """What may be said of a record: the line of the log, as fields."""
    line: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(
            timespec="milliseconds"
        ),
        "level": record.levelname.lower(),
        "logger": record.name if _CODE.fullmatch(record.name) else _HIDDEN,
        "event": _wording(record),
    }
    given = {k: v for k, v in vars(record).items() if k not in _STANDARD}
    line |= {key: value for key, value in allowed(given).items() if key not in line}
    if record.exc_info and record.exc_info[1] is not None:
        line |= described(record.exc_info[1])
    return line


def described(error: BaseException) -> dict[str, Any]:
    """An exception without its words."""
    return {"error": type(error).__name__, "through": list(frames(error))[-6:]}


def _wording(record: logging.LogRecord) -> str:
    """The constant part of our own messages, with numbers filled in; other people's not at all."""
    if record.name.partition(".")[0] not in OURS or not isinstance(record.msg, str):
        return f"{Path(record.pathname).name}:{record.lineno}"
    message = record.msg
    if _PERSONAL.search(message):
        return _HIDDEN
    if isinstance(record.args, tuple) and record.args:
        try:
            message %= tuple(_told(one) for one in record.args)
        except (TypeError, ValueError):
            message = record.msg
    return _TOKEN.sub(_HIDDEN, message)


def _told(argument: object) -> object:
    if isinstance(argument, int | float):
        return argument
    safe = isinstance(argument, str) and _SAFE_WORD.fullmatch(argument)
    return argument if safe else _HIDDEN


def _last_words(
    kind: type[BaseException], error: BaseException, _trace: types.TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("the program failed", exc_info=error)


def _last_of_thread(told: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("a thread failed", exc_info=told.exc_value)


def _unraisable(told: "sys.UnraisableHookArgs") -> None:
    logging.getLogger(__name__).error("an error nobody could catch", exc_info=told.exc_value)


def _fallen_through(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    logging.getLogger(__name__).error(
        "an error reached the event loop", exc_info=error if error is not None else None
    )
