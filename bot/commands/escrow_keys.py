"""`dodomu keys escrow`: the escrow key in three hands, any two of which give it back."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.commands.keyroom import REFUSALS, in_database, now, opened
from cases import group_keys
from vault import escrow as shares
from vault import identity, keys
from vault.escrow import EscrowRefused

app = App(name="escrow", help="The escrow key in three hands, any two of which give it back.")


@app.command
def split(key: Path, *, folder: Path = Path(), json: AsJson = False) -> int:
    """Make three holders' files. Then try every pair, and destroy the escrow key itself.

    Parameters
    ----------
    key
        escrow.key, on the computer that stays offline.
    folder
        Where to put escrow-holder-1.key, -2 and -3. Never overwrites.
    """
    files = []
    try:
        for holder in shares.split(keys.load_identity(key, "escrow")):
            path = folder / f"escrow-holder-{holder.number}.key"
            keys.create(path, holder.text)
            files.append(str(path))
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    lines = [
        *files,
        "Try each pair with `dodomu keys escrow recover`, give each file to another person in",
        f"another place, and destroy {key}: any two files make it again.",
    ]
    return answer({"good": True, "files": files}, lines, json=json)


@app.command
def recover(
    one: Path,
    other: Path,
    *,
    to: Path = Path("escrow.key"),
    by: Annotated[
        Path | None, Parameter(help="A member's key file; then the audit is told.")
    ] = None,
    json: AsJson = False,
) -> int:
    """Make the escrow key again from the files of two holders.

    Parameters
    ----------
    one
        A holder's file.
    other
        Another holder's file.
    to
        Where to put the key. Never overwrites. Destroy it when the work is done.
    """
    try:
        found = shares.recover(keys.text_of(one), keys.text_of(other))
        person = opened(by) if by else None
        if person:
            mark = {"key": str(found.to_public())}
            in_database(
                lambda pool: group_keys.record(
                    pool, "escrow.recovered", mark, by=person, now=now()
                )
            )
        keys.create(to, identity.write("escrow", found, {"recovered": f"{now():%Y-%m-%d}"}))
    except EscrowRefused as refusal:
        return refused(f"{one}, {other}: {refusal}", json=json)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    shown = {"good": True, "file": str(to), "public": str(found.to_public())}
    return answer(
        shown,
        [f"{to}: the escrow key, whole again. Destroy it when the work is done."],
        json=json,
    )
