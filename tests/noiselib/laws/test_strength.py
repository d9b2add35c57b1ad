"""The laws of the strength hold of a lawful corruption, to the edge, and name each fault."""

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


def with_part(at):
    """A class body whose strength at t is ``at(t)``."""
    return {"at": lambda self, t: dataclasses.replace(self, gain=at(t))}


@pytest.mark.parametrize("only", [None, "uint8", "float64"])
def test_the_start_is_a_copy(fault, verdict, only):
    def call(self, images, **keywords):
        result = Corruption.__call__(self, images, **keywords)
        return result + (str(result.dtype) == only)

    said = f"{only} changed at t = 0" if only else ""
    assert verdict("starts_at_the_identity", fault(__call__=call)) == said


def test_the_start_is_the_identity(fault, verdict):
    cls = fault(**with_part(lambda t: 0.5))
    said = verdict("starts_at_the_identity", cls)
    assert said == "faulty(gain=0.5) is not the identity"


@pytest.mark.parametrize(
    ("levels", "pixels", "holds"), [(1.005, 100, True), (1.02, 2, True), (1.02, 3, False)]
)
def test_just_after_the_start_nearly_nothing_changes(fault, verdict, levels, pixels, holds):
    def apply(self, images, draws):
        result = images.copy()
        result.reshape(-1)[:pixels] += np.float32(levels * LEVEL)
        return result

    said = verdict("starts_at_the_identity", fault(apply=apply), images=GREY)
    assert said == ("" if holds else "at t = 1e-06, faulty(gain=5e-07) changes 3% of values")
    stepped = fault(apply=apply, traits=Trait.STEPPED)
    assert verdict("starts_at_the_identity", stepped, images=GREY) == ""


def test_the_end_is_the_corruption_itself(fault, verdict):
    assert verdict("ends_at_the_corruption", fault()) == ""
    said = verdict("ends_at_the_corruption", fault(**with_part(lambda t: t / 4)))
    assert said == "at(1) of faulty(gain=0.5) is faulty(gain=0.25)"
    drifting = fault(**with_part(lambda t: 0.5 if t == 1 else 0.25))
    assert verdict("ends_at_the_corruption", drifting) == "at(t) is no fixed point of at(1)"


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
def test_the_path_goes_one_way(fault, verdict, at, holds):
    said = verdict("strength_is_monotone", fault(**with_part(at)), t=[0.2, 0.5, 0.9])
    assert (said == "") == holds
    assert holds or said.startswith("gain goes to and fro: (")


def test_a_path_from_infinity(verdict):
    class Counts(Corruption, register=False):
        photons: float = strength(
            "falls", identity=math.inf, worst=4, path=inverse_square, low=1, high=math.inf
        )

    for parts in ([0, 0.5, 1], [0, 0, 0.5], [0, 0, 0]):
        assert verdict("strength_is_monotone", Counts, t=parts) == ""


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
def test_draws(fault, verdict, draw, holds):
    said = verdict("draws_do_not_depend_on_strength", fault(draw=draw))
    assert said == ("" if holds else "other draws at t = 0.5")


@pytest.mark.parametrize(("shrinkage", "holds"), [(-0.1, True), (1.9e-6, True), (3e-6, False)])
def test_the_error_grows_everywhere(fault, verdict, shrinkage, holds):
    """From a gain of 0.25 to one of 0.5, a single pixel's error shrinks by so much."""

    def apply(self, images, draws):
        result = images.copy()
        result[0, 0, 0, 0] += np.float32(0.25 - shrinkage * (self.gain > 0.3))
        return result

    cls = fault(apply=apply, traits=Trait.MONOTONE)
    images = np.zeros((1, 4, 4, 1), np.uint8)
    said = verdict("error_grows_at_every_pixel", cls, images=images, t=[0.5, 1])
    assert (said == "") == holds
    assert holds or said.startswith("the error shrank by ")
    dark = fault(apply=lambda self, images, draws: -apply(self, -images, draws))
    said = verdict("error_grows_at_every_pixel", dark, images=images + 255, t=[0.5, 1])
    assert (said == "") == holds


def test_no_images_have_no_error(fault, verdict):
    images = np.zeros((0, 4, 4, 1), np.uint8)
    assert verdict("error_grows_at_every_pixel", fault(), images=images, t=[0.5, 1]) == ""


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
def test_the_error_grows_on_the_whole(fault, verdict, gains, holds):
    """Added to mid-grey halves, so that nothing is clipped; the error is the square."""

    def call(self, images, **keywords):
        return images + np.float32(self.gain)

    cls = fault(__call__=call, **with_part(lambda t: gains[round(4 * t)]))
    said = verdict("mean_error_grows", cls)
    assert (said == "") == holds
    assert holds or said.startswith("the errors are [0")


def test_the_worst_changes_something(fault, verdict):
    cls = fault(apply=lambda self, images, draws: images)
    assert verdict("mean_error_grows", cls) == "the worst changes nothing"


def test_the_whole_is_judged_on_smooth_images_and_digits(fault, verdict):
    """A fault that only one of the two image kinds shows is found."""
    smooth, digit = (pictures(kind, (8, 24, 24, 3), 1) / 255 for kind in ("smooth", "digit"))

    def call(self, images, **keywords):
        assert np.allclose(images, np.concatenate([smooth, digit]), atol=1e-6)
        return images + np.float32(self.gain)

    assert verdict("mean_error_grows", fault(__call__=call)) == ""
