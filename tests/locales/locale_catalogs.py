"""The catalogs as their editors see them, for the tests that judge them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from flows.kinds.words import WORDS
from flows.messages import keys
from locales import LOCALES
from locales.catalogs import DOMAINS, source
from locales.contacts import every

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Entry:
    """One wording in one language; several forms when it has plurals."""

    locale: str
    domain: str
    key: str
    forms: tuple[str, ...]
    fuzzy: bool
    notes: tuple[str, ...]

    def __str__(self):
        return f"{self.locale}:{self.key}"

    @property
    def placeholders(self):
        return {name for form in self.forms for name in PLACEHOLDER.findall(form)}


@cache
def catalog(locale, domain):
    with source(locale, domain).open("rb") as text:
        return read_po(text, locale=locale, abort_invalid=True)


@cache
def entries(locale, domain):
    return {
        message.key: message
        for message in (
            Entry(
                locale,
                domain,
                one.id if isinstance(one.id, str) else one.id[0],
                (one.string,) if isinstance(one.string, str) else tuple(one.string),
                one.fuzzy,
                tuple(one.auto_comments),
            )
            for one in catalog(locale, domain)
            if one.id
        )
    }


def every_entry():
    return [
        one for locale in LOCALES for domain in DOMAINS for one in entries(locale, domain).values()
    ]


@dataclass(frozen=True)
class BotKey:
    """A line of bot_keys.txt: what the code asks for, and with which values."""

    key: str
    button: bool
    placeholders: frozenset[str]


@cache
def bot_keys():
    lines = Path(__file__).with_name("bot_keys.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.split() for line in lines if line and not line.startswith("#")]
    return tuple(
        BotKey(cells[0], "B" in cells[1:], frozenset(PLACEHOLDER.findall(" ".join(cells[1:]))))
        for cells in listed
    )


def wanted(domain):
    """The keys a catalog must hold, no more and no less."""
    if domain == "flows":
        return set(keys())
    return {one.key for one in bot_keys()} | {f"contacts.{one.id}.what" for one in every()}


_KIND_BUTTONS = re.compile(
    r"kind\.(yes|again|more|fewer|done|keep|month\.\d+|season\.\d+"
    r"|name\.(swap|apart|none)|date\.(age|baby|whole_year|whole_month|no_day)"
    r"|phone\.(none|other|keep_quiet|keep_call|trusted|mine)"
    r"|place\.(russia|belarus|occupied|ukraine|elsewhere|other_oblast|abroad|only_oblast"
    r"|whole_city|keep|only_country|no_settlement))"
)


def is_button(key):
    if key in WORDS:
        return bool(_KIND_BUTTONS.fullmatch(key))
    if key in {one.key for one in bot_keys() if one.button}:
        return True
    return key in set(keys()) and (".option." in key or key.endswith(".done"))
