"""Pages out of templates: words from the catalogs, values escaped, nothing kept between two."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block
from litestar import MediaType, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from markupsafe import Markup

from cases.permissions import reaches
from cases.person import handle_of
from desk import visitor as visiting
from desk.deeds import deed_of, doer_of
from desk.export.wording import returned, worded
from desk.site import Site
from desk.visitor import Visitor
from flows.places.regions import subdivisions
from locales import html, say
from locales.catalogs import STAFF_LOCALES
from locales.dates import KYIV, edtf_words, moment
from locales.languages import language_name

FOLDER: Final = Path(__file__).parent
ASSETS: Final = FOLDER / "assets"

_ALPHABET: Final = " -’абвгґдеєжзиіїйклмнопрстуфхцчшщьюяabcdefghijklmnopqrstuvwxyz"

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(frozen=True)
class Room:
    """An entry of the menu: shown to those whom `action` reaches at all."""

    key: str
    path: str
    action: str


ROOMS: Final = (
    Room("queue", "/queue", "queue"),
    Room("mine", "/queue?view=mine", "take"),
    Room("enter", "/enter", "enter_report"),
    Room("pairs", "/pairs", "link_duplicates"),
    Room("broadcasts", "/broadcasts", "broadcasts"),
    Room("people", "/people", "people"),
    Room("statistics", "/statistics", "statistics"),
    Room("audit", "/audit", "read_audit"),
    Room("health", "/health", "health"),
)
"""In the order of the menu. What is not built is not listed."""


def page(
    site: Site,
    visitor: Visitor,
    name: str,
    *,
    status: int = HTTP_200_OK,
    room: str = "",
    **shown: Any,
) -> Response[str]:
    """The template `name` with the words of the visitor's language; `room` marks the menu."""
    template = _ENVIRONMENT.get_template(name)
    whole = template.render(_context(site, visitor), room=room, **shown)
    return _answer(site, visitor, whole, status)


def part(site: Site, visitor: Visitor, name: str, block: str, **shown: Any) -> Response[str]:
    """One block of a template, for a page that refreshes itself."""
    context = {**_context(site, visitor), **shown}
    return _answer(site, visitor, render_block(_ENVIRONMENT, name, block, context), HTTP_200_OK)


def onward(path: str, **told: str) -> Redirect:
    """After a deed: the page to look at, asked for anew. `path` is one of this desk."""
    more = f"{'&' if '?' in path else '?'}{urlencode(told)}" if told else ""
    return Redirect(inside(path) + more, status_code=HTTP_303_SEE_OTHER)


def inside(path: str) -> str:
    """`path` when it leads into this desk, else the first page: nobody is sent elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"


def _answer(site: Site, visitor: Visitor, whole: str, status: int) -> Response[str]:
    answer = Response(whole, media_type=MediaType.HTML, status_code=status)
    if visitor.fresh:
        answer.set_cookie(visiting.cookie(site, visiting.VISIT, visitor.visit))
    return answer


def _context(site: Site, visitor: Visitor) -> Mapping[str, Any]:
    locale, person = visitor.locale, visitor.person
    return {
        "_": _marked(locale),
        "word": lambda key, **params: say(locale, key, **params),
        "moment": lambda when: _moment(locale, when),
        "dated": lambda edtf: edtf_words(locale, edtf),
        "oblast": lambda code: oblast_name(locale, code),
        "coded": lambda stem, code: worded(locale, stem, code),
        "returned": lambda status: returned(locale, status),
        "language": lambda code: language_name(locale, code),
        "handle_of": handle_of,
        "deed": lambda action: deed_of(locale, action),
        "doer": lambda actor, number: doer_of(locale, actor, number),
        "numbered": lambda group, n: say(locale, f"group.item.{group}", n=n),
        "asset": asset,
        "locale": locale,
        "person": person,
        "session": visitor.session,
        "token": visitor.token,
        "path": visitor.path,
        "demo": bool(site.demo),
        "alarm": site.watch.alarm(person) if site.watch else None,
        "other": next(one for one in STAFF_LOCALES if one != locale),
        "opens": person is not None and reaches(person, "open"),
        "unlocked": _unlocked(site, visitor),
        "rooms": [room for room in ROOMS if person is not None and reaches(person, room.action)],
    }


def _unlocked(site: Site, visitor: Visitor) -> datetime | None:
    """Until when the keys of this session are open."""
    if visitor.person is None or visitor.session is None:
        return None
    held = site.ring.of(visitor.session.id, visitor.person, site.now())
    return held.until if held else None


def _marked(locale: str) -> Callable[..., Markup]:
    def worded(key: str, **params: str | int) -> Markup:
        return Markup(html(locale, key, **params))  # noqa: S704 - values are escaped there

    return worded


def _moment(locale: str, when: datetime) -> Markup:
    """A moment in Kyiv, for eyes and for machines."""
    exact = when.astimezone(KYIV).isoformat(timespec="minutes")
    return Markup('<time datetime="{}">{}</time>').format(exact, moment(locale, when))


def oblast_name(locale: str, code: str) -> str:
    """«Херсонська область»; the code itself when it is none of Ukraine's."""
    for region in subdivisions("UA"):
        if region.code == code:
            return region.en if locale == "en" else region.uk
    return code


def oblasts_by_name(locale: str, codes: Iterable[str]) -> tuple[str, ...]:
    """The codes in the order of their names' alphabet, which is not the order of Unicode."""

    def place(code: str) -> list[int]:
        return [_ALPHABET.find(one) for one in oblast_name(locale, code).casefold()]

    return tuple(sorted(codes, key=place))


def asset(name: str) -> str:
    """The path of a file in assets/, which changes when the file does."""
    return f"/assets/{name}?v={_PRINTS[name]}"


def _prints() -> Iterator[tuple[str, str]]:
    for path in ASSETS.iterdir():
        yield path.name, sha256(path.read_bytes()).hexdigest()[:12]


_PRINTS: Final = dict(_prints())
