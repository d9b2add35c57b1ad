"""Two models on the same corrupted images: their difference, its interval and its test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.analysis.sample_size import images_needed
from studies.analysis.sign_flips import exact_sign_flip_p

Values = npt.NDArray[np.float64]

_SMOOTHING = 0.25  # of an image that only one model recognises, and of one that only the other does


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better a candidate is than a baseline on the same images.

    Attributes
    ----------
    baseline, candidate
        Accuracy, or area, of each, in [0, 1].
    difference
        Candidate minus baseline.
    low, high
        Limits of its interval.
    p
        Two-sided p-value of no difference.
    images_for_one_point
        How many images it takes to see a difference of one point in four of five studies; None
        where the models never differed.
    """

    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float
    images_for_one_point: int | None


def compare_answers(
    baseline: npt.NDArray[np.bool_], candidate: npt.NDArray[np.bool_], level: float = 0.95
) -> Difference:
    """Compare two models at one point.

    The p-value is exact: McNemar's with one draw, the sign-flip test over images with several,
    see `studies.analysis.sign_flips.exact_sign_flip_p`.

    Parameters
    ----------
    baseline, candidate
        ``(draws, images)``: was the image recognised? The same draws for both.
    level
        Confidence level in (0, 1).

    Raises
    ------
    ValueError
        When the two do not have the same shape, or are empty.
    """
    if baseline.shape != candidate.shape or baseline.ndim != 2 or baseline.size == 0:
        raise ValueError(
            "both models must have answers of one shape (draws, images), none of them 0; got "
            f"{baseline.shape} and {candidate.shape}"
        )
    first, second = (item.sum(axis=0, dtype=np.int64) for item in (baseline, candidate))
    draws = len(baseline)
    return compare_shares(
        first / draws, second / draws, p=exact_sign_flip_p(second - first), level=level
    )


def compare_shares(
    baseline: Values, candidate: Values, *, p: float, level: float = 0.95
) -> Difference:
    """Compare two models by a share that each image has, such as its area.

    The interval is Student's, ``mean d_i -+ t_{n-1} sqrt(v / n)``. To the n differences of which
    the variance v is taken, a quarter of an image with d = 1 and a quarter of one with d = -1 are
    added: where the models differ on a few images only, the variance of these alone is too small
    too often, and zero where they differ on none.

    Parameters
    ----------
    baseline, candidate
        ``(images,)`` shares in [0, 1], at least one.
    p
        The p-value of their difference.
    level
        Confidence level in (0, 1).
    """
    from scipy.special import stdtrit

    differences = candidate - baseline
    images = len(differences)
    mean = float(differences.mean())
    padded = images + 2 * _SMOOTHING
    variance = (np.square(differences).sum() + 2 * _SMOOTHING) / padded - (
        differences.sum() / padded
    ) ** 2
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
    """Return p-values adjusted by Benjamini and Hochberg: at most q of those below q are false.

    ``min over j >= i of p_(j) m / j`` for the i-th smallest of m. scipy.stats has it too, and takes
    a second to import.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate".
    """
    in_order = np.argsort(p_values)[::-1]  # the largest first
    ranks = np.arange(len(p_values), 0, -1)
    scaled = np.asarray(p_values, np.float64)[in_order] * len(p_values) / ranks
    found = np.empty(len(p_values))
    found[in_order] = np.minimum.accumulate(scaled).clip(max=1.0)
    return [float(p) for p in found]
