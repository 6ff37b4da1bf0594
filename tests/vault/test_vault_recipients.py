"""A forged, old or edited list of recipients is never used."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey
from pyrage.x25519 import Identity
from vault_ring import Ring

from vault import recipients
from vault.keys import Signer
from vault.recipients import ListRefused, from_bytes, load, sign, signature_path, to_bytes

DAY = timedelta(days=1)
STRANGER = Signer(bytes(range(32)))
Change = Callable[[dict[str, Any]], object]


def age() -> str:
    return str(Identity.generate().to_public())


def canonical(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def person(**fields: str) -> dict[str, Any]:
    """A member of the list, with keys of its own."""
    key = base64.b64encode(bytes(SigningKey.generate().verify_key)).decode()
    times = {"from": "2026-11-24T12:00:00Z", "until": None}
    return {"id": "p-07", "recipient": age(), "public": key} | times | fields


def recipient_of(row: dict[str, Any]) -> dict[str, Any]:
    return {"recipient": row["recipient"]}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "recipients.json"


def put(place: Path, listed: bytes, signature: bytes | None) -> Path:
    place.write_bytes(listed)
    if signature is not None:
        signature_path(place).write_bytes(signature)
    return place


def refusal(place: Path, ring: Ring, now: datetime, at_least: int = 0) -> str:
    with pytest.raises(ListRefused) as refused:
        load(place, ring.files.root_public, at_least, now)
    assert str(refused.value) == recipients.REASONS[refused.value.reason]
    return refused.value.reason


def test_the_signed_list_is_taken_and_names_who_is_sealed_to(ring: Ring, now):
    good = load(ring.files.recipients, ring.files.root_public, 1, now)
    assert good.version == 1
    assert set(good.current()) == {
        str(ring.triage.to_public()),
        str(ring.escrow.to_public()),
    }
    assert from_bytes(to_bytes(good), now) == good


#: Every change is signed by the right ROOT: only the content is wrong.
SIGNED_BUT_WRONG: dict[str, tuple[str, Change]] = {
    "no triage": ("no_triage", lambda w: w.update(triage=[])),
    "no escrow": ("no_escrow", lambda w: w.update(escrow=[])),
    "no signer of the chain": ("no_intake_sign", lambda w: w.update(intake_sign=[])),
    "triage retired": (
        "no_triage",
        lambda w: w["triage"][0].update(retired_at="2026-11-24T12:00:00Z"),
    ),
    "escrow not yet in use": (
        "no_escrow",
        lambda w: w["escrow"][0].update(use_from="2026-11-24T12:00:01Z"),
    ),
    "same recipient twice": (
        "duplicate",
        lambda w: w["triage"].append(w["triage"][0] | {"version": 2}),
    ),
    "same recipient in both groups": (
        "duplicate",
        lambda w: w["escrow"][0].update(recipient=w["triage"][0]["recipient"]),
    ),
    "same name and version twice": (
        "duplicate",
        lambda w: w["triage"].append(w["triage"][0] | {"recipient": age()}),
    ),
    "same recipient in capitals": (
        "recipient",
        lambda w: w["triage"].append(
            w["triage"][0] | {"version": 2, "recipient": w["triage"][0]["recipient"].upper()}
        ),
    ),
    "unknown field": ("unknown_field", lambda w: w.update(groups=[])),
    "unknown field of a key": ("unknown_field", lambda w: w["triage"][0].update(note="")),
    "unknown field of a signer": ("unknown_field", lambda w: w["intake_sign"][0].update(x=1)),
    "field missing": ("unknown_field", lambda w: w.pop("expires_at")),
    "cut recipient": (
        "recipient",
        lambda w: w["triage"][0].update(recipient=w["triage"][0]["recipient"][:-1]),
    ),
    "secret for a recipient": (
        "recipient",
        lambda w: w["triage"][0].update(recipient=str(Identity.generate())),
    ),
    "number for a recipient": ("recipient", lambda w: w["triage"][0].update(recipient=7)),
    "short signing key": ("recipient", lambda w: w["intake_sign"][0].update(public="AAAA")),
    "signing key not base64": ("recipient", lambda w: w["intake_sign"][0].update(public="ї")),
    "valid 401 days": ("dates", lambda w: w.update(expires_at="2027-12-30T12:00:00Z")),
    "ends before it begins": ("dates", lambda w: w.update(expires_at="2026-11-23T12:00:00Z")),
    "version 0": ("malformed", lambda w: w.update(version=0)),
    "version true": ("malformed", lambda w: w.update(version=True)),
    "version as text": ("malformed", lambda w: w.update(version="1")),
    "time without zone": ("malformed", lambda w: w.update(issued_at="2026-11-24T12:00:00")),
    "time in another spelling": (
        "malformed",
        lambda w: w.update(issued_at="2026-11-24T12:00:00+00:00"),
    ),
    "time out of range": (
        "malformed",
        lambda w: w.update(issued_at="0001-01-01T00:00:00+14:00"),
    ),
    "keys not in a list": ("malformed", lambda w: w.update(triage={})),
    "key is a text": ("malformed", lambda w: w.update(triage=["age1"])),
    "name empty": ("malformed", lambda w: w["escrow"][0].update(name=" ")),
    "members in no list": ("malformed", lambda w: w.update(members={})),
    "members said to be none": ("malformed", lambda w: w.update(members=[])),
    "member with an unknown field": (
        "unknown_field",
        lambda w: w.update(members=[person() | {"role": "head"}]),
    ),
    "member without a key": ("recipient", lambda w: w.update(members=[person(public="AAAA")])),
    "member by a program's name": ("member", lambda w: w.update(members=[person(id="bot")])),
    "member by a name that is no code": (
        "member",
        lambda w: w.update(members=[person(id="п-07")]),
    ),
    "member twice": ("duplicate", lambda w: w.update(members=[person(), person()])),
    "two members with one recipient": (
        "duplicate",
        lambda w: w.update(members=[one := person(), person(id="p-08") | recipient_of(one)]),
    ),
    "two members with one signature": (
        "duplicate",
        lambda w: w.update(members=[one := person(), person(id="p-08", public=one["public"])]),
    ),
    "member with the group's key": (
        "duplicate",
        lambda w: w.update(members=[person() | recipient_of(w["triage"][0])]),
    ),
    "member who signs as the intake": (
        "duplicate",
        lambda w: w.update(members=[person(public=w["intake_sign"][0]["public"])]),
    ),
}


@pytest.mark.parametrize("variant", SIGNED_BUT_WRONG)
def test_a_wrong_list_is_refused_though_root_signed_it(ring: Ring, place: Path, now, variant: str):
    reason, change = SIGNED_BUT_WRONG[variant]
    whole = json.loads(ring.files.recipients.read_bytes())
    change(whole)
    listed = canonical(whole)
    put(place, listed, sign(listed, ring.root.seed))
    assert refusal(place, ring, now) == reason


@pytest.mark.parametrize(
    "respell",
    [
        lambda listed: listed.replace(b'"version": 1\n', b'"version": 9, "version": 1\n'),
        lambda listed: listed + b"\n",
        lambda listed: b"\xef\xbb\xbf" + listed,
        lambda listed: listed.replace(b"\n", b"\r\n"),
        lambda listed: json.dumps(json.loads(listed)).encode(),
        lambda _: b"",
        lambda _: b"[]",
        lambda _: b"[" * 100_000,
        lambda _: b"\xff\xfe",
        lambda listed: listed[: len(listed) // 2],
    ],
)
def test_another_spelling_is_refused_though_root_signed_it(ring: Ring, place: Path, now, respell):
    listed = respell(ring.files.recipients.read_bytes())
    put(place, listed, sign(listed, ring.root.seed))
    assert refusal(place, ring, now) == "malformed"


def test_a_list_nobody_signed_is_refused(ring: Ring, place: Path, now):
    assert refusal(place, ring, now) == "missing"
    listed = ring.files.recipients.read_bytes()
    put(place, listed, None)
    assert refusal(place, ring, now) == "unsigned"
    right = signature_path(ring.files.recipients).read_bytes()
    for signature in (b"", b"\n", right[:40], b"not base64 at all", base64.b64encode(bytes(63))):
        put(place, listed, signature)
        assert refusal(place, ring, now) == "unsigned"


def test_a_signature_by_another_key_or_over_other_bytes_is_refused(ring: Ring, place: Path, now):
    listed = ring.files.recipients.read_bytes()
    right = signature_path(ring.files.recipients).read_bytes()
    put(place, listed, sign(listed, STRANGER.seed))
    assert refusal(place, ring, now) == "signature"
    put(place, listed, sign(listed, ring.intake_sign.seed))
    assert refusal(place, ring, now) == "signature"
    put(place, listed, base64.b64encode(bytes(64)))
    assert refusal(place, ring, now) == "signature"
    put(place, listed.replace(b'"triage"', b'"Triage"', 1), right)
    assert refusal(place, ring, now) == "signature"
    put(place, listed + b" ", right)
    assert refusal(place, ring, now) == "signature"
    with pytest.raises(ListRefused, match="root key"):
        load(ring.files.recipients, STRANGER.public, 0, now)


def test_swapping_one_recipient_for_ones_own_is_refused(ring: Ring, place: Path, now):
    listed = ring.files.recipients.read_bytes()
    own = listed.replace(str(ring.triage.to_public()).encode(), age().encode())
    assert own != listed
    put(place, own, signature_path(ring.files.recipients).read_bytes())
    assert refusal(place, ring, now) == "signature"


@settings(deadline=None)
@given(st.integers(min_value=0))
def test_any_flipped_bit_is_refused(ring: Ring, now, at: int):
    listed = bytearray(ring.files.recipients.read_bytes())
    bit = at % (len(listed) * 8)
    listed[bit // 8] ^= 1 << bit % 8
    signature = signature_path(ring.files.recipients).read_bytes()
    with pytest.raises(ListRefused, match="root key"):
        recipients.check(bytes(listed), signature, ring.files.root_public)


def test_a_list_counts_between_its_dates_only(ring: Ring, now):
    file, root = ring.files.recipients, ring.files.root_public
    for moment, reason in (
        (now - timedelta(seconds=1), "not_yet_issued"),
        (now + 400 * DAY, "expired"),
        (datetime(2040, 1, 1, tzinfo=UTC), "expired"),
    ):
        assert refusal(file, ring, moment) == reason
        with pytest.raises(ListRefused):
            ring.recipients.at(moment)
    load(file, root, 0, now + 400 * DAY - timedelta(seconds=1))


def test_an_older_list_than_the_newest_seen_is_refused(ring: Ring, now):
    assert refusal(ring.files.recipients, ring, now, at_least=2) == "lower_version"


def test_keys_come_into_use_and_go_while_the_list_stays(ring: Ring, now):
    later = recipients.GroupKey("triage", 2, age(), now + DAY)
    first = replace(ring.recipients.triage[0], retired_at=now + 2 * DAY)
    both = replace(ring.recipients, triage=(first, later))
    assert later.recipient not in both.at(now).current()
    assert {first.recipient, later.recipient} <= set(both.at(now + DAY).current())
    assert first.recipient not in both.at(now + 2 * DAY).current()


def test_the_signature_is_plain_ed25519_over_the_file(ring: Ring):
    listed = ring.files.recipients.read_bytes()
    raw = base64.b64decode(signature_path(ring.files.recipients).read_bytes())
    assert SigningKey(ring.root.seed).sign(listed).signature == raw


def test_members_are_part_of_the_list_and_a_list_without_them_is_spelt_as_ever(ring: Ring, now):
    whole = json.loads(ring.files.recipients.read_bytes())
    assert "members" not in whole
    gone = person(until="2026-11-24T12:00:00Z")
    whole["members"] = [gone, person(), person(id="p-08")]
    good = from_bytes(canonical(whole), now).at(now)
    assert from_bytes(to_bytes(good), now) == good
    assert good.member("p-07").recipient == whole["members"][1]["recipient"]
    assert good.member("p-09") is None
    assert [key.actor for key in good.signers()] == [
        *(None for _ in good.intake_sign), "p-07", "p-07", "p-08",
    ]  # fmt: skip


def test_a_member_is_carried_to_the_list_on_one_line(now):
    one = person()
    line = recipients.member_line("p-07", one["recipient"], recipients.read_public(one["public"]))
    [made] = recipients.members([line], now)
    assert (made.id, made.recipient) == ("p-07", one["recipient"])
    for wrong in ("", "p-07", line + ",more", line.replace("age1", "age2"), line[:-9]):
        with pytest.raises(ListRefused):
            recipients.members([wrong], now)
