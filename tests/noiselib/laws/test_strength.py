"""The laws of the strength accept a correct corruption up to their tolerances, and name faults."""

import dataclasses
import math

import numpy as np
import pytest

from noiselib.corruption import Corruption
from noiselib.fields import inverse_square, strength
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

LEVEL = 1 / 255
GREY = np.full((1, 10, 10, 1), 100, np.uint8)


def with_strength(at):
    """A class body whose strength at t is ``at(t)``."""
    return {"at": lambda self, t: dataclasses.replace(self, gain=at(t))}


@pytest.mark.parametrize("only", [None, "uint8", "float64"])
def test_the_start_is_a_copy(faulty_class, law_message, only):
    def call(self, images, **keywords):
        result = Corruption.__call__(self, images, **keywords)
        return result + (str(result.dtype) == only)

    message = f"{only} changed at t = 0" if only else ""
    assert law_message("starts_at_the_identity", faulty_class(__call__=call)) == message


def test_the_start_is_the_identity(faulty_class, law_message):
    cls = faulty_class(**with_strength(lambda t: 0.5))
    message = law_message("starts_at_the_identity", cls)
    assert message == "faulty(gain=0.5) is not the identity"


@pytest.mark.parametrize(
    ("levels", "pixels", "holds"), [(1.005, 100, True), (1.02, 2, True), (1.02, 3, False)]
)
def test_just_above_zero_almost_nothing_changes(faulty_class, law_message, levels, pixels, holds):
    def apply(self, images, draws):
        result = images.copy()
        result.reshape(-1)[:pixels] += np.float32(levels * LEVEL)
        return result

    message = law_message("starts_at_the_identity", faulty_class(apply=apply), images=GREY)
    assert message == ("" if holds else "at t = 1e-06, faulty(gain=5e-07) changes 3% of values")
    stepped = faulty_class(apply=apply, traits=Trait.STEPPED)
    assert law_message("starts_at_the_identity", stepped, images=GREY) == ""


def test_the_end_is_the_corruption_itself(faulty_class, law_message):
    assert law_message("ends_at_the_corruption", faulty_class()) == ""
    message = law_message("ends_at_the_corruption", faulty_class(**with_strength(lambda t: t / 4)))
    assert message == "at(1) of faulty(gain=0.5) is faulty(gain=0.25)"
    drifting = faulty_class(**with_strength(lambda t: 0.5 if t == 1 else 0.25))
    assert law_message("ends_at_the_corruption", drifting) == "at(1) changes at(t)"


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        (lambda t: t, True),
        (lambda t: -t, True),
        (lambda t: 0.5, True),
        (lambda t: min(t, 0.5), True),
        (lambda t: abs(t - 0.5), False),
        (lambda t: -abs(t - 0.5), False),
    ],
)
def test_the_strength_is_monotone(faulty_class, law_message, at, holds):
    message = law_message(
        "strength_is_monotone", faulty_class(**with_strength(at)), t=[0.2, 0.5, 0.9]
    )
    assert (message == "") == holds
    assert holds or message.startswith("gain is not monotone: (")


def test_an_infinite_identity(law_message):
    class Counts(Corruption, register=False):
        photons: float = strength(
            "falls", identity=math.inf, worst=4, path=inverse_square, low=1, high=math.inf
        )

    for fractions in ([0, 0.5, 1], [0, 0, 0.5], [0, 0, 0]):
        assert law_message("strength_is_monotone", Counts, t=fractions) == ""


@pytest.mark.parametrize(
    ("draw", "holds"),
    [
        (lambda self, streams, shape: None, True),
        (lambda self, streams, shape: streams.normal(shape), True),
        (lambda self, streams, shape: (streams.normal(shape), (streams.uniform(()),)), True),
        (lambda self, streams, shape: streams.normal(shape) * self.gain, False),
        (lambda self, streams, shape: (streams.uniform(()), (np.array(self.gain),)), False),
        (lambda self, streams, shape: (np.array(self.gain), streams.uniform(())), False),
    ],
)
def test_draws(faulty_class, law_message, draw, holds):
    message = law_message("draws_do_not_depend_on_strength", faulty_class(draw=draw))
    assert message == ("" if holds else "the draws differ at t = 0.5")


@pytest.mark.parametrize(("decrease", "holds"), [(-0.1, True), (1.9e-6, True), (3e-6, False)])
def test_the_error_grows_at_every_pixel(faulty_class, law_message, decrease, holds):
    """From a gain of 0.25 to one of 0.5, the error of a single pixel decreases."""

    def apply(self, images, draws):
        result = images.copy()
        result[0, 0, 0, 0] += np.float32(0.25 - decrease * (self.gain > 0.3))
        return result

    cls = faulty_class(apply=apply, traits=Trait.MONOTONE)
    images = np.zeros((1, 4, 4, 1), np.uint8)
    message = law_message("error_grows_at_every_pixel", cls, images=images, t=[0.5, 1])
    assert (message == "") == holds
    assert holds or message.startswith("the error decreased by ")
    dark = faulty_class(apply=lambda self, images, draws: -apply(self, -images, draws))
    message = law_message("error_grows_at_every_pixel", dark, images=images + 255, t=[0.5, 1])
    assert (message == "") == holds


def test_no_images_have_no_error(faulty_class, law_message):
    images = np.zeros((0, 4, 4, 1), np.uint8)
    assert (
        law_message("error_grows_at_every_pixel", faulty_class(), images=images, t=[0.5, 1]) == ""
    )


@pytest.mark.parametrize(
    ("gains", "holds"),
    [
        ((0, 0.1, 0.2, 0.3, 0.4), True),
        ((0, 0.2, 0.2, 0.2, 0.2), True),
        ((0, 0, 0, 0, 0.1), True),
        ((0, 0.2, 0.1995, 0.1995, 0.1995), True),
        ((0, 0.2, 0.196, 0.3, 0.4), False),
        ((0, 0.1, 0.2, 0.3, 0.29), False),
    ],
)
def test_the_mean_error_grows(faulty_class, law_message, gains, holds):
    """The call adds the gain without clipping, so that the error is its square."""

    def call(self, images, **keywords):
        return images + np.float32(self.gain)

    cls = faulty_class(__call__=call, **with_strength(lambda t: gains[round(4 * t)]))
    message = law_message("mean_error_grows", cls)
    assert (message == "") == holds
    assert holds or message.startswith("the errors are [0")


def test_maximum_severity_changes_something(faulty_class, law_message):
    cls = faulty_class(apply=lambda self, images, draws: images)
    assert law_message("mean_error_grows", cls) == "maximum severity changes nothing"


def test_the_mean_error_is_that_of_smooth_images_and_digits(faulty_class, law_message):
    """So a fault that appears in only one of the two image kinds is found."""
    smooth, digit = (pictures(kind, (8, 24, 24, 3), 1) / 255 for kind in ("smooth", "digit"))

    def call(self, images, **keywords):
        assert np.allclose(images, np.concatenate([smooth, digit]), atol=1e-6)
        return images + np.float32(self.gain)

    assert law_message("mean_error_grows", faulty_class(__call__=call)) == ""
