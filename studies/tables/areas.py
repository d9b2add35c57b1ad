"""Area under each curve and its critical strength: the rows of ``areas.csv``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import CorrectPredictions, SeverityRange, mean_over_points
from studies.stats.bootstrap import resampled_sums
from studies.stats.curves import critical_limits, critical_position, thresholds, trapezoid_weights
from studies.stats.intervals import share_interval

Values = npt.NDArray[np.float64]

ALL = "all"
"""What stands in place of a corruption for the mean over all of them."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One model over the path of one corruption; the columns of ``areas.csv``.

    Curves that lack a point have no row. Everything about thresholds is empty over all corruptions.

    Attributes
    ----------
    corruption
        Spec at its worst strength, or ``all`` for the mean over all corruptions.
    parameter, unit
        The parameter that is the strength, and its unit.
    model
        Name of the model.
    images
        How many images.
    area, low, high
        Mean accuracy over the path, which is the area under the curve divided by the length of
        the path, and the limits of its 95 % interval.
    effective_images
        The sample size that the interval of the area rests on.
    threshold
        The accuracy at which the curve counts as lost.
    reached
        Whether it falls to the threshold at all.
    critical_t, critical_t_low, critical_t_high
        Where it first does, in [0, 1], and the limits of the 95 % interval; empty: not on the path.
    critical_strength, critical_strength_low, critical_strength_high
        The same in the parameter's own unit; low is nearer to clean, whatever the numbers do.
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
    """A curve without a gap, ready to be resampled.

    Attributes
    ----------
    path, model
        What it is of.
    counts
        ``(images, points)``: in how many seeds an image is recognised.
    seeds
        ``(points,)``: in how many it was shown.
    by_image
        ``(images,)``: the area of each image.
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
    """Return a curve of which every point has a stored cell; None where one has none."""
    found = [item for item in predictions if item is not None]
    if len(found) < len(predictions):
        return None
    counts = np.stack([item.correct.sum(axis=0, dtype=np.uint16) for item in found], axis=1)
    seeds = np.array([len(item.correct) for item in found])
    weights = trapezoid_weights([point.t for point in severity_range.points])
    return CompleteCurve(severity_range, model, counts, seeds, mean_over_points(found, weights))


def area_rows(
    curves: Sequence[CompleteCurve], *, threshold: float | None, chance: float
) -> list[AreaRow]:
    """Return the area and the critical strength of each of some curves.

    Parameters
    ----------
    curves
        Of the same images; these are resampled for all curves together.
    threshold
        The accuracy at which a curve counts as lost; None for half-way from clean to chance.
    chance
        Accuracy of guessing.
    """
    if not curves:
        return []
    sums = resampled_sums(np.concatenate([curve.counts for curve in curves], axis=1))
    ends = np.cumsum([curve.counts.shape[1] for curve in curves])
    parts = np.split(sums, ends[:-1], axis=1)
    return [
        _area_row(curve, part, threshold=threshold, chance=chance)
        for curve, part in zip(curves, parts, strict=True)
    ]


def _area_row(
    curve: CompleteCurve, resampled: Values, *, threshold: float | None, chance: float
) -> AreaRow:
    of, images, accuracy = curve.severity_range, len(curve.counts), curve.accuracy
    t = [point.t for point in of.points]
    area = share_interval(curve.by_image, int(curve.seeds.sum()))
    goal = thresholds(accuracy, threshold, chance)
    place = float(critical_position(t, accuracy, goal))
    limits = critical_limits(
        t, resampled / (curve.seeds * images), images, threshold=threshold, chance=chance
    )
    places = [item if np.isfinite(item) else None for item in (place, *limits)]
    strengths = [None if item is None else of.strength(item) for item in places]
    return AreaRow(
        of.corruption,
        of.parameter,
        of.unit,
        curve.model,
        images,
        area.estimate,
        area.low,
        area.high,
        area.sample_size,
        float(goal),
        places[0] is not None,
        *places,
        *strengths,
    )


def overall_row(model: str, by_image: Values, seeds: int) -> AreaRow:
    """Return the mean area of one model over all corruptions.

    Parameters
    ----------
    model
        Name of the model.
    by_image
        ``(images,)``: the mean over the corruptions of the area of each image.
    seeds
        How often each image was shown, over all of them.
    """
    area = share_interval(by_image, seeds)
    limits = (area.estimate, area.low, area.high, area.sample_size)
    return AreaRow(ALL, "", "", model, len(by_image), *limits, *[None] * 8)
