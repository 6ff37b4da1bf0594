"""The escrow drill: any two of three holders recover the key and open cases; one cannot.

By default over a few cases; `DRILL=1000` is the whole of it.
"""

import json
import os
import shutil
import subprocess
from itertools import combinations, product
from uuid import uuid4

import pyrage
import pytest
from pyrage.x25519 import Identity
from vault_ring import Ring

from vault import escrow, identity
from vault.escrow import EscrowRefused, Holder
from vault.seal import Head, new_case_key, seal
from vault.unseal import open_case_key, open_object

CASES = int(os.environ.get("DRILL", "25"))
PAIRS = list(combinations((0, 1, 2), 2))


@pytest.fixture(scope="module")
def holders(ring: Ring) -> tuple[Holder, ...]:
    return escrow.split(ring.escrow)


@pytest.fixture(scope="module")
def drill(ring: Ring) -> list:
    """Sealed cases: their key, an object of theirs, where it stands, and what it says."""
    made = []
    for number in range(CASES):
        head = Head(uuid4(), uuid4(), 1, "report", 1)
        key = new_case_key(head.case, ring.recipients)
        made.append((key.sealed, seal(key.recipient, head, {"n": number}), head, {"n": number}))
    return made


def refusal(one: str, other: str) -> str:
    with pytest.raises(EscrowRefused) as refused:
        escrow.recover(one, other)
    assert str(refused.value) == escrow.REASONS[refused.value.reason]
    return refused.value.reason


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("turned", [False, True])
def test_any_two_holders_open_every_case(holders, drill, pair, turned):
    one, other = (holders[number].text for number in (reversed(pair) if turned else pair))
    found = escrow.recover(one, other)
    for sealed_key, sealed, head, said in drill:
        assert open_object(open_case_key(found, sealed_key, head.case), sealed, head) == said


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_holder_opens_nothing(holders, drill, number):
    text = holders[number].text
    own = identity.read(text)
    shares = [share_of(text, pair) for pair in own_pairs(number + 1)]
    assert refusal(text, text) == "same"
    layers = [*shares, *peeled(own.identity, shares)]
    # The lower number of a pair takes off the outer layer, and stands before the inner one.
    assert len(layers) == len(shares) + (0, 1, 2)[2 - number]
    for sealed in [*layers, *(sealed_key for sealed_key, *_ in drill)]:
        assert not any(b"AGE-SECRET-KEY" in plain for plain in peeled(own.identity, [sealed]))


def share_of(text: str, pair: tuple[int, int]) -> bytes:
    """A share as the manual takes it out of a holder's file, with the shell alone."""
    order = f"sed -n 's/^# share {pair[0]}-{pair[1]}: //p' | base64 -d"
    return subprocess.run(
        order, shell=True, input=text.encode(), capture_output=True, check=True
    ).stdout


def own_pairs(number: int) -> list[tuple[int, int]]:
    return [pair for pair in combinations((1, 2, 3), 2) if number in pair]


def peeled(own: Identity, sealed: list[bytes]) -> list[bytes]:
    opened = []
    for each in sealed:
        try:
            opened.append(bytes(pyrage.decrypt(each, [own])))
        except pyrage.DecryptError:
            continue
    return opened


def test_the_public_tools_way_is_the_same(holders, ring: Ring):
    """Twice `age -d`: with the key of the lower number first."""
    one, other = (identity.read(holders[number].text).identity for number in (0, 2))
    share = share_of(holders[2].text, (1, 3))
    text = pyrage.decrypt(pyrage.decrypt(share, [one]), [other]).decode()
    assert identity.read(text).recipient == str(ring.escrow.to_public())
    assert identity.read(text).kind == "escrow"


@pytest.mark.skipif(shutil.which("age") is None, reason="the public `age` tool is not on PATH")
def test_the_public_age_tool_recovers_the_key_without_our_code(holders, ring: Ring, tmp_path):
    for number in (0, 2):
        (tmp_path / f"{number + 1}.key").write_text(holders[number].text)
    order = (
        "sed -n 's/^# share 1-3: //p' 1.key | base64 -d | age -d -i 1.key | age -d -i 3.key"
        " > escrow.key"
    )
    subprocess.run(order, shell=True, cwd=tmp_path, check=True)
    recovered = identity.read((tmp_path / "escrow.key").read_text())
    assert recovered.recipient == str(ring.escrow.to_public())


def test_holders_of_different_escrow_keys_are_told_so(holders):
    strangers = escrow.split(Identity.generate())
    for one, other in product(holders, strangers):
        expected = "same" if one.number == other.number else "others"
        assert refusal(one.text, other.text) == expected


def test_holders_of_two_splittings_of_one_key_do_not_fit(holders, ring: Ring):
    again = escrow.split(ring.escrow)
    for one, other in product(holders, again):
        expected = "same" if one.number == other.number else "damaged"
        assert refusal(one.text, other.text) == expected


@pytest.mark.parametrize("pair", PAIRS)
def test_a_share_spoilt_in_one_file_is_taken_from_the_other(holders, ring: Ring, pair):
    one, other = (holders[number].text for number in pair)
    spoilt = spoil(one, pair)
    assert spoilt != one
    found = escrow.recover(spoilt, other)
    assert str(found) == str(ring.escrow)
    assert refusal(spoilt, spoil(other, pair)) == "damaged"


def spoil(text: str, pair: tuple[int, int]) -> str:
    name = f"# share {pair[0] + 1}-{pair[1] + 1}: "
    start = text.index(name) + len(name) + 200
    return text[:start] + ("A" if text[start] != "A" else "B") + text[start + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("# dodomu escrow holder key", "# dodomu escrow key"),
        lambda text: text.replace("# holder: 1", "# holder: 4"),
        lambda text: text.replace("# holder: 1", "# keeper: 1"),
        lambda text: text.replace("# escrow: age1", "# escrow of: age1"),
        lambda text: text.replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-2"),
    ],
)
def test_a_damaged_holders_file_is_refused(holders, change):
    assert refusal(change(holders[0].text), holders[1].text) == "holder"


def test_a_holder_under_anothers_number_is_refused(holders):
    assert refusal(holders[0].text.replace("# holder: 1", "# holder: 3"), holders[1].text) in {
        "damaged",
        "same",
    }


def test_no_secret_is_in_a_repr(holders):
    assert "AGE-SECRET" not in json.dumps([repr(each) for each in holders])
