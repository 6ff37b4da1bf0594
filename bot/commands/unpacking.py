"""Reads a backup: its members one after the other, and whether it is whole, before any is used."""

import os
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

from pyrage.x25519 import Identity

from vault import backup as layout
from vault.backup import MANIFEST, BackupRefused, Manifest, Tally
from vault.unseal import Damaged
from vault.unstream import open_stream

_PIECE: Final = 1 << 18
_BEGINS: Final = b"age-encryption.org/v1"
_LARGEST_MANIFEST: Final = 1 << 30

CUT: Final = "it was cut off or changed; nothing of it may be used"
FOREIGN: Final = "it does not open with this key"


class Unpacking:
    """The members of a backup, in order. `digest` of the file: once all were read."""

    def __init__(self, tar: tarfile.TarFile, source: "_Hashing") -> None:
        self._tar, self._source = tar, source

    def members(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Names and contents; each content is to be read before the next member is asked for."""
        for one in self._tar:
            file = self._tar.extractfile(one) if one.isreg() else None
            if file is None:
                raise BackupRefused("it holds what no backup of ours holds")
            yield one.name, _pieces(file)

    @property
    def digest(self) -> str:
        return self._source.hex


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


@contextmanager
def unpacked(path: Path, identity: Identity) -> Iterator[Unpacking]:
    """Raises BackupRefused, at the latest when this context is left.

    A thread opens the seal into a pipe: nothing stands on the disk, and little in memory.
    """
    with _opened(path) as source:
        pouring = _Pouring(_Hashing(source), identity)
        thread = threading.Thread(target=pouring.run, daemon=True)
        thread.start()
        ending: BaseException | None = None
        try:
            with os.fdopen(pouring.out, "rb") as pipe:
                with tarfile.open(fileobj=pipe, mode="r|", bufsize=_PIECE) as tar:
                    yield Unpacking(tar, pouring.source)
                while pipe.read(_PIECE):
                    pass  # the seal is whole only at its end
        except (tarfile.TarError, EOFError) as error:
            ending = error
        finally:
            thread.join()
        if pouring.trouble is not None:
            raise BackupRefused(CUT if pouring.given else FOREIGN) from None
        if ending is not None:
            raise BackupRefused("it is no backup of this program") from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise BackupRefused(os.strerror(error.errno or 0)) from None
    with source:
        if not source.read(len(_BEGINS)).startswith(_BEGINS):
            raise BackupRefused("it is no age file, so it is no backup")
        source.seek(0)
        yield source


class _Hashing:
    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = sha256()

    def read(self, most: int) -> bytes:
        piece = self._source.read(most)
        self._digest.update(piece)
        return piece

    @property
    def hex(self) -> str:
        return self._digest.hexdigest()


class _Pouring:
    """Opens the seal into a pipe, in a thread."""

    def __init__(self, source: _Hashing, identity: Identity) -> None:
        self.source, self._identity = source, identity
        self.out, self._into = os.pipe()
        self.given = 0
        self.trouble: Exception | None = None

    def run(self) -> None:
        with suppress(BrokenPipeError), os.fdopen(self._into, "wb") as sink:

            def give(piece: bytes) -> None:
                self.given += len(piece)
                sink.write(piece)

            try:
                open_stream(self._identity, self.source, give)
            except BrokenPipeError:
                pass  # who reads has seen enough
            except (Damaged, OSError) as error:
                self.trouble = error


def checked(path: Path, identity: Identity) -> tuple[Manifest, str]:
    """What the backup says it holds, once every byte of it was held against that; its SHA-256.

    Raises BackupRefused.
    """
    hashes: dict[str, str] = {}
    dump, said = Tally(), b""
    with unpacked(path, identity) as unpacking:
        for name, pieces in unpacking.members():
            if said:
                raise BackupRefused(CUT)
            hashes[name], kept = _read(name, pieces, dump)
            said = kept if name == MANIFEST else b""
    manifest = Manifest.from_bytes(said) if said else None
    if manifest is None or not _right(manifest, dump, hashes):
        raise BackupRefused(CUT)
    return manifest, unpacking.digest


def _read(name: str, pieces: Iterator[bytes], dump: Tally) -> tuple[str, bytes]:
    """The SHA-256 of a member, and what it says, if it is the manifest."""
    tally, said = Tally(), bytearray()
    for piece in pieces:
        tally.see(piece)
        if name.startswith(layout.DATABASE):
            dump.see(piece)
        if name == MANIFEST:
            said += piece
            if len(said) > _LARGEST_MANIFEST:
                raise BackupRefused("its manifest cannot be read")
    return tally.hex, bytes(said)


def _right(manifest: Manifest, dump: Tally, hashes: Mapping[str, str]) -> bool:
    right = (dump.size, dump.hex) == (manifest.database_size, manifest.database_sha256)
    for one in manifest.objects:
        right = right and hashes.get(layout.object_path(one.name)) == one.sha256
    return right
