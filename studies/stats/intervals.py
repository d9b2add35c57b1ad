"""Intervals for accuracy when several corruption seeds show the same images.

The outcomes of one image under several seeds resemble each other, so ``seeds x images`` is not
a sample size: intervals that pool them are too narrow. The images are the sample; more seeds
only sharpen what is known of each. The same holds for the strengths of one path, so an area under
a curve is treated in the same way. ``docs/statistics.md`` says how often the limits hold the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SMOOTHING = 0.25  # of an image that is always recognised, and of one that never is


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval, and the sample size it rests on."""

    estimate: float
    low: float
    high: float
    sample_size: float


def effective_sample_size(correct: npt.NDArray[np.bool_]) -> float:
    """Return how many independent trials the outcomes are worth.

    With ``m_i`` the mean of image ``i`` over its seeds, ``p`` the mean of all and ``s^2`` the
    variance of the ``m_i`` between the n images, the variance of ``p`` is ``s^2 / n``; a sample
    of ``p (1 - p) n / s^2`` independent trials has the same. For p and ``s^2``, a quarter of an
    image with ``m = 1`` and a quarter of one with ``m = 0`` are added to the n: where only a few
    images fail, and each only now and then, their variance alone is too small too often.

    Parameters
    ----------
    correct
        ``(seeds, images)``, both at least 1.

    Returns
    -------
    float
        In [images, seeds x images]: equal to the images with one seed or where the seeds always
        agree, and to their product where the seeds are as good as new images.
    """
    return _effective_size(correct.mean(axis=0, dtype=np.float64), correct.shape[0])


def _effective_size(by_image: npt.NDArray[np.float64], draws: int) -> float:
    images = len(by_image)
    # Every image with the same share: nothing shows that draws are independent.
    if images < 2 or np.ptp(by_image) == 0:
        return float(images)
    padded = images + 2 * _SMOOTHING
    share = (by_image.sum() + _SMOOTHING) / padded
    between = (np.square(by_image).sum() + _SMOOTHING) / padded - share**2
    return float(np.clip(share * (1 - share) * images / between, images, draws * images))


def accuracy_interval(correct: npt.NDArray[np.bool_], level: float = 0.95) -> Interval:
    """Return the accuracy over all seeds and images, with its interval.

    The interval is `score_interval` at the effective sample size, see `effective_sample_size`.

    Parameters
    ----------
    correct
        ``(seeds, images)``: was the image recognised under that seed?
    level
        Confidence level in (0, 1).

    Returns
    -------
    Interval
        Accuracy in [0, 1], its limits and the effective sample size.

    Raises
    ------
    ValueError
        When there is no seed or no image.
    """
    if correct.ndim != 2 or correct.size == 0:
        raise ValueError(
            f"correct must be (seeds, images), both at least 1, got the shape {correct.shape}"
        )
    return share_interval(correct.mean(axis=0, dtype=np.float64), correct.shape[0], level)


def share_interval(by_image: npt.NDArray[np.float64], draws: int, level: float = 0.95) -> Interval:
    """Return the mean of a share that each image has, with its score interval.

    Parameters
    ----------
    by_image
        ``(images,)``, at least 1: the share of each image over its draws, in [0, 1].
    draws
        How many trials there were of each image, under different seeds or levels: the
        effective sample size is at most ``draws x images``.
    level
        Confidence level in (0, 1).

    Returns
    -------
    Interval
        Mean share, its limits and the effective sample size, see `effective_sample_size`.
    """
    size = _effective_size(by_image, draws)
    share = float(by_image.mean())
    low, high = score_interval(min(max(share, 0.0), 1.0), size, level)
    return Interval(share, low, high, size)


def mean_interval(by_image: npt.NDArray[np.float64], level: float = 0.95) -> Interval:
    """Return the mean of a number that each image has, with Student's interval.

    ``mean -+ t_{n-1} s / sqrt(n)`` with s the standard deviation between the n images.

    Parameters
    ----------
    by_image
        ``(images,)``, at least 1: a loss, for instance, averaged over the draws of each image.
    level
        Confidence level in (0, 1).

    Returns
    -------
    Interval
        With one image nothing is known of the spread, and both limits are infinite.
    """
    from scipy.special import stdtrit

    images, mean = len(by_image), float(by_image.mean())
    if images < 2:
        return Interval(mean, -np.inf, np.inf, float(images))
    error = float(by_image.std(ddof=1)) / np.sqrt(images)
    half = float(stdtrit(images - 1, (1 + level) / 2) * error)
    return Interval(mean, mean - half, mean + half, float(images))


def area_under_curve(t: Sequence[float], accuracy: Sequence[float]) -> float:
    """Return the area under accuracy against t by the trapezoid rule.

    With t from 0 to 1 it is the mean accuracy over the whole path, in [0, 1].
    """
    return float(np.trapezoid(accuracy, t))


_FEW = 10  # successes or failures, below which Wilson's interval may be too short on their side


def wilson_interval(
    proportion: float, sample_size: float, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion, for any positive sample size.

    The solutions ``q`` of ``(p - q)^2 = z^2 q (1 - q) / n``. The one in scipy.stats takes whole
    numbers only.

    Parameters
    ----------
    proportion
        Observed proportion ``p`` in [0, 1].
    sample_size
        ``n``, which need not be whole.
    level
        Confidence level in (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper limit in [0, 1], with the proportion between them.

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
    proportion: float, sample_size: float, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's interval of a proportion, made safe where successes or failures are few.

    With ``x = n p`` below ten, Wilson's lower limit may miss a rare success too often (84 % held
    instead of 95 near ``n p = 0.2``). There the limit is lowered to the one-sided limit of a
    Poisson count where that is lower, ``gamma quantile (1 - level; x) / n``; likewise above for
    few failures.

    Parameters
    ----------
    proportion, sample_size, level
        As for `wilson_interval`.

    Returns
    -------
    tuple of float
        Lower and upper limit in [0, 1], with the proportion between them.

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
    """Return the lower limit of a small count's expectation; the count itself of a larger one."""
    from scipy.special import gammaincinv

    return float(gammaincinv(count, 1 - level)) if 0 < count < _FEW else count
