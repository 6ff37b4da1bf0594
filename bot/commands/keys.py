"""`dodomu keys`: makes keys, signs the list of who may read, says what is wrong with either."""

import json as jsons
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from vault import keys, recipients
from vault.keys import KeyFileRefused, Kind
from vault.recipients import GroupKey, ListRefused, Recipients, SigningEntry

app = App(name="keys", help="Keys, and the signed list of who may read.")

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")]
Several = Annotated[list[str], Parameter(negative="")]

_SOON: Final = timedelta(days=60)


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and what is to say about it."""

    subject: str
    good: bool
    said: str


@app.command
def new(
    kind: Kind, *, folder: Path = Path(), name: str | None = None, json: AsJson = False
) -> int:
    """Make one key file, readable by you alone. Never overwrites.

    Parameters
    ----------
    kind
        root, triage, escrow, intake-sign, vault or desk. Make each on the computer where it
        will live.
    folder
        Where to put it.
    name
        Its file name without ".key", for example triage-2. The kind, if not given.
    """
    path = folder / f"{name or kind}.key"
    try:
        public = keys.make(kind, path, _now())
    except (KeyFileRefused, OSError) as refused:
        return _refused(str(refused), json=json)
    shown = {"file": str(path), "kind": kind, "public": public}
    lines = [f"{path}: fresh {kind} key"]
    if public:
        shown["fingerprint"] = keys.fingerprint(public)
        lines += [f"public part: {public}", f"fingerprint: {shown['fingerprint']}"]
    return _said(shown, lines, json=json)


@app.command
def draft(
    listed: Path,
    *,
    triage: Several,
    escrow: Several,
    intake_sign: Several,
    days: int = recipients.LONGEST.days,
    json: AsJson = False,
) -> int:
    """Write a first list, unsigned, from public parts. Later lists are edited by hand.

    Parameters
    ----------
    listed
        The file to write. Never overwrites.
    triage
        A triage key's public part (age1...). May be given several times, as may the next two.
    escrow
        An escrow key's public part (age1...).
    intake_sign
        The public part of a key that signs the audit chain.
    days
        How long the list is valid, at most 400.
    """
    now = _now().replace(microsecond=0)
    try:
        made = Recipients(
            version=1,
            issued_at=now,
            expires_at=now + timedelta(days=days),
            triage=_group("triage", triage, now),
            escrow=_group("escrow", escrow, now),
            intake_sign=tuple(
                SigningEntry(recipients.read_public(each), now) for each in intake_sign
            ),
            as_of=now,
        )
        written = recipients.to_bytes(made)
        recipients.from_bytes(written, now).at(now)
        with listed.open("xb") as file:
            file.write(written)
    except FileExistsError:
        return _refused(f"{listed}: is there already", json=json)
    except (ListRefused, OSError) as refused:
        return _refused(str(refused), json=json)
    return _said({"file": str(listed)}, [f"{listed}: read it, then `dodomu keys sign`"], json=json)


@app.command
def sign(listed: Path, *, root: Path, json: AsJson = False) -> int:
    """Sign a list of recipients; the signature goes beside it. Refuses a list nobody would accept.

    Parameters
    ----------
    listed
        recipients.json, as `keys draft` made it or edited by hand.
    root
        The root key file. Do this on the computer that never goes online.
    """
    now = _now()
    try:
        signer = keys.load_root(root)
        good = recipients.from_bytes(listed.read_bytes(), now, exact=False).at(now)
        written = recipients.to_bytes(good)
        listed.write_bytes(written)
        signature = recipients.signature_path(listed)
        signature.write_bytes(recipients.sign(written, signer.seed))
    except (KeyFileRefused, ListRefused, OSError) as refused:
        return _refused(str(refused), json=json)
    shown = {
        "file": str(listed),
        "signature": str(signature),
        "version": good.version,
        "root_public": keys.public_text(signer.public),
    }
    return _said(
        shown,
        [
            f"{signature}: signed version {good.version}, good until {good.expires_at:%Y-%m-%d}",
            f"the bot's DODOMU_ROOT_PUBLIC: {shown['root_public']}",
        ],
        json=json,
    )


@app.command
def verify(
    listed: Annotated[Path, Parameter(env_var="DODOMU_RECIPIENTS")],
    *,
    root_public: Annotated[str, Parameter(env_var="DODOMU_ROOT_PUBLIC")],
    at_least: Annotated[int, Parameter(env_var="DODOMU_RECIPIENTS_VERSION")] = 0,
    vault_key: Annotated[Path | None, Parameter(env_var="DODOMU_VAULT_KEY")] = None,
    intake_sign_key: Annotated[Path | None, Parameter(env_var="DODOMU_INTAKE_SIGN_KEY")] = None,
    key: Annotated[list[Path] | None, Parameter(negative="")] = None,
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
    """
    now = _now()
    findings: list[Finding] = []
    good: Recipients | None = None
    try:
        good = recipients.load(listed, recipients.read_public(root_public), at_least, now)
        findings.append(_lasting(str(listed), good, now))
    except (ListRefused, OSError) as refused:
        findings.append(Finding(str(listed), good=False, said=str(refused)))
    files = [*(key or []), *(path for path in (vault_key, intake_sign_key) if path)]
    findings += [_file(path, good, root_public.strip()) for path in files]
    right = all(finding.good for finding in findings)
    shown = {"good": right, "findings": [asdict(finding) for finding in findings]}
    lines = [f"{'ok   ' if each.good else 'WRONG'} {each.said}" for each in findings]
    return _said(shown, lines, json=json, code=0 if right else 1)


