"""Editing, removing, reordering, inserting or cutting entries of the audit chain is noticed."""

import base64
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from vault_ring import Ring

from vault import chain
from vault.chain import GENESIS, Broken, Checkpoint, Entry, NotSigned
from vault.contents import NotCanonical
from vault.keys import Signer
from vault.recipients import SigningEntry

LENGTH = 60
STRANGER = Signer(bytes(range(32)))


def entry(seq: int, at, prev: bytes, signer: Signer, *, action: str = "report_sent") -> Entry:
    subject = UUID(int=seq) if seq % 3 else None
    detail = {"sha256": f"{seq:064x}", "answers": seq}
    told = chain.entry_hash(seq, at, "intake", action, subject, detail, prev)
    sig = chain.sign(signer.seed, told)
    return Entry(seq, at, "intake", action, subject, detail, prev, told, sig)


def grown(signer: Signer, now, length: int = LENGTH) -> list[Entry]:
    entries, prev = [], GENESIS
    for seq in range(1, length + 1):
        entries.append(entry(seq, now + timedelta(seconds=seq), prev, signer))
        prev = entries[-1].hash
    return entries


@pytest.fixture
def entries(ring: Ring, now) -> list[Entry]:
    return grown(ring.intake_sign, now)


@pytest.fixture
def known(ring: Ring) -> tuple[SigningEntry, ...]:
    return ring.recipients.intake_sign


def test_an_untouched_chain_holds(entries, known):
    assert chain.verify(entries, known) == (LENGTH, entries[-1].hash)
    assert chain.verify([], known) == (0, GENESIS)


def test_a_chain_is_verified_onwards_from_where_one_stopped(entries, known):
    middle = chain.verify(entries[:30], known)
    assert chain.verify(entries[30:], known, after=middle) == (LENGTH, entries[-1].hash)
    with pytest.raises(Broken):
        chain.verify(entries[31:], known, after=middle)


@pytest.mark.parametrize("at", range(50))
def test_each_attack_at_each_place_is_noticed(entries, known, ring: Ring, at: int):
    seen = Checkpoint("dodomu", LENGTH, entries[-1].hash)
    edited = [*entries]
    edited[at] = replace(edited[at], action="nothing_happened")
    removed = entries[:at] + entries[at + 1 :]
    reordered = [*entries]
    reordered[at], reordered[at + 1] = reordered[at + 1], reordered[at]
    cut = entries[: at + 1]
    doubled = entries[: at + 1] + entries[at:]
    resigned = [*entries]
    resigned[at] = entry(at + 1, entries[at].at, entries[at].prev, STRANGER)
    for attacked in (edited, removed, reordered, doubled, cut, resigned):
        with pytest.raises(Broken):
            chain.verify(attacked, known, seen=seen)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 7_000},
        {"actor": "somebody"},
        {"action": "purge"},
        {"subject": UUID(int=5)},
        {"detail": {}},
        {"detail": {"sha256": 0.5}},
        {"prev": bytes(32)},
        {"hash": bytes(32)},
        {"sig": bytes(64)},
        {"sig": b""},
    ],
)
def test_no_field_can_be_changed(entries, known, change: dict[str, object]):
    entries[9] = replace(entries[9], **change)
    with pytest.raises(Broken) as broken:
        chain.verify(entries, known)
    assert broken.value.seq in {10, 7_000}


def test_a_time_moved_by_a_microsecond_is_noticed(entries, known):
    entries[9] = replace(entries[9], at=entries[9].at + timedelta(microseconds=1))
    with pytest.raises(Broken, match="entry 10: was changed"):
        chain.verify(entries, known)


def test_the_same_instant_in_another_zone_is_the_same_entry(entries, known):
    from datetime import timezone

    kyiv = timezone(timedelta(hours=2))
    moved = [replace(each, at=each.at.astimezone(kyiv)) for each in entries]
    assert chain.verify(moved, known) == (LENGTH, entries[-1].hash)


def test_a_history_written_anew_by_the_key_holder_differs_from_the_checkpoint(
    entries, known, ring: Ring, now
):
    seen = Checkpoint("dodomu", 40, entries[39].hash)
    chain.verify(entries, known, seen=seen)
    anew = grown(ring.intake_sign, now + timedelta(seconds=1))
    chain.verify(anew, known)
    with pytest.raises(Broken, match="entry 40: differs from the checkpoint"):
        chain.verify(anew, known, seen=seen)
    with pytest.raises(Broken, match="cut off"):
        chain.verify(entries[:39], known, seen=seen)


def test_a_signature_counts_only_while_its_key_is_in_use(entries, ring: Ring, now):
    stolen_at = now + timedelta(seconds=30)
    revoked = SigningEntry(ring.intake_sign.public, now, until=stolen_at)
    fresh = SigningEntry(STRANGER.public, stolen_at)
    with pytest.raises(Broken, match="entry 30: no known key"):
        chain.verify(entries, [revoked, fresh])
    last = entries[28]
    continued = entry(30, stolen_at, last.hash, STRANGER)
    assert chain.verify([*entries[:29], continued], [revoked, fresh])[0] == 30


def test_fractions_and_half_characters_are_refused_before_they_are_hashed(now):
    for detail in ({"a": 0.5}, {"a": [{"b": (1.0,)}]}, {"a": "\ud83d"}):
        with pytest.raises(NotCanonical):
            chain.entry_hash(1, now, "intake", "x", None, detail, GENESIS)


