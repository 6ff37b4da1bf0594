"""`dodomu keys verify`, `fingerprint`: looks at list and key files, and says what is wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import asyncpg
from cyclopts import Parameter

from bot.commands import keyroom
from bot.commands.answers import AsJson, answer, refused
from cases import case_keys, group_keys
from vault import escrow, keys, recipients
from vault.escrow import EscrowRefused
from vault.grant import REASONS
from vault.keys import KeyFileRefused, Kind
from vault.member import MemberKeyRefused, Shown
from vault.recipients import ListRefused, Recipients

_SOON: Final = timedelta(days=60)


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and what is to say about it."""

    subject: str
    good: bool
    said: str


def verify(
    listed: Annotated[Path, Parameter(env_var="DODOMU_RECIPIENTS")],
    *,
    root_public: Annotated[str, Parameter(env_var="DODOMU_ROOT_PUBLIC")],
    at_least: Annotated[int, Parameter(env_var="DODOMU_RECIPIENTS_VERSION")] = 0,
    vault_key: Annotated[Path | None, Parameter(env_var="DODOMU_VAULT_KEY")] = None,
    intake_sign_key: Annotated[Path | None, Parameter(env_var="DODOMU_INTAKE_SIGN_KEY")] = None,
    key: Annotated[list[Path] | None, Parameter(negative="")] = None,
    stored: Annotated[bool, Parameter(negative="")] = False,
    json: AsJson = False,
) -> int:
    """Look at the list and at key files, and say what is wrong. Exit code 1 if anything is.

    Parameters
    ----------
    listed
        recipients.json; its signature stands beside it.
    root_public
        The public part of the root key.
    at_least
        The oldest version that will do.
    vault_key
        The key file of the intake host.
    intake_sign_key
        The key file that signs the audit chain.
    key
        Another key file to look at. May be given several times.
    stored
        Look into the database too: at the keys granted, and at cases only an old list's keys open.
    """
    now = keyroom.now()
    findings: list[Finding] = []
    good: Recipients | None = None
    try:
        good = recipients.load(listed, recipients.read_public(root_public), at_least, now)
        findings.append(_lasting(str(listed), good, now))
    except (ListRefused, OSError) as refusal:
        findings.append(Finding(str(listed), good=False, said=str(refusal)))
    files = [*(key or []), *(path for path in (vault_key, intake_sign_key) if path)]
    findings += [_file(path, good, root_public.strip()) for path in files]
    if stored and good is not None:
        findings += _stored(good)
    right = all(finding.good for finding in findings)
    shown = {"good": right, "findings": [asdict(finding) for finding in findings]}
    lines = [f"{'ok   ' if each.good else 'WRONG'} {each.said}" for each in findings]
    return answer(shown, lines, json=json, code=0 if right else 1)


def fingerprint(*files: Path, json: AsJson = False) -> int:
    """Print the fingerprints of key files' public parts, to compare on the telephone."""
    shown: dict[str, str] = {}
    try:
        for path in files:
            shown[str(path)] = _fingerprint(path)
    except (KeyFileRefused, MemberKeyRefused) as refusal:
        return refused(str(refusal), json=json)
    lines = [f"{path}: {digits or 'has no public part'}" for path, digits in shown.items()]
    return answer(shown, lines, json=json)


def _fingerprint(path: Path) -> str:
    if (person := keyroom.shown(path)) is not None:
        return person.fingerprint
    public = keys.public_part(path, keys.kind_of(path))
    return keys.fingerprint(public) if public else ""


def _lasting(subject: str, good: Recipients, now: datetime) -> Finding:
    left = good.expires_at - now
    said = (
        f"{subject}: version {good.version}, good until {good.expires_at:%Y-%m-%d}, "
        f"seals to {len(good.current())} keys, members: {len(good.members)}"
    )
    if left < _SOON:
        said += f"; only {left.days} days left, sign a new one soon"
    return Finding(subject, good=True, said=said)


def _file(path: Path, good: Recipients | None, root_public: str) -> Finding:
    try:
        if (person := keyroom.shown(path)) is not None:
            return _person(path, person, good)
        kind, public = _kind_and_public(path)
    except (KeyFileRefused, MemberKeyRefused, EscrowRefused) as refusal:
        return Finding(str(path), good=False, said=str(refusal))
    if kind == "root" and public != root_public:
        return Finding(str(path), good=False, said=f"{path}: is another root key")
    if kind in {"root", "vault", "backup"} or good is None:
        return Finding(str(path), good=True, said=f"{path}: {kind} key")
    if public not in set(_in_use(good, kind)):
        said = f"{path}: this {kind} key is not in the list, or not in use now"
        return Finding(str(path), good=False, said=said)
    return Finding(str(path), good=True, said=f"{path}: {kind} key, in use")


def _kind_and_public(path: Path) -> tuple[Kind, str]:
    """Of one of three holders, what the three make together."""
    text = keys.text_of(path)
    if escrow.KIND in text:
        return "escrow", escrow.escrow_of(text)
    kind = keys.kind_of(path)
    return kind, keys.public_part(path, kind)


def _person(path: Path, person: Shown, good: Recipients | None) -> Finding:
    try:
        if good is not None:
            keyroom.listed(person, good)
    except keyroom.Unfit as unfit:
        return Finding(str(path), good=False, said=f"{path}: {unfit}")
    return Finding(str(path), good=True, said=f"{path}: key of member {person.id}")


def _stored(good: Recipients) -> Iterator[Finding]:
    async def look(pool: "asyncpg.Pool") -> tuple[Sequence[tuple[str, int, str, str]], int]:
        return await group_keys.refused(pool, good), await case_keys.left(pool, good.version)

    refusals, left = keyroom.in_database(look)
    for group, version, member, reason in refusals:
        said = f"{group} {version} of {member}: {REASONS[reason]}"
        yield Finding("grants", good=False, said=said)
    if not refusals:
        yield Finding("grants", good=True, said="grants: all signed, all in the list")
    said = f"cases: {left} have no copy of their key from list {good.version}"
    yield Finding("cases", good=True, said=said)


def _in_use(good: Recipients, kind: Kind) -> Iterator[str]:
    if kind in {"intake-sign", "desk"}:
        for key in good.intake_sign:
            if key.in_use(good.as_of):
                yield keys.public_text(key.public)
    for group in good.triage if kind == "triage" else good.escrow if kind == "escrow" else ():
        if group.in_use(good.as_of):
            yield group.recipient
