"""A mail server in a few lines: enough of SMTP to take a mail, or to refuse it as told."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """`refuse`: a command's first word, and what is answered to it instead, once each, in order."""

    port: int = 0
    offers: tuple[str, ...] = ("AUTH PLAIN",)
    accepts: tuple[str, str] | None = None
    refuse: list[tuple[str, str]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    calls: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.write(b"220 here\r\n")
        try:
            while line := await reader.readline():
                text = line.decode().rstrip()
                self.said.append(text)
                if not await self._answered(text, reader, writer):
                    break
        finally:
            writer.close()

    async def _answered(self, text: str, reader, writer) -> bool:
        word = text.split(" ", 1)[0].upper()
        answer = self._refusal(word) or self._taken(word, text)
        writer.write(f"{answer}\r\n".encode())
        if answer.startswith("354"):
            body = await reader.readuntil(b"\r\n.\r\n")
            self.mails.append(message_from_bytes(body[:-5], policy=policy.default))
            writer.write(b"250 taken\r\n")
        await writer.drain()
        return word != "QUIT"

    def _refusal(self, word: str) -> str | None:
        if self.refuse and self.refuse[0][0] == word:
            return self.refuse.pop(0)[1]
        return None

    def _taken(self, word: str, text: str) -> str:
        match word:
            case "EHLO":
                lines = ["mail.example.org", *self.offers]
                return "\r\n".join(
                    f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines
                )
            case "AUTH":
                user, password = self.accepts or ("", "")
                wanted = b64encode(f"\0{user}\0{password}".encode()).decode()
                return "235 in" if text.endswith(wanted) else "535 who are you?"
            case "DATA":
                return "354 go on"
            case "QUIT":
                return "221 bye"
            case _:
                return "250 ok"

    def bodies(self) -> list[str]:
        return [one.get_content() for one in self.mails]


@asynccontextmanager
async def mail_server(**how) -> AsyncIterator[MailServer]:
    made = MailServer(**how)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
