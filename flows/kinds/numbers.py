"""Telephone numbers as people write them. One pass, no guessing without saying so."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from flows.answers import Invalid

#: networks that russia opened in occupied territory
OCCUPIED_OPERATORS = ("+7949", "+7959", "+7978", "+7990")
LISTENED = ("RU", "BY")

_NOBODYS = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_BEFORE = re.compile(
    r"^(?:телефон|тел|моб|мобільний|tel|phone|viber|вайбер|т)[.:]{0,2} ?", re.IGNORECASE
)
_AFTER = re.compile(r" ?\([^()0-9+]{1,30}\)$")
_EXTENSION = re.compile(r"(?:;ext=| ?(?:доб|дод|ext|вн)\.? ?)([0-9]{1,6})$", re.IGNORECASE)
_WRITTEN = re.compile(r"\+?[0-9 ().-]+")
_BETWEEN = re.compile(r"[^+0-9 ().-]+")
_SHORTEST, _LONGEST = 9, 15  # digits of a Ukrainian number without its 0; ITU-T E.164


@dataclass(frozen=True)
class Number:
    """`region`: ISO 3166-1, "" when none. `guessed`: the spelling needs a "did you mean"."""

    e164: str
    region: str
    extension: str
    guessed: bool


def read_number(line: str) -> Number:
    """The one telephone number in a cleaned line. Raises Invalid."""
    folded = "".join(_plain_digit(char) for char in line)
    bare = _BEFORE.sub("", folded)
    extension = _EXTENSION.search(bare)
    if extension:
        bare = bare[: extension.start()]
    bare = _AFTER.sub("", bare)
    if bare.count("+") > 1 or _are_several(bare):
        raise Invalid("phone_several")
    if not _WRITTEN.fullmatch(bare):
        raise Invalid("phone_letters" if any(map(str.isalpha, bare)) else "phone")
    digits = "".join(char for char in bare if char.isdigit())
    international, guessed = _international(bare, digits)
    guessed = guessed or bare != folded
    return _checked(international, extension[1] if extension else "", guessed=guessed)


def _are_several(bare: str) -> bool:
    """Whole numbers with a comma, a slash or a word between them."""
    lengths = (sum(map(str.isdigit, part)) for part in _BETWEEN.split(bare))
    return sum(length >= _SHORTEST for length in lengths) > 1


def _plain_digit(char: str) -> str:
    if char == "\uff0b":
        return "+"
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _international(written: str, digits: str) -> tuple[str, bool]:
    """The number with its "+", and whether the country was guessed."""
    if len(digits) < _SHORTEST:
        raise Invalid("phone_short")
    if len(digits) > _LONGEST:
        raise Invalid("phone_several" if len(digits) >= 2 * _SHORTEST else "phone_long")
    for beginning, length, replaced, guessed in _HABITS:
        if not written.startswith("+") and digits.startswith(beginning) and length == len(digits):
            return replaced + digits[len(beginning) :], guessed
    if written.startswith("+"):
        return f"+{digits}", False
    if digits.startswith("00"):
        return f"+{digits[2:]}", False
    if digits.startswith("0"):
        raise Invalid("phone_short" if len(digits) < len("0671234567") else "phone_long")
    if len(digits) == _SHORTEST:
        return f"+380{digits}", True
    return f"+{digits}", True


#: (first digits, how many in all, what stands for them, is it a guess)
_HABITS = (
    ("0", 10, "+380", False),
    ("380", 12, "+380", False),
    ("375", 12, "+375", False),
    ("80", 11, "+380", True),  # "8 067 ...", the trunk prefix of Soviet times
    ("7", 11, "+7", False),
    ("8", 11, "+7", False),
)


def _checked(international: str, extension: str, *, guessed: bool) -> Number:
    try:
        number = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        raise Invalid("phone") from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid("phone")
    if phonenumbers.number_type(number) in _NOBODYS:
        raise Invalid("phone_service")
    return Number(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.region_code_for_number(number) or "",
        extension,
        guessed,
    )
