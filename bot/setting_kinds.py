"""The kinds of value a setting may have, and what is said of one that is none."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("is no bot token; @BotFather gives them as 123456:letters")
    return value


def _postgres(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must begin with postgresql://")
    return value


def _secret(value: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(value.get_secret_value()):
        raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -")
    return value


def _safe_url(value: str) -> str:
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.hostname and (parts.scheme == "https" or local)):
        raise ValueError("must begin with https:// (http:// only on this computer)")
    return value.rstrip("/")


def _report_url(value: SecretStr) -> SecretStr:
    parts = urlsplit(_safe_url(value.get_secret_value()))
    if not (parts.username and re.fullmatch(r".*/\d+", parts.path)):
        raise ValueError("must be as Sentry shows it: https://key@host/number")
    return value


def _origin(value: str) -> str:
    if urlsplit(value).path or urlsplit(value).query:
        raise ValueError("must be a host alone, without a path")
    return value


def _addresses(value: str) -> str:
    if not all(_ADDRESS.fullmatch(one.strip()) for one in value.split(",")):
        raise ValueError("must be addresses such as duty@example.org, with commas between them")
    return value


Token = Annotated[SecretStr, AfterValidator(_token)]
Postgres = Annotated[SecretStr, AfterValidator(_postgres)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
SafeUrl = Annotated[str, AfterValidator(_safe_url)]
ReportUrl = Annotated[SecretStr, AfterValidator(_report_url)]
Origin = Annotated[str, AfterValidator(_safe_url), AfterValidator(_origin)]
Addresses = Annotated[str, AfterValidator(lambda value: value and _addresses(value))]
Port = Annotated[int, Field(ge=0, le=65535)]
