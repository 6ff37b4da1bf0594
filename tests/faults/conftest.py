"""The oven is lit once, and each test has a folder that PostgreSQL's user may pass through."""

import os
import sys

import pytest
import rig


@pytest.fixture
def tmp_path():
    with rig.folder() as made:
        yield made


@pytest.fixture
def webhook_settings(unused_tcp_port: int) -> dict[str, str]:
    return {
        "DODOMU_WEBHOOK_URL": f"http://127.0.0.1:{unused_tcp_port}",
        "DODOMU_WEBHOOK_PORT": str(unused_tcp_port),
        "DODOMU_WEBHOOK_SECRET": "0123456789abcdef",
    }


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The whole matrix takes long: say at once what came of a part of it."""
    if os.environ.get("FAULTS") != "full" or "PYTEST_XDIST_WORKER" in os.environ:
        return
    for _, told in report.user_properties if report.when == "call" else ():
        print(f"\n{told}", file=sys.__stdout__, flush=True)
    if report.failed:
        print(f"\n{report.nodeid}\n{report.longreprtext[-3000:]}", file=sys.__stdout__, flush=True)
