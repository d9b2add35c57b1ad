"""Each image at its own strength: occurrences of names, and results."""

from collections import Counter

import numpy as np
import pytest

import noiselib
from noiselib import vary
from noiselib.streams import Streams
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

NOISE, TURN = noiselib.GaussianNoise(sigma=0.25), noiselib.Rotation(degrees=30)
IDS = np.arange(200, dtype=np.uint64)


@pytest.mark.parametrize("inner", [TURN, TURN | NOISE])
def test_every_strength_of_vary_is_one_occurrence(inner):
    counter = Counter()
    routing = (vary(inner) | TURN).resolve(3, IDS, counter)
    assert counter == {"vary": 1, "rotation": 2} | ({} if inner == TURN else {"gaussian_noise": 1})
    for way in routing.routes:
        assert (way[-1].corruption, way[-1].occurrence) == (TURN, 1)
        assert {stage.occurrence for stage in way[:-1]} <= {0}
    assert len({way[0].corruption.degrees for way in routing.routes}) > 25


def test_vary_of_a_broadcast_corruption_is_one_route():
    counter = Counter()
    routing = vary(NOISE).resolve(3, IDS, counter)
    assert counter == {"vary": 1, "gaussian_noise": 1}
    ((stage,),) = routing.routes
    assert stage.corruption == NOISE
    assert set(stage.strengths * 32) == set(range(33))


def test_a_varied_corruption_is_one_occurrence_among_others():
    counter = Counter()
    routing = (NOISE | vary(NOISE) | vary(NOISE) | NOISE).resolve(3, IDS, counter)
    assert counter == {"vary": 2, "gaussian_noise": 4}
    (way,) = routing.routes
    assert [stage.occurrence for stage in way] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "name", [name for name, cls in noiselib.registry().items() if Trait.BROADCAST in cls.traits]
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_vary_of_any_broadcast_corruption_is_each_image_at_its_strength(name, dtype):
    images = pictures("noise", (4, 13, 9, 3), 2)
    images = images if dtype == "uint8" else images.astype(np.float32) / 255
    words = Streams("vary", 0, 3, np.arange(4, dtype=np.uint64)).words(()).astype(np.uint64)
    together = vary(noiselib.parse(name))(images, seed=3)
    for i, t in enumerate((words * 33 >> 32) / 32):
        alone = noiselib.parse(name).at(float(t))(images[i : i + 1], seed=3, ids=i)
        assert np.array_equal(together[i : i + 1], alone)


def test_a_strength_that_rounds_to_the_identity_is_a_copy():
    turned = noiselib.Hue(degrees=5e-324)  # half of it is 0; HSV changes last bits
    image = np.array([[[169, 47, 184]]], np.float32) / np.float32(255)
    images = np.repeat(image[None], 20, axis=0)
    words = Streams("vary", 0, 3, np.arange(20, dtype=np.uint64)).words(()).astype(np.uint64)
    together = vary(turned)(images, seed=3)
    for i, t in enumerate((words * 33 >> 32) / 32):
        alone = turned.at(float(t))(images[i : i + 1], seed=3, ids=i)
        assert np.array_equal(together[i : i + 1], alone)
