"""Failures of single images with increasing severity: ``failures.csv``, and the first failures.

The first failures are those of the first noise seed for which every point is stored, so that an
image is corrupted in the same way at every point and for every model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import Condition
from studies.results.sweep_results import SeverityRange, SweepResults, complete_seeds
from studies.stats.intervals import share_interval
from studies.stats.predictions import breaking_points, prediction_changes, surviving
from studies.tables.rows import PointRow


@dataclass(frozen=True, slots=True)
class FailureRow(PointRow):
    """Failures of single images at one point of a curve; the columns of ``failures.csv``.

    They are computed from the noise seeds for which every point is stored.

    Attributes
    ----------
    seeds, images : int
    first_failed : float
        Share of images that are first misclassified at this point: the distribution of breaking
        points.
    surviving, surviving_low, surviving_high : float
        Share that is classified correctly up to this point, and the limits of its 95 % interval.
    recovered : float
        Share that is classified correctly here, but not at every weaker strength.
    changed, changed_low, changed_high : float
        Share whose predicted class differs from that at the previous point, and the limits of its
        95 % interval.
    """

    seeds: int
    images: int
    first_failed: float
    surviving: float
    surviving_low: float
    surviving_high: float
    recovered: float
    changed: float
    changed_low: float
    changed_high: float


def failure_rows(
    severity_range: SeverityRange,
    model: str,
    correct: npt.NDArray[np.bool_],
    predicted: npt.NDArray[np.integer],
) -> Iterator[FailureRow]:
    """Yield the failures of the images of one model over a severity range, point by point.

    Parameters
    ----------
    severity_range : SeverityRange
    model : str
    correct, predicted : ndarray
        ``(seeds, points, images)``, whether each prediction is correct, and the predicted class.
    """
    breaking = breaking_points(correct)
    seeds, _, images = correct.shape
    for number, point in enumerate(severity_range.points):
        survivors = share_interval(surviving(breaking, number), seeds)
        changed = share_interval(prediction_changes(predicted, number), seeds)
        yield FailureRow(
            *PointRow.place(severity_range, point, model),
            seeds=seeds,
            images=images,
            first_failed=float(np.mean(breaking == number)),
            surviving=survivors.estimate,
            surviving_low=survivors.low,
            surviving_high=survivors.high,
            recovered=float(correct[:, number].mean()) - survivors.estimate,
            changed=changed.estimate,
            changed_low=changed.low if number else 0.0,
            changed_high=changed.high if number else 0.0,  # the first point has no previous one
        )


def mean_changes(rows: Sequence[FailureRow]) -> float:
    """Return the mean share of predictions that change from one point of a range to the next."""
    return sum(row.changed for row in rows[1:]) / max(len(rows) - 1, 1)


@dataclass(frozen=True, slots=True)
class ModelPrediction:
    """The prediction of one model for one image.

    Attributes
    ----------
    model : str
    predicted, confidence : int or None, float or None
        The predicted class and its probability; None if the cell is not stored.
    """

    model: str
    predicted: int | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class FailedImage:
    """An image at the strength at which a model first misclassifies it.

    Attributes
    ----------
    number, true : int
        Its number among the images of the study, and its true class.
    condition : Condition
        The corruption at that strength, with its noise seed.
    parameter, unit, strength
        As for `PointRow`.
    predictions : tuple of ModelPrediction
        One for each model.
    """

    number: int
    true: int
    condition: Condition
    parameter: str
    unit: str
    strength: float
    predictions: tuple[ModelPrediction, ...]


@dataclass(frozen=True, slots=True)
class FirstFailures:
    """The images that one model misclassifies first in one severity range.

    Attributes
    ----------
    model : str
        Its name.
    clean_correct, failed : int
        Number of clean images that it classifies correctly, and of those that it misclassifies
        at any point of the range.
    first : int
        Number of those that fail at the weakest strength at which any does.
    images : tuple of FailedImage
        Some of the first ones: by strength, then the most confident wrong prediction first.
    """

    model: str
    clean_correct: int
    failed: int
    first: int
    images: tuple[FailedImage, ...]


def find_first_failures(
    results: SweepResults, severity_range: SeverityRange, *, each: int
) -> list[FirstFailures]:
    """Return at most ``each`` images that every model misclassifies first in one severity range.

    Models without a noise seed for which every point is stored are left out.
    """
    found = []
    for model in results.models:
        stored = [results.stored(point, model) for point in severity_range.points]
        complete = complete_seeds(severity_range.points, stored)
        if complete:
            found.append(_first_failures(results, severity_range, model, complete[0], each))
    return found


def _first_failures(
    results: SweepResults,
    severity_range: SeverityRange,
    model: str,
    conditions: Sequence[Condition],
    each: int,
) -> FirstFailures:
    correct = np.stack([results.correct(item, model) for item in conditions])
    breaking = breaking_points(correct[np.newaxis])[0]
    failed = np.flatnonzero((breaking > 0) & (breaking < len(conditions)))
    chosen: list[int] = []
    for point in np.unique(breaking[failed]):
        here = failed[breaking[failed] == point]
        confidence = results.quantity(conditions[point], model, "confidence")[here]
        chosen += here[np.argsort(-confidence, kind="stable")].tolist()
        if len(chosen) >= each:
            break
    weakest = breaking[failed] == breaking[failed].min(initial=len(conditions))
    images = tuple(
        _failed_image(results, severity_range, number, int(breaking[number]), conditions)
        for number in chosen[:each]
    )
    return FirstFailures(model, int(correct[0].sum()), len(failed), int(weakest.sum()), images)


def _failed_image(
    results: SweepResults,
    severity_range: SeverityRange,
    number: int,
    index: int,
    conditions: Sequence[Condition],
) -> FailedImage:
    """Return an image at one point, with the prediction of every model."""
    point, condition = severity_range.points[index], conditions[index]

    def prediction(model: str) -> ModelPrediction:
        if condition not in results.stored(point, model):
            return ModelPrediction(model, None, None)
        return ModelPrediction(model, *results.outcomes(condition, model).at(number))

    return FailedImage(
        number,
        int(results.evaluation_set.labels[number]),
        condition,
        severity_range.parameter,
        severity_range.unit,
        point.strength,
        tuple(map(prediction, results.models)),
    )
