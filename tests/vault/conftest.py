"""A throw-away set of keys, made once, and a fixed day."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from vault_ring import Ring

from vault import keys, recipients, throwaway

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Ring:
    files = throwaway.make_all(Path(tmp_path_factory.mktemp("keys")), NOW)
    return Ring(
        files=files,
        root=keys.load_root(files.root),
        intake_sign=keys.load_intake_sign(files.intake_sign),
        triage=keys.load_identity(files.triage, "triage"),
        escrow=keys.load_identity(files.escrow, "escrow"),
        recipients=recipients.load(files.recipients, files.root_public, 0, NOW),
    )
