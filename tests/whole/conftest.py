"""A folder that stays open to the user PostgreSQL runs as, whoever else runs pytest meanwhile."""

import pytest
import rig


@pytest.fixture
def tmp_path():
    with rig.folder() as made:
        yield made
