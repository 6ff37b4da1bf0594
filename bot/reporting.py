"""Errors told to a Sentry of one's own: class names and lines of code, as the log may say them.

Sentry's client is good at gathering what surrounds an error, which is what must not leave here. So
everything it gathers is off, and each event is made anew from what the log would say.
"""

import logging
from typing import Any, Final

import sentry_sdk
from sentry_sdk.types import Event, Hint
from typing_extensions import override

from bot.log import told

_FLUSH_SECONDS: Final = 2.0
_FIELDS: Final = frozenset({
    "attempts", "code", "flow", "kind", "lane", "level", "method", "reason", "result", "seconds",
    "state", "status", "step", "table", "task", "version", "why",
})  # fmt: skip
"""Fewer than the log has: no ids, no pseudonyms, nothing that tells one family from another."""


def begin(dsn: str, version: str) -> None:
    """From here on errors are told, in a thread of the client's own. Once per process."""
    sentry_sdk.init(
        dsn=dsn,
        release=f"dodomu@{version}",
        environment="production",
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[],
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        auto_session_tracking=False,
        send_client_reports=False,
        enable_tracing=False,
        propagate_traces=False,
        spotlight=False,
        debug=False,
        before_send=_bare,
    )
    handler = _Handler(logging.ERROR)
    logging.getLogger().addHandler(handler)


class _Handler(logging.Handler):
    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] not in ("sentry_sdk", "urllib3"):  # no end otherwise
            sentry_sdk.capture_event(_event(told(record)))

    @override
    def flush(self) -> None:
        """Logging asks for this when the process ends."""
        sentry_sdk.flush(timeout=_FLUSH_SECONDS)


def _event(line: dict[str, Any]) -> Event:
    """A line of the log in Sentry's words."""
    event: Event = {
        "level": "fatal" if line["level"] == "critical" else "error",
        "logger": line["logger"],
        "logentry": {"message": line["event"]},
        "extra": {key: line[key] for key in _FIELDS & line.keys() if key != "level"},
    }
    if "through" in line:
        frames = [_frame(place) for place in line["through"]]
        event["exception"] = {
            "values": [{"type": str(line.get("error")), "stacktrace": {"frames": frames}}]
        }
    return event


def _frame(place: str) -> dict[str, Any]:
    file, _, number = place.rpartition(":")
    return {"filename": file, "lineno": int(number), "in_app": "/" in file}


_KEPT: Final = (
    "event_id", "timestamp", "platform", "level", "logger", "logentry", "extra", "exception",
    "release", "environment",
)  # fmt: skip


def _bare(event: Event, _hint: Hint) -> Event:
    """What we have put in; whatever the client or its next version adds stays here."""
    return {key: event[key] for key in _KEPT if key in event}  # type: ignore[return-value]
