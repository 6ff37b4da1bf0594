"""By what tries are counted: pseudonyms of people, addresses and key files; none is kept."""

from desk.site import Site
from desk.visitor import Asked


def of_person(site: Site, number: int | None) -> bytes:
    """Whoever has this number, or would have it."""
    return _subject(site, f"try|person|{number}")


def of_address(site: Site, request: Asked) -> bytes:
    """Where a request comes from."""
    return _subject(site, f"try|address|{request.client.host if request.client else ''}")


def of_key(site: Site, person: object) -> bytes:
    """The passphrase of a person's key file. `person`: the id."""
    return _subject(site, f"unlock|{person}")


def _subject(site: Site, name: str) -> bytes:
    return site.vault.digest(name.encode())
