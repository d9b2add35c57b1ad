"""Laws of the strength: from the identity to the corruption itself, with the same draws."""

from __future__ import annotations

import numpy as np

from noiselib.testing.laws.law import LEVEL, Case, Laws, draws_for, unit
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

laws = Laws()

NEARLY_ZERO = 1e-6


@laws.register()
def starts_at_the_identity(case: Case) -> None:
    """``at(0)`` copies, and just above it almost every pixel is within a grey level."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    start = corruption.at(0)
    assert start.is_identity, f"{start} is not the identity"
    assert np.array_equal(start(images, seed=seed), images), "uint8 changed at t = 0"
    floats = unit(images).astype(np.float64)
    assert np.array_equal(start(floats, seed=seed), floats), "float64 changed at t = 0"
    if Trait.STEPPED in corruption.traits:
        return
    near = corruption.at(NEARLY_ZERO)
    changed = np.abs(near(unit(images), seed=seed) - unit(images)) > 1.01 * LEVEL
    share = f"{changed.mean():.0%}"
    assert changed.mean() <= 0.02, f"at t = {NEARLY_ZERO}, {near} changes {share} of values"


@laws.register()
def ends_at_the_corruption(case: Case) -> None:
    """``at(1)`` is the corruption, and every ``at(t)`` is within the limits."""
    corruption = case.corruption()
    assert corruption.at(1) == corruption, f"at(1) of {corruption} is {corruption.at(1)}"
    (t,) = case.fractions(1)
    assert corruption.at(t).at(1) == corruption.at(t), "at(1) changes at(t)"


@laws.register()
def strength_is_monotone(case: Case) -> None:
    """The strength is monotone in t."""
    corruption = case.corruption()
    low, middle, high = (corruption.at(t) for t in case.fractions(3))
    at = corruption.strength_name
    steps = (getattr(middle, at) - getattr(low, at), getattr(high, at) - getattr(middle, at))
    both = [step for step in steps if np.isfinite(step)]
    assert min(both, default=0) >= 0 or max(both, default=0) <= 0, f"{at} is not monotone: {steps}"


@laws.register()
def draws_do_not_depend_on_strength(case: Case) -> None:
    """The random draws are the same at every strength."""
    images, corruption, seed = unit(case.images()), case.cls(), case.seed()
    (t,) = case.fractions(1)
    whole, part = (draws_for(one, images, seed) for one in (corruption, corruption.at(t)))
    assert same_draws(whole, part), f"the draws differ at t = {t}"


def same_draws(first: object, second: object) -> bool:
    """Whether two results of `draw` are equal."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        pairs = zip(first, second, strict=True)
        return all(same_draws(one, other) for one, other in pairs)
    return np.array_equal(np.asarray(first), np.asarray(second))


@laws.register(Trait.MONOTONE)
def error_grows_at_every_pixel(case: Case) -> None:
    """At every pixel, the error does not decrease as t grows."""
    corruption, images, seed = case.corruption(), unit(case.images()), case.seed()
    weak, strong = (corruption.at(t)(images, seed=seed) for t in case.fractions(2))
    decrease = np.abs(weak - images) - np.abs(strong - images)
    assert decrease.max(initial=0) <= 2e-6, f"the error decreased by {decrease.max()}"


@laws.register()
def mean_error_grows(case: Case) -> None:
    """The mean squared error on a fixed batch does not decrease as t grows."""
    images = np.concatenate(
        [unit(pictures(kind, (8, 24, 24, 3), 1)) for kind in ("smooth", "digit")]
    )
    seed, corruption = case.seed(), case.cls()
    results = [corruption.at(t)(images, seed=seed) for t in (0, 0.25, 0.5, 0.75, 1)]
    errors = np.array([np.square(result - images).mean() for result in results])
    assert (errors[1:] >= 0.98 * errors[:-1] - 1e-9).all(), f"the errors are {errors}"
    assert errors[-1] > 0, "maximum severity changes nothing"
