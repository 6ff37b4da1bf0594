"""Everything that rings: the watchman, and what carries bells that are not Telegram's."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from bot import demo
from bot.house import STAFF, House, bell_of
from bot.settings import Settings
from bot.watchman import Channels, Watchman
from cases import bells, links
from cases.bells import HOOK, MAIL
from delivery.hook import Hook
from delivery.mail import Mail
from delivery.relay import Carrier, Relay


def watchman(house: House) -> Watchman:
    """Rings through whatever the settings name."""
    settings, line = house.settings, house.site.line(STAFF)
    channels = Channels(
        bell=bell_of(house),
        staff_bot=line.bot_id if line is not None else None,
        mail=settings.smtp_host is not None,
        mailbox=settings.mailbox,
        hook=settings.bell_url is not None,
        desk=settings.desk_url or "",
    )
    pool = house.pools.intake
    return Watchman(pool, house.keyring.vault, channels, partial(bells.moment, pool))


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