def test_the_hash_is_what_the_documentation_says(now):
    from hashlib import sha256

    told = (
        '{"action":"start","actor":"intake","at":"2026-11-24T12:00:00.000000+00:00",'
        '"detail":{"a":"ї"},"seq":1,"subject":null}'
    )
    expected = sha256(b"dodomu-audit-1\n" + told.encode() + GENESIS).digest()
    assert chain.entry_hash(1, now, "intake", "start", None, {"a": "ї"}, GENESIS) == expected


POINT = Checkpoint("dodomu.example", 12, bytes(range(32)))


def test_a_checkpoint_is_read_by_whoever_knows_the_key(ring: Ring):
    note = chain.sign_checkpoint(POINT, ring.intake_sign.seed)
    assert chain.read_checkpoint(note, [STRANGER.public, ring.intake_sign.public]) == POINT
    lines = note.split("\n")
    assert lines[:2] == ["dodomu.example", "12"]
    assert lines[3] == ""
    assert lines[4].startswith("— dodomu.example ")
    assert len(base64.b64decode(lines[4].rsplit(" ", 1)[1])) == 4 + 64


def test_a_countersigned_checkpoint_still_reads(ring: Ring):
    note = chain.sign_checkpoint(POINT, ring.intake_sign.seed)
    text, _, own = note.partition("\n\n")
    assert chain.read_checkpoint(f"{text}\n\n— desk-1 AAAA\n{own}", [ring.intake_sign.public])


def test_no_altered_checkpoint_is_believed(ring: Ring):
    note = chain.sign_checkpoint(POINT, ring.intake_sign.seed)
    keys = [ring.intake_sign.public]
    altered = [
        note.replace("\n12\n", "\n11\n"),
        note.replace("\n12\n", "\n012\n"),
        note.replace("dodomu.example", "dodomu.other"),
        note.replace("dodomu.example\n", "dodomu.other\n", 1),
        note.replace("— ", "- "),
        note.replace("\n\n", "\n"),
        "x\n" + note,
        note[:-10],
        note.split("—")[0],
        "",
        "\n\n",
        "a\nb\nc\n\n— a b\n",
    ]
    for text in altered:
        with pytest.raises(NotSigned):
            chain.read_checkpoint(text, keys)
    with pytest.raises(NotSigned):
        chain.read_checkpoint(note, [STRANGER.public])
    raw = bytearray(note.encode())
    for at in range(len(raw)):
        changed = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        with pytest.raises(NotSigned):
            chain.read_checkpoint(changed.decode(errors="replace"), keys)


MEMBER = Signer(bytes(range(1, 33)))


@pytest.fixture
def by_both(ring: Ring, now) -> list[Entry]:
    """The intake's entries and a member's, in turns."""
    made, prev = [], GENESIS
    for seq in range(1, LENGTH + 1):
        actor, signer = (("bot", ring.intake_sign), ("p-07", MEMBER))[seq % 2]
        made.append(deed(seq, now + timedelta(seconds=seq), prev, actor, signer))
        prev = made[-1].hash
    return made


@pytest.fixture
def both_known(known, now) -> tuple[SigningEntry, ...]:
    return (*known, SigningEntry(MEMBER.public, now, None, "p-07"))


def deed(seq: int, at, prev: bytes, actor: str, signer: Signer) -> Entry:
    told = chain.entry_hash(seq, at, actor, "key.granted", None, {"n": seq}, prev)
    sig = chain.sign(signer.seed, told)
    return Entry(seq, at, actor, "key.granted", None, {"n": seq}, prev, told, sig)


@pytest.mark.parametrize("at", range(50))
def test_each_attack_on_a_chain_that_members_sign_too_is_noticed(
    by_both, both_known, ring: Ring, at: int
):
    chain.verify(by_both, both_known)
    seen = Checkpoint("dodomu", LENGTH, by_both[-1].hash)
    one, swapped = by_both[at], [*by_both]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    other = MEMBER if one.actor == "bot" else STRANGER
    anew = deed(one.seq, one.at, one.prev, one.actor, other)
    for attacked in (
        [*by_both[:at], replace(one, actor="p-08"), *by_both[at + 1 :]],
        by_both[:at] + by_both[at + 1 :],
        swapped,
        by_both[: at + 1] + by_both[at:],
        by_both[: at + 1],
        [*by_both[:at], anew, *by_both[at + 1 :]],
    ):
        with pytest.raises(Broken):
            chain.verify(attacked, both_known, seen=seen)


def test_a_member_signs_for_nobody_else(both_known, now):
    for actor in ("p-08", "bot"):
        with pytest.raises(Broken, match="no known key signed it"):
            chain.verify([deed(1, now, GENESIS, actor, MEMBER)], both_known)
    chain.verify([deed(1, now, GENESIS, "p-07", MEMBER)], both_known)


def test_what_a_member_signed_before_leaving_holds_and_nothing_after(known, now):
    left = (*known, SigningEntry(MEMBER.public, now, now + timedelta(days=1), "p-07"))
    chain.verify([deed(1, now, GENESIS, "p-07", MEMBER)], left)
    with pytest.raises(Broken):
        chain.verify([deed(1, now + timedelta(days=1), GENESIS, "p-07", MEMBER)], left)
