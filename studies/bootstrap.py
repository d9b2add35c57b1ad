"""The bootstrap over images: one set of resamples for everything that is compared.

A ratio of two models' errors rests on the same images above and below, so both must be
resampled together; so must the terms of a mean over corruptions.
"""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

RESAMPLES = 2000
SEED = 20190328  # fixed, so that the same cells give the same intervals
_AT_A_TIME = 100  # resamples in memory together


def resampled_sums(values: Values, *, resamples: int = RESAMPLES, seed: int = SEED) -> Values:
    """Return the column sums of resampled rows.

    Parameters
    ----------
    values
        ``(images, columns)``; a row is an image.
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
    random = np.random.default_rng(seed)
    sums = np.empty((resamples, values.shape[1]))
    for start in range(0, resamples, _AT_A_TIME):
        block = sums[start : start + _AT_A_TIME]
        times_drawn = np.empty((len(block), images))
        for row in times_drawn:
            row[:] = np.bincount(random.integers(0, images, images), minlength=images)
        block[:] = times_drawn @ values
    return sums


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
