"""A socket between the bot and PostgreSQL that can be cut, as a cable can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

_NAME = ".s.PGSQL.5432"


@dataclass
class Proxy:
    """`behind` is the folder of the server's socket, `folder` that of this one."""

    behind: Path
    folder: Path
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/dodomu?host={quote(str(self.folder), safe='/')}"

    def cut(self) -> int:
        """Every connection ends in the middle of whatever it says; how many did."""
        for writer in list(self.open):
            writer.transport.abort()
        return len(self.open)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_unix_connection(self.behind / _NAME)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, back}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_poured(reader, back))
                group.create_task(_poured(there, writer))
        finally:
            self.open -= {writer, back}


async def _poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(1 << 16):
            writer.write(piece)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def proxied(behind: Path, folder: Path) -> AsyncIterator[Proxy]:
    folder.mkdir()
    made = Proxy(behind, folder)
    server = await asyncio.start_unix_server(made.take, folder / _NAME)
    try:
        yield made
    finally:
        made.cut()
        server.close()
