"""The coverage of the intervals of studies whose true values are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from benchmarks.simulation import STRENGTHS, Draws, correct_predictions
from studies.stats.bootstrap import resampled_sums
from studies.stats.curves import (
    critical_limits,
    critical_position,
    mean_over_points,
    thresholds,
    trapezoid_weights,
)
from studies.stats.intervals import accuracy_interval, share_interval

__all__ = ["Check", "accuracy_coverage", "curve_coverage"]

CHANCE = 0.1
_BATCH = 50  # repeats in one resampling


@dataclass(frozen=True)
class Check:
    """A measured share and its target.

    Attributes
    ----------
    quantity, case : str
        The measured quantity, and the simulated case.
    images : int
        Number of images in each repeat.
    draws : Draws
        Draws of each image.
    true_value : float
        What the intervals should contain; infinite for a critical strength beyond the range.
    share : float
        Share of the repeats, in [0, 1].
    lowest, highest : float
        The target for the share.
    """

    quantity: str
    case: str
    images: int
    draws: Draws
    true_value: float
    share: float
    lowest: float
    highest: float

    @property
    def passed(self) -> bool:
        """Whether the share is within its target."""
        return self.lowest <= self.share <= self.highest


def accuracy_coverage(
    images: int, draws: Draws, accuracy: float, *, repeats: int, seed: int
) -> Check:
    """Measure the coverage of the interval of an accuracy."""
    random = np.random.default_rng(seed)
    covered = 0
    for correct in correct_predictions(random, np.array([accuracy]), images, draws, repeats):
        found = accuracy_interval(correct[:, 0])
        covered += found.low <= accuracy <= found.high
    return _coverage("accuracy", f"{accuracy:g}", images, draws, accuracy, covered / repeats)


def curve_coverage(
    case: str,
    accuracy: npt.NDArray[np.float64],
    images: int,
    draws: Draws,
    targets: Sequence[float | None],
    *,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure the coverage of the intervals of the area and critical strengths of a curve.

    Parameters
    ----------
    case : str
        Name of the curve.
    accuracy : ndarray of float64, shape (points,)
        The true accuracies.
    images : int
        Number of images in each repeat.
    draws : Draws
        Draws of each image.
    targets : sequence of float or None
        Thresholds of accuracy; None for half-way from clean to chance level.
    repeats : int
        Number of studies.
    seed : int
        Seed of the simulation.

    Returns
    -------
    list of Check
        One for the area, and one for each threshold.
    """
    random = np.random.default_rng(seed)
    weights = trapezoid_weights(STRENGTHS)
    area = float(accuracy @ weights)
    places = [
        float(critical_position(STRENGTHS, accuracy, thresholds(accuracy, target, CHANCE)))
        for target in targets
    ]
    covered = np.zeros(1 + len(targets))
    studies = correct_predictions(random, accuracy, images, draws, repeats)
    while some := list(islice(studies, _BATCH)):
        sums = resampled_sums(np.concatenate([item.sum(axis=0).T for item in some], axis=1))
        for item, resampled in zip(some, np.split(sums, len(some), axis=1), strict=True):
            points = [item[:, point] for point in range(len(STRENGTHS))]
            found = share_interval(mean_over_points(points, weights), item[..., 0].size)
            covered[0] += found.low <= area <= found.high
            curves = resampled / (images * draws.seeds)
            for number, (target, place) in enumerate(zip(targets, places, strict=True), start=1):
                low, high = critical_limits(
                    STRENGTHS, curves, images, threshold=target, chance=CHANCE
                )
                covered[number] += low <= place <= high
    checks = [_coverage("area", case, images, draws, area, covered[0] / repeats)]
    for target, place, count in zip(targets, places, covered[1:], strict=True):
        name = f"{case}, to {'half-way' if target is None else target}"
        checks.append(_coverage("critical strength", name, images, draws, place, count / repeats))
    return checks


def _coverage(
    quantity: str, case: str, images: int, draws: Draws, true_value: float, share: float
) -> Check:
    """Add the target for a coverage; it has two sides only for values within the range."""
    inside = 0 < true_value < 1 if quantity == "critical strength" else 0.1 <= true_value <= 0.97
    band = (0.93, 0.97) if images >= 500 and inside else (0.92, 1.0)
    return Check(quantity, case, images, draws, true_value, float(share), *band)
