"""What the tests of cases share: keys that nobody uses, and one moment in time."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from nacl.signing import SigningKey
from pyrage.x25519 import Identity

from cases.audit import Signer
from vault import chain
from vault.local import Vault
from vault.recipients import GroupKey, Recipients, SigningEntry

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SEED = bytes(range(32))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32, b"c" * 32)


@pytest.fixture
def signer() -> Signer:
    return partial(chain.sign, SEED)


@pytest.fixture
def signed_by() -> SigningEntry:
    return SigningEntry(bytes(SigningKey(SEED).verify_key), NOW - timedelta(days=1))


@pytest.fixture
def triage() -> Identity:
    return Identity.generate()


@pytest.fixture
def recipients(triage: Identity, signed_by: SigningEntry) -> Recipients:
    day = timedelta(days=1)
    return Recipients(
        version=1,
        issued_at=NOW - day,
        expires_at=NOW + 300 * day,
        triage=(GroupKey("triage", 1, str(triage.to_public()), NOW - day),),
        escrow=(GroupKey("escrow", 1, str(Identity.generate().to_public()), NOW - day),),
        intake_sign=(signed_by,),
        as_of=NOW,
    )