@app.command
def fingerprint(*files: Path, json: AsJson = False) -> int:
    """Print the fingerprints of key files' public parts, to compare on the telephone."""
    shown: dict[str, str] = {}
    try:
        for path in files:
            public = keys.public_part(path, keys.kind_of(path))
            shown[str(path)] = keys.fingerprint(public) if public else ""
    except KeyFileRefused as refused:
        return _refused(str(refused), json=json)
    lines = [f"{path}: {digits or 'has no public part'}" for path, digits in shown.items()]
    return _said(shown, lines, json=json)


def _now() -> datetime:
    return datetime.now(UTC)


def _group(name: str, public: Iterable[str], now: datetime) -> tuple[GroupKey, ...]:
    return tuple(
        GroupKey(name, version, recipient, now) for version, recipient in enumerate(public, 1)
    )


def _lasting(subject: str, good: Recipients, now: datetime) -> Finding:
    left = good.expires_at - now
    said = (
        f"{subject}: version {good.version}, good until {good.expires_at:%Y-%m-%d}, "
        f"seals to {len(good.current())} keys"
    )
    if left < _SOON:
        said += f"; only {left.days} days left, sign a new one soon"
    return Finding(subject, good=True, said=said)


def _file(path: Path, good: Recipients | None, root_public: str) -> Finding:
    try:
        kind = keys.kind_of(path)
        public = keys.public_part(path, kind)
    except KeyFileRefused as refused:
        return Finding(str(path), good=False, said=str(refused))
    if kind == "root" and public != root_public:
        return Finding(str(path), good=False, said=f"{path}: is another root key")
    if kind in {"root", "vault"} or good is None:
        return Finding(str(path), good=True, said=f"{path}: {kind} key")
    if public not in set(_in_use(good, kind)):
        said = f"{path}: this {kind} key is not in the list, or not in use now"
        return Finding(str(path), good=False, said=said)
    return Finding(str(path), good=True, said=f"{path}: {kind} key, in use")


def _in_use(good: Recipients, kind: Kind) -> Iterator[str]:
    if kind in {"intake-sign", "desk"}:
        for key in good.intake_sign:
            if key.in_use(good.as_of):
                yield keys.public_text(key.public)
    for group in good.triage if kind == "triage" else good.escrow if kind == "escrow" else ():
        if group.in_use(good.as_of):
            yield group.recipient


def _refused(said: str, *, json: bool) -> int:
    return _said({"good": False, "said": said}, [said], json=json, code=1)


def _said(shown: object, lines: Iterable[str], *, json: bool, code: int = 0) -> int:
    print(jsons.dumps(shown, ensure_ascii=False) if json else "\n".join(lines))
    return code
