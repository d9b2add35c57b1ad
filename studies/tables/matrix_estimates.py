"""Accuracies and gains with intervals, over test images and, with several trainings, over seeds.

With one training seed an interval says what other test images would give, for this very network.
With several, the trainings are a sample as well as the images, and the spread between them is told
apart from the error of the test sample (`studies.stats.variance_components`). An interval over both
is never narrower than that of the images alone, which is sound for shares near 0 and 1 too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import IDENTITY, Column, Point, Training
from studies.results.sweep_results import SweepResults
from studies.run.matrix import Network
from studies.stats.intervals import share_interval
from studies.stats.paired import compare_shares
from studies.stats.variance_components import TrainingSpread, training_spread

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shares:
    """How the networks of one training fare on one test, or on the mean of several.

    Attributes
    ----------
    by_image
        ``(trainings, images)``: the share of an image's seeds that a network recognises, in [0, 1].
    seeds
        How many seeds of each image that is.
    """

    by_image: Values
    seeds: int


Answers = Mapping[tuple[str, str], Shares]
"""Labels of training and test -> shares; where a cell is missing, there is no entry."""


def shares_of_tests(
    results: SweepResults, networks: Sequence[Network], tests: Sequence[Column]
) -> dict[tuple[str, str], Shares]:
    """Return the shares of every training on every test, as far as all their cells are stored.

    Parameters
    ----------
    results : SweepResults
        The cells.
    networks : sequence of Network
        All of them.
    tests : sequence of Column
        The columns.
    """
    by_training: dict[Training, list[Network]] = {}
    for network in networks:
        by_training.setdefault(network.training, []).append(network)
    found = {}
    for training, several in by_training.items():
        for test in tests:
            points = _points_of(test, results.points)
            rows = [_of_a_network(results, points, network.name) for network in several]
            complete = [row for row in rows if row is not None]
            if len(complete) == len(rows):
                seeds = sum(len(point.conditions) for point in points)
                found[training.label, test.label] = Shares(np.stack(complete), seeds)
    return found


def _points_of(test: Column, points: Sequence[Point]) -> list[Point]:
    if test.corruption == IDENTITY:
        return [next(point for point in points if point.t == 0)]
    return [point for point in points if point.corruption == test.corruption and point.t > 0]


def _of_a_network(results: SweepResults, points: Sequence[Point], model: str) -> Values | None:
    """Return ``(images,)``: the mean over the strengths; None where a cell is missing."""
    shares = []
    for point in points:
        found = results.correct_at(point, model)
        if found is None or len(found.conditions) < len(point.conditions):
            return None
        shares.append(found.correct.mean(axis=0, dtype=np.float64))
    mean: Values = np.mean(shares, axis=0)
    return mean


def mean_of(shares: Sequence[Shares]) -> Shares:
    """Return the mean over several tests, each counting alike."""
    by_image: Values = np.mean([item.by_image for item in shares], axis=0)
    return Shares(by_image, sum(item.seeds for item in shares))


@dataclass(frozen=True, slots=True)
class Estimate:
    """An accuracy or a difference of two, with its 95 % interval.

    Attributes
    ----------
    value
        Mean over trainings and images.
    low, high
        Limits.
    training_deviation
        Standard deviation between trainings, had each been tested on endless images; None with
        one training.
    sampling_error
        Standard error from the test images alone; None with one training.
    """

    value: float
    low: float
    high: float
    training_deviation: float | None = None
    sampling_error: float | None = None


def accuracy_of(shares: Shares) -> Estimate:
    """Return the accuracy of a training on a test."""
    over_images = share_interval(shares.by_image.mean(axis=0), shares.seeds)
    if len(shares.by_image) == 1:
        return Estimate(over_images.estimate, over_images.low, over_images.high)
    spread = _spread(shares.by_image)
    return Estimate(
        over_images.estimate,
        min(spread.low, over_images.low),
        max(spread.high, over_images.high),
        spread.training_deviation,
        spread.sampling_error,
    )


def gain_of(baseline: Shares, candidate: Shares) -> Estimate:
    """Return how much better a candidate is than a baseline, in [-1, 1].

    Pairs are made image by image and, with several trainings, seed by seed.

    Parameters
    ----------
    baseline, candidate
        Of the same images and training seeds; the tests may differ.
    """
    first, second = baseline.by_image.mean(axis=0), candidate.by_image.mean(axis=0)
    over_images = compare_shares(first, second, p=math.nan)  # the interval is all that is wanted
    if len(baseline.by_image) == 1:
        return Estimate(over_images.difference, over_images.low, over_images.high)
    # Differences d lie in [-1, 1], shares in [0, 1]: (1 + d) / 2 is such a share.
    spread = _spread((1 + candidate.by_image - baseline.by_image) / 2)
    return Estimate(
        over_images.difference,
        min(2 * spread.low - 1, over_images.low),
        max(2 * spread.high - 1, over_images.high),
        2 * spread.training_deviation,
        2 * spread.sampling_error,
    )


def worst_of(tests: Mapping[str, Shares]) -> tuple[str, Estimate]:
    """Return the test with the lowest accuracy, and that accuracy.

    The lower limit is the lowest of all tests, for another one may be the worst in truth.

    Parameters
    ----------
    tests
        Label -> shares of one training; at least one.
    """
    found = {label: accuracy_of(shares) for label, shares in tests.items()}
    label = _lowest(tests)
    worst = found[label]
    low = min(item.low for item in found.values())
    return label, Estimate(
        worst.value, low, worst.high, worst.training_deviation, worst.sampling_error
    )


def worst_gain_of(baseline: Mapping[str, Shares], candidate: Mapping[str, Shares]) -> Estimate:
    """Return how much higher the candidate's lowest accuracy is than the baseline's.

    With b the baseline's lowest test, ``min_i c_i - min_j b_j >= min_i (c_i - b_b)``, so the lower
    limit is the lowest of the lower limits of ``c_i - b_b``; the upper one likewise.

    Parameters
    ----------
    baseline, candidate
        Label -> shares of one training each, on the same tests; at least one.
    """
    theirs, mine = baseline[_lowest(baseline)], candidate[_lowest(candidate)]
    return Estimate(
        gain_of(theirs, mine).value,
        min(gain_of(theirs, shares).low for shares in candidate.values()),
        max(gain_of(shares, mine).high for shares in baseline.values()),
    )


def _lowest(tests: Mapping[str, Shares]) -> str:
    return min(tests, key=lambda label: float(tests[label].by_image.mean()))


def _spread(by_image: Values) -> TrainingSpread:
    return training_spread([row[np.newaxis] for row in by_image])
