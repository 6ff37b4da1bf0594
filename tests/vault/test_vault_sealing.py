"""What is sealed opens for its readers only, in its place only, and unchanged only."""

import json
import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage.x25519 import Identity
from vault_ring import Ring

from vault import contents
from vault.recipients import GroupKey
from vault.seal import Head, NotCanonical, new_case_key, seal, seal_to_group
from vault.unseal import Damaged, Moved, open_any, open_case_key, open_group, open_object

CASE, OTHER = uuid4(), uuid4()
HEAD = Head(case=CASE, object=uuid4(), sequence=1, kind="report", schema=1)
SAID = {"asked": "Як її звати?", "name": "Софія", "map": [49.99, 36.23], "phone": None}
"""Question texts included, as a report has them."""


@pytest.fixture(scope="module")
def sealed(ring: Ring) -> tuple[Identity, bytes]:
    key = new_case_key(CASE, ring.recipients)
    return open_case_key(ring.triage, key.sealed, CASE), seal(key.recipient, HEAD, SAID)


@pytest.mark.parametrize("reader", ["triage", "escrow"])
def test_triage_and_escrow_each_open_a_report(ring: Ring, reader: str):
    key = new_case_key(CASE, ring.recipients)
    opened = open_case_key(getattr(ring, reader), key.sealed, CASE)
    assert str(opened.to_public()) == key.recipient
    assert open_object(opened, seal(key.recipient, HEAD, SAID), HEAD) == SAID


def test_every_key_in_use_opens_and_no_other_does(ring: Ring, now):
    spare, retired, future = (Identity.generate() for _ in range(3))
    day = timedelta(days=1)
    listed = (
        GroupKey("kyiv", 2, str(spare.to_public()), now),
        GroupKey("kyiv", 1, str(retired.to_public()), now - day, retired_at=now),
        GroupKey("kyiv", 3, str(future.to_public()), now + day),
    )
    several = replace(ring.recipients, triage=ring.recipients.triage + listed)
    key = new_case_key(CASE, several)
    for reader in (ring.triage, ring.escrow, spare):
        open_case_key(reader, key.sealed, CASE)
    for stranger in (retired, future, Identity.generate()):
        with pytest.raises(Damaged):
            open_case_key(stranger, key.sealed, CASE)
    tomorrow = new_case_key(CASE, several.at(now + day))
    open_case_key(future, tomorrow.sealed, CASE)


def test_each_case_has_a_key_of_its_own(ring: Ring):
    one, other = (new_case_key(case, ring.recipients) for case in (CASE, OTHER))
    assert one.recipient != other.recipient
    with pytest.raises(Damaged):
        open_any(open_case_key(ring.triage, other.sealed, OTHER), seal(one.recipient, HEAD, SAID))


def test_the_key_of_another_case_is_refused(ring: Ring):
    with pytest.raises(Moved) as moved:
        open_case_key(ring.triage, new_case_key(OTHER, ring.recipients).sealed, CASE)
    assert moved.value.fields == ("case",)


@pytest.mark.parametrize(
    ("field", "elsewhere"),
    [("case", OTHER), ("object", OTHER), ("sequence", 2), ("kind", "card"), ("schema", 2)],
)
def test_an_object_in_another_place_is_refused(sealed, field: str, elsewhere: object):
    case_identity, whole = sealed
    with pytest.raises(Moved) as moved:
        open_object(case_identity, whole, replace(HEAD, **{field: elsewhere}))
    assert moved.value.fields == (field,)
    assert "Софія" not in str(moved.value)


def test_a_report_in_the_place_of_the_case_key_is_refused(ring: Ring):
    to_triage = ring.recipients.current()[0]
    with pytest.raises(Damaged):
        open_case_key(ring.triage, seal(to_triage, HEAD, SAID), CASE)
    with pytest.raises(Damaged):
        open_any(ring.triage, new_case_key(CASE, ring.recipients).sealed)


