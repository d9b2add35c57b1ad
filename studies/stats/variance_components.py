"""Accuracies of networks that differ in their training seed: variance components and intervals.

With one training an interval describes other test images and this very network. With several, the
trainings are a sample as well as the images, and the variance between them is separated from that
of the test sample. An interval over both is never narrower than that over the images alone, which
is valid for shares near 0 and 1 too.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from studies.stats.intervals import LEVEL, share_interval
from studies.stats.paired import compare_shares

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """An accuracy of an architecture, or a difference of two, with its 95 % interval.

    Attributes
    ----------
    value : float
        Mean over trainings and images.
    low, high : float
        Limits of the interval, over trainings and images.
    training_deviation : float or None
        Standard deviation between trainings of the value on infinitely many test images; None
        with one training.
    sampling_error : float or None
        Standard error of the value from the test images, with the trainings held fixed; None with
        one training.
    """

    value: float
    low: float
    high: float
    training_deviation: float | None = None
    sampling_error: float | None = None


def variance_components(
    correct: Sequence[npt.NDArray[np.bool_] | Values] | Values,
) -> Estimate:
    """Separate the variance between trainings from the error of the test sample.

    With ``y_ri`` the share of noise seeds under which training r of R classifies image i of n
    correctly, the model is ``y_ri = accuracy + a_r + b_i + c_ri``. Its mean squares ``M_a``
    (between trainings), ``M_b`` (between images) and ``M_c`` (residual) give

    - the training deviation ``sqrt(max(0, (M_a - M_c) / n))``,
    - the sampling error ``sqrt(M_b / (R n))``,
    - an interval with the variance ``(M_a + M_b - M_c) / (R n)`` of the mean over both, and
      Satterthwaite's degrees of freedom.

    Parameters
    ----------
    correct : sequence of ndarray of bool or float
        ``(seeds, images)`` for each training, at least two, with the same images in all of them:
        whether each prediction is correct, or shares in [0, 1] over several seeds.

    Raises
    ------
    ValueError
        If there are fewer than two trainings or images, or the images differ in number.

    References
    ----------
    Searle, Casella and McCulloch (1992), "Variance components", chapter 4;
    Satterthwaite (1946).
    """
    from scipy.special import stdtrit

    counts = {item.shape[-1] for item in correct}
    if len(correct) < 2 or len(counts) != 1 or min(counts) < 2:
        raise ValueError(
            "variance components need two or more trainings tested on the same two or more "
            f"images, got {len(correct)} on {sorted(counts)} images"
        )
    shares = np.stack([item.mean(axis=0, dtype=np.float64) for item in correct])
    trainings, images = shares.shape
    by_training, by_image = shares.mean(axis=1), shares.mean(axis=0)
    mean = float(shares.mean())
    between_trainings = images * float(by_training.var(ddof=1))
    between_images = trainings * float(by_image.var(ddof=1))
    residuals = shares - by_training[:, np.newaxis] - by_image + mean
    residual = float(np.square(residuals).sum()) / ((trainings - 1) * (images - 1))
    size = trainings * images
    variance = max(between_trainings + between_images - residual, between_images) / size
    freedom = _degrees_of_freedom(between_trainings, between_images, trainings, images)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * math.sqrt(variance)
    return Estimate(
        mean,
        max(mean - half, 0.0),
        min(mean + half, 1.0),
        math.sqrt(max(between_trainings - residual, 0.0) / images),
        math.sqrt(between_images / size),
    )


def _degrees_of_freedom(
    between_trainings: float, between_images: float, trainings: int, images: int
) -> float:
    """Return Satterthwaite's degrees of freedom of a sum of two mean squares."""
    total = between_trainings + between_images
    if total == 0:
        return trainings - 1
    parts = between_trainings**2 / (trainings - 1) + between_images**2 / (images - 1)
    return max(total**2 / parts, trainings - 1)


@dataclass(frozen=True, slots=True)
class Shares:
    """Correct predictions of the networks of one training on one test, or on several.

    Attributes
    ----------
    by_image : ndarray of float
        ``(trainings, images)``, the share of correct predictions of each image over its noise
        seeds, in [0, 1].
    seeds : int
        Number of predictions for each image, over noise seeds and strengths.
    """

    by_image: Values
    seeds: int


def mean_of(shares: Sequence[Shares]) -> Shares:
    """Return the mean over several tests with equal weights."""
    by_image: Values = np.mean([item.by_image for item in shares], axis=0)
    return Shares(by_image, sum(item.seeds for item in shares))


def accuracy_of(shares: Shares) -> Estimate:
    """Return the accuracy of a training on a test."""
    over_images = share_interval(shares.by_image.mean(axis=0), shares.seeds)
    if len(shares.by_image) == 1:
        return Estimate(over_images.estimate, over_images.low, over_images.high)
    components = variance_components(shares.by_image[:, np.newaxis])
    return Estimate(
        over_images.estimate,
        min(components.low, over_images.low),
        max(components.high, over_images.high),
        components.training_deviation,
        components.sampling_error,
    )


def gain_of(baseline: Shares, candidate: Shares) -> Estimate:
    """Return the accuracy of a candidate minus that of a baseline, in [-1, 1].

    Pairs are formed by image and, with several trainings, by training seed.

    Parameters
    ----------
    baseline, candidate : Shares
        Of the same images and training seeds; the tests may differ.
    """
    first, second = baseline.by_image.mean(axis=0), candidate.by_image.mean(axis=0)
    over_images = compare_shares(first, second, p=math.nan)  # only the interval is used
    if len(baseline.by_image) == 1:
        return Estimate(over_images.difference, over_images.low, over_images.high)
    # Differences d lie in [-1, 1] and shares in [0, 1]: (1 + d) / 2 is a share.
    as_shares = (1 + candidate.by_image - baseline.by_image) / 2
    components = variance_components(as_shares[:, np.newaxis])
    deviations = components.training_deviation, components.sampling_error
    return Estimate(
        over_images.difference,
        min(2 * components.low - 1, over_images.low),
        max(2 * components.high - 1, over_images.high),
        *(2 * item for item in deviations if item is not None),
    )


def worst_of(tests: Mapping[str, Shares]) -> tuple[str, Estimate]:
    """Return the label of the test with the lowest accuracy, and that accuracy.

    The lower limit is the lowest of all tests, because another test may be the worst in truth.

    Parameters
    ----------
    tests : mapping of str to Shares
        Label -> shares of one training; at least one.
    """
    found = {label: accuracy_of(shares) for label, shares in tests.items()}
    label = _lowest(tests)
    return label, replace(found[label], low=min(item.low for item in found.values()))


def worst_gain_of(baseline: Mapping[str, Shares], candidate: Mapping[str, Shares]) -> Estimate:
    """Return the lowest accuracy of the candidate minus the lowest of the baseline.

    With b the lowest test of the baseline, ``min_i c_i - min_j b_j >= min_i (c_i - b_b)``, so the
    lower limit is the lowest of the lower limits of ``c_i - b_b``; the upper one likewise.

    Parameters
    ----------
    baseline, candidate : mapping of str to Shares
        Label -> shares of one training, on the same tests; at least one.
    """
    lowest, mine = baseline[_lowest(baseline)], candidate[_lowest(candidate)]
    return Estimate(
        gain_of(lowest, mine).value,
        min(gain_of(lowest, shares).low for shares in candidate.values()),
        max(gain_of(shares, mine).high for shares in baseline.values()),
    )


def _lowest(tests: Mapping[str, Shares]) -> str:
    return min(tests, key=lambda label: float(tests[label].by_image.mean()))
