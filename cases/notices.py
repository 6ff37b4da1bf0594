"""Whom bells and the digest reach, and how: what each person wished at the desk."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from cases import absences, links
from cases.absences import covers
from cases.outbox import PATIENCE, Database
from cases.permissions import About, may
from cases.person import Person, person_of
from vault.local import NotOurs, Vault

_HEAD: Final = "head"


@dataclass(frozen=True)
class Wishes:
    """What a person sees at the desk of their own notices. `mail`: "" for none."""

    mail: str = field(default="", repr=False)
    digest: bool = True
    linked_at: datetime | None = None


async def wishes(database: Database, person: UUID) -> Wishes:
    row = await database.fetchrow(
        "SELECT coalesce(n.mail, '') AS mail, coalesce(n.digest, true) AS digest,"
        " l.at AS linked_at FROM (SELECT $1::uuid AS id) AS me"
        " LEFT JOIN staff_notice n ON n.person_id = me.id"
        " LEFT JOIN staff_link l ON l.person_id = me.id",
        person,
        timeout=PATIENCE,
    )
    return Wishes(**row)


async def wish(database: Database, person: UUID, *, mail: str, digest: bool) -> None:
    """`mail` "": no mail."""
    await database.execute(
        "INSERT INTO staff_notice (person_id, mail, digest) VALUES ($1, $2, $3)"
        " ON CONFLICT (person_id) DO UPDATE SET mail = $2, digest = $3",
        *(person, mail or None, digest),
        timeout=PATIENCE,
    )


@dataclass(frozen=True)
class Contact:
    """Somebody to tell. `chat_id` None: no chat is linked; `mail` "": no address."""

    person: Person
    chat_ref: bytes
    chat_id: int | None = field(repr=False)
    mail: str = field(repr=False)
    digest: bool
    on_duty: bool
    heads: bool
    """A head, or somebody who stands in for one; nobody who is away. So with `on_duty`."""

    def hears_of(self, oblast: str | None) -> bool:
        """Whether reports of this oblast are the person's business."""
        return may(self.person, "notices", About(oblast))


_CONTACTS: Final = f"""
SELECT {links.WHO}, l.chat_ref, l.sealed, coalesce(n.mail, '') AS mail,
       coalesce(n.digest, true) AS digest,
       EXISTS (SELECT FROM duty d WHERE d.person_id = p.id
                  AND d.starts_at <= $1 AND d.ends_at > $1) AS on_duty,
       (SELECT substitute_id FROM absence a WHERE a.person_id = p.id
           AND a.first <= $2 AND a.last >= $2 LIMIT 1) AS substitute
  FROM staff p
  LEFT JOIN staff_link l ON l.person_id = p.id
  LEFT JOIN staff_notice n ON n.person_id = p.id
 WHERE p.state = 'active' ORDER BY p.number
"""  # noqa: S608 - a constant


async def contacts(database: Database, vault: Vault, now: datetime) -> tuple[Contact, ...]:
    """Everybody who works here, by number, whether they can be reached or not.

    Whoever is away has handed their duty, and what rings for heads, to their substitute.
    """
    rows = await database.fetch(_CONTACTS, now, absences.today(now), timeout=PATIENCE)
    known = {
        one["id"]: Contact(
            *(person_of(one), one["chat_ref"] or b"", _chat_of(vault, one["id"], one["sealed"])),
            *(one["mail"], one["digest"], one["on_duty"], one["role"] == _HEAD),
        )
        for one in rows
    }
    instead = {one["id"]: one["substitute"] for one in rows if one["substitute"]}
    for away, substitute in instead.items():
        known |= _handed_on(
            known[away], known.get(substitute) if substitute not in instead else None
        )
    return tuple(known.values())


def _handed_on(away: Contact, substitute: Contact | None) -> dict[UUID, Contact]:
    """Both as bells see them. Without a fitting substitute it rings as if nobody were away."""
    if substitute is None or not covers(substitute.person, away.person):
        return {}
    more = replace(
        substitute,
        on_duty=substitute.on_duty or away.on_duty,
        heads=substitute.heads or away.heads,
    )
    less = replace(away, on_duty=False, heads=False, digest=False)
    return {away.person.id: less, substitute.person.id: more}


def _chat_of(vault: Vault, person: UUID, sealed: bytes | None) -> int | None:
    """None as well for a link made under a VAULT key that is gone: the person links anew."""
    if sealed is None:
        return None
    try:
        chat = vault.open(sealed, links.row(person))
    except NotOurs:
        return None
    return chat if isinstance(chat, int) else None
