"""How often the intervals of studies hold a truth that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from benchmarks.simulation import STRENGTHS, Draws, answers
from studies.results.sweep_results import CorrectPredictions, mean_over_points
from studies.stats.bootstrap import resampled_sums
from studies.stats.curves import critical_limits, critical_position, thresholds, trapezoid_weights
from studies.stats.intervals import accuracy_interval, share_interval

__all__ = ["Check", "accuracy_coverage", "curve_coverage"]

CHANCE = 0.1
_TOGETHER = 50  # repeats that are resampled together


@dataclass(frozen=True)
class Check:
    """One measured share, and what it should be.

    Parameters
    ----------
    quantity, case : str
        What was measured, of what.
    images : int
        In each repeat.
    draws : Draws
        Of each image.
    truth : float
        What intervals should hold; infinite for a critical strength beyond the path.
    share : float
        Of the repeats, in [0, 1].
    lowest, highest : float
        Where it should be.
    """

    quantity: str
    case: str
    images: int
    draws: Draws
    truth: float
    share: float
    lowest: float
    highest: float

    @property
    def kept(self) -> bool:
        """Whether it is there."""
        return self.lowest <= self.share <= self.highest


def accuracy_coverage(
    images: int, draws: Draws, accuracy: float, *, repeats: int, seed: int
) -> Check:
    """Measure how often the interval of an accuracy holds it."""
    random = np.random.default_rng(seed)
    held = 0
    for correct in answers(random, np.array([accuracy]), images, draws, repeats):
        found = accuracy_interval(correct[:, 0])
        held += found.low <= accuracy <= found.high
    return _coverage("accuracy", f"{accuracy:g}", images, draws, accuracy, held / repeats)


def curve_coverage(
    case: str,
    accuracy: npt.NDArray[np.float64],
    images: int,
    draws: Draws,
    goals: Sequence[float | None],
    *,
    repeats: int,
    seed: int,
) -> list[Check]:
    """Measure how often the intervals of a curve's area and critical strengths hold them.

    Parameters
    ----------
    case
        Name of the curve.
    accuracy
        ``(points,)``: the truth.
    images, draws
        In each repeat.
    goals
        Thresholds; None for half-way from clean to chance.
    repeats, seed
        How many studies, from which seed.
    """
    random = np.random.default_rng(seed)
    weights = trapezoid_weights(STRENGTHS)
    area = float(accuracy @ weights)
    places = [
        float(critical_position(STRENGTHS, accuracy, thresholds(accuracy, goal, CHANCE)))
        for goal in goals
    ]
    held = np.zeros(1 + len(goals))
    studies = answers(random, accuracy, images, draws, repeats)
    while some := list(islice(studies, _TOGETHER)):
        sums = resampled_sums(np.concatenate([item.sum(axis=0).T for item in some], axis=1))
        for item, resampled in zip(some, np.split(sums, len(some), axis=1), strict=True):
            points = [CorrectPredictions((), item[:, point]) for point in range(len(STRENGTHS))]
            found = share_interval(mean_over_points(points, weights), item[..., 0].size)
            held[0] += found.low <= area <= found.high
            curves = resampled / (images * draws.seeds)
            for number, (goal, place) in enumerate(zip(goals, places, strict=True), start=1):
                low, high = critical_limits(
                    STRENGTHS, curves, images, threshold=goal, chance=CHANCE
                )
                held[number] += low <= place <= high
    checks = [_coverage("area", case, images, draws, area, held[0] / repeats)]
    for goal, place, count in zip(goals, places, held[1:], strict=True):
        name = f"{case}, to {'half-way' if goal is None else goal}"
        checks.append(_coverage("critical strength", name, images, draws, place, count / repeats))
    return checks


def _coverage(
    quantity: str, case: str, images: int, draws: Draws, truth: float, share: float
) -> Check:
    """Say what an interval's coverage should be; the band is for what is on the path."""
    inside = 0 < truth < 1 if quantity == "critical strength" else 0.1 <= truth <= 0.97
    band = (0.93, 0.97) if images >= 500 and inside else (0.92, 1.0)
    return Check(quantity, case, images, draws, truth, float(share), *band)
