"""The bootstrap over images: one set of resamples for everything that is compared.

A ratio of two models' errors rests on the same images above and below, so both must be
resampled together; so must the terms of a mean over corruptions.
"""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

RESAMPLES = 2000
SEED = 20190328  # fixed, so that the same cells give the same intervals
_AT_A_TIME = 100  # resamples in memory together,
_MOST = 2**22  # of at most so many weights


def resampled_sums(
    values: Values | npt.NDArray[np.integer], *, resamples: int = RESAMPLES, seed: int = SEED
) -> Values:
    """Return the column sums of resampled rows.

    A resample is how often each image is drawn, so the sums are a matrix product. Those of small
    whole numbers are made in float32, where they are exact in any order: the same on any machine.

    Parameters
    ----------
    values
        ``(images, columns)``; a row is an image. Whole numbers must not be negative.
    resamples
        How many times the images are drawn anew, with replacement.
    seed
        Seed of the drawing.

    Returns
    -------
    ndarray
        ``(resamples, columns)``; all columns of a row are sums over the same images.
    """
    images = len(values)
    table = values.astype(_kind(values), copy=False)
    random = np.random.default_rng(seed)
    sums = np.empty((resamples, values.shape[1]))
    step = max(1, min(_AT_A_TIME, _MOST // images))
    for start in range(0, resamples, step):
        block = sums[start : start + step]
        times_drawn = np.empty((len(block), images), table.dtype)
        for row in times_drawn:
            row[:] = np.bincount(random.integers(0, images, images), minlength=images)
        block[:] = times_drawn @ table
    return sums


def _kind(values: Values | npt.NDArray[np.integer]) -> type[np.floating]:
    """Return float32 where no sum of resampled values can exceed what it counts without a gap."""
    whole = np.issubdtype(values.dtype, np.integer)
    return np.float32 if whole and int(values.max(initial=0)) * len(values) < 2**24 else np.float64


def percentile_limits(resampled: Values, images: int, level: float = 0.95) -> tuple[Values, Values]:
    """Return the expanded percentile bootstrap interval.

    The limits are the resampled quantiles at ``Phi(-q)`` and ``Phi(q)`` with
    ``q = sqrt(n / (n - 1)) t``, t the quantile of Student's distribution with n - 1 degrees of
    freedom: as wide for a mean of few normal images as it should be, and the plain percentiles
    for many. Infinite values are larger than all others, so a limit may be infinite.

    Parameters
    ----------
    resampled
        ``(resamples, ...)``.
    images
        How many images were resampled, n.
    level
        Confidence level in (0, 1).

    Returns
    -------
    tuple of ndarray
        Lower and upper limits, ``(...)``.

    References
    ----------
    Hesterberg (2015), "What teachers should know about the bootstrap", section 5.3.
    """
    from scipy.special import ndtr, stdtrit

    if images < 2:
        tail = 0.0
    else:
        quantile = stdtrit(images - 1, (1 + level) / 2) * np.sqrt(images / (images - 1))
        tail = float(ndtr(-quantile))
    rank = max(int(tail * (len(resampled) + 1)) - 1, 0)
    in_order = np.sort(resampled, axis=0)
    return in_order[rank], in_order[len(resampled) - 1 - rank]


def bca_limits(
    estimate: float, resampled: Values, without_one: Values, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the bias-corrected and accelerated bootstrap interval.

    With ``b`` the quantile of the estimate among the resampled ones, on the normal scale, ``a``
    a sixth of the skewness of the jackknife values about their mean and ``z`` a normal quantile,
    the limits are the resampled quantiles at ``Phi(b + (b + z) / (1 - a (b + z)))``. The one in
    scipy.stats gathers all images of each resample, where sums are enough.

    Parameters
    ----------
    estimate
        From all images.
    resampled
        ``(resamples,)``: the same from each resample; infinity where it is undefined.
    without_one
        ``(images,)``: the same from all images but one.
    level
        Confidence level in (0, 1).

    Returns
    -------
    tuple of float or None
        Lower and upper limit; None where the resamples know none: all alike, all on one side
        of the estimate, or undefined at a limit.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals".
    """
    from scipy.special import ndtr, ndtri

    below = float(np.mean(resampled < estimate) + np.mean(resampled == estimate) / 2)
    if not np.isfinite(without_one).all() or np.ptp(without_one) == 0 or not 0 < below < 1:
        return None
    deviations = without_one.mean() - without_one
    acceleration = np.sum(deviations**3) / (6 * np.sum(deviations**2) ** 1.5)
    bias = ndtri(below)
    z = bias + ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    places = ndtr(bias + z / (1 - acceleration * z))
    # A limit is one of the resampled values: between one of them and infinity there is no other.
    ranks = np.floor(places * len(resampled)).astype(int).clip(0, len(resampled) - 1)
    low, high = np.sort(resampled)[ranks].tolist()
    return (low, high) if np.isfinite([low, high]).all() else None