def test_every_bit_flip_and_every_cut_is_found_before_anything_is_shown(ring: Ring, sealed):
    case_identity, whole = sealed
    key = new_case_key(CASE, ring.recipients).sealed
    dice = random.Random(20261124)
    for data, opening in (
        (whole, lambda changed: open_object(case_identity, changed, HEAD)),
        (key, lambda changed: open_case_key(ring.triage, changed, CASE)),
    ):
        header = data.index(b"\n---") * 8  # the part with structure: every kind of line in it
        bits = {dice.randrange(header) for _ in range(400)}
        bits |= {dice.randrange(header, len(data) * 8) for _ in range(200)}
        for bit in bits:
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            with pytest.raises(Damaged):
                opening(bytes(flipped))
        for length in {dice.randrange(len(data)) for _ in range(200)} | {0, len(data) - 1}:
            with pytest.raises(Damaged):
                opening(data[:length])


def test_appended_spliced_and_doubled_files_are_found(ring: Ring, sealed):
    case_identity, whole = sealed
    other = seal(str(case_identity.to_public()), replace(HEAD, sequence=2), SAID)
    body, other_body = whole.index(b"\n---"), other.index(b"\n---")
    for changed in (
        whole + b"\0",
        whole + whole,
        whole[:body] + other[other_body:],
        whole[: -len(other) // 2] + other[-len(other) // 2 :],
        b"\n" + whole,
        whole.upper(),
    ):
        with pytest.raises(Damaged):
            open_any(case_identity, changed)


def test_something_else_sealed_to_the_case_is_damaged_not_believed(sealed):
    case_identity, _ = sealed
    for plain in (b"", b"[]", b"null", b'{"payload": 1}', b"\xff", b"[" * 100_000, b'"x"'):
        forged = pyrage.encrypt(plain, [case_identity.to_public()])
        with pytest.raises(Damaged):
            open_any(case_identity, forged)


def test_sizes_tell_little(ring: Ring):
    to = new_case_key(CASE, ring.recipients).recipient
    for kind, step in (("report", 4096), ("card", 512), ("answer", 1024)):
        head = replace(HEAD, kind=kind)
        for said in ({}, {"name": "Софія" * 5}, {"story": "я" * 3000}):
            assert len(contents.write(head, said)) % step == 0
    short, long = ({"a": "x" * length} for length in (1, 3000))
    # age itself adds a stanza of random length to the header.
    assert len(contents.write(HEAD, short)) == len(contents.write(HEAD, long))
    assert abs(len(seal(to, HEAD, short)) - len(seal(to, HEAD, long))) < 512


def test_quarantine_opens_for_the_group_and_keeps_its_kind(ring: Ring):
    sealed = seal_to_group(ring.recipients, "update", {"update_id": 1, "text": "Софія"})
    assert open_group(ring.triage, sealed, "update") == {"update_id": 1, "text": "Софія"}
    assert open_group(ring.escrow, sealed, "update") == {"update_id": 1, "text": "Софія"}
    with pytest.raises(Moved):
        open_group(ring.triage, sealed, "letter")
    with pytest.raises(Damaged):
        open_group(Identity.generate(), sealed, "update")


def test_nothing_said_is_readable_in_what_is_stored(ring: Ring):
    key = new_case_key(CASE, ring.recipients)
    stored = seal(key.recipient, HEAD, SAID) + key.sealed
    for canary in ("Софія".encode(), b"AGE-SECRET-KEY", str(CASE).encode(), b"49.99"):
        assert canary not in stored
    assert "AGE-SECRET" not in repr(key)


@pytest.mark.parametrize("said", [float("nan"), float("inf"), "\ud83d", b"raw", {1, 2}])
def test_what_json_lacks_is_refused_without_telling_it(ring: Ring, said: object):
    with pytest.raises(NotCanonical) as refused:
        seal(ring.recipients.current()[0], HEAD, {"canary": said})
    assert not str(refused.value)
    assert refused.value.__suppress_context__


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(said=JSON, sequence=st.integers(0, 10**6), kind=st.sampled_from(["report", "card", "note"]))
def test_whatever_json_holds_comes_back_as_it_was(said, sequence: int, kind: str):
    fresh = Identity.generate()
    head = Head(uuid4(), uuid4(), sequence, kind, 3)
    assert open_object(fresh, seal(str(fresh.to_public()), head, said), head) == said


def test_a_plaintext_is_json_as_it_stands():
    plain = contents.write(HEAD, SAID)
    whole = json.loads(plain)
    assert whole["payload"] == SAID
    assert UUID(whole["case"]) == CASE
    assert contents.canonical({"b": 1, "a": "і"}) == '{"a":"і","b":1}'.encode()
