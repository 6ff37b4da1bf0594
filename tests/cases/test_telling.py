"""The words of a label, in the reader's language."""

import pytest

from cases.telling import tell
from flows.answers import Area


@pytest.mark.parametrize(
    ("code", "short", "told"),
    [
        ("UA-65", False, ("Херсонська область", "Херсонская область", "Khersonska oblast")),
        ("UA-65", True, ("Херсонська", "Херсонская", "Khersonska")),
        ("RU-ROS", False, ("Ростовська область", "Ростовская область", "Rostovskaya oblast")),
        ("PL", False, ("Польща", "Польша", "Poland")),
        ("XX-YY", False, ("XX-YY", "XX-YY", "XX-YY")),
    ],
)
def test_a_region_is_named_in_the_readers_language(code, short, told):
    assert tuple(tell(locale, Area(code, short)) for locale in ("uk", "ru", "en")) == told
