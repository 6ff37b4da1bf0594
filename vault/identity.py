"""An age identity as a text file that the public `age` tool takes with -i: notes, then secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pyrage import IdentityError
from pyrage.x25519 import Identity

_SECRET: Final = "AGE-SECRET-KEY-1"  # noqa: S105 - how every age identity begins


class NotAnIdentity(ValueError):
    """The text is not one age identity of ours. Take the file that `dodomu keys new` made."""


@dataclass(frozen=True)
class IdentityFile:
    """`kind` is the first line's word; `notes` are the "# name: value" lines."""

    kind: str
    notes: Mapping[str, str]
    identity: Identity = field(repr=False)

    @property
    def recipient(self) -> str:
        """The public part, "age1…"."""
        return str(self.identity.to_public())


def write(kind: str, identity: Identity, notes: Mapping[str, str]) -> str:
    """The text of a file; the public part is noted too."""
    lines = [f"# dodomu {kind} key"]
    lines += [f"# {name}: {value}" for name, value in notes.items()]
    lines += [f"# public key: {identity.to_public()}", str(identity), ""]
    return "\n".join(lines)


def read(text: str) -> IdentityFile:
    """What `write` wrote; kind is "" for a file made by `age-keygen`. Raises NotAnIdentity."""
    kind, notes, secrets = "", dict[str, str](), list[str]()
    for line in text.splitlines():
        if line.startswith("#"):
            name, colon, value = line.lstrip("# ").partition(":")
            if colon:
                notes[name.strip()] = value.strip()
            elif line.startswith("# dodomu ") and line.endswith(" key") and not kind:
                kind = line.removeprefix("# dodomu ").removesuffix(" key")
        elif line.strip():
            secrets.append(line.strip())
    if len(secrets) != 1 or not secrets[0].startswith(_SECRET):
        raise NotAnIdentity
    try:
        identity = Identity.from_str(secrets[0])
    except IdentityError:
        raise NotAnIdentity from None
    return IdentityFile(kind, notes, identity)
