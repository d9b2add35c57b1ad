"""Intervals of accuracies that are measured with several noise seeds on the same images.

The predictions for one image under several seeds are correlated, so ``seeds x images`` is not a
sample size: intervals that pool them are too narrow. The sample is the images; more seeds only
reduce the noise in the mean of each image. The same holds for the strengths of one severity range
and so for the area under a curve. ``docs/statistics.md`` has the measured coverage.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

LEVEL = 0.95
"""Confidence level of the intervals in tables and reports."""

_SMOOTHING = 0.25  # of an image that is always correct, and of one that is never correct


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes
    ----------
    estimate, low, high : float
        The estimate and the limits of the interval.
    sample_size : float
        The sample size that the interval is computed with.
    """

    estimate: float
    low: float
    high: float
    sample_size: float


def effective_sample_size(by_image: Values, trials: int) -> float:
    """Return the number of independent trials that have the same variance of the mean.

    With ``m_i`` the mean of image ``i`` over its seeds, ``p`` the mean of all and ``s^2`` the
    variance of the ``m_i`` between the n images, the variance of ``p`` is ``s^2 / n``, which is
    that of ``p (1 - p) n / s^2`` independent trials. For p and ``s^2``, a quarter of an image with
    ``m = 1`` and a quarter of one with ``m = 0`` are added to the n: where only a few images are
    misclassified, and each only under some seeds, the plain variance is too small too often.

    Parameters
    ----------
    by_image : ndarray of float
        ``(images,)``, at least 1: the share of each image over its trials, in [0, 1].
    trials : int
        Number of trials of each image.

    Returns
    -------
    float
        In [images, trials x images]: the number of images with one seed or where the seeds always
        agree, the product where seeds are as informative as new images.
    """
    images = len(by_image)
    # Every image with the same share: nothing shows that trials are independent.
    if images < 2 or np.ptp(by_image) == 0:
        return float(images)
    padded = images + 2 * _SMOOTHING
    share = (by_image.sum() + _SMOOTHING) / padded
    between = (np.square(by_image).sum() + _SMOOTHING) / padded - share**2
    return float(np.clip(share * (1 - share) * images / between, images, trials * images))


def accuracy_interval(correct: npt.NDArray[np.bool_]) -> Interval:
    """Return the accuracy over all seeds and images, see `share_interval`.

    Parameters
    ----------
    correct : ndarray of bool
        ``(seeds, images)``, both at least 1.

    Raises
    ------
    ValueError
        If there is no seed or no image.
    """
    if correct.ndim != 2 or correct.size == 0:
        raise ValueError(
            f"correct must be (seeds, images), both at least 1, got the shape {correct.shape}"
        )
    return share_interval(correct.mean(axis=0, dtype=np.float64), correct.shape[0])


def share_interval(by_image: Values, trials: int) -> Interval:
    """Return the mean over images of a share, with its score interval.

    The interval is `score_interval` at the effective sample size.

    Parameters
    ----------
    by_image : ndarray of float
    trials : int
        As for `effective_sample_size`; the trials are over seeds and levels.
    """
    size = effective_sample_size(by_image, trials)
    share = float(by_image.mean())
    low, high = score_interval(min(max(share, 0.0), 1.0), size)
    return Interval(share, low, high, size)


def mean_interval(by_image: Values) -> Interval:
    """Return the mean over images of a number, with Student's interval.

    ``mean -+ t_{n-1} s / sqrt(n)`` with s the standard deviation between the n images. With one
    image it is unknown, and both limits are infinite.

    Parameters
    ----------
    by_image : ndarray of float
        ``(images,)``, at least 1: for example a loss, averaged over the seeds of each image.
    """
    from scipy.special import stdtrit

    images, mean = len(by_image), float(by_image.mean())
    if images < 2:
        return Interval(mean, -np.inf, np.inf, float(images))
    error = float(by_image.std(ddof=1)) / np.sqrt(images)
    half = float(stdtrit(images - 1, (1 + LEVEL) / 2) * error)
    return Interval(mean, mean - half, mean + half, float(images))


def area_under_curve(t: Sequence[float], accuracy: Sequence[float]) -> float:
    """Return the area under accuracy against t by the trapezoid rule.

    With t from 0 to 1 it is the mean accuracy over the severity range, in [0, 1].
    """
    return float(np.trapezoid(accuracy, t))


_FEW = 10  # successes or failures, below which the limit of Wilson may be too close on their side


def wilson_interval(
    proportion: float, sample_size: float, level: float = LEVEL
) -> tuple[float, float]:
    """Return the limits of Wilson's score interval of a proportion, with the proportion in it.

    They are the solutions ``q`` of ``(p - q)^2 = z^2 q (1 - q) / n``. The version in scipy.stats
    takes integers only.

    Parameters
    ----------
    proportion : float
        Observed proportion ``p`` in [0, 1].
    sample_size : float
        ``n``, not necessarily an integer.
    level : float, default: 0.95
        Confidence level in (0, 1).

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    from scipy.special import ndtri

    z_squared = ndtri(0.5 + level / 2) ** 2
    centre = proportion + z_squared / (2 * sample_size)
    half = np.sqrt(
        z_squared * proportion * (1 - proportion) / sample_size
        + (z_squared / (2 * sample_size)) ** 2
    )
    scale = 1 + z_squared / sample_size
    low = 0.0 if proportion == 0 else float((centre - half) / scale)
    high = 1.0 if proportion == 1 else float((centre + half) / scale)
    return min(max(low, 0.0), proportion), max(min(high, 1.0), proportion)


def score_interval(
    proportion: float, sample_size: float, level: float = LEVEL
) -> tuple[float, float]:
    """Return Wilson's interval of a proportion, corrected where successes or failures are few.

    With ``x = n p`` below ten, Wilson's lower limit covers a rare success too rarely (in 84 %
    instead of 95 near ``n p = 0.2``). There the limit is lowered to the one-sided limit of a
    Poisson count where that is lower, ``gamma quantile (1 - level; x) / n``; and likewise for the
    upper limit where failures are few.

    Parameters
    ----------
    proportion, sample_size, level : float
        As for `wilson_interval`.

    References
    ----------
    Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", section 4.1.1,
    who do so for up to three successes.
    """
    low, high = wilson_interval(proportion, sample_size, level)
    low_of_few = _poisson_limit(proportion * sample_size, level) / sample_size
    high_of_few = 1 - _poisson_limit((1 - proportion) * sample_size, level) / sample_size
    return max(min(low, low_of_few), 0.0), min(max(high, high_of_few), 1.0)


def _poisson_limit(count: float, level: float) -> float:
    """Return the lower limit of the expectation of a small count, and a large count itself."""
    from scipy.special import gammaincinv

    return float(gammaincinv(count, 1 - level)) if 0 < count < _FEW else count
