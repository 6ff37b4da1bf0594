"""A member's key file: opened by file and passphrase together, and by nothing less."""

import json
from datetime import UTC, datetime

import pytest
from nacl.signing import VerifyKey

from vault import member, recipients, throwaway
from vault.member import Member, MemberKeyDamaged, NotAMemberKey, WrongPassphrase
from vault.recipients import MemberKey

WORDS = "абетка авто білка ведмідь гарбуз дзвоник"
MADE = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def person() -> Member:
    return member.fresh("p-07")


@pytest.fixture(scope="module")
def raw(person: Member) -> bytes:
    return member.lock(person, WORDS, MADE).encode()


def test_file_and_passphrase_open_it(person: Member, raw: bytes):
    opened = member.open(raw, "  АБЕТКА авто білка Ведмідь\nгарбуз дзвоник")
    assert (opened.id, opened.recipient, opened.seed) == ("p-07", person.recipient, person.seed)
    assert str(opened.identity) == str(person.identity)


def test_another_passphrase_does_not(raw: bytes):
    with pytest.raises(WrongPassphrase):
        member.open(raw, "абетка авто білка ведмідь гарбуз")


def test_the_public_side_is_told_without_the_passphrase(person: Member, raw: bytes):
    shown = member.show(raw)
    assert (shown.id, shown.recipient, shown.public) == ("p-07", person.recipient, person.public)
    assert shown.made == "2026-11-24T12:00:00+00:00"
    assert shown.fingerprint == member.fingerprint(person.recipient, person.public)
    assert shown.fingerprint != member.fingerprint(person.recipient, bytes(32))


def test_no_secret_is_in_the_file_in_clear_or_in_a_repr(person: Member, raw: bytes):
    for secret in (str(person.identity), person.seed.hex()):
        assert secret not in raw.decode() + repr(person) + repr(member.show(raw))
    assert json.loads(raw).keys() >= {"sealed", "salt", "lock"}


@pytest.mark.parametrize(
    "field", ["member", "made", "recipient", "public", "lock", "salt", "sealed"]
)
def test_a_changed_field_is_damage_and_said_before_any_passphrase(raw: bytes, field: str):
    whole = json.loads(raw)
    whole[field] = whole[field][:-2] + ("AA" if whole[field][-2:] != "AA" else "BB")
    for read in (member.show, lambda text: member.open(text, WORDS)):
        with pytest.raises(MemberKeyDamaged):
            read(json.dumps(whole).encode())


def test_a_cut_file_is_refused_wherever_it_was_cut(raw: bytes):
    for length in range(len(raw.rstrip())):
        with pytest.raises((MemberKeyDamaged, NotAMemberKey)):
            member.open(raw[:length], WORDS)


@pytest.mark.parametrize("field", ["member", "recipient", "public"])
def test_another_name_or_public_part_over_the_same_secrets_does_not_open(raw: bytes, field: str):
    """Even with a checksum that fits: the passphrase's seal holds the public parts too."""
    whole = json.loads(raw)
    del whole["check"]
    other = member.fresh("p-08")
    whole[field] = {"member": "p-08", "recipient": other.recipient, "public": whole["salt"]}[field]
    whole["check"] = member._check(whole)
    with pytest.raises((WrongPassphrase, MemberKeyDamaged)):
        member.open(json.dumps(whole).encode(), WORDS)


def test_a_file_cannot_ask_for_a_weaker_or_a_heavier_lock(raw: bytes):
    whole = json.loads(raw)
    del whole["check"]
    whole["lock"] = "argon2id 1 pass 8 KiB, xchacha20-poly1305"
    whole["check"] = member._check(whole)
    with pytest.raises(MemberKeyDamaged):
        member.open(json.dumps(whole).encode(), WORDS)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b'{"kind": "dodomu root key"}', b"AGE-SECRET-KEY-1", b"\xff" * 40]
)
def test_what_is_no_members_key_file_is_told_apart(raw: bytes):
    with pytest.raises(NotAMemberKey):
        member.open(raw, WORDS)


def test_a_huge_file_is_not_even_read(raw: bytes):
    with pytest.raises(NotAMemberKey):
        member.open(raw + b" " * member.LARGEST, WORDS)


def test_each_lock_is_another_one_over_the_same_secrets(person: Member, raw: bytes):
    again = member.lock(person, "зовсім інші слова для замка", MADE).encode()
    assert json.loads(again)["salt"] != json.loads(raw)["salt"]
    with pytest.raises(WrongPassphrase):
        member.open(again, WORDS)
    assert member.open(again, "зовсім інші слова для замка").seed == person.seed


def test_a_member_signs_in_its_own_name(person: Member):
    VerifyKey(person.public).verify(b"dodomu-test\n", person.sign(b"dodomu-test\n"))


@pytest.mark.parametrize(
    "id_", ["", "bot", "janitor", "root", "п-07", "p 07", "-p", "p" * 41, "p/7"]
)
def test_an_id_that_no_list_takes_is_refused(id_: str):
    with pytest.raises(ValueError):
        member.fresh(id_)


def test_a_throw_away_set_of_keys_can_name_members(person: Member, tmp_path):
    one = MemberKey(person.id, person.recipient, person.public, MADE)
    made = throwaway.make_all(tmp_path, MADE, (one,))
    listed = recipients.load(made.recipients, made.root_public, 1, MADE)
    assert listed.member("p-07") == one
