"""The way in without a passkey: six digits from an application, and ten codes on paper."""

import asyncio
import base64
import hmac
import re
import secrets
from datetime import datetime
from typing import Final, Literal, TypeAlias

import pyotp
import segno

from cases import entrance
from cases.entrance import Second
from cases.person import Person
from desk.site import Site
from vault import passwords
from vault.local import NotOurs

CODES: Final = 10

Way: TypeAlias = Literal["totp", "recovery"]

_NAME: Final = "Dodomu"
_STEP: Final = 30
_AROUND: Final = (0, -1, 1)  # clocks of telephones are not exact
_DIGITS: Final = re.compile(r"\d{6}", re.ASCII)
_CODE_BYTES: Final = 10  # 80 bits: sixteen letters and digits


def fresh_secret() -> str:
    return pyotp.random_base32()


def picture(secret: str, person: Person) -> str:
    """The secret as a QR code for an authenticator, as the value of an img's src."""
    address = pyotp.TOTP(secret).provisioning_uri(name=person.handle, issuer_name=_NAME)
    return segno.make(address, error="m").svg_data_uri(scale=4, border=3, light="#fff")


def spoken(secret: str) -> str:
    """The secret for people who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_of(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code this is, give or take one; None when it is none."""
    digits = re.sub(r"\s", "", typed)
    if not _DIGITS.fullmatch(digits):
        return None
    totp = pyotp.TOTP(secret)
    for around in _AROUND:
        if hmac.compare_digest(totp.at(now, counter_offset=around), digits):
            return int(now.timestamp()) // _STEP + around
    return None


async def proven(site: Site, found: Second | None, password: str, code: str) -> Way | None:
    """By what the second factor held; a wrong password uses no code up."""
    kept = found.password if found else None
    right = await asyncio.to_thread(passwords.holds, kept, password)
    if not right or found is None or found.totp is None:
        return None
    row = str(found.person.id)
    step = step_of(opened(site, found.totp, row), code, site.now())
    if step is not None:
        fresh = await entrance.totp_used(site.pool, found.person.id, step)
        return "totp" if fresh else None
    spent = print_of(site, found.person, code)
    used = await entrance.code_used(site.pool, found.person.id, spent, site.now())
    return "recovery" if used else None


def sealed(site: Site, secret: str, row: str) -> bytes:
    """The secret under the desk's key, bound to `row`: whose it is."""
    return site.vault.seal(secret, _row(row))


def opened(site: Site, kept: bytes, row: str) -> str:
    """Raises vault.local.NotOurs."""
    return str(site.vault.open(kept, _row(row)))


def carried(site: Site, secret: str, row: str) -> str:
    """The secret on its way through a form and back, unreadable and bound to `row`."""
    return base64.urlsafe_b64encode(sealed(site, secret, row)).decode()


def brought_back(site: Site, text: str, row: str) -> str | None:
    """What `carried` gave, else None."""
    try:
        return opened(site, base64.urlsafe_b64decode(text.encode()), row)
    except (NotOurs, ValueError):
        return None


def fresh_codes() -> tuple[str, ...]:
    """Ten codes to be written on paper, as «ABCD-EFGH-IJKL-MNOP»."""
    made = (base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode() for _ in range(CODES))
    return tuple("-".join(re.findall(".{4}", code)) for code in made)


def print_of(site: Site, person: Person, code: str) -> bytes:
    """What is kept of a code: keyed, so that a stolen table alone yields none."""
    plain = re.sub(r"[^A-Z2-7]", "", code.upper())
    return site.vault.digest(f"recovery|{person.id}|{plain}".encode())


def wrong_with(password: str, again: str) -> str:
    """What is to be put right about a new password, "" for nothing."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        return "short" if len(password) < passwords.SHORTEST else "long"
    if len(set(password)) < passwords.SHORTEST // 3:
        return "simple"
    return "" if password == again else "differ"


def _row(row: str) -> bytes:
    return f"totp|{row}".encode()
