"""The group's key in a member's hands: taken only as the signed list and a signature say."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pyrage
import pytest
from pyrage.x25519 import Identity, Recipient
from vault_ring import Ring

from vault import grant, identity, keys, member
from vault.grant import Wrap, WrapRefused
from vault.member import Member
from vault.recipients import GroupKey, MemberKey, Recipients
from vault.seal import new_case_key
from vault.unseal import open_case_key

DAY = timedelta(days=1)


def entry(person: Member, now: datetime, until: datetime | None = None) -> MemberKey:
    return MemberKey(person.id, person.recipient, person.public, now - DAY, until)


class Office:
    """A head who holds the key, a prosecutor who is given it, and the list with both."""

    def __init__(self, ring: Ring, now: datetime) -> None:
        self.held, self.now = ring.triage, now
        self.head, self.marchenko = member.fresh("p-01"), member.fresh("p-07")
        people = (entry(self.head, now), entry(self.marchenko, now))
        self.listed = replace(ring.recipients, members=people).at(now)
        self.group = self.listed.triage[0]

    def give(self, held: Identity | None = None, group: GroupKey | None = None) -> Wrap:
        to = self.listed.member("p-07")
        return grant.give(
            held or self.held, group or self.group, to, self.head, id_=uuid4(), now=self.now
        )


@pytest.fixture
def office(ring: Ring, now: datetime) -> Office:
    return Office(ring, now)


def refusal(person: Member, wrap: Wrap, listed: Recipients) -> str:
    with pytest.raises(WrapRefused) as refused:
        person.unwrap(wrap, listed)
    return refused.value.reason


def test_the_member_opens_the_groups_key_and_with_it_cases(office: Office, ring: Ring):
    held = office.marchenko.unwrap(office.give(), office.listed)
    case = uuid4()
    open_case_key(held, new_case_key(case, ring.recipients).sealed, case)


def test_nobody_else_does(office: Office):
    other = replace(office.head, id="p-07")
    assert refusal(other, office.give(), office.listed) == "damaged"


def test_inside_is_a_key_file_like_any_other(office: Office, tmp_path):
    path = tmp_path / "triage.key"
    path.touch(mode=0o600)
    path.write_bytes(pyrage.decrypt(office.give().sealed, [office.marchenko.identity]))
    assert str(keys.load_identity(path, "triage").to_public()) == office.group.recipient


CHANGES = {
    "the id": {"id": uuid4()},
    "the granter": {"granted_by": "p-07"},
    "the time": {"at": datetime.fromisoformat("2026-11-24T11:00:00+00:00")},
    "the signature": {"signature": bytes(64)},
    "a short signature": {"signature": b""},
    "what is sealed": {"sealed": b"age-encryption.org/v1\n"},
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_the_signature_no_longer_holds(office: Office, what: str):
    wrap = replace(office.give(), **CHANGES[what])
    assert refusal(office.marchenko, wrap, office.listed) == "signature"


def test_a_key_that_is_not_in_the_list_is_refused(office: Office, now: datetime):
    fresh = Identity.generate()
    own = GroupKey("triage", 2, str(fresh.to_public()), now)
    assert refusal(office.marchenko, office.give(fresh, own), office.listed) == "group"


def test_a_false_key_under_a_true_name_is_refused(office: Office):
    """Signed by a real member who lies about the key."""
    fresh = Identity.generate()
    wrap = office.give(fresh, replace(office.group, recipient=str(fresh.to_public())))
    assert refusal(office.marchenko, wrap, office.listed) == "signature"
    text = identity.write(grant.KIND, fresh, {}).encode()
    sealed = pyrage.encrypt(text, [Recipient.from_str(office.marchenko.recipient)])
    wrap = replace(wrap, sealed=sealed)
    wrap = replace(wrap, signature=office.head.sign(grant._signed(wrap, office.group)))
    assert refusal(office.marchenko, wrap, office.listed) == "group_key"


def test_a_key_that_is_not_the_groups_cannot_even_be_given(office: Office):
    with pytest.raises(WrapRefused) as refused:
        office.give(Identity.generate())
    assert refused.value.reason == "group_key"


def test_escrow_is_no_group_that_is_granted(office: Office, ring: Ring):
    escrow = office.listed.escrow[0]
    wrap = office.give(ring.escrow, escrow)
    assert refusal(office.marchenko, wrap, office.listed) == "group"


def test_who_has_left_the_list_opens_nothing_from_then_on(office: Office, now: datetime):
    wrap, leaves = office.give(), now + DAY
    people = (office.listed.members[0], entry(office.marchenko, now, leaves))
    listed = replace(office.listed, members=people)
    office.marchenko.unwrap(wrap, listed.at(now))
    assert refusal(office.marchenko, wrap, listed.at(leaves)) == "member"


def test_what_a_member_gave_before_leaving_still_counts(office: Office, now: datetime):
    wrap, leaves = office.give(), now + DAY
    people = (entry(office.head, now, leaves), office.listed.members[1])
    listed = replace(office.listed, members=people).at(leaves)
    office.marchenko.unwrap(wrap, listed)
    later = replace(wrap, at=leaves)
    later = replace(later, signature=office.head.sign(grant._signed(later, office.group)))
    assert refusal(office.marchenko, later, listed) == "granter"


def test_a_stranger_cannot_give(office: Office):
    office.head = member.fresh("p-99")
    assert refusal(office.marchenko, office.give(), office.listed) == "granter"


def test_a_member_with_a_new_key_must_be_given_the_groups_anew(office: Office, now: datetime):
    wrap, renewed = office.give(), member.fresh("p-07")
    people = (office.listed.members[0], entry(renewed, now))
    listed = replace(office.listed, members=people).at(now)
    assert refusal(renewed, wrap, listed) == "member"


def test_every_reason_is_said_in_words(office: Office):
    for reason, said in grant.REASONS.items():
        assert str(WrapRefused(reason)) == said
