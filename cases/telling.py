"""The words of a label in one person's language: where questions meet wording."""

from collections.abc import Iterable
from typing import Final

from flows.answers import Area, Edtf, Label, Literal, Param, Word
from flows.places import region
from locales import html, resolve, say
from locales.dates import edtf_words


def tell(locale: str, label: Label) -> str:
    """Plain text. Data in it is as it was typed."""
    match label:
        case Literal(text=text):
            return text
        case Edtf(text=text):
            return edtf_words(locale, text)
        case Area(code=code, short=short):
            return _named(locale, code, short=short)
        case Word(key=key, params=params):
            return say(locale, key, **{name: _param(locale, one) for name, one in params.items()})


def tell_html(locale: str, word: Word) -> str:
    """For parse_mode HTML: the wording may hold tags, what fills it is escaped."""
    filled = {name: _param(locale, one) for name, one in word.params.items()}
    return html(locale, word.key, **filled)


def tell_all(locale: str, labels: Iterable[Label]) -> str:
    """Several labels, with commas between them."""
    return ", ".join(tell(locale, label) for label in labels)


_WORDS_FOR_REGION: Final = (" область", " oblast")


def _named(locale: str, code: str, *, short: bool) -> str:
    """The region in Ukrainian or Russian, in Latin letters for everybody else."""
    found = region(code)
    if found is None:
        return code
    name = {"uk": found.uk, "ru": found.ru}.get(resolve(locale), found.en.replace("'", ""))
    for word in _WORDS_FOR_REGION if short else ():
        name = name.removesuffix(word)
    return name


def _param(locale: str, param: Param) -> str | int:
    match param:
        case str() | int():
            return param
        case tuple():
            return tell_all(locale, param)
        case _:
            return tell(locale, param)
