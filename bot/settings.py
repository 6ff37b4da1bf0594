"""What the administrator decides: read from the environment once, checked all at once.

Names begin with DODOMU_, except TELEGRAM_BOT_TOKEN, TELEGRAM_STAFF_BOT_TOKEN and DATABASE_URL. A
secret may lie in a file: NAME_FILE is the path of a file with the value of NAME.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from bot.setting_kinds import (
    LOOPBACK,
    Addresses,
    Origin,
    Port,
    Postgres,
    ReportUrl,
    SafeUrl,
    Secret,
    Token,
)

PREFIX: Final = "DODOMU_"
TELEGRAM: Final = "https://api.telegram.org"

_FILE = "_FILE"


class SettingsRefused(Exception):
    """Some settings are wrong. The message is one line for each, without values: change them."""


class Settings(BaseSettings):
    """Frozen. Without a token the sandbox takes Telegram's place and makes its own keys."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_bot_token: Annotated[Token | None, Field(validation_alias="TELEGRAM_BOT_TOKEN")] = (
        None
    )
    telegram_staff_bot_token: Annotated[
        Token | None, Field(validation_alias="TELEGRAM_STAFF_BOT_TOKEN")
    ] = None
    database_url: Annotated[Postgres | None, Field(validation_alias="DATABASE_URL")] = None

    folder: Path = Path("var")
    """Everything this program writes: the embedded database, the sandbox, sealed files."""
    objects: str | None = None
    """Where sealed files lie: a folder, or s3://bucket/prefix. Default: `folder`/objects."""
    backup_to: str = ""
    """Public parts of the keys that open backups, with commas between them."""
    telegram_api: SafeUrl = TELEGRAM
    staff_chat: int | None = None
    """Where the bell rings: the id of the prosecutors' group, or of one prosecutor's chat."""

    webhook_url: SafeUrl | None = None
    """Where Telegram reaches this computer. Without it updates are polled, and no port is open."""
    webhook_host: str = "127.0.0.1"
    webhook_port: Port = 8443
    webhook_secret: Secret | None = None

    vault_key: Path | None = None
    intake_sign_key: Path | None = None
    recipients: Path | None = None
    recipients_version: Annotated[int, Field(ge=0)] = 0
    """The list of recipients must be at least this new."""
    root_public: str | None = None
    """The public key that signs the list of recipients."""

    desk_host: str = "127.0.0.1"
    desk_port: Port = 8082
    desk_url: Origin | None = None
    """The desk's address as browsers know it; passkeys and invitations are bound to it."""
    desk_key: Path | None = None
    """The key file of the desk's host. Without it, and without a token, the desk is the demo's."""

    bell_url: SafeUrl | None = None
    """What else is called when a bell rings, signed with `bell_secret`."""
    bell_secret: Secret | None = None
    smtp_host: str | None = None
    """The server that takes bells as e-mail. Without it there is no mail."""
    smtp_port: Port = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: Addresses | None = None
    smtp_to: Addresses = ""
    """The duty room's addresses, with commas between them."""

    rate: Annotated[int, Field(ge=1, le=1000)] = 25
    """Most messages in any second, for each bot. Telegram takes 30, or 1000 paid ones."""
    broadcast_rate: Annotated[float, Field(gt=0, le=1000)] = 20.0
    paid_broadcasts: bool = False
    """Telegram may charge 0.1 Star for each message beyond 30 a second (allow_paid_broadcast)."""
    chat_rate: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Messages a second to one person, after a burst of `chat_burst`."""
    chat_burst: Annotated[int, Field(ge=1, le=100)] = 3
    group_rate: Annotated[int, Field(ge=1, le=20)] = 18
    """Most messages to one group in any minute."""
    parallel_chats: Annotated[int, Field(ge=1, le=64)] = 8

    health_port: Port | None = None
    """Where /livez, /readyz and /metrics answer. Without it they answer nowhere."""
    health_host: str = "127.0.0.1"

    sentry_dsn: ReportUrl | None = None
    """A Sentry of one's own that is told of errors: class names and lines of code, no words."""

    sandbox_port: Port = 8081
    log: Literal["auto", "json", "plain"] = "auto"

    @property
    def mailbox(self) -> tuple[str, ...]:
        """The addresses of `smtp_to`."""
        return tuple(one.strip() for one in self.smtp_to.split(",") if one.strip())

    @property
    def object_store(self) -> str:
        return self.objects or str(self.folder / "objects")

    @property
    def in_sandbox(self) -> bool:
        return self.telegram_bot_token is None

    @property
    def desk_in_sandbox(self) -> bool:
        """A desk's host has no token either; what makes it a real one is its key."""
        return self.in_sandbox and self.desk_key is None

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings, _FromFiles(settings_cls))


