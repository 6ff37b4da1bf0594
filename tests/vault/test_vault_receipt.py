"""The code and the PIN on paper, and the copy only the family opens."""

import secrets
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from vault import receipt
from vault.receipt import ALPHABET, WrongPin, family_key, new_code, new_pin, read_code, read_pin

CASE = UUID("01930000-0000-7000-8000-000000000001")
CODES = st.binary(min_size=16, max_size=16).map(new_code)


@settings(deadline=None)
@given(CODES)
def test_a_fresh_code_reads_as_itself(code: str):
    assert read_code(code) == code
    assert len(code) == 9
    assert set(code.replace("-", "")) <= set(ALPHABET)


@settings(deadline=None)
@given(CODES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(code: str, place: int, wrong: str):
    signs = list(code.replace("-", ""))
    changed = signs[place] != wrong
    signs[place] = wrong
    assert (read_code("".join(signs)) is None) == changed


@settings(deadline=None)
@given(CODES)
def test_any_two_swapped_characters_are_noticed(code: str):
    signs = code.replace("-", "")
    for one, other in combinations(range(8), 2):
        swapped = list(signs)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if swapped != list(signs):
            assert read_code("".join(swapped)) is None


def test_every_wrong_character_at_every_place_is_noticed():
    for code in (new_code(secrets.token_bytes(16)).replace("-", "") for _ in range(50)):
        for place in range(8):
            for wrong in ALPHABET.replace(code[place], ""):
                assert read_code(code[:place] + wrong + code[place + 1 :]) is None


@settings(deadline=None)
@given(CODES, st.text(alphabet=" -–—‑.,'`«»\u00a0\u200b\t\n", max_size=20))
def test_case_and_punctuation_do_not_matter(code: str, around: str):
    spaced = around.join(code.replace("-", "")) if len(around) < 4 else around + code
    assert read_code(spaced.lower()) == code


TWINS = str.maketrans("CHKMPTXY", "СНКМРТХУ")


@settings(deadline=None)
@given(CODES)
def test_a_code_typed_in_cyrillic_letters_is_the_same_code(code: str):
    assert read_code(code.translate(TWINS)) == code
    assert read_code(code.translate(TWINS).lower()) == code
    assert read_code("ДТ-" + code) == code


@settings(deadline=None)
@given(CODES, st.sampled_from(["5S", "2Z", "8B", "8В", "6G", "6Б", "3З", "4Ч", "VU", "QO", "Q0"]))
def test_a_sign_that_is_never_given_out_is_read_as_the_one_it_resembles(code: str, slip: str):
    meant, written = slip
    assert read_code(code.replace(meant, written)) == code


@pytest.mark.parametrize(
    "text",
    ["", "7", "1111-1111", "ABCD-EFGH", "7K4M-29Q", "7K4M-29QXX", "7" * 65, "🙂" * 8, "\x00" * 8],
)
def test_what_cannot_be_a_code_is_none(text: str):
    assert read_code(text) is None


@settings(deadline=None)
@given(st.text(max_size=80))
def test_reading_never_fails(text: str):
    assert read_code(text) is None or read_code(text) == read_code(read_code(text) or "")
    assert read_pin(text) is None or read_pin(text) == read_pin(read_pin(text) or "")


@settings(deadline=None)
@given(st.binary(min_size=16, max_size=16))
def test_a_pin_reads_as_itself_however_it_is_spaced(random_bytes: bytes):
    pin = new_pin(random_bytes)
    assert len(pin) == 14
    assert read_pin(pin) == pin
    assert read_pin(pin.replace("-", " ")) == pin
    assert read_pin(f"PIN: {pin}") is None
    assert read_pin(pin[:-1]) is None


def test_a_pin_in_other_digits_is_the_same_pin():
    assert read_pin("٤٨٢١ ７０９３ 5516") == "4821-7093-5516"
    assert read_pin("²821-7093-551x") is None


def test_too_little_randomness_is_refused():
    with pytest.raises(ValueError, match="16 random bytes"):
        new_code(b"short")


def test_codes_and_pins_do_not_repeat():
    drawn = [secrets.token_bytes(16) for _ in range(2000)]
    assert len({new_code(each) for each in drawn}) == 2000
    assert len({new_pin(each) for each in drawn}) == 2000


@pytest.fixture(scope="module")
def key() -> bytes:
    return family_key("7K4M-29QX", "4821-7093-5516", bytes(receipt.SALT))


@pytest.fixture(scope="module")
def public(key: bytes) -> bytes:
    return receipt.family_public(key)


def test_the_family_reads_its_copy_with_code_and_pin(public: bytes):
    said = {"name": "Софія Ж.", "asked": ["Як її звати?"], "at": [49.9, 36.2]}
    sealed = receipt.seal_for_family(public, CASE, 0, said)
    again = family_key("7K4M-29QX", "4821-7093-5516", bytes(receipt.SALT))
    assert receipt.open_for_family(again, CASE, 0, sealed) == said
    assert "Софія".encode() not in sealed


def test_another_code_pin_salt_case_or_page_opens_nothing(key: bytes, public: bytes):
    sealed = receipt.seal_for_family(public, CASE, 0, {"a": 1})
    for code, pin, salt in (
        ("7K4M-29QX", "4821-7093-5517", bytes(receipt.SALT)),
        ("7K4M-29QY", "4821-7093-5516", bytes(receipt.SALT)),
        ("7K4M-29QX", "4821-7093-5516", bytes(receipt.SALT - 1) + b"\x01"),
    ):
        with pytest.raises(WrongPin):
            receipt.open_for_family(family_key(code, pin, salt), CASE, 0, sealed)
    with pytest.raises(WrongPin):
        receipt.open_for_family(key, UUID(int=CASE.int + 1), 0, sealed)
    with pytest.raises(WrongPin):
        receipt.open_for_family(key, CASE, 1, sealed)


def test_what_seals_for_the_family_opens_nothing(public: bytes):
    sealed = receipt.seal_for_family(public, CASE, 0, {"a": 1})
    with pytest.raises(WrongPin):
        receipt.open_for_family(public, CASE, 0, sealed)


def test_a_changed_or_cut_copy_opens_for_nobody(key: bytes, public: bytes):
    sealed = receipt.seal_for_family(public, CASE, 0, {"a": 1})
    for bit in range(0, len(sealed) * 8, 97):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(WrongPin):
            receipt.open_for_family(key, CASE, 0, bytes(flipped))
    for length in (0, 1, 31, 32, 47, 48, len(sealed) - 1):
        with pytest.raises(WrongPin):
            receipt.open_for_family(key, CASE, 0, sealed[:length])


def test_the_size_of_a_copy_does_not_tell_how_much_was_said(public: bytes):
    short = receipt.seal_for_family(public, CASE, 0, {"a": "x"})
    long = receipt.seal_for_family(public, CASE, 0, {"a": "x" * 3900})
    assert len(short) == len(long)


def test_a_copy_from_before_the_public_half_still_opens(key: bytes):
    """XChaCha20-Poly1305 under the key itself, bound to the case."""
    nonce = bytes(24)
    plain = b'{"a":1}'.ljust(4096)
    old = nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain, CASE.bytes, nonce, key
    )
    assert receipt.open_first_copy(key, CASE, old) == {"a": 1}
    for case, sealed in ((UUID(int=CASE.int + 1), old), (CASE, old[:-1]), (CASE, b"")):
        with pytest.raises(WrongPin):
            receipt.open_first_copy(key, case, sealed)
