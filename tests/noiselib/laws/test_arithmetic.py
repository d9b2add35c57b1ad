"""The laws of arithmetic hold of a lawful corruption, to the edge, and name each fault."""

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

LEVEL, STEP = 1 / 255, 1 / 4080
RAMP = (np.arange(30).reshape(1, 6, 5, 1) * 8).astype(np.uint8)
NOISE = pictures("noise", (3, 6, 5, 1), 1)


def added(amount):
    """A class body that adds so much to the first value of each image."""

    def apply(self, images, draws):
        result = images.copy()
        result[:, 0, 0] += np.float32(amount)
        return result

    return {"apply": apply}


def nonlinear(amount):
    """A class body that bends values up, by at most so much in the middle."""
    return {"apply": lambda self, images, draws: images + np.float32(4 * amount) * images * images}


def test_laws_are_called_for_by_their_traits(fault):
    from noiselib.testing.laws import arithmetic

    traits = {law.name: law.trait for law in arithmetic.laws}
    assert traits == {
        "linear_combinations_are_preserved": Trait.LINEAR,
        "mean_is_preserved": Trait.MEAN_PRESERVING,
        "constants_are_preserved": Trait.CONSTANT_PRESERVING,
        "range_is_preserved": Trait.RANGE_PRESERVING,
        "second_application_changes_nothing": Trait.IDEMPOTENT,
        "position_does_not_matter": Trait.POINTWISE,
        "channels_are_independent": Trait.CHANNELWISE,
        "flips_commute": Trait.FLIP_EQUIVARIANT,
        "transposes_commute": Trait.TRANSPOSE_EQUIVARIANT,
    }


def test_combinations(fault, verdict):
    assert verdict("linear_combinations_are_preserved", fault(**added(0.5))) == ""
    assert verdict("linear_combinations_are_preserved", fault(**nonlinear(3.5 * STEP))) == ""
    said = verdict("linear_combinations_are_preserved", fault(**nonlinear(0.1)))
    assert said.startswith("off by ")
    assert 2 < float(said.split()[2]) < 26  # the bend of 0.1, in grey levels


@pytest.mark.parametrize("part", [0.0, 0.25, 1.0])
def test_combinations_of_every_weight(fault, verdict, part):
    """The bend of x^2 between two points is a(1 - a) times the square of their distance."""
    squared = fault(apply=lambda self, images, draws: images * images)
    others = pictures("noise", NOISE.shape, 5) / 255
    bend = part * (1 - part) * np.square(NOISE / 255 - others).max()
    said = verdict("linear_combinations_are_preserved", squared, t=[part])
    assert (
        said == ""
        if part in (0, 1)
        else float(said.split()[2]) == pytest.approx(bend * 255, rel=1e-3)
    )


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False), (-1.01, False)])
def test_means(fault, verdict, amount, holds):
    cls = fault(**added(30 * amount * LEVEL))  # an image has 30 values
    said = verdict("mean_is_preserved", cls)
    assert (said == "") == holds
    assert holds or float(said.split()[4]) == pytest.approx(1.01, rel=1e-3)


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False), (-1.01, False)])
def test_constants(fault, verdict, amount, holds):
    said = verdict("constants_are_preserved", fault(**added(amount * STEP)))
    assert (said == "") == holds
    assert holds or said.startswith("a constant moved by 0.063")


def test_constants_are_the_first_pixels(fault, verdict):
    """The law makes constants of the images: each of its own first value."""
    seen = []

    def apply(self, images, draws):
        seen.append(images)
        return images

    assert verdict("constants_are_preserved", fault(apply=apply)) == ""
    assert np.array_equal(seen[0], np.ones((3, 6, 5, 1)) * np.float32(NOISE[:, :1, :1] / 255))


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize("end", [1, -1])
def test_ranges(fault, verdict, amount, holds, end):
    """At the greatest or least value of one image alone, and one of two channels."""
    images = np.full((2, 4, 4, 2), 100, np.uint8)
    images[1], images[..., 1] = 200, 50

    def apply(self, values, draws):
        result = values.copy()
        result[0, 1, 2, 0] += np.float32(end * amount * STEP)
        return result

    said = verdict("range_is_preserved", fault(apply=apply), images=images)
    assert (said == "") == holds
    assert holds or said.startswith("beyond the range by 0.063")


def test_twice(fault, verdict):
    assert (
        verdict(
            "second_application_changes_nothing",
            fault(apply=lambda self, images, draws: images > 0.5),
        )
        == ""
    )
    assert verdict("second_application_changes_nothing", fault()) == "twice is not once"
    by_seed = {"__call__": lambda self, images, seed=0, **_: np.full_like(images, seed)}
    assert verdict("second_application_changes_nothing", fault(**by_seed)) == ""


def test_places(fault, verdict):
    assert verdict("position_does_not_matter", fault()) == ""
    assert verdict("position_does_not_matter", fault(**added(0.1))) == "the place matters"


def test_tables(fault, verdict):
    def call(self, images, **keywords):
        result = Corruption.__call__(self, images, **keywords)
        return result + 1 if images.dtype == np.uint8 and images.size > 6400 else result

    assert verdict("position_does_not_matter", fault(__call__=call)) == "the table differs"


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_channels(fault, verdict, channel):
    images = pictures("noise", (2, 6, 5, 3), 1)
    assert verdict("channels_are_independent", fault(), images=images) == ""

    def apply(self, values, draws):
        result = values.copy()
        if values.shape[3] == 3:
            result[..., channel] += self.gain * values[..., channel - 1]
        return result

    said = verdict("channels_are_independent", fault(apply=apply), images=images)
    assert said == f"channel {channel} differs"
    by_seed = {"draw": lambda self, streams, shape: streams.signed((1, 1, 1)).astype(np.float32)}
    noisy = fault(apply=lambda self, values, draws: values + draws, **by_seed)
    assert verdict("channels_are_independent", noisy, images=images) == ""


def rolled(axis):
    return {"apply": lambda self, images, draws: np.roll(images, 1, axis=axis)}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, ""),
        (added(0.99 * STEP), ""),
        (added(1.01 * STEP), "flipped along axis 1: off by 0.063"),
        (rolled(1), "flipped along axis 1: off by "),
        (rolled(2), "flipped along axis 2: off by "),
    ],
)
def test_flips(fault, verdict, body, said):
    found = verdict("flips_commute", fault(**body))
    assert found.startswith(said)
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("body", "holds"),
    [({}, True), (added(1), True), (rolled(1), False), (rolled(2), False), (rolled((1, 2)), True)],
)
def test_transposes(fault, verdict, body, holds):
    said = verdict("transposes_commute", fault(**body), images=RAMP)
    assert (said == "") == holds
    assert holds or float(said.split()[2]) > 1  # the ramp rises by 8 levels a pixel
