"""Comparison of two models on the same corrupted images: difference, interval and test."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats.intervals import LEVEL

Values = npt.NDArray[np.float64]

_SMOOTHING = 0.25  # of an image that only one model classifies correctly, and of the opposite one


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference between a candidate and a baseline on the same images.

    Attributes
    ----------
    baseline, candidate : float
        Accuracy, or area, of each, in [0, 1].
    difference : float
        Candidate minus baseline.
    low, high : float
        Limits of its interval.
    p : float
        Two-sided p-value of no difference.
    images_for_one_point : int or None
        Images needed for 80 % power to detect a difference of one percentage point; None where
        the models never differed.
    """

    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float
    images_for_one_point: int | None


def compare_predictions(
    baseline: npt.NDArray[np.bool_], candidate: npt.NDArray[np.bool_]
) -> Difference:
    """Compare two models at one point.

    The p-value is exact: McNemar's with one noise seed, that of the sign-flip test over images
    with several, see `exact_sign_flip_p`.

    Parameters
    ----------
    baseline, candidate : ndarray of bool
        ``(seeds, images)``, whether each prediction is correct; the same seeds for both.

    Raises
    ------
    ValueError
        If the two differ in shape, or are empty.
    """
    if baseline.shape != candidate.shape or baseline.ndim != 2 or baseline.size == 0:
        raise ValueError(
            "both models must have predictions of one shape (seeds, images), none of them 0; got "
            f"{baseline.shape} and {candidate.shape}"
        )
    first, second = (item.sum(axis=0, dtype=np.int64) for item in (baseline, candidate))
    seeds = len(baseline)
    return compare_shares(first / seeds, second / seeds, p=exact_sign_flip_p(second - first))


