"""Area under each curve and its critical strength: the rows of ``areas.csv``."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import SeverityRange
from studies.stats.bootstrap import resampled_sums
from studies.stats.curves import (
    critical_limits,
    critical_position,
    mean_over_points,
    thresholds,
    trapezoid_weights,
)
from studies.stats.intervals import share_interval
from studies.stats.predictions import CorrectPredictions

Values = npt.NDArray[np.float64]

ALL = "all"
"""In place of a corruption: the mean over all of them."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One model over the severity range of one corruption; the columns of ``areas.csv``.

    A curve with a missing point has no row. Over all corruptions, everything about thresholds is
    empty.

    Attributes
    ----------
    corruption : str
        Spec at maximum severity, or ``all`` for the mean over all corruptions.
    parameter, unit, model : str
        As for `PointRow`.
    images : int
    area, low, high, effective_images : float
        Mean accuracy over the severity range, which is the area under the curve divided by its
        length, the limits of its 95 % interval and the sample size of that.
    threshold, reached : float or None, bool or None
        The accuracy at which the curve counts as failed, and whether it falls to it.
    critical_t, critical_t_low, critical_t_high : float or None
        Where it first does, in [0, 1], and the limits of the 95 % interval; empty beyond maximum
        severity.
    critical_strength, critical_strength_low, critical_strength_high : float or None
        The same in the unit of the parameter; low is nearer to clean, even where the strength
        decreases with severity.
    """

    corruption: str
    parameter: str
    unit: str
    model: str
    images: int
    area: float
    low: float
    high: float
    effective_images: float
    threshold: float | None
    reached: bool | None
    critical_t: float | None
    critical_t_low: float | None
    critical_t_high: float | None
    critical_strength: float | None
    critical_strength_low: float | None
    critical_strength_high: float | None


@dataclass(frozen=True, slots=True)
class CompleteCurve:
    """A curve without a missing point.

    Attributes
    ----------
    severity_range : SeverityRange
    model : str
    counts : ndarray of int
        ``(images, points)``, the number of seeds under which each image is classified correctly.
    seeds : ndarray of int
        ``(points,)``, their numbers.
    by_image : ndarray of float
        ``(images,)``, the area of each image.
    """

    severity_range: SeverityRange
    model: str
    counts: npt.NDArray[np.uint16]
    seeds: npt.NDArray[np.int64]
    by_image: Values

    @property
    def accuracy(self) -> Values:
        """``(points,)``: the curve."""
        share: Values = self.counts.sum(axis=0, dtype=np.float64) / self.seeds / len(self.counts)
        return share


def complete_curve(
    severity_range: SeverityRange, model: str, predictions: Sequence[CorrectPredictions | None]
) -> CompleteCurve | None:
    """Return the curve of a model; None if a point has no stored cell."""
    correct = [item.correct for item in predictions if item is not None]
    if len(correct) < len(predictions):
        return None
    counts = np.stack([item.sum(axis=0, dtype=np.uint16) for item in correct], axis=1)
    seeds = np.array([len(item) for item in correct])
    weights = trapezoid_weights([point.t for point in severity_range.points])
    return CompleteCurve(severity_range, model, counts, seeds, mean_over_points(correct, weights))


def area_rows(
    curves: Sequence[CompleteCurve], *, threshold: float | None, chance: float
) -> list[AreaRow]:
    """Return the area and the critical strength of each curve.

    Parameters
    ----------
    curves : sequence of CompleteCurve
        Of the same images, which are resampled for all curves together.
    threshold : float or None
        The accuracy at which a curve counts as failed; None for half-way from clean to chance.
    chance : float
        Accuracy of a uniformly random prediction.
    """
    if not curves:
        return []
    sums = resampled_sums(np.concatenate([curve.counts for curve in curves], axis=1))
    ends = np.cumsum([curve.counts.shape[1] for curve in curves])
    return [
        _area_row(curve, resampled, threshold=threshold, chance=chance)
        for curve, resampled in zip(curves, np.split(sums, ends[:-1], axis=1), strict=True)
    ]


def _area_row(
    curve: CompleteCurve, resampled: Values, *, threshold: float | None, chance: float
) -> AreaRow:
    of, images, accuracy = curve.severity_range, len(curve.counts), curve.accuracy
    t = [point.t for point in of.points]
    area = share_interval(curve.by_image, int(curve.seeds.sum()))
    goal = thresholds(accuracy, threshold, chance)
    position = float(critical_position(t, accuracy, goal))
    limits = critical_limits(
        t, resampled / (curve.seeds * images), images, threshold=threshold, chance=chance
    )
    positions = [item if np.isfinite(item) else None for item in (position, *limits)]
    strengths = [None if item is None else of.strength(item) for item in positions]
    reached = positions[0] is not None
    numbers = [*astuple(area), float(goal), reached, *positions, *strengths]
    return AreaRow(of.corruption, of.parameter, of.unit, curve.model, images, *numbers)


def overall_row(model: str, by_image: Values, trials: int) -> AreaRow:
    """Return the mean area of one model over all corruptions.

    Parameters
    ----------
    model : str
    by_image : ndarray of float
        ``(images,)``, the mean over the corruptions of the area of each image.
    trials : int
        Number of predictions for each image, over all corruptions.
    """
    area = share_interval(by_image, trials)
    return AreaRow(ALL, "", "", model, len(by_image), *astuple(area), *[None] * 8)
