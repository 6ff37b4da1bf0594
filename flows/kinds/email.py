"""Email: where a prosecutor may write."""

import re
from dataclasses import dataclass

from flows.answers import (
    Invalid,
    Json,
    Label,
    Literal,
    NotKnown,
    Outcome,
    Page,
    Sub,
    Taken,
)
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.keeping import is_keeping, keep_page, keep_tapped, refused, told_kept
from flows.kinds.kind import Now
from flows.kinds.unknown import is_unknown

AT_MOST = 254  # RFC 5321, path of a mailbox

_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z0-9-]{2,63}", re.IGNORECASE
)
_NO_EMAIL = ("немає", "нема", "нет", "no email", "немає пошти", "нет почты")


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as its form tells."""
    return len(text) <= AT_MOST and bool(_ADDRESS.fullmatch(text)) and ".." not in text


@dataclass(frozen=True)
class Email:
    """Value: {"email": "anna@example.org"}, or {"text": ...} with the flag "unparsed"."""

    def page(self, sub: Sub, now: Now) -> Page:  # noqa: ARG002 -- the interface of every kind
        return keep_page(sub) if is_keeping(sub) else Page()

    def typed(self, text: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        line = clean_line(text)
        if not line:
            raise Invalid("empty")
        if is_unknown(line, *_NO_EMAIL):
            return NotKnown(storable(text))
        address = line.removeprefix("mailto:").strip(" <>,;.")
        if is_address(address):
            return Taken({"email": address}, storable(text))
        return refused(Invalid("email"), text, now)

    def tapped(self, key: str, sub: Sub, now: Now) -> Outcome:  # noqa: ARG002 -- the interface
        if is_keeping(sub):
            return keep_tapped(key, sub)
        raise Invalid("choose")

    def told(self, value: Json) -> tuple[Label, ...]:
        address = value.get("email") if isinstance(value, dict) else None
        return (Literal(address),) if isinstance(address, str) else told_kept(value)

    def fits(self, value: Json) -> bool:
        return bool(self.told(value))
