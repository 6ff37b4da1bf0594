"""PersonName: a name typed in one line, shown back in its parts, corrected by one tap."""

from collections.abc import Mapping
from dataclasses import dataclass

from flows.answers import (
    Deeper,
    Invalid,
    Json,
    Label,
    Literal,
    NotKnown,
    Option,
    Outcome,
    Page,
    Sub,
    Taken,
    Word,
)
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.keeping import (
    TRIES,
    UNPARSED,
    is_keeping,
    keep_page,
    keep_tapped,
    refused,
    told_kept,
)
from flows.kinds.kind import Now
from flows.kinds.naming import Name, latin, read_name, read_part
from flows.kinds.subs import flags_in, record_in, text_in
from flows.kinds.unknown import is_unknown

PARTS = ("family", "given", "patronymic")

YES = Option("yes", Word("kind.yes"))
SWAP = Option("swap", Word("kind.name.swap"))
APART = Option("apart", Word("kind.name.apart"))
NONE = Option("none", Word("kind.name.none"))

_NO_NAME = ("немає", "нема", "нет", "без імені", "без имени")
_NO_PART = frozenset({"-", "–", "—", "немає", "нема", "нет", "без"})
_MOST_VERBATIM = 2_000


@dataclass(frozen=True)
class PersonName:
    """Value: {"family", "given", "patronymic", "latin", "verbatim"}, missing parts null.

    `latin`: KMU 55 spelling of a Cyrillic name. {"text": ...} with the flag "unparsed": kept as
    written. Flags: "cleaned", "mixed_script", "script", "not_a_name".
    sub: {"name", "verbatim", "flags"}, and "apart" with the part asked for.
    """

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        if is_keeping(sub):
            return keep_page(sub)
        apart = text_in(sub, "apart")
        if apart in PARTS:
            return Page(((NONE,),), ask=Word(f"kind.name.{apart}"))
        parts = _shown(record_in(sub, "name"))
        if not any(parts.values()):
            return Page()
        both = (SWAP,) if parts["family"] and parts["given"] else ()
        absent = Word("kind.name.absent")
        echo = Word("kind.name.echo", {part: said or absent for part, said in parts.items()})
        return Page(tuple((option,) for option in (YES, *both, APART)), ask=echo)

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:
        if text_in(sub, "apart") in PARTS:
            return self._part(text, sub, now)
        line = clean_line(text)
        if is_unknown(line, *_NO_NAME):
            return NotKnown(storable(text))
        if not line:
            raise Invalid("empty")
        try:
            name = read_name(text)
        except Invalid as refusal:
            return refused(refusal, text, now, at_once=refusal.code == "name_digits")
        return _echoed(name, storable(text))

    def _part(self, text: str, sub: Sub, now: Now) -> Outcome:
        """One part, asked for alone. What was refused twice is taken as it is, flagged."""
        try:
            said = read_part(text)
            if said and not is_unknown(said) and said.casefold() not in _NO_PART:
                name = read_name(said)
                return _next(sub, said, text, name.flags)
        except Invalid as refusal:
            kept = clean_line(text)[:80]
            if not kept or (now.tries < TRIES and refusal.code != "name_digits"):
                raise
            return _next(sub, kept, text, (UNPARSED,))
        return _next(sub, "", text, ())

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if is_keeping(sub):
            return keep_tapped(key, sub)
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        if key == NONE.key:
            return _next(sub, "", "", ())
        parts = _shown(record_in(sub, "name"))
        if key == APART.key:
            return Deeper(
                {"apart": PARTS[0], "verbatim": text_in(sub, "verbatim"), "name": {}, "flags": []}
            )
        if key == SWAP.key:
            swapped = {**parts, "family": parts["given"], "given": parts["family"]}
            return Deeper({**sub, "name": dict(swapped)})
        verbatim = text_in(sub, "verbatim")
        value: dict[str, Json] = {part: said or None for part, said in parts.items()}
        value["latin"] = latin(" ".join(filter(None, parts.values())))
        value["verbatim"] = verbatim
        return Taken(value, verbatim, flags_in(sub))

    def told(self, value: Json) -> tuple[Label, ...]:
        if not isinstance(value, dict):
            return ()
        words = " ".join(filter(None, _shown(value).values()))
        return (Literal(words),) if words else told_kept(value)

    def fits(self, value: Json) -> bool:
        return bool(self.told(value))


def _shown(name: Mapping[str, Json]) -> dict[str, str]:
    return {part: text_in(name, part) for part in PARTS}


def _echoed(name: Name, verbatim: str) -> Deeper:
    parts: dict[str, Json] = {
        "family": name.family, "given": name.given, "patronymic": name.patronymic,
    }  # fmt: skip
    return Deeper({"name": parts, "verbatim": verbatim, "flags": list(name.flags)})


def _next(sub: Sub, said: str, typed: str, flags: tuple[str, ...]) -> Deeper:
    """The question for the following part, or the parts shown back. Raises Invalid("empty")."""
    part = text_in(sub, "apart")
    name = {**record_in(sub, "name"), part: said}
    verbatim = "\n".join(filter(None, (text_in(sub, "verbatim"), storable(typed))))
    held: dict[str, Json] = {
        "name": name,
        "verbatim": verbatim[:_MOST_VERBATIM],
        "flags": list(dict.fromkeys((*flags_in(sub), *flags))),
    }
    if part != PARTS[-1]:
        return Deeper({**held, "apart": PARTS[PARTS.index(part) + 1]})
    if not any(_shown(name).values()):
        raise Invalid("empty")
    return Deeper(held)
