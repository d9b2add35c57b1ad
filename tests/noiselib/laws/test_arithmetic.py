"""The laws of arithmetic accept a correct corruption up to their tolerances, and name faults."""

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

LEVEL, STEP = 1 / 255, 1 / 4080
RAMP = (np.arange(30).reshape(1, 6, 5, 1) * 8).astype(np.uint8)
NOISE = pictures("noise", (3, 6, 5, 1), 1)


def added(amount):
    """A class body that adds an amount to the first value of each image."""

    def apply(self, images, draws):
        result = images.copy()
        result[:, 0, 0] += np.float32(amount)
        return result

    return {"apply": apply}


def nonlinear(amount):
    """A class body that adds a quadratic term, ``4 * amount * x**2``."""
    return {"apply": lambda self, images, draws: images + np.float32(4 * amount) * images * images}


def test_laws_belong_to_their_traits(faulty_class):
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


def test_combinations(faulty_class, law_message):
    assert law_message("linear_combinations_are_preserved", faulty_class(**added(0.5))) == ""
    assert (
        law_message("linear_combinations_are_preserved", faulty_class(**nonlinear(3.5 * STEP)))
        == ""
    )
    message = law_message("linear_combinations_are_preserved", faulty_class(**nonlinear(0.1)))
    assert message.startswith("off by ")
    assert 2 < float(message.split()[2]) < 26  # a deviation of up to 0.1, in grey levels


@pytest.mark.parametrize("part", [0.0, 0.25, 1.0])
def test_combinations_of_every_weight(faulty_class, law_message, part):
    """Between two points, x^2 deviates by a(1 - a) times the square of their distance."""
    squared = faulty_class(apply=lambda self, images, draws: images * images)
    others = pictures("noise", NOISE.shape, 5) / 255
    bend = part * (1 - part) * np.square(NOISE / 255 - others).max()
    message = law_message("linear_combinations_are_preserved", squared, t=[part])
    assert (
        message == ""
        if part in (0, 1)
        else float(message.split()[2]) == pytest.approx(bend * 255, rel=1e-3)
    )


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False), (-1.01, False)])
def test_means(faulty_class, law_message, amount, holds):
    cls = faulty_class(**added(30 * amount * LEVEL))  # an image has 30 values
    message = law_message("mean_is_preserved", cls)
    assert (message == "") == holds
    assert holds or float(message.split()[4]) == pytest.approx(1.01, rel=1e-3)


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False), (-1.01, False)])
def test_constants(faulty_class, law_message, amount, holds):
    message = law_message("constants_are_preserved", faulty_class(**added(amount * STEP)))
    assert (message == "") == holds
    assert holds or message.startswith("a constant moved by 0.063")


def test_constants_are_the_first_pixels(faulty_class, law_message):
    """The law makes a constant image of the first value of each image."""
    calls = []

    def apply(self, images, draws):
        calls.append(images)
        return images

    assert law_message("constants_are_preserved", faulty_class(apply=apply)) == ""
    assert np.array_equal(calls[0], np.ones((3, 6, 5, 1)) * np.float32(NOISE[:, :1, :1] / 255))


@pytest.mark.parametrize(("amount", "holds"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize("end", [1, -1])
def test_ranges(faulty_class, law_message, amount, holds, end):
    """At the maximum or minimum of one image and one of two channels."""
    images = np.full((2, 4, 4, 2), 100, np.uint8)
    images[1], images[..., 1] = 200, 50

    def apply(self, values, draws):
        result = values.copy()
        result[0, 1, 2, 0] += np.float32(end * amount * STEP)
        return result

    message = law_message("range_is_preserved", faulty_class(apply=apply), images=images)
    assert (message == "") == holds
    assert holds or message.startswith("outside the range by 0.063")


def test_second_applications(faulty_class, law_message):
    assert (
        law_message(
            "second_application_changes_nothing",
            faulty_class(apply=lambda self, images, draws: images > 0.5),
        )
        == ""
    )
    assert (
        law_message("second_application_changes_nothing", faulty_class())
        == "the second application changes it"
    )
    by_seed = {"__call__": lambda self, images, seed=0, **_: np.full_like(images, seed)}
    assert law_message("second_application_changes_nothing", faulty_class(**by_seed)) == ""


def test_positions(faulty_class, law_message):
    assert law_message("position_does_not_matter", faulty_class()) == ""
    assert (
        law_message("position_does_not_matter", faulty_class(**added(0.1)))
        == "the position matters"
    )


def test_tables(faulty_class, law_message):
    def call(self, images, **keywords):
        result = Corruption.__call__(self, images, **keywords)
        return result + 1 if images.dtype == np.uint8 and images.size > 6400 else result

    assert (
        law_message("position_does_not_matter", faulty_class(__call__=call)) == "the table differs"
    )


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_channels(faulty_class, law_message, channel):
    images = pictures("noise", (2, 6, 5, 3), 1)
    assert law_message("channels_are_independent", faulty_class(), images=images) == ""

    def apply(self, values, draws):
        result = values.copy()
        if values.shape[3] == 3:
            result[..., channel] += self.gain * values[..., channel - 1]
        return result

    message = law_message("channels_are_independent", faulty_class(apply=apply), images=images)
    assert message == f"channel {channel} differs"
    by_seed = {"draw": lambda self, streams, shape: streams.signed((1, 1, 1)).astype(np.float32)}
    noisy = faulty_class(apply=lambda self, values, draws: values + draws, **by_seed)
    assert law_message("channels_are_independent", noisy, images=images) == ""


def rolled(axis):
    return {"apply": lambda self, images, draws: np.roll(images, 1, axis=axis)}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, ""),
        (added(0.99 * STEP), ""),
        (added(1.01 * STEP), "flipped along axis 1: off by 0.063"),
        (rolled(1), "flipped along axis 1: off by "),
        (rolled(2), "flipped along axis 2: off by "),
    ],
)
def test_flips(faulty_class, law_message, body, message):
    result = law_message("flips_commute", faulty_class(**body))
    assert result.startswith(message)
    assert bool(result) == bool(message)


@pytest.mark.parametrize(
    ("body", "holds"),
    [({}, True), (added(1), True), (rolled(1), False), (rolled(2), False), (rolled((1, 2)), True)],
)
def test_transposes(faulty_class, law_message, body, holds):
    message = law_message("transposes_commute", faulty_class(**body), images=RAMP)
    assert (message == "") == holds
    assert holds or float(message.split()[2]) > 1  # the ramp rises by 8 levels a pixel
