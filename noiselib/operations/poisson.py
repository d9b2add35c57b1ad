"""Poisson noise by quantiles: the same uniform words give the counts at every exposure.

The count of a value with mean m is the least n with ``F(n; m) >= u``, for
``u = (word + 0.5) / 2**32``. For the 256 levels of uint8 images, words are compared with
thresholds; for values between two levels, whose quantile lies between theirs, it is found by
bisection of F.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.streams import normal_table

__all__ = ["EXACT_UP_TO", "approximate_noise", "poisson_noise"]

EXACT_UP_TO = 1000  # photons for white; above, the error of the approximation is below a grey level
GUIDE_BITS = 12  # measured: fewer leave more words undecided, more leave the cache
UNDECIDED = -1

Counts = NDArray[np.int16]
Words = NDArray[np.uint32]


def poisson_noise(images: Images, words: Words, photons: float) -> Images:
    """Count photons: ``N / photons``, ``N ~ Poisson(x * photons)``.

    Parameters
    ----------
    images : ndarray of float32
        In [0, 1].
    words : ndarray of uint32, of the same shape
        Uniform.
    photons : float
        The mean count of white, at most `EXACT_UP_TO`. The result is clipped to [0, 1] later, so
        counting stops at the first count of 1 or more.

    Returns
    -------
    ndarray of float32, of the same shape
    """
    thresholds = count_thresholds(photons)
    levels = np.rint(images * np.float32(255))
    between = levels / np.float32(255) != images
    counts = thresholds.counts(levels.astype(np.intp), words)
    if between.any():
        counts[between] = bisect_counts(images[between], words[between], photons, thresholds)
    return counts.astype(np.float32) / np.float32(photons)


def approximate_noise(images: Images, words: Words, photons: float) -> Images:
    """Approximate `poisson_noise` for many photons, by the Cornish-Fisher expansion.

    ``x + z sqrt(x / photons) + (z**2 - 1) / (6 photons)``, with the normal quantile z of the same
    uniform number (its first 16 bits); black is preserved.

    Parameters
    ----------
    images : ndarray of float32
        In [0, 1].
    words : ndarray of uint32, of the same shape
        Uniform.
    photons : float
        The mean count of white.

    Returns
    -------
    ndarray of float32, of the same shape
    """
    z = normal_table().take(words >> np.uint32(16), mode="wrap")
    skew = (z * z - np.float32(1)) * (images > 0)
    deviation = np.sqrt(images / np.float32(photons))
    noisy: Images = images + z * deviation + skew / np.float32(6 * photons)
    return noisy


@dataclass(frozen=True, eq=False)
class Thresholds:
    """The words at which the count of each level rises.

    Attributes
    ----------
    guide : ndarray of int16, shape (256 * 2**GUIDE_BITS,)
        The count for each level and first bits of a word, or `UNDECIDED`.
    keys : ndarray of int64, sorted
        ``level * 2**32 + word`` for each level and each word at which its count rises.
    starts : ndarray of intp, shape (256,)
        How many keys belong to lower levels.
    """

    guide: Counts
    keys: NDArray[np.int64]
    starts: NDArray[np.intp]

    def counts(self, levels: NDArray[np.intp], words: Words) -> Counts:
        """Return the counts of levels 0..255, of any shape, for one word each."""
        cells = levels << GUIDE_BITS
        cells |= words >> np.uint32(32 - GUIDE_BITS)
        counts = self.guide.take(cells, mode="wrap")
        undecided = np.flatnonzero(counts == UNDECIDED)
        rows = levels.reshape(-1)[undecided]
        places = (rows.astype(np.int64) << 32) | words.reshape(-1)[undecided]
        counts.reshape(-1)[undecided] = (
            np.searchsorted(self.keys, places, "right") - self.starts[rows]
        )
        return counts


@lru_cache(maxsize=4)
def count_thresholds(photons: float) -> Thresholds:
    """Return the thresholds of the 256 levels."""
    from scipy.special import pdtr

    means = np.arange(256)[:, None] / 255 * photons
    below = pdtr(np.arange(math.ceil(photons)), means)  # the count exceeds n where u exceeds F(n)
    first = np.rint(below * 2.0**32).astype(np.int64)
    level, number = np.nonzero(first < 2**32)  # no word reaches the others
    words = first[level, number]
    cells = (level << GUIDE_BITS) | (words >> (32 - GUIDE_BITS))
    risen = np.bincount(cells, minlength=256 << GUIDE_BITS).reshape(256, -1)
    guide = np.where(risen == 0, risen.cumsum(axis=1), UNDECIDED).astype(np.int16)
    starts = np.searchsorted(level, np.arange(256))
    return Thresholds(guide.reshape(-1), (level.astype(np.int64) << 32) | words, starts)


def bisect_counts(values: Any, words: Words, photons: float, thresholds: Thresholds) -> Counts:
    """Return the counts of values between two levels, all of shape (k,), by bisection."""
    from scipy.special import pdtr

    means = values.astype(np.float64) * photons
    uniform = (words + 0.5) * 2.0**-32
    under = (values.astype(np.float64) * 255).astype(np.intp)
    low, high = (thresholds.counts(levels, words) for levels in (under, under + 1))
    undecided = np.flatnonzero(low < high)
    while undecided.size:
        middle = (low[undecided] + high[undecided]) // 2
        enough = pdtr(middle, means[undecided]) >= uniform[undecided]
        high[undecided] = np.where(enough, middle, high[undecided])
        low[undecided] = np.where(enough, low[undecided], middle + 1)
        undecided = undecided[low[undecided] < high[undecided]]
    return low
