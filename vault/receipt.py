"""The code and PIN a family keeps on paper, and the copy of its words that only they open.

The code stands in clear in the database, so the PIN's 40 bits (behind Argon2id) are what a stolen
dump would have to guess. Code and PIN yield a key pair: with its public half a corrected copy, or
a page more, is sealed without asking for the PIN.
"""

import unicodedata
from typing import Final
from uuid import UUID

import orjson
from nacl import bindings, pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from vault.contents import Json, Payload, canonical, padded

ALPHABET: Final = "23456789CFHJKMNPQRTVWXY"
"""23 symbols that nobody takes for one another, and no vowels, so that no word comes out.

23 is prime: with weights that all differ, the sum catches every single wrong character and every
two swapped ones.
"""
CODE: Final = 8
PART: Final = 3
"""So many signs of a code are worth looking for."""
PIN: Final = 12
RANDOM: Final = 16
"""How many random bytes `new_code` and `new_pin` ask for."""
SALT: Final = pwhash.argon2id.SALTBYTES
REPORT_PAGE: Final = 0
"""The page that holds the report as it stands; it is replaced when the report is corrected."""

_BODY: Final = CODE - 1
_WEIGHTS: Final = range(CODE, 0, -1)  # the check character has weight 1
_CYRILLIC: Final = str.maketrans("АВЕКМНОРСТУХІЈЅДЗЧБҮ", "ABEKMHOPCTYXIJSD346Y")
_SLIPS: Final = str.maketrans("SZBGUDO0", "5286VQQQ")
_TALKATIVE: Final = 64  # nobody needs more signs than this to write down a code
_NONCE: Final = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_OPS: Final = 3
_MEMORY: Final = 64 * 1024 * 1024


class WrongPin(Exception):
    """The family's copy does not open: another code or PIN, another case, or changed bytes.

    The caller counts tries and says the same for each of these.
    """


def new_code(random_bytes: bytes) -> str:
    """A fresh code such as "7K4M-29QX" from `RANDOM` bytes. The database decides if it is free."""
    number = _number(random_bytes)
    body = ""
    for _ in range(_BODY):
        number, digit = divmod(number, len(ALPHABET))
        body += ALPHABET[digit]
    return _grouped(body + ALPHABET[-_sum(body) % len(ALPHABET)])


def read_code(text: str) -> str | None:
    """The code somebody typed or dictated, as `new_code` writes it; None when it cannot be one.

    Case, spaces, dashes, quotes, Cyrillic twins of Latin letters, a leading "ДТ-" do not matter.
    """
    signs = _signs(text).translate(_CYRILLIC)
    if len(signs) == CODE + len("DT"):
        signs = signs.removeprefix("DT")
    signs = signs.translate(_SLIPS)
    if len(signs) != CODE or not set(signs) <= set(ALPHABET):
        return None
    return _grouped(signs) if _sum(signs) % len(ALPHABET) == 0 else None


def read_part(text: str) -> str:
    """The beginning of a code, or of its second half, as somebody typed it, in the signs of a code
    and without a dash. "" when it cannot be one, or is too short to tell codes apart.
    """
    signs = _signs(text).translate(_CYRILLIC).removeprefix("DT").translate(_SLIPS)
    return signs if PART <= len(signs) <= CODE and set(signs) <= set(ALPHABET) else ""


def new_pin(random_bytes: bytes) -> str:
    """A fresh PIN such as "4821-7093-5516" from `RANDOM` bytes."""
    return _grouped(f"{_number(random_bytes) % 10**PIN:0{PIN}}")


def read_pin(text: str) -> str | None:
    """The PIN somebody typed, as `new_pin` writes it; None when it is not 12 digits."""
    digits = _signs(text)
    whole = len(digits) == PIN and digits.isascii() and digits.isdigit()
    return _grouped(digits) if whole else None


def family_key(code: str, pin: str, salt: bytes) -> bytes:
    """The key of the family's copy. Code and PIN as `new_*` and `read_*` return them.

    `salt`: `SALT` random bytes, kept beside the copy. Argon2id takes about 0.1 s
    and 64 MiB, and lets other threads run: call it in one.
    """
    return pwhash.argon2id.kdf(
        PrivateKey.SIZE,
        f"dodomu-family-1|{code}|{pin}".encode(),
        salt,
        opslimit=_OPS,
        memlimit=_MEMORY,
    )


def family_public(key: bytes) -> bytes:
    """What seals for the family and opens nothing: kept beside the copy."""
    return bytes(PrivateKey(key).public_key)


def seal_for_family(public: bytes, case: UUID, page: int, payload: Payload) -> bytes:
    """What the family may read again: `REPORT_PAGE`, or the number of the object it is a copy of.

    Raises NotCanonical for what JSON lacks.
    """
    whole: Payload = {"case": str(case), "page": page, "payload": payload}
    return bytes(SealedBox(PublicKey(public)).encrypt(padded(canonical(whole), "report")))


def open_for_family(key: bytes, case: UUID, page: int, sealed: bytes) -> Json:
    """The payload sealed as this page of `case`. Raises WrongPin."""
    try:
        whole = orjson.loads(SealedBox(PrivateKey(key)).decrypt(sealed))
    except (CryptoError, TypeError, ValueError):
        raise WrongPin from None
    if not isinstance(whole, dict) or (whole["case"], whole["page"]) != (str(case), page):
        raise WrongPin
    payload: Json = whole["payload"]
    return payload


def open_first_copy(key: bytes, case: UUID, sealed: bytes) -> Json:
    """A copy from before there was a public half beside it. Raises WrongPin."""
    try:
        plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE:], case.bytes, sealed[:_NONCE], key
        )
    except (CryptoError, TypeError, ValueError):  # a cut one has no whole nonce
        raise WrongPin from None
    payload: Json = orjson.loads(plain)
    return payload


def _number(random_bytes: bytes) -> int:
    if len(random_bytes) < RANDOM:
        raise ValueError(f"{RANDOM} random bytes are needed")
    return int.from_bytes(random_bytes, "big")


def _sum(signs: str) -> int:
    return sum(
        weight * ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, signs, strict=False)
    )


def _signs(text: str) -> str:
    if len(text) > _TALKATIVE:
        return ""
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(_plain(sign) for sign in upper if sign.isalnum())


def _plain(sign: str) -> str:
    """The ASCII digit of any script's digit; other signs as they are."""
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))
