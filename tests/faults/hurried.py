"""The bot with less patience for a silent Telegram, and a clock that a test may set wrong.

SILENCE: seconds after which a call without an answer counts as unknown. CLOCK: a file with the
seconds by which this host's clock is wrong, read whenever the bot asks for the time.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app
from bot.__main__ import main
from delivery.sender import Sender

assert Sender.__init__.__kwdefaults__ is not None
Sender.__init__.__kwdefaults__["read_timeout"] = float(os.environ.get("SILENCE", "30"))

if wrong := os.environ.get("CLOCK"):

    def _now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(Path(wrong).read_text()))

    app._now = _now

if __name__ == "__main__":
    import sys

    sys.argv = ["bot", "run"]
    main()
