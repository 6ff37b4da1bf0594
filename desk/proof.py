"""Is it still the same person? Asked by the gate before each deed that cases/proofs.toml names.

Whoever has not proved it in the last five minutes is shown their own form again with the fields of
a proof beside it; sent once more, the deed goes on as if nothing had been asked. Nothing of what
was typed is kept meanwhile.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from litestar.datastructures import FormMultiDict, UploadFile

from cases import entrance, proofs, tries, ways_in
from cases.person import Person
from cases.proofs import How
from cases.sessions import Session
from desk import second, tally
from desk.pages import inside
from desk.site import Site
from desk.visitor import FIELD, HEADER, Asked, Visitor
from vault import member
from vault.keys import KeyFileRefused
from vault.member import MemberKeyRefused
from vault.recipients import ListRefused, MemberKey

PREFIX: Final = "proof_"
WAY, PASSWORD, CODE, FILE, PASSPHRASE, BACK = (
    f"{PREFIX}{name}" for name in ("way", "password", "code", "file", "passphrase", "back")
)
_MOST_TYPED: Final = 400


@dataclass(frozen=True)
class Ways:
    """How this person can prove it. `demo`: with a button, in the sandbox alone."""

    passkey: bool
    code: bool
    key: bool
    demo: bool


class Unproved(Exception):
    """A fresh proof is wanted first. Show the form again, with a way to give one."""

    def __init__(self, wanted: "Wanted") -> None:
        super().__init__(wanted.action)
        self.wanted = wanted


@dataclass(frozen=True)
class Wanted:
    """The deed, what was sent (names and values; files must be chosen anew), what was wrong.

    `back`: the page to return to without having done it.
    """

    action: str
    why: str
    ways: Ways
    kept: tuple[tuple[str, str], ...] = field(repr=False)
    back: str
    wrong: str = ""


async def fresh(site: Site, request: Asked, visitor: Visitor, action: str) -> None:
    """Nothing, where no proof is wanted or one holds or came along. Raises Unproved."""
    person, session = visitor.person, visitor.session
    why = proofs.table().get(action)
    if why is None or person is None or session is None or proofs.holds(session, site.now()):
        return
    form = FormMultiDict() if HEADER in request.headers else await request.form()
    wrong = await _tried(site, request, person, session, form, action)
    if wrong is None:
        return
    await form.close()
    raise Unproved(
        Wanted(
            action, why, await _ways(site, person), tuple(_kept(form)), _back(request, form), wrong
        )
    )


async def _tried(  # noqa: PLR0917 - all that a try is about
    site: Site, request: Asked, person: Person, session: Session, form: FormMultiDict, action: str
) -> str | None:
    """None when it is proven; "" when nothing was tried; else what was wrong."""
    way = str(form.get(WAY, ""))
    how: How | None
    if way == "demo" and str(person.id) in site.demo:
        how = "demo"
    elif way in ("code", "key"):
        subject = (
            tally.of_person(site, person.number)
            if way == "code"
            else tally.of_key(site, person.id)
        )
        subjects = (subject, tally.of_address(site, request))
        if not await tries.count(site.pool, subjects, site.now()):
            return "often"
        how = await (_by_code if way == "code" else _by_key)(site, person, form)
        if how is None:
            await proofs.failed(site.pool, person, action, way, signer=site.sign, now=site.now())
            return way
        await tries.forgive(site.pool, subjects)
    else:
        return ""
    await proofs.proved(site.pool, person, session, action, how, signer=site.sign, now=site.now())
    return None


async def _by_code(site: Site, person: Person, form: FormMultiDict) -> How | None:
    found = await entrance.second_of(site.pool, person.number)
    password, code = (str(form.get(name, ""))[:_MOST_TYPED] for name in (PASSWORD, CODE))
    return await second.proven(site, found, password, code)


async def _by_key(site: Site, person: Person, form: FormMultiDict) -> How | None:
    """The file must be the very one that the signed list names; anybody can make another."""
    upload, words = form.get(FILE), str(form.get(PASSPHRASE, ""))[:_MOST_TYPED]
    raw = b""
    if isinstance(upload, UploadFile):
        raw = await upload.read(member.LARGEST + 1)
        await upload.close()
    try:
        found = await asyncio.to_thread(member.open, raw, words)
    except MemberKeyRefused:
        return None
    listed = _listed(site, person)
    if listed is None:
        return None
    told = (found.id, found.recipient, found.public)
    return "key" if told == (listed.id, listed.recipient, listed.public) else None


async def _ways(site: Site, person: Person) -> Ways:
    kept = await entrance.second_of(site.pool, person.number)
    return Ways(
        passkey=bool(await ways_in.passkeys(site.pool, person.id)),
        code=kept is not None and kept.password is not None and kept.totp is not None,
        key=_listed(site, person) is not None,
        demo=str(person.id) in site.demo,
    )


def _listed(site: Site, person: Person) -> MemberKey | None:
    """The key that the signed list names for this person now; None too without a good list."""
    try:
        return site.recipients().at(site.now()).member(person.member)
    except (ListRefused, KeyFileRefused, OSError):
        return None


def _kept(form: FormMultiDict) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != FIELD and not name.startswith(PREFIX)
    ]


def _back(request: Asked, form: FormMultiDict) -> str:
    """The page the form stood on, by what the browser says; one of this desk in any case."""
    told = str(form.get(BACK, "")) or request.headers.get("Referer", "")
    site: Site = request.app.state.site
    return inside(told.removeprefix(site.url) or "/")
