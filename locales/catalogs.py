"""Reading the gettext catalogs. They are compiled here when nobody has compiled them before."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

DOMAINS = ("flows", "bot")
"""What families read, in every language."""
STAFF_DOMAINS = ("desk", "dossier", "staff")
"""What prosecutors and operators read: the desk's pages, its papers, the staff bot and bells."""
STAFF_LOCALES = ("uk", "en")
FOLDER = Path(__file__).parent


def source(locale: str, domain: str) -> Path:
    """The catalog that people edit."""
    return FOLDER / locale / "LC_MESSAGES" / f"{domain}.po"


@cache
def words_of(locale: str) -> tuple[GNUTranslations, ...]:
    """The catalogs of one language, read once."""
    return tuple(_compiled(source(locale, domain)) for domain in DOMAINS)


@cache
def staff_words_of(locale: str) -> tuple[GNUTranslations, ...]:
    """What the desk says in this language; nothing in a language it is not worded in."""
    spoken = STAFF_DOMAINS if locale in STAFF_LOCALES else ()
    return tuple(_compiled(source(locale, domain)) for domain in spoken)


def _all_words(locale: str) -> Iterator[GNUTranslations]:
    """A process that never speaks for the desk never reads the desk's words."""
    yield from words_of(locale)
    yield from staff_words_of(locale)


def template(locale: str, key: str, number: int) -> str | None:
    """The unfilled wording of `key`, in its plural form for `number` if it has any, or None."""
    if not key:  # gettext keeps the catalog's header there
        return None
    for words in _all_words(locale):
        # gettext answers a key it does not know with the key. Plural entries come first: asked
        # for without a number, they would answer with their form for one.
        for found in (words.ngettext(key, key, number), words.gettext(key)):
            if found != key:
                return found
    return None


def _compiled(po: Path) -> GNUTranslations:
    # The same time, not a later one: an upgrade may bring a catalog older than what was compiled.
    mo, edited = po.with_suffix(".mo"), po.stat().st_mtime_ns
    if mo.exists() and mo.stat().st_mtime_ns == edited:
        with mo.open("rb") as held:
            return GNUTranslations(held)
    compiled = _compile(po)
    _keep(mo, compiled, edited)
    return GNUTranslations(BytesIO(compiled))


def _compile(po: Path) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 -- needed once per installation
    from babel.messages.pofile import read_po  # noqa: PLC0415 -- needed once per installation

    with po.open("rb") as text:
        catalog = read_po(text, locale=po.parent.parent.name, domain=po.stem, abort_invalid=True)
    made = BytesIO()
    write_mo(made, catalog)
    return made.getvalue()


def _keep(mo: Path, compiled: bytes, edited: int) -> None:
    """Save for the next start, dated as its source (`edited`, nanoseconds).

    Several processes may do so at once; a read-only folder is fine.
    """
    try:
        handle, name = tempfile.mkstemp(dir=mo.parent, prefix=f".{mo.name}-")
    except OSError:
        return
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(compiled)
        draft.chmod(0o644)
        os.utime(draft, ns=(edited, edited))
        draft.replace(mo)
    except OSError:  # a full disk must not keep the bot from speaking
        draft.unlink(missing_ok=True)


def compile_all() -> None:
    """For a place that is read-only later: nothing is compiled at each start then."""
    for po in sorted(FOLDER.glob("*/LC_MESSAGES/*.po")):
        _compiled(po)
