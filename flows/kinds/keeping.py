"""A parent is never stopped by a validator: what cannot be read may be kept as it was written."""

from flows.answers import Deeper, Invalid, Json, Label, Literal, Option, Page, Sub, Taken, Word
from flows.kinds.cleaning import clean_line, storable
from flows.kinds.kind import Now
from flows.kinds.subs import flags_in, text_in

TRIES = 2
"""Refusals after which the answer may be kept unread."""
AT_MOST = 1000
"""Characters of an answer kept unread."""

KEEP = Option("#keep", Word("kind.keep"))
AGAIN = Option("#again", Word("kind.again"))
UNPARSED = "unparsed"


def refused(refusal: Invalid, raw: str, now: Now, *, at_once: bool = False) -> Deeper:
    """The page that offers to keep `raw` once it was refused often enough (or `at_once`).

    Before that, and for texts too long to be any answer, raises `refusal`.
    """
    if len(raw) > AT_MOST or (now.tries < TRIES and not at_once):
        raise refusal
    text = clean_line(raw)
    if not text:
        raise refusal
    return Deeper({"keep": text, "verbatim": storable(raw), "why": refusal.code})


def is_keeping(sub: Sub) -> bool:
    """Whether `sub` is the question "keep it as written?"."""
    return bool(text_in(sub, "keep"))


def keep_page(sub: Sub) -> Page:
    """The question "keep it as written?", with its reason where the person can act on it."""
    key = "kind.keep.digits" if text_in(sub, "why") == "name_digits" else "kind.keep.ask"
    return Page(((KEEP,), (AGAIN,)), ask=Word(key, {"text": text_in(sub, "keep")}))


def keep_tapped(key: str, sub: Sub) -> Taken | Deeper:
    """Raises Invalid for a key that is not on the page."""
    if key == AGAIN.key:
        return Deeper({})
    if key != KEEP.key:
        raise Invalid("choose")
    flags = (*flags_in(sub), UNPARSED)
    return Taken({"text": text_in(sub, "keep")}, text_in(sub, "verbatim"), flags)


def kept_text(value: Json) -> str:
    """The text of an answer that was kept unread, "" for any other value."""
    if isinstance(value, dict) and set(value) == {"text"}:
        text = value["text"]
        return text if isinstance(text, str) else ""
    return ""


def told_kept(value: Json) -> tuple[Label, ...]:
    text = kept_text(value)
    return (Literal(text),) if text else ()
