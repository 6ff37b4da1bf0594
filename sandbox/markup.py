"""Telegram's HTML: text with tags in, plain text with entities (UTF-16 offsets) out."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.wire import Obj, bad_request

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_TOKEN = re.compile(r"&(?:#x?[0-9a-fA-F]+|lt|gt|amp|quot);|<|[^&<]+|&")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>]+)(?:\s*=\s*(?:"(?P<dq>[^"]*)"|'(?P<sq>[^']*)'|(?P<bare>[\w.-]+)))?"""
)
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")
_URL = re.compile(r"https?://[^\s<>]+")


def utf16(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class Formatted:
    """Plain text and its MessageEntity objects."""

    text: str
    entities: list[Obj]


@dataclass
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


class _Reader:
    """One pass over the source. Errors name the byte where a tag began, as Telegram's do."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.length = 0
        self.open: list[_Open] = []
        self.entities: list[Obj] = []

    def read(self) -> Formatted:
        position = 0
        while position < len(self.source):
            token = _TOKEN.match(self.source, position)
            if token is None:
                raise AssertionError  # the pattern matches any character
            if token.group() != "<":
                self._write(token.group())
                position = token.end()
            elif self.source.startswith("</", position):
                position = self._end_tag(position)
            else:
                position = self._start_tag(position)
        if self.open:
            tag = self.open[-1].tag
            raise _unparsed(f'Can\'t find end tag corresponding to start tag "{tag}"')
        return Formatted("".join(self.parts), self.entities)

    def _write(self, token: str) -> None:
        plain = html.unescape(token) if token.startswith("&") and len(token) > 1 else token
        self.parts.append(plain)
        self.length += utf16(plain)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _start_tag(self, begin: int) -> int:
        name = re.compile(r"[^\s>]*").match(self.source, begin + 1)
        end = name.end() if name else begin + 1
        if end >= len(self.source):
            raise _unparsed(f"Unclosed start tag at byte offset {self._byte(begin)}")
        tag = self.source[begin + 1 : end].lower()
        if tag not in _KINDS:
            at = self._byte(begin)
            raise _unparsed(f'Unsupported start tag "{tag}" at byte offset {at}')
        attributes, end = self._attributes(begin, end, tag)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            at = self._byte(begin)
            raise _unparsed(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self.open.append(_Open(tag, self.length, attributes))
        return end

    def _attributes(self, begin: int, end: int, tag: str) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        closing = re.compile(r"\s*>")
        while not (close := closing.match(self.source, end)):
            pair = _ATTRIBUTE.match(self.source, end)
            if pair is None or pair.end() >= len(self.source):
                raise _unparsed(f"Unclosed start tag at byte offset {self._byte(begin)}")
            value = next((v for v in pair.group("dq", "sq", "bare") if v is not None), None)
            if value is None and pair["name"] != "expandable":
                raise _unparsed(
                    "Expected equal sign in declaration of an attribute of the tag "
                    f'"{tag}" at byte offset {self._byte(begin)}'
                )
            found[pair["name"].lower()] = html.unescape(value or "")
            end = pair.end()
        return found, close.end()

    def _end_tag(self, begin: int) -> int:
        at = self._byte(begin)
        if not self.open:
            raise _unparsed(f"Unexpected end tag at byte offset {at}")
        found = re.compile(r"</([^\s>]*)\s*>").match(self.source, begin)
        if found is None:
            raise _unparsed(f"Unclosed end tag at byte offset {at}")
        opened = self.open.pop()
        name = found[1].lower()
        if name and name != opened.tag:
            raise _unparsed(
                f'Unmatched end tag at byte offset {at}, expected "</{opened.tag}>", '
                f'found "</{name}>"'
            )
        self._close(opened)
        return found.end()

    def _close(self, opened: _Open) -> None:
        length = self.length - opened.start
        entity: Obj = {"type": _KINDS[opened.tag], "offset": opened.start, "length": length}
        if opened.tag == "a":
            href = opened.attributes.get("href", "")
            if not href.startswith(("http://", "https://", "tg://", "mailto:", "tel:")):
                return
            entity["url"] = href
        if opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        if opened.tag == "code" and self.open and self.open[-1].tag == "pre":
            return
        if length:
            self.entities.append(entity)


def _unparsed(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def parse(source: str, mode: str, given: Iterable[Obj] = ()) -> Formatted:
    """Text of a message. `mode` is "", "HTML" in any case; `given` are explicit entities.

    Raises `Refused` (400) with Telegram's wording for anything that cannot be parsed.
    """
    if mode and mode.lower() != "html":
        raise bad_request("unsupported parse_mode")
    if mode:
        formatted = _Reader(source).read()
    else:
        formatted = Formatted(source, [_explicit(entity) for entity in given])
    return _trimmed(formatted)


def _explicit(entity: object) -> Obj:
    if not isinstance(entity, dict) or not isinstance(entity.get("type"), str):
        raise _unparsed("expected an Object")
    if not (isinstance(entity.get("offset"), int) and isinstance(entity.get("length"), int)):
        raise _unparsed('Field "offset" must be of type Number')
    return entity


def _trimmed(formatted: Formatted) -> Formatted:
    text = formatted.text.strip()
    lead = utf16(formatted.text[: len(formatted.text) - len(formatted.text.lstrip())])
    limit = utf16(text)
    kept = []
    for entity in formatted.entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] + entity["length"] - lead, limit)
        if end > start:
            kept.append(entity | {"offset": start, "length": end - start})
    kept.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return Formatted(text, kept)


def found_in(text: str) -> list[Obj]:
    """Entities Telegram finds by itself in what a person types: commands and links."""
    found = [
        {"type": kind, "offset": utf16(text[: hit.start()]), "length": utf16(hit.group())}
        for kind, pattern in (("bot_command", _COMMAND), ("url", _URL))
        for hit in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])
