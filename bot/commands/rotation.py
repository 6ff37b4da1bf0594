"""`dodomu keys revise`, `rotate`: the next list, with people come or gone, and with a new key."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.commands.keyroom import REFUSALS, Trusted, Unfit, in_database, listed, now, opened
from cases import group_keys
from vault import keys, recipients
from vault.keys import KeyFileExists
from vault.member import Member
from vault.recipients import GroupKey, MemberKey, Recipients

Come = Annotated[
    list[str] | None,
    Parameter(name="--member", negative="", help="Who comes: the line `keys member show` prints."),
]
Gone = Annotated[list[str] | None, Parameter(negative="", help="The id of a member who leaves.")]
To = Annotated[Path, Parameter(help="The list to write, unsigned. Never overwrites.")]

_GROUP: Final = "triage"
_LIST: Final = Path("recipients.next.json")


def revise(
    *,
    trusted: Trusted,
    member: Come = None,
    without: Gone = None,
    to: To = _LIST,
    json: AsJson = False,
) -> int:
    """Write the next list, unsigned: version + 1, 400 days more, members come and gone."""
    try:
        old = trusted.load()
        _written(_next(old, member or (), without or ()), to)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    return answer(
        {"good": True, "file": str(to), "version": old.version + 1}, _sign(to), json=json
    )


def rotate(
    *,
    trusted: Trusted,
    folder: Annotated[Path, Parameter(help="Where the new key file goes.")] = Path(),
    member: Come = None,
    without: Gone = None,
    to: To = _LIST,
    by: Annotated[
        Path | None, Parameter(help="Your own key file; then the audit is told, if it is reached.")
    ] = None,
    json: AsJson = False,
) -> int:
    """Make the next version of the triage key and the list that puts it into use; say what to do.

    A key file left by an attempt before is taken up again.
    """
    try:
        old = trusted.load()
        person = opened(by) if by else None
        if person:
            listed(person, old)
        version = 1 + max(key.version for key in old.triage if key.name == _GROUP)
        path = folder / f"{_GROUP}-{version}.key"
        new = GroupKey(_GROUP, version, _made(path), now().replace(microsecond=0))
        _written(_rotated(_next(old, member or (), without or ()), new), to)
        if person:
            _recorded(person, old.version + 1, new)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    shown = {
        "good": True,
        "file": str(to),
        "key": str(path),
        "version": old.version + 1,
        "public": new.recipient,
        "fingerprint": keys.fingerprint(new.recipient),
    }
    return answer(shown, [*_sign(to), *_then(path)], json=json)


def _made(path: Path) -> str:
    try:
        return keys.make("triage", path, now())
    except KeyFileExists:
        return keys.public_part(path, "triage")


def _next(old: Recipients, come: Iterable[str], gone: Iterable[str]) -> Recipients:
    at = now().replace(microsecond=0)
    return replace(
        old,
        version=old.version + 1,
        issued_at=at,
        expires_at=at + recipients.LONGEST,
        members=(*_left(old, gone, at), *recipients.members(come, at)),
    )


def _left(old: Recipients, gone: Iterable[str], at: datetime) -> tuple[MemberKey, ...]:
    ids = set(gone)
    if strangers := sorted(ids - {key.id for key in old.members if key.in_use(at)}):
        raise Unfit(f"not in the list now: {', '.join(strangers)}")
    return tuple(
        replace(key, until=at) if key.id in ids and key.in_use(at) else key for key in old.members
    )


def _rotated(following: Recipients, new: GroupKey) -> Recipients:
    triage = (
        replace(key, retired_at=new.use_from)
        if key.name == new.name and key.in_use(new.use_from)
        else key
        for key in following.triage
    )
    return replace(following, triage=(*triage, new))


def _written(following: Recipients, to: Path) -> None:
    """Raises ListRefused for a list nobody would accept, Unfit, OSError."""
    text = recipients.to_bytes(following)
    recipients.from_bytes(text, now()).at(now())
    try:
        with to.open("xb") as file:
            file.write(text)
    except FileExistsError:
        raise Unfit(f"{to}: is there already") from None


def _recorded(by: Member, version: int, new: GroupKey) -> None:
    detail: dict[str, str | int] = {
        "list": version,
        "group": new.name,
        "version": new.version,
        "key": new.recipient,
    }
    in_database(lambda pool: group_keys.record(pool, "key.rotated", detail, by=by, now=now()))


def _sign(to: Path) -> list[str]:
    return [
        f"{to}: read it, carry it to the offline computer, and there:",
        f"  dodomu keys sign {to} --root root.key",
        "Put it and its .sig in the place of the old list on every host; restart the bot; set",
        "DODOMU_RECIPIENTS_VERSION to its version.",
    ]


def _then(path: Path) -> list[str]:
    return [
        "Then, here:",
        f"  dodomu keys grant --everyone --from {path} --by YOURS.key",
        "  dodomu keys rewrap --by YOURS.key",
        "  dodomu keys drop-old --by YOURS.key",
        f"Keep {path} as you keep escrow, or destroy it: the members hold it now.",
    ]
