"""How often the comparison of two models is right: intervals, false alarms and power."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.typing as npt

from benchmarks.coverage_checks import Check
from benchmarks.simulation import STRENGTHS, Draws, pairs
from studies.stats.curves import trapezoid_weights
from studies.stats.paired import (
    adjusted,
    compare_answers,
    compare_shares,
    flipped_sums,
    images_needed,
    sign_flip_p,
)

__all__ = ["difference_checks", "false_alarms", "power"]

_TOGETHER = 50  # repeats that are flipped together


def difference_checks(
    accuracies: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    images: int,
    draws: Draws,
    *,
    alike: float,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure how often the intervals of a difference at a point, and of areas, hold it."""
    random = np.random.default_rng(seed)
    weights = trapezoid_weights(STRENGTHS)
    worst = float(accuracies[1][-1] - accuracies[0][-1])
    area = float((accuracies[1] - accuracies[0]) @ weights)
    held = np.zeros(2)
    for first, second in pairs(random, accuracies, images, draws, repeats, alike=alike):
        point = compare_answers(first[:, -1], second[:, -1])
        path = compare_shares(*_areas(first, second, weights), p=1.0)
        held += [point.low <= worst <= point.high, path.low <= area <= path.high]
    name = f"{accuracies[0][-1]:g} and {accuracies[1][-1]:g} at the worst"
    lowest = 0.93 if images >= 500 else 0.92
    return [
        Check(f"difference of {what}", name, images, draws, truth, float(share), lowest, 1.0)
        for what, truth, share in zip(
            ("accuracy", "area"), (worst, area), held / repeats, strict=True
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
    alike: float,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure how often two models of one accuracy are said to differ, at a level of 5 %.

    At the middle of the path; anywhere on it after the adjustment of Benjamini and Hochberg; and
    in their areas.
    """
    random = np.random.default_rng(seed)
    weights, middle = trapezoid_weights(STRENGTHS), len(STRENGTHS) // 2
    alarms = np.zeros(3)
    studies = pairs(random, (accuracy, accuracy), images, draws, repeats, alike=alike)
    while some := list(islice(studies, _TOGETHER)):
        areas = np.stack([area for pair in some for area in _areas(*pair, weights)], axis=1)
        flipped = flipped_sums(areas)
        differences, under_none = np.diff(areas)[:, ::2].sum(axis=0), np.diff(flipped)[:, ::2]
        for number, (first, second) in enumerate(some):
            p = [
                compare_answers(first[:, point], second[:, point]).p
                for point in range(len(STRENGTHS))
            ]
            of_area = sign_flip_p(differences[number], under_none[:, number])
            alarms += [p[middle] <= 0.05, min(adjusted(p)) <= 0.05, of_area <= 0.05]
    names = ("one point", "anywhere on the path", "areas")
    # The sign-flip test is exact here, so 5 % is what is to be seen, up to the error of seeing it.
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / repeats)
    return [
        Check(f"false alarm, {name}", case, images, draws, 0.0, float(share), 0.0, float(most))
        for name, share in zip(names, alarms / repeats, strict=True)
    ]


def power(
    accuracy: float, draws: Draws, *, difference: float, alike: float, repeats: int, seed: int
) -> Check:
    """Measure how often a difference is found with the number of images said to be needed."""
    random = np.random.default_rng(seed)
    truth = (np.array([accuracy]), np.array([accuracy - difference]))
    first, second = next(pairs(random, truth, 200_000, draws, 1, alike=alike))
    apart = second[:, 0].mean(axis=0) - first[:, 0].mean(axis=0)
    images = images_needed(float(apart.var()), difference=difference) or 0
    found = sum(
        compare_answers(one[:, 0], other[:, 0]).p <= 0.05
        for one, other in pairs(random, truth, images, draws, repeats, alike=alike)
    )
    case = f"{accuracy:g} against {accuracy - difference:g}"
    return Check("power", case, images, draws, -difference, found / repeats, 0.77, 0.84)
