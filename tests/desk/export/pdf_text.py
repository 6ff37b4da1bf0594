"""Reading a PDF back without the program that made it: its text layer, its metadata, what it holds.

Just enough of ISO 32000 for a file with uncompressed objects and Flate streams: every object, the
pages in order, each string through its font's ToUnicode map.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"^(.*?)\nstream\n(.*)\nendstream$", re.DOTALL)
_TOKEN = re.compile(
    rb"/(\w+) [\d.]+ Tf|\(|/ActualText ?<([0-9A-Fa-f]+)>>> ?BDC.*?EMC|<([0-9A-Fa-f]+)>", re.DOTALL
)
_ARTIFACT = re.compile(rb"/Artifact ?(?:<<.*?>> ?BDC|BMC)\n.*?\nEMC", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def flat(words: str) -> str:
    """Without spaces and places to break: a line's last space is not kept in a PDF."""
    return re.sub(r"[\s\u200b]+", "", words)


@dataclass(frozen=True)
class Pdf:
    raw: bytes

    @cached_property
    def objects(self) -> dict[int, tuple[bytes, bytes | None]]:
        """{number: (its dictionary or value, its decoded stream)}."""
        found = {}
        for number, body in _OBJECT.findall(self.raw):
            stream = _STREAM.match(body)
            if stream is None:
                found[int(number)] = (body, None)
                continue
            head, content = stream.groups()
            if b"/FlateDecode" in head:
                content = zlib.decompress(content)
            found[int(number)] = (head, content)
        return found

    def named(self, mark: bytes) -> list[tuple[bytes, bytes | None]]:
        return [one for one in self.objects.values() if mark in one[0]]

    @property
    def pages(self) -> list[bytes]:
        [root] = re.search(rb"/Pages (\d+) 0 R", self.catalog).groups()
        return list(self._leaves(int(root)))

    @property
    def catalog(self) -> bytes:
        [number] = re.search(rb"trailer\n<<.*?/Root (\d+) 0 R", self.raw, re.DOTALL).groups()
        return self.objects[int(number)][0]

    def _leaves(self, node: int) -> Iterator[bytes]:
        head = self.objects[node][0]
        kids = re.search(rb"/Kids ?\[(.*?)\]", head, re.DOTALL)
        if kids is None:
            yield head
            return
        for kid in re.findall(rb"(\d+) 0 R", kids[1]):
            yield from self._leaves(int(kid))

    @property
    def text(self) -> str:
        return "\n".join(map(self.text_of, self.pages))

    def holds(self, words: str) -> bool:
        """Whether the words stand in the text, wherever its lines and pages end."""
        return flat(words) in flat("".join(self.text_of(page, whole=False) for page in self.pages))

    def text_of(self, page: bytes, *, whole: bool = True) -> str:
        """The letters of a page; without `whole` no headers, footers and repeated table heads."""
        fonts = self._fonts(page)
        [number] = re.search(rb"/Contents (\d+) 0 R", page).groups()
        content = self.objects[int(number)][1]
        if not whole:
            content = _ARTIFACT.sub(b"", content)
        shown: list[str] = []
        font: dict[bytes, str] = {}
        at = 0
        while found := _TOKEN.search(content, at):
            at, code = found.end(), b""
            if found[1]:
                font = fonts[found[1]]
            elif found[2]:  # what the letters stand for, where they are drawn otherwise
                shown.append(bytes.fromhex(found[2].decode()).decode("utf-16"))
            elif found[3]:
                code = bytes.fromhex(found[3].decode())
            elif found[0] == b"(":
                code, at = _literal(content, at)
            pairs = (code[n : n + 2] for n in range(0, len(code), 2))
            shown.append("".join(font.get(pair, "") for pair in pairs))
        return "".join(shown)

    def _fonts(self, page: bytes) -> dict[bytes, dict[bytes, str]]:
        [resources] = re.search(rb"/Resources (\d+) 0 R", page).groups()
        head = self.objects[int(resources)][0]
        listed = re.search(rb"/Font ?<<(.*?)>>", head, re.DOTALL)
        return {
            name: self._letters(int(number))
            for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed[1])
        }

    def _letters(self, font: int) -> dict[bytes, str]:
        number = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[font][0])[1]
        table = self.objects[int(number)][1]
        found = {}
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                found[bytes.fromhex(code.decode())] = bytes.fromhex(text.decode()).decode(
                    "utf-16-be"
                )
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
            for first, last, text in re.findall(
                rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
            ):
                start = int(text, 16)
                for n, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                    found[code.to_bytes(2, "big")] = chr(start + n)
        return found

    @property
    def metadata(self) -> str:
        """The XMP packet, where an archive file says what it keeps to."""
        [(_, content)] = self.named(b"/Type/Metadata")
        return content.decode()

    @property
    def attachments(self) -> list[bytes]:
        return [content for _, content in self.named(b"/Type/EmbeddedFile")]


def _literal(content: bytes, at: int) -> tuple[bytes, int]:
    """The string whose "(" stands before `at`, and where it ends. Parentheses may be nested."""
    said, depth = bytearray(), 1
    while True:
        char = content[at : at + 1]
        at += 1
        if char == b"\\":
            octal = re.compile(rb"[0-7]{1,3}").match(content, at)
            if octal:
                said.append(int(octal[0], 8) & 0xFF)
                at = octal.end()
            else:
                escaped = content[at : at + 1]
                said += _ESCAPES.get(escaped, escaped)
                at += 1
            continue
        depth += (char == b"(") - (char == b")")
        if not depth:
            return bytes(said), at
        said += char
