"""Every law that applies, for every registered corruption."""

import pytest

from noiselib.catalogue import registry
from noiselib.testing import LAWS
from noiselib.testing.checking import check_law

CASES = [
    pytest.param(law, cls, id=f"{name}-{law.name}")
    for name, cls in registry().items()
    for law in LAWS
    if law.applies(cls)
]


@pytest.mark.parametrize(("law", "cls"), CASES)
def test_law(law, cls):
    check_law(law, cls)
