"""Files people and bots sent: ids as Telegram makes them, bytes in memory or beside the state."""

import mimetypes
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.wire import Obj

#: Telegram's ceiling for bots that download: 20 MiB
MOST_DOWNLOAD = 20 << 20
_PHOTO_SIZES = ((90, 67), (320, 240), (1280, 960))
_FOLDERS = {
    "photo": "photos", "document": "documents", "voice": "voice", "video": "videos",
    "audio": "music", "video_note": "video_notes", "animation": "animations",
}  # fmt: skip
_FALLBACK = {
    "photo": ".jpg", "document": ".bin", "voice": ".oga", "video": ".mp4",
    "audio": ".mp3", "video_note": ".mp4", "animation": ".mp4",
}  # fmt: skip
KINDS = tuple(_FOLDERS)
"""As a message names them; of an animation it tells a second time as of a document."""


@dataclass(frozen=True)
class Stored:
    """One file. `size` may be pretended; `path` is the `file_path` of getFile."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    mime: str
    size: int
    path: str
    content: bytes = field(repr=False)


class Shelf:
    """Files of one bot by id and by path. `folder`, if given, keeps the bytes across restarts."""

    def __init__(self) -> None:
        self.by_id: dict[str, Stored] = {}
        self.by_path: dict[str, Stored] = {}
        self._serial = 0

    def put(self, stored: Stored) -> Stored:
        self.by_id[stored.file_id] = stored
        self.by_path[stored.path] = stored
        self._serial = max(self._serial, len(self.by_path))
        return stored

    def add(
        self, kind: str, name: str, mime: str, content: bytes, *, size: int | None = None
    ) -> Stored:
        self._serial += 1
        ending = Path(name).suffix if kind == "document" else ""
        path = f"{_FOLDERS[kind]}/file_{self._serial}{ending or _FALLBACK[kind]}"
        guessed = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self.put(
            Stored(
                file_id="SBX" + secrets.token_urlsafe(39),
                unique_id="SBU" + secrets.token_urlsafe(9),
                kind=kind,
                name=name,
                mime=guessed,
                size=len(content) if size is None else size,
                path=path,
                content=content,
            )
        )


_MEASURES: dict[str, Obj] = {
    "voice": {"duration": 3},
    "audio": {"duration": 3},
    "video": {"duration": 3, "width": 640, "height": 480},
    "animation": {"duration": 3, "width": 640, "height": 480},
    "video_note": {"duration": 3, "length": 240},
}


def attached(stored: Stored) -> Obj:
    """The part of a Message that carries the file, such as `{"document": {...}}`."""
    ids: Obj = {"file_id": stored.file_id, "file_unique_id": stored.unique_id}
    if stored.kind == "photo":
        return {"photo": _sizes(stored)}
    whole = ids | {"file_size": stored.size}
    if stored.kind != "video_note":
        whole["mime_type"] = stored.mime
    if stored.kind in ("document", "audio", "animation"):
        whole["file_name"] = stored.name
    told = {stored.kind: whole | _MEASURES.get(stored.kind, {})}
    return told | {"document": whole} if stored.kind == "animation" else told


def _sizes(stored: Stored) -> list[Obj]:
    largest = len(_PHOTO_SIZES) - 1
    sizes = []
    for index, (width, height) in enumerate(_PHOTO_SIZES):
        mark = "" if index == largest else f"-{index}"
        share = stored.size if index == largest else min(stored.size, width * height // 4)
        sizes.append(
            {
                "file_id": stored.file_id + mark,
                "file_unique_id": stored.unique_id + mark,
                "width": width,
                "height": height,
                "file_size": share,
            }
        )
    return sizes
