"""Phone: a number typed or shared, and whether it may be called."""

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
from flows.kinds.keeping import is_keeping, keep_page, keep_tapped, refused, told_kept
from flows.kinds.kind import Now
from flows.kinds.numbers import LISTENED, OCCUPIED_OPERATORS, read_number
from flows.kinds.subs import flags_in, record_in, text_in
from flows.kinds.unknown import is_unknown

NONE = Option("none", Word("kind.phone.none"))
OTHER = Option("#other", Word("kind.phone.other"))

_CONFIRM, _WHOSE, _LISTENED = "confirm", "whose", "listened"
_NO_PHONE = (
    "нет телефона", "немає телефону", "без телефону", "без телефона", "телефону немає",
    "телефона нет", "no phone", "немає", "нема", "нет",
)  # fmt: skip
_ROWS = {
    _CONFIRM: (Option("#yes", Word("kind.yes")), OTHER),
    _WHOSE: (
        Option("#trusted", Word("kind.phone.trusted")),
        Option("#mine", Word("kind.phone.mine")),
    ),
    _LISTENED: (
        Option("#quiet", Word("kind.phone.keep_quiet")),
        Option("#call", Word("kind.phone.keep_call")),
        OTHER,
    ),
}


@dataclass(frozen=True)
class Phone:
    """Value: {"e164", "region", "call", "whose"} and, if known, "ext" and "name" of the card.

    `call` False: nobody may ring it. `whose`: "own" or "trusted". None with the flag "no_phone":
    the person has none. {"text": ...} with the flag "unparsed": kept as written.
    Flags: "occupied_operator", "cleaned". sub: {"asks", "number", "verbatim", "flags"}.
    """

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        if is_keeping(sub):
            return keep_page(sub)
        asks = text_in(sub, "asks")
        if asks not in _ROWS:
            return Page(((NONE,),), shares_contact=True)
        number = record_in(sub, "number")
        return Page(tuple((option,) for option in _ROWS[asks]), ask=_question(asks, number))

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        """A number typed on any page of the question replaces the one before."""
        line = clean_line(text)
        if not line:
            raise Invalid("empty")
        if is_unknown(line, *_NO_PHONE):
            return NotKnown(storable(text))
        try:
            found = read_number(line)
        except Invalid as refusal:
            return refused(refusal, text, now)
        number: dict[str, Json] = {
            "e164": found.e164, "region": found.region, "call": True, "whose": "own",
        }  # fmt: skip
        if found.extension:
            number["ext"] = found.extension
        changed = line != text.strip() or any(c.isdecimal() and not c.isascii() for c in line)
        held: Sub = {
            "number": number,
            "verbatim": storable(text),
            "flags": ["cleaned"] if changed else [],
        }
        if found.guessed and found.region not in LISTENED:
            return Deeper({**held, "asks": _CONFIRM})
        return _settled(held)

    def shared(self, number: str, own: bool, name: str) -> Outcome:
        """A contact shared through Telegram. `own`: its user is the sender. Raises Invalid."""
        line = clean_line(number)
        found = read_number(f"+{line.lstrip('+ ')}")
        known: dict[str, Json] = {
            "e164": found.e164, "region": found.region, "call": True, "whose": "own",
        }  # fmt: skip
        held: Sub = {"number": known, "verbatim": storable(number), "flags": []}
        if own:
            return _settled(held)
        called = clean_line(name[:200])[:80]
        card: dict[str, Json] = {**known, "name": called} if called else known
        return Deeper({**held, "number": card, "asks": _WHOSE})

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:
        if is_keeping(sub):
            return keep_tapped(key, sub)
        if key not in {option.key for option in self.page(sub, now).options()}:
            raise Invalid("choose")
        if key == NONE.key:
            return Taken(None, flags=("no_phone",))
        if key in (OTHER.key, "#mine"):
            return Deeper({})
        number = record_in(sub, "number")
        if key == "#trusted":
            return _settled({**sub, "number": {**number, "whose": "trusted"}})
        if key == "#yes":
            return _settled(sub)
        return _taken({**sub, "number": {**number, "call": key == "#call"}})

    def told(self, value: Json) -> tuple[Label, ...]:
        if value is None:
            return (Word("kind.phone.told_none"),)
        if not isinstance(value, dict) or not isinstance(value.get("e164"), str):
            return told_kept(value)
        quiet = () if value.get("call") else (Word("kind.phone.told_quiet"),)
        return (Literal(str(value["e164"])), *quiet)

    def fits(self, value: Json) -> bool:
        return bool(self.told(value))


def _question(asks: str, number: Sub) -> Word:
    e164 = text_in(number, "e164")
    if asks == _LISTENED:
        belarus = number.get("region") == "BY"
        return Word("kind.phone.by" if belarus else "kind.phone.ru", {"number": e164})
    return Word(f"kind.phone.{asks}", {"number": e164})


def _settled(held: Sub) -> Outcome:
    """Taken, unless the number belongs to a network where calls may be listened to."""
    if record_in(held, "number").get("region") in LISTENED:
        return Deeper({**held, "asks": _LISTENED})
    return _taken(held)


def _taken(held: Sub) -> Taken:
    number = record_in(held, "number")
    occupied = text_in(number, "e164").startswith(OCCUPIED_OPERATORS)
    flags = (*flags_in(held), *(("occupied_operator",) if occupied else ()))
    return Taken(number, text_in(held, "verbatim") or None, flags)
