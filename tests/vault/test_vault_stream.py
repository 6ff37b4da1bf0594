"""A stream is sealed piece by piece, opens byte for byte, and says what went wrong."""

import io
import os
import shutil
import subprocess
import tracemalloc
from hashlib import sha256
from itertools import repeat

import pytest
from pyrage.x25519 import Identity

from vault.stream import PIECE, Streamed, seal_stream
from vault.unseal import Damaged
from vault.unstream import open_stream

CASE = Identity.generate()
RECIPIENT = str(CASE.to_public())
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 5 * PIECE + 17)


def sealed(content: bytes, piece: int = PIECE) -> tuple[bytes, Streamed]:
    source, out = io.BytesIO(content), list[bytes]()
    through = seal_stream(RECIPIENT, lambda: source.read(piece), out.append)
    return b"".join(out), through


def opened(whole: bytes, identity: Identity = CASE) -> bytes:
    out: list[bytes] = []
    open_stream(identity, io.BytesIO(whole), out.append)
    return b"".join(out)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [1000, PIECE, 3 * PIECE])
def test_what_was_sealed_in_pieces_opens_byte_for_byte_with_both_hashes_right(size, piece):
    content = os.urandom(size)
    whole, through = sealed(content, piece)
    assert opened(whole) == content
    assert (through.size, through.sha256) == (size, sha256(content).digest())
    assert (through.sealed_size, through.sealed_sha256) == (len(whole), sha256(whole).digest())


def test_the_public_age_tool_gives_the_file_back(tmp_path):
    if shutil.which("age") is None:
        pytest.skip("the public age tool is not installed")
    content = os.urandom(3 * PIECE + 5)
    (tmp_path / "case.key").write_text(str(CASE))
    (tmp_path / "file.age").write_bytes(sealed(content)[0])
    order = ["age", "-d", "-i", tmp_path / "case.key", tmp_path / "file.age"]
    assert subprocess.run(order, capture_output=True, check=True).stdout == content


def test_two_hundred_megabytes_take_no_more_memory_than_two():
    def peak(pieces: int) -> int:
        source = iter(repeat(bytes(PIECE), pieces))
        tracemalloc.start()
        seal_stream(RECIPIENT, lambda: next(source, b""), lambda _piece: None)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(3200) < peak(32) + PIECE


class _Interrupted(Exception):
    pass


@pytest.mark.parametrize("after", [0, 1, 3])
def test_the_error_of_a_source_comes_out_as_it_is(after):
    source = iter(repeat(bytes(PIECE), after))

    def take() -> bytes:
        try:
            return next(source)
        except StopIteration:
            raise _Interrupted from None

    with pytest.raises(_Interrupted):
        seal_stream(RECIPIENT, take, lambda _piece: None)


@pytest.mark.parametrize("size", [0, 10, PIECE, 4 * PIECE])
def test_no_error_of_a_sink_is_lost_not_even_of_the_last_write(size):
    writes: list[bytes] = []
    source = io.BytesIO(bytes(size))
    seal_stream(RECIPIENT, lambda: source.read(PIECE), writes.append)
    for good in range(len(writes)):
        left = iter(range(good))

        def give(_piece: bytes) -> None:
            if next(left, None) is None:  # noqa: B023 - called before the next round
                raise _Interrupted

        again = io.BytesIO(bytes(size))
        with pytest.raises(_Interrupted):
            seal_stream(RECIPIENT, lambda: again.read(PIECE), give)  # noqa: B023 - as above


def test_a_stream_that_was_cut_or_changed_or_is_anothers_does_not_open():
    whole, _ = sealed(os.urandom(3 * PIECE))
    for cut in (0, 10, 200, 300, PIECE + 300, len(whole) - PIECE, len(whole) - 1):
        with pytest.raises(Damaged):
            opened(whole[:cut])
    for place in (0, 150, 230, 400, PIECE, 2 * PIECE, len(whole) - 1):
        with pytest.raises(Damaged):
            opened(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(Damaged):
        opened(whole, Identity.generate())


def test_an_error_while_writing_what_was_opened_is_not_called_damage():
    def give(_piece: bytes) -> None:
        raise _Interrupted

    with pytest.raises(_Interrupted):
        open_stream(CASE, io.BytesIO(sealed(b"x" * PIECE)[0]), give)
