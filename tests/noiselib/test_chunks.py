"""The sizes of chunks and the number of threads do not change any result."""

import numpy as np
import pytest

import noiselib
from noiselib import execution
from noiselib.operations import bilinear, jpeg, neighbourhood, shifting
from noiselib.testing.strategies import pictures

SIZES = [
    (execution, "CHUNK_VALUES", 1),
    (execution, "CHUNK_BYTES", 1),
    (jpeg, "BLOCKS", 1),
    (neighbourhood, "BLOCK_VALUES", 1),
    (neighbourhood, "SLICE_VALUES", 997),
    (bilinear, "STEP", 37),
    (shifting, "STEP", 1),
]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", noiselib.registry())
def test_small_chunks_give_the_same_bytes(name, channels, monkeypatch):
    images = pictures("noise", (3, 21, 34, channels), 5)
    spec = noiselib.parse(name)
    both = (images, images.astype(np.float32) / 255)
    whole = [spec(one, seed=3, ids=7) for one in both]
    for module, constant, value in SIZES:
        monkeypatch.setattr(module, constant, value)
    for one, expected in zip(both, whole, strict=True):
        assert np.array_equal(spec(one, seed=3, ids=7), expected)
        assert np.array_equal(spec(one, seed=3, ids=7, workers=2), expected)
