"""Which of our languages a language code asks for."""

import re

LOCALES = ("uk", "ru", "en", "pl", "de")
DEFAULT = "uk"
PREPARED = ("crh",)
"""Languages whose catalogs wait for a translator. Nobody is offered them: `say` and `html` speak
them as far as they are worded, in Ukrainian elsewhere, with Ukrainian dates and numbers."""

_LANGUAGE = re.compile(r"\s*([a-z]{2,3})(?![a-z])", re.IGNORECASE | re.ASCII)
_ALSO = {"ukr": "uk", "ua": "uk", "rus": "ru", "eng": "en", "pol": "pl", "deu": "de", "ger": "de"}


def resolve(code: str | None) -> str:
    """The one of LOCALES that `code` (BCP 47, or whatever a client sent) starts with, else "uk".

    Never raises. Nothing is guessed from a country: a language we do not speak is Ukrainian.
    """
    found = _LANGUAGE.match(code or "")
    language = found[1].lower() if found else DEFAULT
    language = _ALSO.get(language, language)
    return language if language in LOCALES else DEFAULT
