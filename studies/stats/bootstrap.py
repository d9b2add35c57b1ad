"""The bootstrap over images, with one set of resamples for everything that is compared.

The two errors in a ratio are measured on the same images, so both are resampled together; so are
the terms of a mean over corruptions.
"""

import numpy as np
import numpy.typing as npt

from studies.stats.intervals import LEVEL

Values = npt.NDArray[np.float64]

RESAMPLES = 2000
_SEED = 20190328  # fixed, so that the same cells give the same intervals
_RESAMPLES_IN_MEMORY = 100
_WEIGHTS_IN_MEMORY = 2**22


def resampled_sums(
    values: Values | npt.NDArray[np.integer], *, resamples: int = RESAMPLES
) -> Values:
    """Return the column sums ``(resamples, columns)`` of resampled rows, the same for all columns.

    A resample is the number of times each image is drawn, so the sums are a matrix product. Sums
    of small integers are computed in float32, where they are exact in any order and therefore the
    same on every machine.

    Parameters
    ----------
    values : ndarray of float or int
        ``(images, columns)``, one row for each image. Integers must not be negative.
    resamples : int, default: 2000
        Each draws as many images as there are, with replacement.
    """
    images = len(values)
    table = values.astype(_dtype_of_sums(values), copy=False)
    random = np.random.default_rng(_SEED)
    sums = np.empty((resamples, values.shape[1]))
    step = max(1, min(_RESAMPLES_IN_MEMORY, _WEIGHTS_IN_MEMORY // images))
    for start in range(0, resamples, step):
        block = sums[start : start + step]
        times_drawn = np.empty((len(block), images), table.dtype)
        for row in times_drawn:
            row[:] = np.bincount(random.integers(0, images, images), minlength=images)
        block[:] = times_drawn @ table
    return sums


def _dtype_of_sums(values: Values | npt.NDArray[np.integer]) -> type[np.floating]:
    """Return float32 where it holds every possible sum of resampled values exactly."""
    integers = np.issubdtype(values.dtype, np.integer)
    exact = integers and int(values.max(initial=0)) * len(values) < 2**24
    return np.float32 if exact else np.float64


def percentile_limits(resampled: Values, images: int) -> tuple[Values, Values]:
    """Return the lower and upper limits ``(...)`` of the expanded percentile bootstrap interval.

    The limits are the resampled quantiles at ``Phi(-q)`` and ``Phi(q)`` with
    ``q = sqrt(n / (n - 1)) t``, where t is the quantile of Student's distribution with n - 1
    degrees of freedom. The expansion corrects the width for few images and vanishes for many.
    Infinite values are larger than all others, so a limit may be infinite.

    Parameters
    ----------
    resampled : ndarray of float
        ``(resamples, ...)``.
    images : int
        Number of images that were resampled, n.

    References
    ----------
    Hesterberg (2015), "What teachers should know about the bootstrap", section 5.3.
    """
    from scipy.special import ndtr, stdtrit

    if images < 2:
        tail = 0.0
    else:
        quantile = stdtrit(images - 1, (1 + LEVEL) / 2) * np.sqrt(images / (images - 1))
        tail = float(ndtr(-quantile))
    rank = max(int(tail * (len(resampled) + 1)) - 1, 0)
    ordered = np.sort(resampled, axis=0)
    return ordered[rank], ordered[len(resampled) - 1 - rank]


def bca_limits(estimate: float, resampled: Values, jackknife: Values) -> tuple[float, float] | None:
    """Return both limits of the bias-corrected and accelerated bootstrap interval.

    It is None where the resamples determine no limits: they are all equal, all on one side of the
    estimate, or undefined at a limit. Let b be the quantile of the estimate among the resampled
    values on the normal scale, a one sixth of the skewness of the jackknife values about their
    mean, and z a normal quantile. The limits are the resampled quantiles at
    ``Phi(b + (b + z) / (1 - a (b + z)))``. The version in scipy.stats gathers all images of each
    resample, where sums are enough.

    Parameters
    ----------
    estimate : float
        The statistic of all images.
    resampled : ndarray of float
        ``(resamples,)``, the statistic of each resample; infinity where it is undefined.
    jackknife : ndarray of float
        ``(images,)``, the statistic of all images but one.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals".
    """
    from scipy.special import ndtr, ndtri

    below = float(np.mean(resampled < estimate) + np.mean(resampled == estimate) / 2)
    if not np.isfinite(jackknife).all() or np.ptp(jackknife) == 0 or not 0 < below < 1:
        return None
    deviations = jackknife.mean() - jackknife
    acceleration = np.sum(deviations**3) / (6 * np.sum(deviations**2) ** 1.5)
    bias = ndtri(below)
    z = bias + ndtri(np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    probabilities = ndtr(bias + z / (1 - acceleration * z))
    # A limit must be a resampled value: interpolation next to infinity would be infinite.
    ranks = np.floor(probabilities * len(resampled)).astype(int).clip(0, len(resampled) - 1)
    low, high = np.sort(resampled)[ranks].tolist()
    return (low, high) if np.isfinite([low, high]).all() else None
