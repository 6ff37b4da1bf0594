"""All keys at once, on one computer: for the sandbox and for tests, never for real cases."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vault import keys, recipients
from vault.keys import KeyFileExists
from vault.recipients import GroupKey, MemberKey, Recipients, SigningEntry


@dataclass(frozen=True)
class KeySet:
    """Where `make_all` has put things, and the root key to pin."""

    root: Path
    triage: Path
    escrow: Path
    intake_sign: Path
    vault: Path
    desk: Path
    backup: Path
    recipients: Path
    root_public: bytes


def make_all(folder: Path, now: datetime, members: tuple[MemberKey, ...] = ()) -> KeySet:
    """A throw-away set for the sandbox, all of it on one computer. Whatever is there stays.

    `members` stand in a list that is made now.

    Never for real cases: the intake host must not hold root, triage or escrow.
    Raises KeyFileRefused, ListRefused (a list of another root is there), OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = {kind: folder / f"{kind}.key" for kind in keys.KINDS}
    for kind, path in paths.items():
        with suppress(KeyFileExists):
            keys.make(kind, path, now)
    root = keys.load_root(paths["root"])
    listed = folder / "recipients.json"
    issued = now.astimezone(UTC).replace(microsecond=0)
    triage, escrow = (
        GroupKey(kind, 1, keys.public_part(paths[kind], kind), issued) for kind in keys.KINDS[1:3]
    )
    signers = (keys.load_intake_sign(paths["intake-sign"]), keys.load_desk(paths["desk"])[0])
    fresh = Recipients(
        version=1,
        issued_at=issued,
        expires_at=issued + recipients.LONGEST,
        triage=(triage,),
        escrow=(escrow,),
        intake_sign=tuple(SigningEntry(each.public, issued) for each in signers),
        as_of=now,
        members=members,
    )
    with suppress(KeyFileExists):
        keys.create(listed, recipients.to_bytes(fresh).decode())
    with suppress(KeyFileExists):
        keys.create(
            recipients.signature_path(listed),
            recipients.sign(listed.read_bytes(), root.seed).decode(),
        )
    return KeySet(
        root=paths["root"],
        triage=paths["triage"],
        escrow=paths["escrow"],
        intake_sign=paths["intake-sign"],
        vault=paths["vault"],
        desk=paths["desk"],
        backup=paths["backup"],
        recipients=listed,
        root_public=root.public,
    )
