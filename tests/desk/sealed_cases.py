"""Cases with what is sealed in them, for desks that open it; and people with open keys."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from desk_rig import Browser, Desk
from pyrage.x25519 import Identity

from cases import document
from cases.document import Consented
from cases.person import Person
from flows.answers import Answer, State
from flows.draft import Draft
from flows.kinds.periods import a_day
from flows.report import REPORT
from vault.recipients import GroupKey, Recipients
from vault.seal import Head, new_case_key, seal

AT = "2026-11-24T11:58:00+00:00"
SOFIIA = {"family": "Канаркова", "given": "Софія", "patronymic": "Ігорівна"}
SONIA = {"family": "Канаркова", "given": "Соня"}
BORN = date(2017, 3, 27)


@dataclass
class Safe:
    """The triage group's key, and cases sealed to it on a desk."""

    desk: Desk
    triage: Identity = field(default_factory=Identity.generate)

    @property
    def recipients(self) -> Recipients:
        now, day = self.desk.clock(), timedelta(days=1)
        keys = (("triage", self.triage), ("escrow", Identity.generate()))
        triage, escrow = (GroupKey(name, 1, str(key.to_public()), now - day) for name, key in keys)
        return Recipients(1, now - day, now + 300 * day, (triage,), (escrow,), (), as_of=now)

    async def case(self, *names: dict[str, str], match: bool = True, **given: Any) -> UUID:
        """A report about these children, all born on one day; `given`: columns of the case."""
        told = _draft(names or (SOFIIA,), match=match)
        id_ = uuid4()
        key = new_case_key(id_, self.recipients)
        await self.desk.case(
            id=id_, children=len(told.items["children"]), recipient=key.recipient, **given
        )
        await self.desk.owner.execute(
            "INSERT INTO case_key (case_id, list_version, sealed) VALUES ($1, 1, $2)",
            *(id_, key.sealed),
        )
        await self._sealed(id_, key.recipient, told)
        return id_

    async def corrected(self, case: UUID, *names: dict[str, str], match: bool = True) -> None:
        """The family tells it anew."""
        recipient = await self.desk.owner.fetchval(
            "SELECT recipient FROM cases WHERE id = $1", case
        )
        await self._sealed(case, recipient, _draft(names, match=match))

    async def _sealed(self, case: UUID, recipient: str, told: Draft) -> None:
        consent = Consented(1, AT, "uk", "")
        report = document.report(
            REPORT, told, locale="uk", consent=consent, received_at=self.desk.clock()
        )
        parts = [("report", report), *(("card", one) for one in document.cards(REPORT, told))]
        owner = self.desk.owner
        for kind, payload in parts:
            number = await owner.fetchval(
                "UPDATE cases SET objects = objects + 1 WHERE id = $1 RETURNING objects", case
            )
            head = Head(case, uuid4(), number, kind, 1)
            sealed = seal(recipient, head, payload)
            await owner.execute(
                "INSERT INTO sealed_object (id, case_id, sequence, kind, schema, sealed, sha256)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                *(head.object, case, number, kind, 1, sealed, sha256(sealed).digest()),
            )

    async def unlocked(self, person: Person, *keys: Identity) -> Browser:
        """Signed in, with the group's key open, or with these."""
        browser = await self.desk.signed_in(person)
        self.desk.site.ring.unlock(
            await self.session(person), person, keys or (self.triage,), self.desk.clock()
        )
        return browser

    async def session(self, person: Person) -> UUID:
        found = await self.desk.owner.fetchval(
            "SELECT id FROM desk_session WHERE person_id = $1", person.id
        )
        assert isinstance(found, UUID)
        return found


def _draft(names: tuple[dict[str, str], ...], *, match: bool) -> Draft:
    ids = tuple(f"k3x{number}" for number in range(len(names)))
    parties = ["prosecutor", *(["match"] if match else [])]
    answers = {"share": _given({"version": 1, "parties": parties}), "relation": _given("mother")}
    for item, name in zip(ids, names, strict=True):
        answers[f"children/{item}/name"] = _given(name)
        answers[f"children/{item}/born"] = _given(dict(a_day(BORN).as_json()))
    draft = Draft("report", 1, "#check", answers, items={"children": ids, "route": ()})
    return replace(draft, version=REPORT.version)


def _given(value: Any) -> Answer:
    return Answer(State.GIVEN, value, at=AT)
