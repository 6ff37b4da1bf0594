"""What stands inside a sealed file: canonical JSON that says where it belongs, padded with spaces.

Standard library only, so that whoever opens an export needs little of ours.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeAlias
from uuid import UUID

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What comes out."""
Payload: TypeAlias = "bool | int | float | str | Sequence[Payload] | Mapping[str, Payload] | None"
"""What goes in: dict, list, tuple and plain values."""

_STEP: Final = {"report": 4096, "card": 512, "attachment": 4096}
_OTHER_STEP: Final = 1024


class NotCanonical(ValueError):
    """The value has no canonical JSON: NaN, half a surrogate pair, a type JSON lacks.

    The value itself is never in the message. Reject such input where it enters.
    """


class Unreadable(ValueError):
    """A plaintext is not what `write` makes. It was sealed by something else."""


@dataclass(frozen=True)
class Head:
    """Where an object belongs. A reader compares all of it with what it expects."""

    case: UUID
    object: UUID
    sequence: int
    kind: str
    schema: int

    def differs(self, other: "Head") -> tuple[str, ...]:
        """The names of the fields that are not the same."""
        return tuple(
            each.name
            for each in fields(Head)
            if getattr(self, each.name) != getattr(other, each.name)
        )

    def file_name(self) -> str:
        """What the object is called in an export folder."""
        return f"{self.sequence:04d}-{self.kind}.age"


def canonical(value: Payload) -> bytes:
    """One value, one spelling: UTF-8, sorted keys, no spaces. Raises NotCanonical."""
    try:
        return json.dumps(
            value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
        ).encode()
    except (TypeError, ValueError, RecursionError):
        raise NotCanonical from None


def padded(plain: bytes, kind: str) -> bytes:
    """Spaces up to the next step of this kind, so that the size of a ciphertext tells little.

    JSON takes no notice of them: what the public `age` tool prints is readable as it is.
    """
    step = _STEP.get(kind, _OTHER_STEP)
    return plain.ljust(-(-len(plain) // step) * step)


def write(head: Head, payload: Payload) -> bytes:
    """The plaintext of an object. Raises NotCanonical."""
    whole: dict[str, Payload] = {
        "case": str(head.case),
        "object": str(head.object),
        "sequence": head.sequence,
        "kind": head.kind,
        "schema": head.schema,
        "payload": payload,
    }
    return padded(canonical(whole), head.kind)


def read(plain: bytes) -> tuple[Head, Json]:
    """The object of a plaintext. Raises Unreadable."""
    try:
        whole = json.loads(plain)
        payload: Json = whole["payload"]
        head = Head(
            case=UUID(whole["case"]),
            object=UUID(whole["object"]),
            sequence=int(whole["sequence"]),
            kind=str(whole["kind"]),
            schema=int(whole["schema"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise Unreadable from None
    return head, payload
