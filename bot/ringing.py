"""Everything that rings or cries: the watchman, who minds broadcasts, and what is no Telegram."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from bot import demo
from bot.clerk import Clerk
from bot.house import STAFF, House, Line, bell_of
from bot.settings import Settings
from bot.watchman import Channels, Watchman
from cases import bells, links
from cases.bells import HOOK, MAIL
from delivery.crier import Crier
from delivery.hook import Hook
from delivery.mail import Mail
from delivery.relay import Carrier, Relay
from delivery.sender import Sender


def watchman(house: House) -> Watchman:
    """Rings through whatever the settings name."""
    pool = house.pools.intake
    return Watchman(pool, house.keyring.vault, _channels(house), partial(bells.moment, pool))


def clerk(house: House) -> Clerk:
    """Tells of broadcasts through the same channels."""
    pool, keyring = house.pools.intake, house.keyring
    moment = partial(bells.moment, pool)
    return Clerk(pool, keyring.vault, keyring.sign, _channels(house), moment)


def crier(house: House, line: Line, sender: Sender) -> Crier:
    """Feeds broadcasts to the sender of this bot while that leads."""
    settings, pool, keyring = house.settings, house.pools.sender, house.keyring
    return Crier(
        *(pool, keyring.vault, line.name, min(settings.broadcast_rate, settings.rate)),
        signer=keyring.sign,
        moment=partial(bells.moment, pool),
        leads=lambda: sender.leading,
        wake=sender.poke,
        paid=settings.paid_broadcasts,
    )


def _channels(house: House) -> Channels:
    settings, line = house.settings, house.site.line(STAFF)
    return Channels(
        bell=bell_of(house),
        staff_bot=line.bot_id if line is not None else None,
        mail=settings.smtp_host is not None,
        mailbox=settings.mailbox,
        hook=settings.bell_url is not None,
        desk=settings.desk_url or "",
    )


def relays(house: House, worker: str) -> Iterator[tuple[str, Relay]]:
    """By name, a relay for each channel of the settings. `worker` names this process."""
    carriers: dict[str, Carrier | None] = {MAIL: mail(house.settings), HOOK: hook(house.settings)}
    for name, carrier in carriers.items():
        if carrier is not None:
            pool, vault = house.pools.sender, house.keyring.vault
            yield name, Relay(name, carrier, pool, vault, worker=worker)


async def link_cast(house: House) -> None:
    """In the demo Марченко's chat is linked already, so that «Взяти» can be tried at once."""
    line, vault = house.site.line(STAFF), house.keyring.vault
    if line is not None:
        ref = vault.chat_ref(line.bot_id, demo.MARCHENKO)
        await links.enacted(
            *(house.pools.intake, vault, next(iter(demo.STAFF))),
            chat_ref=ref,
            chat_id=demo.MARCHENKO,
        )


def mail(settings: Settings) -> Mail | None:
    """None where no server is named."""
    host, sender, password = settings.smtp_host, settings.smtp_from, settings.smtp_password
    if host is None or sender is None:
        return None
    secret = password.get_secret_value() if password else None
    return Mail(
        *(host, settings.smtp_port, settings.smtp_tls, sender, settings.smtp_user, secret),
        lambda: datetime.now(UTC),
    )


def hook(settings: Settings) -> Hook | None:
    """None where no address is named."""
    url, secret = settings.bell_url, settings.bell_secret
    return Hook(url, secret.get_secret_value()) if url and secret else None
