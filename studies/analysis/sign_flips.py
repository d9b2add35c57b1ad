"""Tests of a paired difference: under no difference, each image's could as well be its opposite."""

import math

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

FLIPS = 9999
SEED = 20190328  # fixed, so that the same cells give the same p-values
SMALLEST_P = 1e-12
"""Exact p-values below it are given as it: rounding errors are about as large."""

_FARTHEST = 12  # standard deviations of T, beyond which its probability is below 1e-30 (Hoeffding)
_AT_A_TIME = 2**22  # signs in memory together


def exact_sign_flip_p(differences: npt.NDArray[np.integer]) -> float:
    """Return the exact two-sided p-value of the sign-flip test of whole-number differences.

    If image i's difference ``d_i`` is as likely as ``-d_i``, the sum is ``T = sum_i s_i d_i`` with
    independent fair signs, a whole number with the characteristic function ``prod_i cos(d_i x)``;
    its Fourier transform is the distribution. With one seed all differences are -1, 0 or 1, and
    this is McNemar's exact test.

    Parameters
    ----------
    differences
        ``(images,)``: in how many draws the second model is right, minus those of the first.

    Returns
    -------
    float
        ``P(|T| >= |sum_i d_i|)`` in [1e-12, 1]; 1 where no image differs.

    References
    ----------
    McNemar (1947); Fisher (1935), "The design of experiments", section 21.
    """
    sizes = np.bincount(np.abs(differences))
    different = np.flatnonzero(sizes[1:]) + 1
    observed = abs(int(differences.sum()))
    deviation = math.sqrt(float(np.square(differences, dtype=np.float64).sum()))
    most = min(int(different @ sizes[different]), math.ceil(_FARTHEST * deviation))
    if observed > most:
        return SMALLEST_P
    length = 1 << (2 * most + 1).bit_length()  # so many values of T, or more: none falls on another
    angles = 2 * np.pi * np.arange(length // 2 + 1) / length
    transform = np.ones(len(angles))
    for size in different.tolist():
        transform *= np.cos(size * angles) ** sizes[size]
    probabilities = np.fft.irfft(transform, length)  # of 0, 1, 2, ...; those of -1, -2 are alike
    p = 1.0 if observed == 0 else 2 * float(probabilities[observed : length // 2].sum())
    return min(max(p, SMALLEST_P), 1.0)


def flipped_sums(values: Values, *, flips: int = FLIPS, seed: int = SEED) -> Values:
    """Return the column sums under random signs, the same ones for every column.

    The flipped sum of a difference is the difference of flipped sums, so the columns may be models
    rather than pairs of them.

    Parameters
    ----------
    values
        ``(images, columns)``.
    flips
        How many times signs are drawn.
    seed
        Seed of the drawing.

    Returns
    -------
    ndarray
        ``(flips, columns)``.
    """
    images = len(values)
    random = np.random.default_rng(seed)
    sums = np.empty((flips, values.shape[1]))
    step = max(1, _AT_A_TIME // images)
    for start in range(0, flips, step):
        block = sums[start : start + step]
        bits = np.frombuffer(random.bytes(-(-block.shape[0] * images // 8)), np.uint8)
        up = np.unpackbits(bits, count=block.shape[0] * images).reshape(-1, images)
        # sum_i s_i v_i with s = 2 up - 1
        block[:] = 2 * (up.astype(np.float64) @ values) - values.sum(axis=0)
    return sums


def sign_flip_p(total: float, flipped: Values) -> float:
    """Return the two-sided p-value of the sign-flip test from random flips.

    ``(1 + #{|T_b| >= |T|}) / (1 + B)``, never zero.

    Parameters
    ----------
    total
        The sum of the differences, T.
    flipped
        ``(flips,)``: the same under random signs.
    """
    as_large = np.abs(flipped) >= abs(total) - 1e-9  # ties are equal up to rounding
    return float((1 + as_large.sum()) / (1 + len(flipped)))
