"""`dodomu keys member`: a person's own key file, made and kept by this person alone."""

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bot.commands.answers import AsJson, answer, refused
from bot.commands.keyroom import REFUSALS, Unfit, asked, now, opened, shown
from vault import keys, member, passphrase, recipients
from vault.member import NotAMemberKey, Shown
from vault.passphrase import TooWeak

app = App(name="member", help="A person's own key file.")

_WEAK = (
    f"a passphrase of your own needs at least {passphrase.LONG} signs,"
    f" {passphrase.VARIED} of them different"
)
_DIFFERENT = "the passphrase was not repeated as it was"

Own = Annotated[
    bool, Parameter(negative="", help="Ask for a passphrase of your own instead of drawing one.")
]


@app.command
def new(id_: str, *, folder: Path = Path(), own: Own = False, json: AsJson = False) -> int:
    """Make your key file and print its passphrase once. Do this on your own workstation.

    Parameters
    ----------
    id_
        Your id, as it will stand in the signed list: p-07.
    folder
        Where to put the file, named after the id.
    """
    path = folder / f"{id_}.key"
    try:
        person = member.fresh(id_)
        words = _words(own=own)
        keys.create(path, member.lock(person, words, now()))
    except TooWeak:
        return refused(_WEAK, json=json)
    except ValueError:
        return refused(recipients.REASONS["member"], json=json)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    lines = [f"{path}: key of {id_}", *_told(public := member.show(keys.text_of(path).encode()))]
    if not own:
        lines += ["", f"passphrase: {words}", "Write it on paper now; it is shown this once."]
    told = {"file": str(path), **_public(public)} | ({} if own else {"passphrase": words})
    return answer(told, lines, json=json)


@app.command
def show(file: Path, *, json: AsJson = False) -> int:
    """Print the public parts of a member's key file and their fingerprint.

    Parameters
    ----------
    file
        The key file. Its passphrase is not asked for.
    """
    try:
        person = shown(file)
        if person is None:
            raise NotAMemberKey
    except REFUSALS as refusal:
        return refused(f"{file}: {refusal}", json=json)
    return answer({"file": str(file), **_public(person)}, _told(person), json=json)


@app.command
def change_passphrase(file: Path, *, own: Own = False, json: AsJson = False) -> int:
    """Seal a member's key file under another passphrase. The keys in it stay the same.

    Parameters
    ----------
    file
        The key file. Older copies of it still open with the old passphrase: destroy them.
    """
    try:
        made = member.show(keys.text_of(file).encode()).made
        person = opened(file)
        words = _words(own=own)
        keys.create(file, member.lock(person, words, now()), over=True)
    except TooWeak:
        return refused(_WEAK, json=json)
    except REFUSALS as refusal:
        return refused(str(refusal), json=json)
    lines = [f"{file}: has another passphrase; destroy older copies of the file (made {made})"]
    if not own:
        lines += [f"passphrase: {words}", "Write it on paper now; it is shown this once."]
    told = {"file": str(file), "member": person.id} | ({} if own else {"passphrase": words})
    return answer(told, lines, json=json)


def _words(*, own: bool) -> str:
    """A passphrase, drawn or typed twice. Raises TooWeak, Unfit."""
    if not own:
        return passphrase.drawn(secrets.token_bytes(passphrase.RANDOM))
    words = passphrase.own(asked("New passphrase"))
    if passphrase.spelt(asked("Once more")) != passphrase.spelt(words):
        raise Unfit(_DIFFERENT)
    return words


def _public(person: Shown) -> dict[str, str]:
    return {
        "member": person.id,
        "recipient": person.recipient,
        "public": keys.public_text(person.public),
        "fingerprint": person.fingerprint,
        "line": recipients.member_line(person.id, person.recipient, person.public),
    }


def _told(person: Shown) -> Sequence[str]:
    public = _public(person)
    return [
        f"for the list: --member {public['line']}",
        f"fingerprint, to compare by voice: {public['fingerprint']}",
    ]
