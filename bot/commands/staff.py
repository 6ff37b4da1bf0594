"""`dodomu staff`: who works at the desk. What is done here is granted at once, and audited."""

import asyncio
import json as jsons
import secrets
import sys
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import uuid4

import asyncpg
from cyclopts import App, Parameter

from bot.desk import key_file, pool
from bot.postgres import current, serving, wanted
from bot.postgres_home import ServerRefused
from bot.settings import Settings, SettingsRefused, load
from cases import people
from cases.audit import Signer
from cases.database import Pool, transaction
from cases.people import INVITE_LASTS, LONGEST_NAME, Newcomer
from cases.permissions import EVERYWHERE, Role
from cases.person import NotNow, Person, by_number, number_of
from flows.places.regions import subdivisions
from vault import chain, keys
from vault.keys import KeyFileRefused

app = App(name="staff", help="The people of the desk: invite, list, disable.")

AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Answer in JSON.")]
Shown = tuple[dict[str, Any], list[str]]
Work = Callable[[Pool, Signer], Coroutine[Any, Any, Shown]]

_OBLASTS: Final = {region.code for region in subdivisions("UA")} | {EVERYWHERE}


class _Refused(Exception):
    """The message says what to give instead."""


@app.command
def invite(
    *,
    role: Role,
    name: str,
    unit: Annotated[list[str] | None, Parameter(negative="")] = None,
    json: AsJson = False,
) -> int:
    """Print a link that lets one person in, once, within 24 hours. Hand it over in person.

    Parameters
    ----------
    role
        What the person may do; see cases/permissions.toml.
    name
        How colleagues call the person.
    unit
        An oblast, such as UA-65, or UA for the whole country. May be given several times.
    """
    settings = _settings()

    async def work(own: Pool, signer: Signer) -> Shown:
        newcomer = _newcomer(name, role, unit or [])
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        async with transaction(own) as connection:
            made = await people.invite(
                connection, newcomer, token, person=uuid4(), grant=uuid4(), by=None,
                signer=signer, now=now,
            )  # fmt: skip
        assert settings is not None, "without settings nothing is done"
        return _linked(settings, made, token, now)

    return _done(settings, work, json=json)


@app.command
def renew(handle: str, *, json: AsJson = False) -> int:
    """Print a new link for somebody who lost the way in; every old way is closed at once.

    Parameters
    ----------
    handle
        The person's number, such as П-07 or 7.
    """
    settings = _settings()

    async def work(own: Pool, signer: Signer) -> Shown:
        assert settings is not None, "without settings nothing is done"
        person = await _known(own, handle)
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        try:
            async with transaction(own) as connection:
                found = await people.renew(
                    connection, person.id, token, grant=uuid4(), by=None, signer=signer, now=now
                )
        except NotNow:
            raise _Refused(f"{person.handle} is shut out") from None
        return _linked(settings, found, token, now)

    return _done(settings, work, json=json)


@app.command(name="list")
def list_(*, json: AsJson = False) -> int:
    """Everybody who works at the desk."""

    async def work(own: Pool, _signer: Signer) -> Shown:
        told = [
            {
                "handle": one.person.handle,
                "name": one.person.name,
                "role": one.person.role,
                "units": list(one.person.units),
                "state": one.person.state,
                "enrolled": one.enrolled,
            }
            for one in await people.everyone(own)
        ]
        lines = [
            f"{one['handle']}  {one['state']:<10} {one['role']:<11} {one['name']}" for one in told
        ]
        return {"staff": told}, lines or ["nobody yet; `dodomu staff invite`"]

    return _done(_settings(), work, json=json)


@app.command
def disable(handle: str, *, json: AsJson = False) -> int:
    """Shut a person out at once, everywhere.

    Parameters
    ----------
    handle
        The person's number, such as П-07 or 7.
    """

    async def work(own: Pool, signer: Signer) -> Shown:
        person = await _known(own, handle)
        try:
            async with transaction(own) as connection:
                await people.suspend(
                    connection, person.id, by=None, signer=signer, now=datetime.now(UTC)
                )
        except NotNow:
            raise _Refused(f"{person.handle} is shut out already") from None
        return {"handle": person.handle, "state": "suspended"}, [f"{person.handle}: suspended"]

    return _done(_settings(), work, json=json)


async def _known(own: Pool, handle: str) -> Person:
    number = number_of(handle)
    person = await by_number(own, number) if number is not None else None
    if person is None:
        raise _Refused("there is nobody with this number; `dodomu staff list`")
    return person


def _linked(settings: Settings, person: Person, token: str, now: datetime) -> Shown:
    link = f"{_address(settings)}/invite/{token}"
    until = (now + INVITE_LASTS).isoformat(timespec="minutes")
    return {"handle": person.handle, "role": person.role, "link": link, "until": until}, [
        f"{person.handle} {person.name}, {person.role}",
        link,
        f"good until {until}, once; hand it over in person",
    ]


def _newcomer(name: str, role: Role, units: list[str]) -> Newcomer:
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise _Refused(f"--name: 1 to {LONGEST_NAME} characters")
    unknown = sorted(set(units) - _OBLASTS)
    if unknown:
        raise _Refused(f"--unit: {', '.join(unknown)}: no oblast; like UA-65, or UA for all")
    return Newcomer(plain, role, tuple(dict.fromkeys(units)))


def _address(settings: Settings) -> str:
    return settings.desk_url or f"http://localhost:{settings.desk_port}"


def _settings() -> Settings | None:
    """The settings; None after saying what is wrong with them."""
    try:
        return load()
    except SettingsRefused as refused:
        print(refused, file=sys.stderr)
        return None


def _done(settings: Settings | None, work: Work, *, json: bool) -> int:
    """The exit code; whatever is in the way is told in words, without values."""
    if settings is None:
        return 1
    try:
        shown, lines = _worked(settings, work)
    except (_Refused, ServerRefused, KeyFileRefused) as refused:
        return _said({"good": False, "said": str(refused)}, [str(refused)], json=json, code=1)
    except (OSError, asyncpg.PostgresError) as error:  # their texts may quote the address
        said = f"the database cannot be used: {type(error).__name__}"
        return _said({"good": False, "said": said}, [said], json=json, code=1)
    return _said(shown, lines, json=json)


def _worked(settings: Settings, work: Work) -> Shown:
    if settings.desk_key is None and not settings.in_sandbox:
        raise _Refused("DODOMU_DESK_KEY: is missing; see docs/keys.md")
    signer, _ = keys.load_desk(key_file(settings, datetime.now(UTC)))
    given = settings.database_url
    with serving(given.get_secret_value() if given else None, settings.folder) as url:
        if current(url) != wanted():
            raise _Refused("the database is not at today's schema; run `dodomu db upgrade`")

        async def run() -> Shown:
            async with pool(url) as own:
                return await work(own, partial(chain.sign, signer.seed))

        return asyncio.run(run())


def _said(shown: object, lines: Iterable[str], *, json: bool, code: int = 0) -> int:
    print(jsons.dumps(shown, ensure_ascii=False) if json else "\n".join(lines))
    return code
