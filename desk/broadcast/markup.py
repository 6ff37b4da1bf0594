"""What an operator types and what Telegram is sent: text with <b>, <i> and <a href>, nothing else.

Everything that is not one of these tags is text and is escaped, so nothing that was pasted is
lost or does anything. Lengths are in UTF-16 units of the text without tags, as Telegram counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markupsafe import Markup

from flows.kinds.cleaning import clean_text

LONGEST: Final = 4096
"""Units that one message of Telegram holds."""
_RAW: Final = 20_000
_MOST_MARKS: Final = 100
"""More entities than these Telegram drops without a word."""

_TAG: Final = re.compile(
    r"<(?:(?P<open>b|strong|i|em)|a\s+href\s*=\s*(?:\"(?P<double>[^\"<>]*)\"|'(?P<single>[^'<>]*)')"
    r"|/(?P<close>b|strong|i|em|a))\s*>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(lt|gt|amp|quot);")
_LOOKS_LIKE_TAG: Final = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN: Final = {"strong": "b", "em": "i"}


class Unbalanced(Exception):
    """A tag is not closed, is closed without being open, or crosses another. `tag`: b, i or a."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class TooLong(Exception):
    """More was pasted than is ever read."""


@dataclass(frozen=True)
class Written:
    """`html`: what Telegram is sent. `plain`: what a person reads. `links`: addresses behind
    words. `literal`: what looks like a tag of the web and will be read as text. `marks`: how many
    tags.
    """

    html: str = field(default="", repr=False)
    plain: str = field(default="", repr=False)
    links: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    marks: int = 0

    @property
    def units(self) -> int:
        return units(self.plain)

    @property
    def too_many_marks(self) -> bool:
        return self.marks > _MOST_MARKS


def units(text: str) -> int:
    """Length in UTF-16 units: a letter is one, most emoji are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read(typed: str) -> Written:
    """What was typed, or what is stored. Raises Unbalanced, TooLong."""
    if len(typed) > _RAW:
        raise TooLong
    raw = clean_text(typed)
    html = "".join(_balanced(raw))
    texts = [text for text, _ in _tokens(html)]
    tags = [tag for _, tag in _tokens(html) if tag is not None and not tag["close"]]
    return Written(
        html,
        "".join(texts),
        tuple(_unescaped(tag["double"]) for tag in tags if not tag["open"]),
        tuple(one for text in texts for one in _LOOKS_LIKE_TAG.findall(text)),
        len(tags),
    )


def _balanced(raw: str) -> Iterator[str]:
    opened: list[str] = []
    for text, tag in _tokens(raw):
        yield escape(text, quote=False)
        if tag is None:
            break
        name = _name(tag["close"] or tag["open"] or "a")
        if tag["close"]:
            if not opened or opened.pop() != name:
                raise Unbalanced(name)
            yield f"</{name}>"
        elif name in opened:
            raise Unbalanced(name)
        else:
            opened.append(name)
            yield f"<{name}>" if tag["open"] else f'<a href="{_address(tag)}">'
    if opened:
        raise Unbalanced(opened[-1])


def _address(tag: "re.Match[str]") -> str:
    return escape(_unescaped(tag["double"] or tag["single"] or "").strip())


def typed(html: str) -> str:
    """What stands in the form for `html`: signs as people type them, unless that means a tag."""
    return "".join(_as_typed(text) + (tag[0] if tag else "") for text, tag in _tokens(html))


def shown(html: str) -> Markup:
    """The message as a page shows it: the same tags, lines broken, links that lead nowhere."""
    found = read(html)
    pieces = []
    for text, tag in _tokens(found.html):
        pieces.append(escape(text, quote=False).replace("\n", "<br>"))
        if tag is None:
            continue
        if tag["close"]:
            pieces.append("</span>" if tag["close"] == "a" else f"</{tag['close']}>")
        elif tag["open"]:
            pieces.append(f"<{tag['open']}>")
        else:
            pieces.append(f'<span class="link" title="{_address(tag)}">')
    return Markup("".join(pieces))  # noqa: S704 - every text above is escaped


def _tokens(raw: str) -> Iterator[tuple[str, "re.Match[str] | None"]]:
    """Each stretch of text, unescaped, with the tag that ends it; None at the very end."""
    end = 0
    for tag in _TAG.finditer(raw):
        yield _unescaped(raw[end : tag.start()]), tag
        end = tag.end()
    yield _unescaped(raw[end:]), None


def _name(tag: str) -> str:
    return _PLAIN.get(tag.lower(), tag.lower())


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda found: _NAMED[found[1]], text)


def _as_typed(text: str) -> str:
    safe = _ENTITY.sub(lambda found: f"&amp;{found[1]};", text)
    return _TAG.sub(lambda found: f"&lt;{found[0][1:]}", safe)
