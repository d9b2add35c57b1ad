"""Images for all tests of noiselib."""

import os
import sys
import time

import numpy as np
import pytest

from noiselib.testing.strategies import pictures

LIMIT = 2  # seconds of CPU time for a mutant


def pytest_runtest_setup():
    """Prepare a test of a mutant, which is forked from a process that has run every test.

    Clear all caches: an operator made by the original code would hide the mutant. A mutant that
    no test has detected after `LIMIT` seconds counts as a survivor.
    """
    if "MUTANT_UNDER_TEST" not in os.environ:
        return
    if "__mutmut_" in os.environ["MUTANT_UNDER_TEST"] and time.process_time() > LIMIT:
        pytest.skip("time limit of this mutant")
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "noiselib":
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@pytest.fixture(scope="session")
def digits(request):
    """100 digits, uint8 (100, 28, 28, 1): real ones if MNIST is available, else strokes."""
    try:
        return request.getfixturevalue("mnist_images")[:100]
    except pytest.skip.Exception:
        return pictures("digit", (100, 28, 28, 1), 0)


@pytest.fixture(scope="session")
def colours():
    """Three colour images of unequal sides, uint8 (3, 31, 22, 3)."""
    kinds = ("noise", "smooth", "checkerboard")
    return np.concatenate([pictures(kind, (1, 31, 22, 3), 1) for kind in kinds])
