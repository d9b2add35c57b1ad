"""Images that every noiselib test may use."""

import numpy as np
import pytest

from noiselib.testing.strategies import pictures


@pytest.fixture(scope="session")
def digits(request):
    """100 digits, uint8 (100, 28, 28, 1): real ones where MNIST is at hand, else drawn strokes."""
    try:
        return request.getfixturevalue("mnist_images")[:100]
    except pytest.skip.Exception:
        return pictures("digit", (100, 28, 28, 1), 0)


@pytest.fixture(scope="session")
def colours():
    """Three colour images of unequal sides, uint8 (3, 31, 22, 3)."""
    kinds = ("noise", "smooth", "checkerboard")
    return np.concatenate([pictures(kind, (1, 31, 22, 3), 1) for kind in kinds])
