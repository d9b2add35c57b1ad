"""Coverage, false alarms and power of the comparison of two models."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.typing as npt

from benchmarks.coverage_checks import Check
from benchmarks.simulation import STRENGTHS, Draws, paired_predictions
from studies.stats.curves import trapezoid_weights
from studies.stats.paired import (
    adjusted,
    compare_predictions,
    compare_shares,
    flipped_sums,
    images_needed,
    sign_flip_p,
)

__all__ = ["difference_checks", "false_alarms", "power"]

_BATCH = 50  # repeats in one computation of sign flips


def difference_checks(
    accuracies: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    images: int,
    draws: Draws,
    *,
    correlation: float,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure the coverage of the intervals of a difference of accuracies, and of areas."""
    random = np.random.default_rng(seed)
    weights = trapezoid_weights(STRENGTHS)
    last = float(accuracies[1][-1] - accuracies[0][-1])
    area = float((accuracies[1] - accuracies[0]) @ weights)
    covered = np.zeros(2)
    for first, second in paired_predictions(
        random, accuracies, images, draws, repeats, correlation=correlation
    ):
        point = compare_predictions(first[:, -1], second[:, -1])
        whole = compare_shares(*_areas(first, second, weights), p=1.0)
        covered += [point.low <= last <= point.high, whole.low <= area <= whole.high]
    name = f"{accuracies[0][-1]:g} and {accuracies[1][-1]:g} at maximum severity"
    lowest = 0.93 if images >= 500 else 0.92
    return [
        Check(f"difference of {what}", name, images, draws, true_value, float(share), lowest, 1.0)
        for what, true_value, share in zip(
            ("accuracy", "area"), (last, area), covered / repeats, strict=True
        )
    ]


def _areas(
    first: npt.NDArray[np.bool_],
    second: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return weights @ first.mean(axis=0), weights @ second.mean(axis=0)


def false_alarms(
    case: str,
    accuracy: npt.NDArray[np.float64],
    images: int,
    draws: Draws,
    *,
    correlation: float,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure how often two equally accurate models are found to differ, at a level of 5 %.

    This is measured in the middle of the range, anywhere in the range after the correction of
    Benjamini and Hochberg, and for the areas.

    Parameters
    ----------
    case : str
        Name of the curve.
    accuracy : ndarray of float64, shape (points,)
        The true accuracies of both models.
    images : int
        Number of images in each repeat.
    draws : Draws
        Draws of each image.
    correlation : float
        Correlation of the two models.
    repeats : int
        Number of studies.
    seed : int
        Seed of the simulation.

    Returns
    -------
    list of Check
        One for each of the three tests.
    """
    random = np.random.default_rng(seed)
    weights, middle = trapezoid_weights(STRENGTHS), len(STRENGTHS) // 2
    alarms = np.zeros(3)
    studies = paired_predictions(
        random, (accuracy, accuracy), images, draws, repeats, correlation=correlation
    )
    while some := list(islice(studies, _BATCH)):
        areas = np.stack([area for pair in some for area in _areas(*pair, weights)], axis=1)
        flipped = flipped_sums(areas)
        differences, under_none = np.diff(areas)[:, ::2].sum(axis=0), np.diff(flipped)[:, ::2]
        for number, (first, second) in enumerate(some):
            p = [
                compare_predictions(first[:, point], second[:, point]).p
                for point in range(len(STRENGTHS))
            ]
            of_area = sign_flip_p(differences[number], under_none[:, number])
            alarms += [p[middle] <= 0.05, min(adjusted(p)) <= 0.05, of_area <= 0.05]
    names = ("one point", "anywhere in the range", "areas")
    # The sign-flip test is exact here, so 5 % is expected, up to the error of the simulation.
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)
    return [
        Check(f"false alarm, {name}", case, images, draws, 0.0, float(share), 0.0, float(most))
        for name, share in zip(names, alarms / repeats, strict=True)
    ]


def power(
    accuracy: float, draws: Draws, *, difference: float, correlation: float, repeats: int, seed: int
) -> Check:
    """Measure how often a difference is found with as many images as `images_needed` returns."""
    random = np.random.default_rng(seed)
    true_values = (np.array([accuracy]), np.array([accuracy - difference]))
    first, second = next(
        paired_predictions(random, true_values, 200_000, draws, 1, correlation=correlation)
    )
    differences = second[:, 0].mean(axis=0) - first[:, 0].mean(axis=0)
    images = images_needed(float(differences.var()), difference=difference) or 0
    found = sum(
        compare_predictions(one[:, 0], other[:, 0]).p <= 0.05
        for one, other in paired_predictions(
            random, true_values, images, draws, repeats, correlation=correlation
        )
    )
    case = f"{accuracy:g} against {accuracy - difference:g}"
    return Check("power", case, images, draws, -difference, found / repeats, 0.77, 0.84)