class _FromFiles(EnvSettingsSource):
    """NAME_FILE: the value lies in a file, as container platforms and systemd hand out secrets."""

    @override
    def _load_env_vars(self) -> Mapping[str, str | None]:
        found: dict[str, str | None] = {}
        for name in _secret_names():
            path = os.environ.get(name + _FILE)
            if path:
                found[name.lower()] = Path(path).read_text(encoding="utf-8").strip()
        return found


def names() -> tuple[str, ...]:
    """Every variable that is read, NAME_FILE variants aside."""
    fields = Settings.model_fields.items()
    return tuple(str(field.validation_alias or f"{PREFIX}{key.upper()}") for key, field in fields)


def _secret_names() -> tuple[str, ...]:
    ours = ("WEBHOOK_SECRET", "ROOT_PUBLIC", "BELL_SECRET", "SMTP_PASSWORD", "SENTRY_DSN")
    secret = ("TELEGRAM_", "DATABASE_URL", *(PREFIX + name for name in ours))
    return tuple(name for name in names() if name.startswith(secret))


def load() -> Settings:
    """The settings of this process's environment. Raises SettingsRefused, naming every mistake."""
    wrong = [*_unknown(), *_files()]
    settings: Settings | None = None
    if not wrong:
        try:
            settings = Settings()
        except ValidationError as error:
            wrong += [_plainly(one) for one in error.errors(include_input=False)]
    if settings is not None:
        wrong += _together(settings)
    if wrong or settings is None:
        raise SettingsRefused("\n".join(wrong))
    return settings


def _unknown() -> Iterator[str]:
    known = {*names(), *(name + _FILE for name in _secret_names())}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            yield f"{name}: there is no such setting"


def _files() -> Iterator[str]:
    for name in _secret_names():
        path = os.environ.get(name + _FILE)
        if not path:
            continue
        if os.environ.get(name):
            yield f"{name}: set it or {name}{_FILE}, not both"
        elif not os.access(path, os.R_OK) or not Path(path).is_file():
            yield f"{name}{_FILE}: there is no such file, or it may not be read"


def _plainly(error: Any) -> str:
    place = str(error["loc"][0]) if error["loc"] else "settings"
    name = place if place in names() else f"{PREFIX}{place.upper()}"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{name}: {said[:1].lower()}{said[1:]}"


def _together(settings: Settings) -> Iterator[str]:
    """Mistakes that only several settings together make."""
    if settings.webhook_url is not None and settings.webhook_secret is None:
        yield "DODOMU_WEBHOOK_SECRET: is missing, though DODOMU_WEBHOOK_URL is there"
    yield from _bells_together(settings)
    url = settings.desk_url or ""
    if settings.desk_host not in LOOPBACK and not url.startswith("https://"):
        yield "DODOMU_DESK_URL: must begin with https://, DODOMU_DESK_HOST being open to others"
    if settings.in_sandbox:
        if settings.telegram_staff_bot_token is not None:
            yield "TELEGRAM_BOT_TOKEN: is missing, though TELEGRAM_STAFF_BOT_TOKEN is there"
        return
    if settings.telegram_bot_token == settings.telegram_staff_bot_token:
        yield "TELEGRAM_STAFF_BOT_TOKEN: must be another bot than TELEGRAM_BOT_TOKEN"
    if settings.staff_chat is not None and settings.telegram_staff_bot_token is None:
        yield "TELEGRAM_STAFF_BOT_TOKEN: is missing, though DODOMU_STAFF_CHAT is there"
    for key in ("vault_key", "intake_sign_key", "recipients", "root_public"):
        if getattr(settings, key) is None:
            yield f"{PREFIX}{key.upper()}: is missing; see docs/keys.md"


def _bells_together(settings: Settings) -> Iterator[str]:
    if (settings.bell_url is None) != (settings.bell_secret is None):
        name, other = ("SECRET", "URL") if settings.bell_secret is None else ("URL", "SECRET")
        yield f"{PREFIX}BELL_{name}: is missing, though {PREFIX}BELL_{other} is there"
    if settings.smtp_host is None:
        if settings.smtp_from or settings.smtp_to or settings.smtp_user:
            yield f"{PREFIX}SMTP_HOST: is missing, though other settings of mail are there"
        return
    if settings.smtp_from is None or "," in settings.smtp_from:
        yield f"{PREFIX}SMTP_FROM: must be one address, {PREFIX}SMTP_HOST being there"
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        yield f"{PREFIX}SMTP_USER: goes together with {PREFIX}SMTP_PASSWORD"
    if settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        yield f"{PREFIX}SMTP_TLS: none is for a server on this computer only"
