"""Settings: the environment in, plain words out when something is wrong."""

import os

import pytest
from pydantic import ValidationError

from bot.settings import SettingsRefused, load, names

TOKEN = "123456:canary-token"
KEYS = {
    "DODOMU_VAULT_KEY": "keys/vault.key",
    "DODOMU_INTAKE_SIGN_KEY": "keys/intake-sign.key",
    "DODOMU_RECIPIENTS": "keys/recipients.json",
    "DODOMU_ROOT_PUBLIC": "A" * 43 + "=",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("DODOMU_", "TELEGRAM_", "DATABASE_URL")):
            monkeypatch.delenv(name)

    def put(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return put


def refused() -> list[str]:
    with pytest.raises(SettingsRefused) as caught:
        load()
    return str(caught.value).splitlines()


def test_with_nothing_set_the_sandbox_takes_telegrams_place():
    settings = load()
    assert settings.in_sandbox
    assert str(settings.folder) == "var"


def test_a_token_and_the_keys_are_enough_for_telegram(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, **KEYS)
    settings = load()
    assert not settings.in_sandbox
    assert settings.telegram_api == "https://api.telegram.org"


def test_a_token_without_keys_is_refused_naming_each(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN)
    assert [line.partition(":")[0] for line in refused()] == list(KEYS)


def test_a_secret_may_lie_in_a_file(environment, tmp_path):
    held = tmp_path / "token"
    held.write_text(TOKEN + "\n")
    environment(TELEGRAM_BOT_TOKEN_FILE=str(held), **KEYS)
    token = load().telegram_bot_token
    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_a_secret_both_set_and_in_a_file_is_refused(environment, tmp_path):
    held = tmp_path / "token"
    held.write_text(TOKEN)
    environment(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_BOT_TOKEN_FILE=str(held), **KEYS)
    assert refused() == ["TELEGRAM_BOT_TOKEN: set it or TELEGRAM_BOT_TOKEN_FILE, not both"]


def test_a_secret_in_a_missing_file_is_refused(environment):
    environment(DATABASE_URL_FILE="/nowhere/at/all")
    (line,) = refused()
    assert line.startswith("DATABASE_URL_FILE: there is no such file")


def test_all_mistakes_are_told_at_once_without_their_values(environment):
    environment(
        TELEGRAM_BOT_TOKEN="canary",
        DATABASE_URL="mysql://canary",
        DODOMU_RATE="canary",
        DODOMU_WEBHOOK_URL="http://canary.example",
        DODOMU_WEBHOOK_SECRET="canary",
    )
    lines = refused()
    assert sorted(line.partition(":")[0] for line in lines) == [
        "DATABASE_URL",
        "DODOMU_RATE",
        "DODOMU_WEBHOOK_SECRET",
        "DODOMU_WEBHOOK_URL",
        "TELEGRAM_BOT_TOKEN",
    ]
    assert "canary" not in "\n".join(lines)


def test_a_setting_nobody_knows_is_refused(environment):
    environment(DODOMU_STAF_CHAT="1")
    assert refused() == ["DODOMU_STAF_CHAT: there is no such setting"]


def test_a_webhook_needs_a_secret(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, DODOMU_WEBHOOK_URL="https://bot.example", **KEYS)
    assert refused() == ["DODOMU_WEBHOOK_SECRET: is missing, though DODOMU_WEBHOOK_URL is there"]


def test_two_bots_may_not_share_a_token(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_STAFF_BOT_TOKEN=TOKEN, **KEYS)
    (line,) = refused()
    assert line.startswith("TELEGRAM_STAFF_BOT_TOKEN: must be another bot")


def test_a_staff_chat_needs_a_staff_bot(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, DODOMU_STAFF_CHAT="-100", **KEYS)
    (line,) = refused()
    assert line.startswith("TELEGRAM_STAFF_BOT_TOKEN: is missing")


def test_the_desk_is_the_demos_until_it_has_a_key(environment):
    assert load().desk_in_sandbox
    environment(DODOMU_DESK_KEY="keys/desk.key")
    assert not load().desk_in_sandbox
    environment(DODOMU_DESK_KEY="", TELEGRAM_BOT_TOKEN=TOKEN, **KEYS)
    assert not load().desk_in_sandbox


def test_a_desk_that_others_reach_needs_https(environment):
    environment(DODOMU_DESK_HOST="0.0.0.0", DODOMU_DESK_URL="http://localhost:8082")
    (line,) = refused()
    assert line.startswith("DODOMU_DESK_URL: must begin with https://")
    environment(DODOMU_DESK_URL="https://desk.example")
    assert load().desk_url == "https://desk.example"


@pytest.mark.parametrize("url", ["http://desk.example", "https://desk.example/desk", "desk"])
def test_the_desks_address_is_a_host_and_safe(environment, url):
    environment(DODOMU_DESK_URL=url)
    (line,) = refused()
    assert line.startswith("DODOMU_DESK_URL: must")


def test_settings_do_not_change_and_do_not_show_secrets(environment):
    environment(TELEGRAM_BOT_TOKEN=TOKEN, DATABASE_URL="postgresql://u:canary@db/x", **KEYS)
    settings = load()
    assert "canary" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.rate = 3


def test_every_name_is_prefixed_but_three():
    assert [name for name in names() if not name.startswith("DODOMU_")] == [
        "TELEGRAM_BOT_TOKEN",
        "TELEGRAM_STAFF_BOT_TOKEN",
        "DATABASE_URL",
    ]


MAIL = {"DODOMU_SMTP_HOST": "mail.example.org", "DODOMU_SMTP_FROM": "bell@example.org"}


def test_mail_needs_a_server_and_an_address_of_its_own(environment):
    environment(**MAIL, DODOMU_SMTP_TO="one@example.org, two@example.org")
    settings = load()
    assert settings.mailbox == ("one@example.org", "two@example.org")
    assert (settings.smtp_port, settings.smtp_tls) == (587, "starttls")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"DODOMU_SMTP_FROM": ""}, "DODOMU_SMTP_FROM: must be one address"),
        ({"DODOMU_SMTP_FROM": "a@b.c, d@e.f"}, "DODOMU_SMTP_FROM: must be one address"),
        ({"DODOMU_SMTP_TO": "nobody"}, "DODOMU_SMTP_TO: must be addresses"),
        ({"DODOMU_SMTP_HOST": ""}, "DODOMU_SMTP_HOST: is missing"),
        ({"DODOMU_SMTP_TLS": "none"}, "DODOMU_SMTP_TLS: none is for a server on this computer"),
        ({"DODOMU_SMTP_TLS": "ssl"}, "DODOMU_SMTP_TLS: "),
        ({"DODOMU_SMTP_USER": "bell"}, "DODOMU_SMTP_USER: goes together with"),
        ({"DODOMU_SMTP_PASSWORD": "canary"}, "DODOMU_SMTP_USER: goes together with"),
        ({"DODOMU_BELL_URL": "https://call.example.org"}, "DODOMU_BELL_SECRET: is missing"),
        ({"DODOMU_BELL_SECRET": "s" * 16}, "DODOMU_BELL_URL: is missing"),
        ({"DODOMU_BELL_URL": "http://call.example.org"}, "DODOMU_BELL_URL: must begin with https"),
    ],
)  # fmt: skip
def test_channels_that_could_not_ring_are_refused(environment, more, told):
    environment(**{**MAIL, **more})
    (line, *_) = refused()
    assert line.startswith(told)
    assert "canary" not in line


def test_the_passwords_of_channels_may_lie_in_files_and_are_not_shown(environment, tmp_path):
    held = tmp_path / "password"
    held.write_text("canary-password\n")
    environment(**MAIL, DODOMU_SMTP_USER="bell", DODOMU_SMTP_PASSWORD_FILE=str(held))
    settings = load()
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "canary-password"
    assert "canary" not in repr(settings)
