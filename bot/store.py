"""The object store of sealed files: a folder, or anything that speaks S3. Never a byte in clear.

An object appears whole or not at all. With S3, credentials and endpoint come from the usual AWS_
variables; docs/files.md says what rule the bucket needs: what a killed process leaves of an
unfinished upload cannot be listed.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self
from uuid import UUID, uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

_S3: Final = "s3://"
_FILE: Final = "file://"
_ENDING: Final = ".age"
#: how obstore names what is not finished
_UNFINISHED: Final = f"*/*{_ENDING}#*"
_PAGE: Final = 1000
_FOLDER_PIECE: Final = 256 << 10
#: the least S3 takes as a part; two of them are in memory for each file
_S3_PIECE: Final = 5 << 20
_FOLDER_AT_ONCE, _S3_AT_ONCE = 20, 4
#: who asks for more of a store that is away has a longer breath of their own
_RETRIES, _RETRIED_FOR = 2, timedelta(seconds=30)


class StoreAway(Exception):
    """The store cannot take or give now: full, unreachable, refused. Try again later.

    The message is a class name; the disk's or the bucket's own log says more.
    """


@dataclass(frozen=True)
class Store:
    """Objects by name. `at_once`: writes that fit into memory together."""

    at_once: int
    _objects: ObjectStore
    _piece: int
    _folder: Path | None

    @classmethod
    def of(cls, where: str) -> Self:
        """A store at "s3://bucket/prefix", "file:///folder" or a folder, which is made.

        Raises StoreAway.
        """
        try:
            if where.startswith(_S3):
                s3 = S3Store.from_url(
                    where, retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRIED_FOR}
                )
                return cls(_S3_AT_ONCE, s3, _S3_PIECE, None)
            folder = Path(where.removeprefix(_FILE)).absolute()
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            objects = LocalStore(prefix=folder)
        except (BaseError, OSError, ValueError) as error:
            raise StoreAway(type(error).__name__) from None
        return cls(_FOLDER_AT_ONCE, objects, _FOLDER_PIECE, folder)

    async def put(self, name: UUID, pieces: AsyncIterable[bytes]) -> None:
        """Store what `pieces` yield; on the disk, not just on its way, when this returns.

        Raises StoreAway, or what `pieces` raise; then there is no object.
        """
        source = _Source(pieces)
        try:
            await obstore.put_async(
                self._objects,
                _key(name),
                source,
                use_multipart=True,
                chunk_size=self._piece,
                max_concurrency=1,
            )
            if self._folder is not None:
                await asyncio.to_thread(_settle, self._folder / _key(name))
        except (BaseError, OSError) as error:
            raise source.trouble or StoreAway(type(error).__name__) from None

    async def pieces(self, name: UUID) -> AsyncIterator[bytes]:
        """The object, piece by piece. Raises StoreAway; FileNotFoundError when there is none."""
        try:
            found = await obstore.get_async(self._objects, _key(name))
            async for piece in found.stream(min_chunk_size=_FOLDER_PIECE):
                yield bytes(piece)
        except FileNotFoundError:
            raise FileNotFoundError(str(name)) from None
        except (BaseError, OSError) as error:
            raise StoreAway(type(error).__name__) from None

    async def size(self, name: UUID) -> int | None:
        """Bytes of the object; None when there is none. Raises StoreAway."""
        try:
            found = await obstore.head_async(self._objects, _key(name))
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StoreAway(type(error).__name__) from None
        return int(found["size"])

    async def delete(self, names: Sequence[UUID]) -> None:
        """Afterwards they are not there. Raises StoreAway."""
        for name in names:
            try:
                await obstore.delete_async(self._objects, _key(name))
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise StoreAway(type(error).__name__) from None

    async def proved(self) -> int | None:
        """Write, read and delete an object, as files are; free bytes of a folder's disk.

        Raises StoreAway.
        """
        name, said = uuid4(), b"dodomu"

        async def pieces() -> AsyncIterator[bytes]:
            yield said

        await self.put(name, pieces())
        try:
            heard = b"".join([piece async for piece in self.pieces(name)])
        except FileNotFoundError:
            heard = b""
        await self.delete([name])
        if heard != said:
            raise StoreAway("OtherBytes")
        return None if self._folder is None else shutil.disk_usage(self._folder).free

    async def older_than(self, moment: datetime) -> AsyncIterator[tuple[UUID, ...]]:
        """Names of objects last written before `moment`, by the store's clock, in pages.

        Raises StoreAway.
        """
        listed = obstore.list(self._objects, chunk_size=_PAGE)
        try:
            async for page in listed:
                found = (_name(one["path"]) for one in page if one["last_modified"] < moment)
                yield tuple(name for name in found if name is not None)
        except (BaseError, OSError) as error:
            raise StoreAway(type(error).__name__) from None

    async def sweep_unfinished(self, moment: datetime) -> int:
        """Delete what writes that were killed before `moment` have left in a folder; how many."""
        if self._folder is None:
            return 0
        try:
            return await asyncio.to_thread(_swept, self._folder, moment)
        except OSError as error:
            raise StoreAway(type(error).__name__) from None


class _Source:
    """Remembers what went wrong with the pieces, so that it is not taken for the store's fault."""

    def __init__(self, pieces: AsyncIterable[bytes]) -> None:
        self.trouble: Exception | None = None
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._pieces:
                yield piece
        except Exception as error:
            self.trouble = error
            raise


#: unfinished work and unknown objects are left alone for so long
LEFT_ALONE: Final = timedelta(hours=24)


def _key(name: UUID) -> str:
    return f"{name.hex[:2]}/{name}{_ENDING}"


def _name(path: str) -> UUID | None:
    """The name of an object of ours; whatever else lies in the store is none of our business."""
    try:
        name = UUID(Path(path).name.removesuffix(_ENDING))
    except ValueError:
        return None
    return name if path.endswith(_key(name)) else None


def _settle(path: Path) -> None:
    """On the disk itself, file and names, before the database says that we have it."""
    for one in (path, path.parent, path.parent.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _swept(folder: Path, moment: datetime) -> int:
    old = [path for path in folder.glob(_UNFINISHED) if path.stat().st_mtime < moment.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
