"""Bells by e-mail, over the office's own SMTP server."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final, Literal, TypeAlias

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from cases.outbox import Claimed
from delivery.errors import Done, Permanent, Retry
from delivery.methods import Params

Tls: TypeAlias = Literal["starttls", "tls", "none"]

_SECONDS: Final = 15.0
_WHOLE_SECONDS: Final = 45.0
"""For everything together: a row is ours for a minute."""
_FOR_GOOD: Final = 500
"""From here on SMTP's codes mean "never"; below, "not now"."""


@dataclass(frozen=True)
class Mail:
    """`tls`: "starttls" and "tls" check the server's certificate; "none" is for this computer."""

    host: str
    port: int
    tls: Tls
    sender: str = field(repr=False)
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    now: Callable[[], datetime]

    async def carry(self, row: Claimed, params: Params) -> Done | Retry | Permanent:
        """Parameters: "to", one address; "subject" and "text", plain."""
        message = EmailMessage()
        message["From"], message["To"] = self.sender, str(params["to"])
        message["Subject"] = str(params["subject"])
        message["Date"] = format_datetime(self.now())
        # The same each time it is tried: a mail that arrives twice is seen to be one.
        message["Message-ID"] = f"<bell-{row.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(str(params["text"]))
        try:
            async with asyncio.timeout(_WHOLE_SECONDS), self._server() as server:
                await server.send_message(message)
        except (SMTPException, OSError) as error:
            return judged(error)
        return Done()

    async def trouble(self) -> str | None:
        """Why no mail could be sent now; None when the server lets us in."""
        try:
            async with self._server():
                return None
        except (SMTPException, OSError) as error:
            return judged(error).reason

    def _server(self) -> SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=_SECONDS,
        )


def judged(error: Exception) -> Retry | Permanent:
    """In our own words: a server's may quote an address.

    Only what the server says of this very mail is for good. Where it does not let us in, a person
    must put something right, and until then it is tried again.
    """
    match error:
        case SMTPRecipientsRefused(recipients=refused):
            return _by_code(min((int(one.code) for one in refused), default=_FOR_GOOD))
        case SMTPDataError(code=code):
            return _by_code(int(code))
        case SMTPResponseException(code=code):
            return Retry(f"SMTP {int(code)}")
        case _:
            return Retry(type(error).__name__)


def _by_code(code: int) -> Retry | Permanent:
    return Permanent(f"SMTP {code}") if code >= _FOR_GOOD else Retry(f"SMTP {code}")
