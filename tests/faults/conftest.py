"""The oven is lit once, and each test has a folder that PostgreSQL's user may pass through."""

import pytest
import rig
from oven import warm


@pytest.fixture
def tmp_path():
    with rig.folder() as made:
        yield made


@pytest.fixture(scope="session")
def oven():
    with warm() as made:
        yield made


@pytest.fixture
def webhook_settings(unused_tcp_port: int) -> dict[str, str]:
    return {
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{unused_tcp_port}",
        "DODOMU_WEBHOOK_PORT": str(unused_tcp_port),
        "DODOMU_WEBHOOK_SECRET": "0123456789abcdef",
    }
