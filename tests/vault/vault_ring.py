"""What the tests of the vault hold in their hands."""

from dataclasses import dataclass

from pyrage.x25519 import Identity

from vault.keys import Signer
from vault.recipients import Recipients
from vault.throwaway import KeySet


@dataclass(frozen=True)
class Ring:
    files: KeySet
    root: Signer
    intake_sign: Signer
    triage: Identity
    escrow: Identity
    recipients: Recipients
