"""The uint8 paths of corruptions have the bytes of floats, also at larger sizes."""

import numpy as np
import pytest

import noiselib
from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.images import from_unit
from noiselib.operations.banded import bands
from noiselib.operations.linear import (
    from_sixteenths,
    sixteenths_to_uint8,
    to_sixteenths,
    uint8_to_sixteenths,
)

UINT8_PATHS = [
    name
    for name, cls in noiselib.registry().items()
    if cls.apply_uint8 is not Corruption.apply_uint8
]
SHAPES = [
    (1, 1, 1, 1),
    (90, 28, 28, 1),
    (2, 70, 81, 3),
    (1, 1, 200, 3),
    (1, 200, 1, 1),
    (2, 64, 96, 3),
    (1, 1, 500, 1),
]


def bytes_of_floats(corruption, images, seed):
    """Return the result for float images, rounded to uint8."""
    rounded = np.empty_like(images)
    from_unit(corruption(images / np.float32(255), seed=seed), rounded)
    return rounded


@pytest.mark.parametrize("name", UINT8_PATHS)
@pytest.mark.parametrize("t", [0.3, 1])
def test_a_uint8_path_has_the_bytes_of_floats(name, t):
    corruption = noiselib.registry()[name]().at(t)
    for shape in SHAPES:
        images = np.random.default_rng(5).integers(0, 256, shape, np.uint8)
        expected = bytes_of_floats(corruption, images, 7)
        assert np.array_equal(corruption(images, seed=7), expected), shape


@pytest.mark.parametrize(
    "spec",
    [
        "contrast(factor=4)",
        "contrast(factor=20)",
        "random_contrast(factor=0.01)",
        "random_brightness(shift=1)",
        "gaussian_noise(sigma=10)",
        "cutout(size=0.5, fill=0.3)",
        "cutout(size=0.413, fill=1)",
        "grid_mask(part=0.5, period=0.37, fill=0.7)",
        *(f"box_blur(width={width})" for width in (2, 4.5, 3, 11, 15, 17)),
        *(f"pixelate(fraction={part})" for part in (0.5, 0.0625, 0.3)),
        "downscale(fraction=0.7)",
    ],
)
def test_other_parameters_have_the_bytes_of_floats(spec):
    corruption = noiselib.parse(spec)
    for shape in ((30, 28, 28, 1), (2, 80, 96, 3)):
        images = np.random.default_rng(5).integers(0, 256, shape, np.uint8)
        expected = bytes_of_floats(corruption, images, 7)
        assert np.array_equal(corruption(images, seed=7), expected), shape


def test_a_new_apply_disables_the_inherited_uint8_path():
    class Heir(noiselib.Salt, register=False):
        def apply(self, images, draws):
            return images * 0

    assert not Heir(amount=0.5)(np.full((1, 9, 9, 1), 80, np.uint8)).any()


def test_a_uint8_path_may_return_none():
    class Declining(Corruption, register=False):
        """Halve the images. Own design."""

        loss: float = strength("part of the light", identity=0, worst=0.5, high=1)

        def apply(self, images, draws):
            return images * (1 - self.loss)

        def apply_uint8(self, levels, draws):
            return None if levels.shape[1] > 5 else levels // 2

    for side, left in ((5, 100), (6, 101)):
        images = np.full((2, side, side, 1), 201, np.uint8)
        assert (Declining(loss=0.5)(images) == left).all()


def test_sixteenths_are_those_of_floats():
    levels = np.arange(256, dtype=np.uint8)
    unit = levels / np.float32(255)
    assert np.array_equal(uint8_to_sixteenths(levels), to_sixteenths(unit))
    mixed = np.random.default_rng(0).integers(0, 4080 * 4096 + 1, 100_000).astype(np.float32) / 4096
    rounded = np.empty(mixed.shape, np.uint8)
    from_unit(np.clip(from_sixteenths(mixed), 0, 1), rounded)
    assert np.array_equal(sixteenths_to_uint8(mixed), rounded)


def test_bands_of_read_only_matrices_are_cached():
    matrix = np.eye(70, dtype=np.float32)
    before = bands(matrix)
    matrix[0, 69] = 1
    assert bands(matrix)[0][1] == slice(0, 70) != before[0][1]
    matrix.flags.writeable = False
    assert bands(matrix) is bands(matrix)
