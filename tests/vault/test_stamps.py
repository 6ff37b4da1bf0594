"""A timestamp counts for one checkpoint, one request and one chain of certificates, and no other."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from authority import NAME, OPENSSL, authority, run
from nacl.signing import SigningKey

from vault import stamp
from vault.chain import Checkpoint, NotSigned, sign_checkpoint
from vault.ordered import ordered
from vault.stamp import Stamped, StampRefused

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here")

SEED = bytes(range(32))
PUBLIC = bytes(SigningKey(SEED).verify_key)
ORIGIN = "dodomu-desk"


def note(seq: int = 41) -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, seq, sha256(bytes([seq])).digest()), SEED)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "desk.stamps"


@pytest.fixture
def tsa(tmp_path):
    return authority(tmp_path / "tsa")


@pytest.fixture
def asked(folder):
    return stamp.ask(folder, note(), [PUBLIC])


def refused(folder, answer, ca, publics=(PUBLIC,)) -> str:
    with pytest.raises(StampRefused) as refusal:
        stamp.accept(folder, answer, ca, publics)
    assert not list(folder.glob("*.tsr")), "nothing of it is kept"
    return refusal.value.reason


def test_openssl_reads_the_request(asked):
    said = run("ts", "-query", "-in", asked.path, "-text")
    assert "Hash Algorithm: sha256" in said
    assert "Certificate required: yes" in said
    assert int(re.search(r"Nonce: 0x([0-9A-F]+)", said)[1], 16) == asked.nonce
    dumped = "".join(re.findall(r"^ +[0-9a-f]{4} - ([0-9a-f -]{47})", said, re.MULTILINE))
    assert re.sub(r"[ -]", "", dumped) == sha256(note().encode()).hexdigest()


def test_an_answer_is_kept_beside_its_checkpoint_and_holds_ever_after(folder, asked, tsa):
    before = datetime.now(UTC).replace(microsecond=0)
    found = stamp.accept(folder, tsa.answers(asked.path), tsa.ca, [PUBLIC])
    assert found.checkpoint.seq == 41
    assert found.by == NAME
    assert before <= found.at <= datetime.now(UTC) + timedelta(seconds=1)
    assert list(stamp.stamped(folder, [PUBLIC])) == [(41, found)]
    assert stamp.newest(folder, [PUBLIC]) == found


def test_openssl_finds_the_kept_answer_good(folder, asked, tsa):
    stamp.accept(folder, tsa.answers(asked.path), tsa.ca, [PUBLIC])
    said = run(
        "ts", "-verify", "-data", folder / "41.note", "-in", folder / "41.tsr",
        "-CAfile", folder / "41.pem",
    )  # fmt: skip
    assert "Verification: OK" in said


def test_certificates_in_openssl_s_order_are_read_whichever_way_they_stand(folder, asked, tsa):
    answer = tsa.answers(asked.path)
    sorted_ = ordered(answer)
    assert len(sorted_) == len(answer)
    assert ordered(sorted_) == sorted_
    stamp.accept(folder, answer, tsa.ca, [PUBLIC])
    assert (folder / "41.tsr").read_bytes() == answer, "kept as it came"


@pytest.mark.parametrize(
    "rubbish", [b"", b"0", b"0\x84\xff\xff\xff\xff", b"0\x02\x02\x00", bytes(9)]
)
def test_what_is_no_response_is_left_as_it_is(rubbish):
    assert ordered(rubbish) == rubbish


def test_asking_again_for_the_same_entry_gives_the_same_request(folder, asked):
    raw = asked.path.read_bytes()
    assert stamp.ask(folder, note(), [PUBLIC]) == asked
    assert asked.path.read_bytes() == raw


def test_a_checkpoint_that_no_known_desk_signed_is_not_asked_about(folder):
    with pytest.raises(NotSigned):
        stamp.ask(folder, note(), [bytes(32)])
    assert not folder.exists()


def test_no_changed_byte_changes_what_is_told(folder, asked, tsa):
    """Of what is not signed (copies of certificates we have anyway) nothing is believed."""
    answer = tsa.answers(asked.path)
    truth = stamp.accept(folder, answer, tsa.ca, [PUBLIC])
    told = range(answer.index(sha256(note().encode()).digest()) - 40, len(answer) - 330, 1)
    for at in {*range(0, len(answer), 11), *told[:130], len(answer) - 1, len(answer) - 20}:
        bent = bytearray(answer)
        bent[at] ^= 1
        try:
            assert stamp.accept(folder, bytes(bent), tsa.ca, [PUBLIC]) == truth, at
        except StampRefused:
            continue
        assert at not in told[:100], "what was stamped, and when, is signed"
        assert at < len(answer) - 60, "and this is the signature"


def test_an_answer_to_another_request_for_the_same_checkpoint_is_refused(
    folder, asked, tsa, tmp_path
):
    other = stamp.ask(tmp_path / "elsewhere", note(), [PUBLIC])
    assert other.nonce != asked.nonce
    assert refused(folder, tsa.answers(other.path), tsa.ca) == "nonce"


def test_an_answer_for_another_checkpoint_is_refused(folder, asked, tsa, tmp_path):
    other = stamp.ask(tmp_path / "elsewhere", note(7), [PUBLIC])
    assert refused(folder, tsa.answers(other.path), tsa.ca) == "another"
    assert asked.seq == 41


def test_a_refusal_of_the_authority_is_none(folder, asked, tsa):
    assert refused(folder, tsa.answers(asked.path, digests="sha512"), tsa.ca) == "not_granted"


def test_a_certificate_that_had_ended_does_not_count(folder, asked, tmp_path):
    old = authority(tmp_path / "old", days=-1)
    assert refused(folder, old.answers(asked.path), old.ca) == "untrusted"


def test_the_chain_of_another_authority_does_not_count(folder, asked, tsa, tmp_path):
    other = authority(tmp_path / "other")
    assert refused(folder, tsa.answers(asked.path), other.ca) == "untrusted"


@pytest.mark.parametrize("rubbish", [b"", b"\x30", b"no answer", b"\x30\x82\xff\xff" + bytes(99)])
def test_what_is_no_answer_is_told_as_such(folder, asked, tsa, rubbish):
    assert refused(folder, rubbish, tsa.ca) == "unreadable"


@pytest.mark.parametrize("pem", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nx\n"])
def test_a_file_without_certificates_is_told_as_such(folder, asked, tsa, pem):
    assert refused(folder, tsa.answers(asked.path), pem) == "certificates"


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [(".note", "files"), (".nonce", "files"), (".pem", "files")],
)
def test_a_stamp_whose_files_are_missing_does_not_count(folder, asked, tsa, suffix, reason):
    stamp.accept(folder, tsa.answers(asked.path), tsa.ca, [PUBLIC])
    (folder / f"41{suffix}").unlink()
    assert list(stamp.stamped(folder, [PUBLIC])) == [(41, reason)]
    assert stamp.newest(folder, [PUBLIC]) is None


def test_a_checkpoint_changed_afterwards_does_not_count(folder, asked, tsa):
    stamp.accept(folder, tsa.answers(asked.path), tsa.ca, [PUBLIC])
    (folder / "41.note").write_text(note(42), encoding="utf-8")
    assert list(stamp.stamped(folder, [PUBLIC])) == [(41, "another")]
    (folder / "41.note").write_text(note().replace("41", "40"), encoding="utf-8")
    assert list(stamp.stamped(folder, [PUBLIC])) == [(41, "note")]


def test_the_newest_is_by_number_and_not_by_name(folder, tsa):
    for seq in (9, 10, 100):
        asked = stamp.ask(folder, note(seq), [PUBLIC])
        stamp.accept(folder, tsa.answers(asked.path), tsa.ca, [PUBLIC])
    found = [(seq, type(held)) for seq, held in stamp.stamped(folder, [PUBLIC])]
    assert found == [(9, Stamped), (10, Stamped), (100, Stamped)]
    assert stamp.newest(folder, [PUBLIC]).checkpoint.seq == 100
