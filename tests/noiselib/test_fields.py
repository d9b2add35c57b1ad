"""Fields: limits, paths and rounding; and what a corruption class must declare."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import noiselib
from noiselib.corruption import Corruption
from noiselib.fields import geometric, inverse_square, linear, parameter, strength
from noiselib.testing import check_corruption
from noiselib.traits import Trait


@pytest.mark.parametrize("path", [linear, geometric, inverse_square])
@given(t=st.floats(0.001, 1), later=st.floats(0.001, 1))
def test_paths_are_monotone_and_end_at_the_value(path, t, later):
    t, later = sorted((t, later))
    assert path(1000, 3, 1) == pytest.approx(3)
    assert path(1000, 3, t) >= path(1000, 3, later)


def test_paths_begin_at_the_identity():
    assert linear(2, 5, 0) == 2
    assert geometric(2, 5, 0) == 2
    assert inverse_square(math.inf, 5, 0) == math.inf


def test_values_are_rounded_to_twelve_digits():
    assert noiselib.GaussianNoise(sigma=0.1 + 0.02).sigma == 0.12
    assert str(noiselib.GaussianNoise(sigma=0.4).at(0.3)) == "gaussian_noise(sigma=0.12)"
    assert str(noiselib.Rotation(degrees=-0.0)) == "rotation(degrees=0)"


def test_numpy_numbers_are_numbers():
    made = noiselib.GaussianNoise(sigma=np.float32(0.25))
    assert made == noiselib.GaussianNoise(sigma=0.25)
    assert type(made.sigma) is float


def test_parameters_are_keywords():
    with pytest.raises(TypeError):
        noiselib.GaussianNoise(0.2)


def test_corruptions_are_frozen():
    with pytest.raises(AttributeError):
        noiselib.GaussianNoise(sigma=0.2).sigma = 0.3


class Blocks(Corruption, register=False):
    """A corruption with an integer strength, a moving field, a flag and an infinite limit."""

    traits = Trait.STEPPED
    size: int = strength("side of a block", identity=1, worst=9, high=64, unit="pixels")
    level: int = parameter("what moves with it", default=200, identity=0, low=0, high=255)
    photons: float = parameter(
        "falls from infinity", default=4, identity=math.inf, path=inverse_square, low=1
    )
    bright: bool = parameter("a flag", default=False)

    def apply(self, images, draws):
        mixed = images.copy()
        mixed[:, : (self.size - 1) % 10 * 2] = self.level / 255 * (1 - self.bright)
        return mixed


def test_fields_of_every_type():
    half = Blocks(bright=True).at(0.5)
    assert (half.size, half.level, half.photons, half.bright) == (5, 100, 16, True)
    assert Blocks().at(0).is_identity
    assert str(Blocks().at(0)) == "blocks(size=1, level=0, photons=inf)"
    assert Blocks().axis.label == "size [pixels]"
    assert Blocks().position(0.5) == 5


def test_stepped_corruptions_pass_the_laws():
    check_corruption(Blocks, max_examples=15)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size": 2.5}, "blocks: size must be an integer, got 2.5"),
        ({"size": 65}, r"blocks: size must lie in \[1, 64\], got 65"),
        ({"size": True}, "size must be an integer, got True"),
        ({"level": "high"}, "level must be an integer, got 'high'"),
        ({"photons": math.nan}, r"photons must lie in \[1, inf\], got nan"),
        ({"photons": None}, "photons must be a number, got None"),
        ({"bright": 1}, "bright must be True or False, got 1"),
    ],
)
def test_wrong_values_are_named(changes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Blocks(**changes)


def test_without_limits_the_identity_bounds_one_side():
    class Growing(Corruption, register=False):
        gain: float = strength("grows", identity=1, worst=3)

    class Falling(Corruption, register=False):
        loss: float = strength("falls", identity=1, worst=0.2)

    assert (Growing.field_info["gain"].low, Growing.field_info["gain"].high) == (1, math.inf)
    assert (Falling.field_info["loss"].low, Falling.field_info["loss"].high) == (-math.inf, 1)


def test_a_class_needs_exactly_one_strength():
    with pytest.raises(TypeError, match="exactly one field must be the strength, got 0"):

        class Without(Corruption, register=False):
            side: int = parameter("a side", default=1)

    with pytest.raises(TypeError, match="exactly one field must be the strength, got 2"):

        class Two(Corruption, register=False):
            first: float = strength("one", identity=0, worst=1)
            second: float = strength("two", identity=0, worst=1)


def test_fields_need_strength_or_parameter():
    with pytest.raises(TypeError, match=r"declare bare with strength\(\) or parameter\(\)"):

        class Bare(Corruption, register=False):
            gain: float = strength("one", identity=0, worst=1)
            bare: float = 3.0

    with pytest.raises(TypeError, match="items must be float, int, str or bool"):

        class Listed(Corruption, register=False):
            gain: float = strength("one", identity=0, worst=1)
            items: list = parameter("a list", default=0)


def test_two_classes_with_one_name_are_an_error():
    with pytest.raises(TypeError, match="has a corruption zoom already"):

        class Zoom(Corruption):
            gain: float = strength("one", identity=0, worst=1)


def test_apply_must_be_defined():
    class Empty(Corruption, register=False):
        gain: float = strength("one", identity=0, worst=1)

    with pytest.raises(TypeError, match=r"Empty must define apply\(images, draws\)"):
        Empty()(np.zeros((1, 5, 5), np.uint8))
