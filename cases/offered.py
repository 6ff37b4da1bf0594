"""A file as a message offers it, and whether it can be taken. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cases.filetypes import looks_refused

MOST_SIZE: Final = 20 << 20
"""What Telegram lets a bot download, in bytes."""
MOST_FILES: Final = 30
MOST_BYTES: Final = 300 << 20
KINDS: Final = frozenset(
    {"photo", "document", "video", "audio", "voice", "video_note", "animation"}
)

TOO_BIG, REFUSED_TYPE, TOO_MANY, TOO_MUCH = "too_big", "refused_type", "too_many", "too_much"


@dataclass(frozen=True)
class Offered:
    """A file as Telegram tells of it. `kind` is one of KINDS; `size` None when it is not told.

    `message_id`: the message it came in.
    """

    kind: str
    file_id: str = field(repr=False)
    unique_id: str = field(repr=False)
    sent_at: datetime
    size: int | None = None
    mime: str | None = None
    name: str | None = field(default=None, repr=False)
    caption: str = field(default="", repr=False)
    message_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "file_id": self.file_id,
            "unique_id": self.unique_id,
            "sent_at": self.sent_at.astimezone(UTC).isoformat(),
            "size": self.size,
            "mime": self.mime,
            "name": self.name,
            "caption": self.caption,
            "message_id": self.message_id,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Offered":
        return cls(**{**told, "sent_at": datetime.fromisoformat(told["sent_at"])})


@dataclass(frozen=True)
class Taken:
    """Files that share one room, those still to be fetched included."""

    files: int = 0
    size: int = 0


def refusal(offered: Offered, have: Taken) -> str | None:
    """Why this file cannot be taken: too_big, refused_type, too_many, too_much; None: it can."""
    size = offered.size or 0
    if size > MOST_SIZE:
        return TOO_BIG
    if looks_refused(offered.name, offered.mime):
        return REFUSED_TYPE
    return fits(Taken(have.files + 1, have.size + size))


def fits(have: Taken) -> str | None:
    """What there is too much of: too_many, too_much; None: there is room for it all."""
    if have.files > MOST_FILES:
        return TOO_MANY
    return TOO_MUCH if have.size > MOST_BYTES else None
