"""The languages families may choose: what they are called, and how much of them is worded."""

from functools import cache

from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from locales.catalogs import DOMAINS, source
from locales.resolving import DEFAULT, resolve


def language_name(locale: str, code: str) -> str:
    """«польська»; the code itself where nobody has a name for it."""
    names = Locale.parse(resolve(locale)).languages
    return str(names.get(code, code))


@cache
def translated(code: str) -> int:
    """How many of a hundred texts for families are worded in this language.

    A doubtful wording does not count. Reads the catalogs, so the first time takes a moment.
    """
    wanted = {(domain, key) for domain in DOMAINS for key in _worded(DEFAULT, domain)}
    found = {(domain, key) for domain in DOMAINS for key in _worded(code, domain)}
    return 100 * len(wanted & found) // len(wanted)


def _worded(code: str, domain: str) -> set[str]:
    path = source(code, domain)
    if not path.exists():
        return set()
    with path.open("rb") as text:
        return {_key(one) for one in read_po(text, locale=code) if one.id and _whole(one)}


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _whole(message: Message) -> bool:
    forms = [message.string] if isinstance(message.string, str) else message.string or [""]
    return not message.fuzzy and all(form.strip() for form in forms)
