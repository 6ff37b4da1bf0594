"""Personal data in a text meant for many: what must go, what a second person must have seen.

Codes, long runs of digits and addresses of mail are never sent. What looks like somebody's name or
birthday may be a minister's or a date of history: it is shown to whoever approves, who says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final, Literal, TypeAlias

from cases.matching import given
from cases.matching.spelling import key, stem
from desk.broadcast.links import allowed
from locales.contacts import every
from vault.receipt import read_code

Kind: TypeAlias = Literal["code", "digits", "mail", "name", "born"]
STOPS: Final[tuple[Kind, ...]] = ("code", "digits", "mail")
"""Not sent at all."""
ASKS: Final[tuple[Kind, ...]] = ("name", "born")
"""Sent when whoever approves has ticked that it is nobody's secret."""

_DIGITS: Final = re.compile(r"\+?(?<!\d)\d(?:[\s().\-–—]{0,2}\d){6,}")
_LEAST_DIGITS: Final = 7
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3}){2}")
_YEARS: Final = re.compile(r"(?:19|20)\d\d\s?[\-–—]\s?(?:19|20)\d\d")
_MONTHS: Final = [
    "січ",
    "лют",
    "бер",
    "кві",
    "тра",
    "чер",
    "лип",
    "сер",
    "вер",
    "жов",
    "лис",
    "гру",
    "янв",
    "фев",
    "мар",
    "апр",
    "май",
    "мая",
    "июн",
    "июл",
    "авг",
    "сен",
    "окт",
    "ноя",
    "дек",
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "sty",
    "lut",
    "kwi",
    "maj",
    "cze",
    "lip",
    "sie",
    "wrz",
    "paź",
    "lis",
    "gru",
    "mär",
    "mai",
    "okt",
    "dez",
]
_WORDED: Final = re.compile(r"(?<!\d)([0-3]?\d)\.?\s+([^\W\d_]{3,12})\.?\s+((?:19|20)\d\d)(?!\d)")
_NUMERIC: Final = re.compile(r"(?<![\d.])([0-3]?\d)[./\-]([01]?\d)[./\-]((?:19|20)\d\d)(?!\d)")
_ISO: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)-([01]\d)-([0-3]\d)(?!\d)")
_BORN: Final = re.compile(
    r"(?:р\.\s?н\.|г\.\s?р\.|народже|народи[влт]|рожден|родил|born|geboren|urodz)[^\n]{0,24}?\d{4}"
    r"|\d{4}\s?(?:року|рік|р\.|года|г\.)?\s?(?:народжен|рожден|р\.\s?н\.|г\.\s?р\.)",
    re.IGNORECASE,
)
_HISTORY: Final = frozenset({date(2022, 2, 24), date(2014, 2, 20)})
"""Days that everybody writes of and nobody means a birthday by."""
_CODE: Final = re.compile(r"(?<!\w)(?:(?:ДТ|DT)[\-– ])?\w{4}\s?[\-– ]\s?\w{4}(?!\w)")
_MAIL: Final = re.compile(r"(?<![^\s@<>()])[^\s@<>()]{1,64}@([^\s@<>()]+\.[^\s@<>().,;!?]+)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ‘`\-][^\W\d_]+)*")
_INITIAL: Final = re.compile(r"(?<!\w)[А-ЯІЇЄҐA-Z]\.\s?(?:[А-ЯІЇЄҐA-Z]\.\s?)?$")
_INITIALS: Final = re.compile(r"\s[А-ЯІЇЄҐA-Z]\.\s?[А-ЯІЇЄҐA-Z]\.")
_PATRONYMIC: Final = re.compile(
    r"(?!верх|шан|осн|гол|дух|ум|чинов|пов|черв)\w{2,}(?:[оеє]вич|йович|ьович|івн|ївн|евн|овн)(?:а|у|ем|і|и|ою|ам)?",
    re.IGNORECASE,
)
_SURNAME: Final = re.compile(
    r"\w{2,}(?:[єе]нк(?:о|а|у|ом)|ч[уе]к(?:а|у|ом)?|щук(?:а|у|ом)?|ськ(?:ий|а|ого|ому|ої|ій|ою)"
    r"|цьк(?:ий|а|ого|ому|ої|ій|ою)|ск(?:ий|ая|ого|ому|ой)|[оеє]в(?:а|у|им|ої|ій|ою)?"
    r"|їв|ishyn|enko|chuk|skyi?|ska)",
    re.IGNORECASE,
)
_CERTAIN: Final = re.compile(r"\w{2,}(?:[єе]нк(?:о|а|у|ом|ові)|enko)", re.IGNORECASE)
_NOT_PEOPLE: Final = frozenset(
    [
        "рада",
        "ради",
        "раді",
        "раду",
        "радою",
        "данія",
        "данії",
        "данію",
        "данією",
        "mark",
    ]  # of all, most often written
)
_ENDS: Final = ("oviu", "ovi", "evi", "oiu", "eiu", "om", "em", "oi", "ei", "am", "oj")
_SHORTEST: Final = 3
_BEGINS: Final = '.!?…:\n«„“"(•—–-'


@dataclass(frozen=True)
class Found:
    """Something in the text, and what it looks like."""

    kind: Kind
    text: str = field(repr=False)

    @property
    def stops(self) -> bool:
        return self.kind in STOPS


