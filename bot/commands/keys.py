"""`dodomu keys`: makes keys, signs the list of who may read, says what is wrong with either."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.commands.answers import AsJson, answer, refused
from vault import keys, recipients
from vault.keys import KeyFileRefused, Kind
from vault.recipients import GroupKey, ListRefused, Recipients, SigningEntry

app = App(name="keys", help="Keys, and the signed list of who may read.")
app.command("bot.commands.inspection:verify", name="verify")
app.command("bot.commands.inspection:fingerprint", name="fingerprint")
app.command("bot.commands.member_keys:app", name="member", help="A person's own key file.")
app.command("bot.commands.grants:grant", name="grant")
app.command("bot.commands.grants:revoke", name="revoke")
app.command("bot.commands.grants:granted", name="granted")
app.command("bot.commands.rotation:revise", name="revise")
app.command("bot.commands.rotation:rotate", name="rotate")
app.command("bot.commands.rewrap:rewrap", name="rewrap")
app.command("bot.commands.rewrap:drop_old", name="drop-old")
app.command("bot.commands.escrow_keys:app", name="escrow", help="Escrow in three hands.")

Several = Annotated[list[str], Parameter(negative="")]


@app.command
def new(
    kind: Kind, *, folder: Path = Path(), name: str | None = None, json: AsJson = False
) -> int:
    """Make one key file, readable by you alone. Never overwrites.

    Parameters
    ----------
    kind
        root, triage, escrow, intake-sign, vault, desk or backup. Make each on the computer where
        it will live.
    folder
        Where to put it.
    name
        Its file name without ".key", for example triage-2. The kind, if not given.
    """
    path = folder / f"{name or kind}.key"
    try:
        public = keys.make(kind, path, _now())
    except (KeyFileRefused, OSError) as refusal:
        return refused(str(refusal), json=json)
    shown = {"file": str(path), "kind": kind, "public": public}
    lines = [f"{path}: fresh {kind} key"]
    if public:
        shown["fingerprint"] = keys.fingerprint(public)
        lines += [f"public part: {public}", f"fingerprint: {shown['fingerprint']}"]
    return answer(shown, lines, json=json)


@app.command
def draft(
    listed: Path,
    *,
    triage: Several,
    escrow: Several,
    intake_sign: Several,
    member: Several | None = None,
    days: int = recipients.LONGEST.days,
    json: AsJson = False,
) -> int:
    """Write a first list, unsigned, from public parts. For later ones: `revise` and `rotate`.

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
    member
        The line that `keys member show` prints. May be given several times.
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
            members=recipients.members(member or (), now),
        )
        written = recipients.to_bytes(made)
        recipients.from_bytes(written, now).at(now)
        with listed.open("xb") as file:
            file.write(written)
    except FileExistsError:
        return refused(f"{listed}: is there already", json=json)
    except (ListRefused, OSError) as refusal:
        return refused(str(refusal), json=json)
    return answer(
        {"file": str(listed)}, [f"{listed}: read it, then `dodomu keys sign`"], json=json
    )


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
    except (KeyFileRefused, ListRefused, OSError) as refusal:
        return refused(str(refusal), json=json)
    shown = {
        "file": str(listed),
        "signature": str(signature),
        "version": good.version,
        "root_public": keys.public_text(signer.public),
    }
    return answer(
        shown,
        [
            f"{signature}: signed version {good.version}, good until {good.expires_at:%Y-%m-%d}",
            f"the bot's DODOMU_ROOT_PUBLIC: {shown['root_public']}",
        ],
        json=json,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _group(name: str, public: Iterable[str], now: datetime) -> tuple[GroupKey, ...]:
    return tuple(
        GroupKey(name, version, recipient, now) for version, recipient in enumerate(public, 1)
    )