def compare_shares(
    baseline: Values, candidate: Values, *, p: float, level: float = LEVEL
) -> Difference:
    """Compare two models by a share that each image has, such as its area.

    The interval is Student's, ``mean d_i -+ t_{n-1} sqrt(v / n)``. For the variance v of the n
    differences, a quarter of an image with d = 1 and a quarter of one with d = -1 are added: where
    the models differ on a few images only, the plain variance is too small too often, and it is
    zero where they differ on none.

    Parameters
    ----------
    baseline, candidate : ndarray of float
        ``(images,)`` shares in [0, 1], at least one.
    p : float
        The p-value of their difference.
    level : float, default: 0.95
        Confidence level in (0, 1).
    """
    from scipy.special import stdtrit

    differences = candidate - baseline
    images = len(differences)
    mean = float(differences.mean())
    padded = images + 2 * _SMOOTHING
    squares = np.square(differences).sum() + 2 * _SMOOTHING
    variance = squares / padded - (differences.sum() / padded) ** 2
    half = float(stdtrit(max(images - 1, 1), (1 + level) / 2) * np.sqrt(variance / images))
    return Difference(
        baseline=float(baseline.mean()),
        candidate=float(candidate.mean()),
        difference=mean,
        low=max(mean - half, -1.0),
        high=min(mean + half, 1.0),
        p=p,
        images_for_one_point=images_needed(float(differences.var())),
    )


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted by Benjamini and Hochberg for the false discovery rate.

    ``min over j >= i of p_(j) m / j`` for the i-th smallest of m. The version in scipy.stats takes
    a second to import.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate".
    """
    order = np.argsort(p_values)[::-1]  # the largest first
    ranks = np.arange(len(p_values), 0, -1)
    scaled = np.asarray(p_values, np.float64)[order] * len(p_values) / ranks
    found = np.empty(len(p_values))
    found[order] = np.minimum.accumulate(scaled).clip(max=1.0)
    return [float(p) for p in found]


_FLIPS = 9999
_SEED = 20190328  # fixed, so that the same cells give the same p-values
SMALLEST_P = 1e-12
"""Smaller exact p-values are given as this, because rounding errors are about as large."""

_FARTHEST = 12  # standard deviations of T, beyond which its probability is below 1e-30 (Hoeffding)
_SIGNS_IN_MEMORY = 2**22


def exact_sign_flip_p(differences: npt.NDArray[np.integer]) -> float:
    """Return the exact two-sided p-value of the sign-flip test, ``P(|T| >= |sum_i d_i|)``.

    If the difference ``d_i`` of image i is as likely as ``-d_i``, the sum is
    ``T = sum_i s_i d_i`` with independent fair signs, an integer with the characteristic function
    ``prod_i cos(d_i x)``, whose Fourier transform is the distribution. With one seed all
    differences are -1, 0 or 1, and this is McNemar's exact test.

    Parameters
    ----------
    differences : ndarray of int
        ``(images,)``, the number of seeds under which the second model is correct, minus that of
        the first.

    References
    ----------
    McNemar (1947); Fisher (1935), "The design of experiments", section 21.
    """
    sizes = np.bincount(np.abs(differences))
    different = np.flatnonzero(sizes[1:]) + 1
    observed = abs(int(differences.sum()))
    deviation = math.sqrt(float(np.square(differences, dtype=np.float64).sum()))
    largest = min(int(different @ sizes[different]), math.ceil(_FARTHEST * deviation))
    if observed > largest:
        return SMALLEST_P
    length = 1 << (2 * largest + 1).bit_length()  # enough that no two values of T coincide
    angles = 2 * np.pi * np.arange(length // 2 + 1) / length
    transform = np.ones(len(angles))
    for size in different.tolist():
        transform *= np.cos(size * angles) ** sizes[size]
    probabilities = np.fft.irfft(transform, length)  # of 0, 1, 2, ...; T is symmetric
    p = 1.0 if observed == 0 else 2 * float(probabilities[observed : length // 2].sum())
    return min(max(p, SMALLEST_P), 1.0)


def flipped_sums(values: Values) -> Values:
    """Return ``(9999, columns)``: the column sums under random signs, the same for every column.

    The flipped sum of a difference is the difference of flipped sums, so the columns may be models
    rather than pairs of them.

    Parameters
    ----------
    values : ndarray of float
        ``(images, columns)``.
    """
    images = len(values)
    random = np.random.default_rng(_SEED)
    sums = np.empty((_FLIPS, values.shape[1]))
    step = max(1, _SIGNS_IN_MEMORY // images)
    for start in range(0, _FLIPS, step):
        block = sums[start : start + step]
        bits = np.frombuffer(random.bytes(-(-block.shape[0] * images // 8)), np.uint8)
        up = np.unpackbits(bits, count=block.shape[0] * images).reshape(-1, images)
        # sum_i s_i v_i with s = 2 up - 1
        block[:] = 2 * (up.astype(np.float64) @ values) - values.sum(axis=0)
    return sums


def sign_flip_p(total: float, flipped: Values) -> float:
    """Return the two-sided p-value of the sign-flip test with random flips.

    ``(1 + #{|T_b| >= |T|}) / (1 + B)``, never zero.

    Parameters
    ----------
    total : float
        The sum of the differences, T.
    flipped : ndarray of float
        The same sum under random signs, see `flipped_sums`.
    """
    as_large = np.abs(flipped) >= abs(total) - 1e-9  # ties are equal up to rounding
    return float((1 + as_large.sum()) / (1 + len(flipped)))


def images_needed(variance: float, *, difference: float = 0.01, power: float = 0.8) -> int | None:
    """Return the images that a paired test needs; None if the models never differed (v unknown).

    ``n = ((z_a sqrt(v + d^2) + z_b sqrt(v)) / d)^2`` with v the variance of the difference of an
    image, ``z_a`` the two-sided 95 % normal quantile and ``z_b`` that of the power. For one seed
    ``v + d^2`` is the share of images on which exactly one model is correct, and this is Connor's
    formula for McNemar's test.

    Parameters
    ----------
    variance : float
        ``v >= 0``, between images.
    difference : float, default: 0.01
        The true difference to detect, ``d > 0``; 0.01 is one percentage point.
    power : float, default: 0.8
        Probability to detect it, in (0, 1).

    References
    ----------
    Connor (1987), "Sample size for testing differences in proportions for the paired-sample
    design".
    """
    from scipy.special import ndtri

    if variance <= 0:
        return None
    null = float(ndtri((1 + LEVEL) / 2)) * math.sqrt(variance + difference**2)
    alternative = float(ndtri(power)) * math.sqrt(variance)
    return math.ceil(((null + alternative) / difference) ** 2)
