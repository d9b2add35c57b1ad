"""Metrics, and the accuracy of each class, at each point: ``metrics.csv`` and ``classes.csv``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import Point
from studies.results.sweep_results import SeverityRange
from studies.stats.intervals import share_interval
from studies.stats.metrics import METRICS
from studies.stats.predictions import Outcomes
from studies.store.records import EvaluationSet
from studies.tables.rows import PointRow, several_columns


def _metric_columns() -> list[str]:
    return [column for metric in METRICS.values() for column in metric.columns]


@dataclass(frozen=True, slots=True)
class MetricRow(PointRow):
    """One point of the curve of one model; the columns of ``metrics.csv``.

    Attributes
    ----------
    seeds, images : int
        How many noise seeds, and how many images.
    metrics : mapping of str to float
        Every metric, and the limits of its 95 % interval where it has one.
    """

    seeds: int
    images: int
    metrics: Mapping[str, float] = several_columns(_metric_columns)


@dataclass(frozen=True, slots=True)
class ClassRow(PointRow):
    """One class at one point of the curve of one model; the columns of ``classes.csv``.

    Attributes
    ----------
    class_number : int
        Number of the true class.
    class_name : str
        Its name.
    seeds, images : int
        How many noise seeds, and how many images of that class.
    accuracy, low, high : float
        Share of correct predictions, and the limits of its 95 % interval.
    """

    class_number: int
    class_name: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float


def metric_row(
    severity_range: SeverityRange, point: Point, model: str, outcomes: Sequence[Outcomes]
) -> MetricRow:
    """Return the metrics of a model at one point.

    Parameters
    ----------
    severity_range : SeverityRange
        Which curve.
    point : Point
        Which point of it.
    model : str
        Name of the model.
    outcomes : sequence of Outcomes
        One for each noise seed, at least one.
    """
    values: dict[str, float] = {}
    for metric in METRICS.values():
        values |= metric.values(outcomes)
    return MetricRow(
        *PointRow.place(severity_range, point, model), len(outcomes), len(outcomes[0].rank), values
    )


def class_rows(
    severity_range: SeverityRange,
    point: Point,
    model: str,
    correct: npt.NDArray[np.bool_],
    evaluation_set: EvaluationSet,
) -> Iterator[ClassRow]:
    """Return the accuracy of every class that has images.

    Parameters
    ----------
    severity_range : SeverityRange
        Which curve.
    point : Point
        Which point of it.
    model : str
        Name of the model.
    correct : ndarray of bool
        ``(seeds, images)``.
    evaluation_set : EvaluationSet
        The images, with their classes.
    """
    shares = correct.mean(axis=0, dtype=np.float64)
    for number, name in enumerate(evaluation_set.class_names):
        of_class = shares[evaluation_set.labels == number]
        if len(of_class):
            found = share_interval(of_class, len(correct))
            yield ClassRow(
                *PointRow.place(severity_range, point, model),
                number,
                name,
                len(correct),
                len(of_class),
                found.estimate,
                found.low,
                found.high,
            )