def find(plain: str, today: date) -> tuple[Found, ...]:
    """Everything suspicious in a text without tags, each once, what stops it first."""
    found = [
        *(Found("code", text) for text in _codes(plain)),
        *(Found("digits", text) for text in _digits(plain)),
        *(Found("mail", text) for text in _mails(plain)),
        *(Found("name", text) for text in _names(plain)),
        *(Found("born", text) for text in _births(plain, today)),
    ]
    return tuple(dict.fromkeys(found))


def _codes(plain: str) -> Iterator[str]:
    for match in _CODE.finditer(plain):
        text = match[0]
        bare = re.sub(r"\W|_", "", text)
        if not any(char.isdigit() for char in bare) or _YEARS.fullmatch(text):
            continue
        loud = text.upper() == text and "-" in text and not bare.isdigit()
        if loud or (not bare.isdigit() and read_code(text)):
            yield text


def _digits(plain: str) -> Iterator[str]:
    known = _telephones()
    masked = _dates_masked(plain)
    for match in _DIGITS.finditer(masked):
        text = match[0].strip()
        only = re.sub(r"\D", "", text)
        if len(only) < _LEAST_DIGITS or only in known:
            continue
        if not (_YEARS.fullmatch(text) or _THOUSANDS.fullmatch(text)):
            yield text


def _dates_masked(plain: str) -> str:
    """Dates are no telephone numbers, and are looked at by themselves."""
    for pattern in (_NUMERIC, _ISO, _YEARS):
        plain = pattern.sub(lambda match: "·" * len(match[0]), plain)
    return plain


@cache
def _telephones() -> frozenset[str]:
    """Lines for everybody, which families are shown anyway."""
    plain = [re.sub(r"\D", "", one.number) for one in every() if one.verified_on]
    return frozenset((*plain, *(f"38{one}" for one in plain if one.startswith("0"))))


def _mails(plain: str) -> Iterator[str]:
    for match in _MAIL.finditer(plain):
        if not allowed(f"https://{match[1].lower()}"):
            yield match[0]


def _births(plain: str, today: date) -> Iterator[str]:
    for match in _BORN.finditer(plain):
        yield match[0]
    for pattern, order in ((_NUMERIC, (3, 2, 1)), (_ISO, (1, 2, 3))):
        for match in pattern.finditer(plain):
            year, month, day = (int(match[at]) for at in order)
            if _long_ago(year, month, day, today):
                yield match[0]
    for match in _WORDED.finditer(plain):
        if match[2].lower()[:3] in _MONTHS and _long_ago(int(match[3]), 0, 0, today):
            history = match[1] in {"24", "20"} and match[2].lower()[:3] in {"лют", "фев", "feb"}
            if not history:
                yield match[0]


def _long_ago(year: int, month: int, day: int, today: date) -> bool:
    """Plans and news are of this year or the last; whoever was born then is not yet talked of."""
    if year >= today.year - 1:
        return False
    try:
        return not month or date(year, month, day) not in _HISTORY
    except ValueError:
        return False


def _names(plain: str) -> Iterator[str]:
    """Runs of capitalised words with a given name, a patronymic or a surname's ending among them,
    and a given name alone in the middle of a sentence.
    """
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(plain):
        goes_on = bool(run) and plain[run[-1].end() : word.start()] in {" ", "\u00a0"}
        if run and not (goes_on and _capital(word[0])):
            yield from _named(plain, run)
            run = []
        if _capital(word[0]):
            run.append(word)
    if run:
        yield from _named(plain, run)


def _named(plain: str, run: "list[re.Match[str]]") -> Iterator[str]:
    start, end = run[0].start(), run[-1].end()
    words = [word[0] for word in run]
    ahead = plain[max(0, start - 8) : start].rstrip(" \t\u00a0")
    begins = not ahead or ahead[-1] in _BEGINS
    before = _INITIAL.search(plain[max(0, start - 6) : start])
    after = _INITIALS.match(plain, end)
    if _of_a_person(words, begins=begins):
        yield plain[start:end]
    elif before and _SURNAME.fullmatch(words[0]):
        yield before[0] + plain[start:end]
    elif after and _SURNAME.fullmatch(words[-1]):
        yield plain[start : after.end()]


def _of_a_person(words: list[str], *, begins: bool) -> bool:
    """`begins`: the first of them is capitalised because a sentence begins."""
    inner = words[1:] if begins else words
    if any(_PATRONYMIC.fullmatch(word) for word in inner):
        return True
    if any(_CERTAIN.fullmatch(word) or is_given(word) for word in inner):
        return True
    if len(words) == 1:
        return False
    return is_given(words[0]) or bool(_SURNAME.fullmatch(words[-1]) and not begins)


def _capital(word: str) -> bool:
    return word[0].isupper() and not (len(word) > 1 and word.isupper())


def is_given(word: str) -> bool:
    """Whether it is a given name in any case: Соні, Петрові, Олександром."""
    found = "" if word.casefold() in _NOT_PEOPLE else key(word)
    if len(found) < _SHORTEST:
        return False
    if given.meant(found):
        return True
    bare = {stem(found)} | {stem(found[: -len(end)]) for end in _ENDS if found.endswith(end)}
    return any(len(one) >= _SHORTEST and one in _stems() for one in bare)


@cache
def _stems() -> frozenset[str]:
    return frozenset(stem(one) for one in given.every_key())
