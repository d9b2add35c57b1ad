"""All tables of a sweep but its curves, computed in one pass over the stored cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Annotated

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import SeverityRange, SweepResults, complete_seeds
from studies.stats.intervals import share_interval
from studies.stats.metrics import METRICS, correct
from studies.stats.predictions import CorrectPredictions, Outcomes
from studies.store.records import EvaluationSet
from studies.tables.areas import AreaRow, CompleteCurve, area_rows, complete_curve, overall_row
from studies.tables.comparisons import AreaComparisons, ComparisonRow, compare_points
from studies.tables.failures import FailureRow, failure_rows
from studies.tables.rows import Columns, PointRow, to_csv

_RESAMPLED_TOGETHER = 2**24  # counts: 64 MiB as float32


@dataclass(frozen=True, slots=True)
class MetricRow(PointRow):
    """One point of the curve of one model; the columns of ``metrics.csv``.

    Attributes
    ----------
    seeds, images : int
    metrics : mapping of str to float
        Every metric, and the limits of its 95 % interval where it has one.
    """

    seeds: int
    images: int
    metrics: Annotated[
        Mapping[str, float],
        Columns(lambda: [column for item in METRICS.values() for column in item.columns]),
    ]


@dataclass(frozen=True, slots=True)
class ClassAccuracyRow(PointRow):
    """One class at one point of the curve of one model; the columns of ``classes.csv``.

    Attributes
    ----------
    class_number, class_name : int, str
        The true class.
    seeds, images : int
        Number of noise seeds, and of images of that class.
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


@dataclass(frozen=True, slots=True)
class SweepTables:
    """The tables of a sweep, as rows.

    Attributes
    ----------
    areas, comparisons, metrics, failures, classes : list
        The rows of the CSV file of that name.
    """

    areas: list[AreaRow] = field(default_factory=list)
    comparisons: list[ComparisonRow] = field(default_factory=list)
    metrics: list[MetricRow] = field(default_factory=list)
    failures: list[FailureRow] = field(default_factory=list)
    classes: list[ClassAccuracyRow] = field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        """Return the rows as CSV, by file name."""
        return {
            "areas.csv": to_csv(AreaRow, self.areas),
            "comparisons.csv": to_csv(ComparisonRow, self.comparisons),
            "metrics.csv": to_csv(MetricRow, self.metrics),
            "failures.csv": to_csv(FailureRow, self.failures),
            "classes.csv": to_csv(ClassAccuracyRow, self.classes),
        }


def make_tables(results: SweepResults, *, threshold: float | None) -> SweepTables:
    """Return the tables of a sweep, as far as its cells are stored.

    Parameters
    ----------
    results : SweepResults
    threshold : float or None
        The accuracy at which a curve counts as failed; None for half-way from clean to chance.
    """
    tables = SweepTables()
    ranges = results.severity_ranges
    totals = _Totals(results.models, len(ranges))
    pending: list[CompleteCurve] = []  # resampled together, so that the resamples are drawn once
    for severity_range in ranges:
        predictions = {
            model: list(_add_rows(tables, results, severity_range, model))
            for model in results.models
        }
        tables.comparisons.extend(compare_points(severity_range, predictions))
        curves = (complete_curve(severity_range, *item) for item in predictions.items())
        pending.extend(curve for curve in curves if curve is not None)
        counts = sum(curve.counts.size for curve in pending)
        if severity_range is ranges[-1] or counts > _RESAMPLED_TOGETHER:
            tables.areas.extend(area_rows(pending, threshold=threshold, chance=results.chance))
            totals.add(pending)
            pending.clear()
    tables.areas.extend(totals.area_rows())
    tables.comparisons.extend(totals.comparison_rows())
    return tables


class _Totals:
    """The areas of each image: compared for each severity range, and summed over all of them."""

    def __init__(self, models: Sequence[str], ranges: int) -> None:
        self._ranges = ranges
        self._comparisons = AreaComparisons(models)
        self._sums: dict[str, npt.NDArray[np.float64]] = {}
        self._trials = dict.fromkeys(models, 0)
        self._curves = dict.fromkeys(models, 0)

    def add(self, curves: Sequence[CompleteCurve]) -> None:
        """Add every complete curve of some severity ranges."""
        self._comparisons.add(curves)
        for curve in curves:
            total = self._sums.get(curve.model)
            self._sums[curve.model] = curve.by_image if total is None else total + curve.by_image
            self._trials[curve.model] += int(curve.seeds.sum())
            self._curves[curve.model] += 1

    def _means(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return the mean areas of the models whose curves are complete, if there are several."""
        complete = [m for m, count in self._curves.items() if count == self._ranges > 1]
        return {model: self._sums[model] / self._ranges for model in complete}

    def area_rows(self) -> list[AreaRow]:
        """Return the mean areas over all corruptions."""
        return [overall_row(m, mean, self._trials[m]) for m, mean in self._means().items()]

    def comparison_rows(self) -> list[ComparisonRow]:
        """Return the comparisons of areas, under each corruption and over all of them."""
        return self._comparisons.rows(self._means())


def _add_rows(
    tables: SweepTables, results: SweepResults, severity_range: SeverityRange, model: str
) -> Iterator[CorrectPredictions | None]:
    """Add the rows of one curve, and yield the correct predictions at each point."""
    outcomes = [results.outcomes_at(point, model) for point in severity_range.points]
    for point, at in zip(severity_range.points, outcomes, strict=True):
        if not at:
            yield None
            continue
        place = PointRow.place(severity_range, point, model)
        right = np.stack([correct(item) for item in at.values()])
        tables.metrics.append(_metric_row(place, list(at.values())))
        tables.classes.extend(_class_rows(place, right, results.evaluation_set))
        yield CorrectPredictions(tuple(at), right)
    complete = complete_seeds(severity_range.points, [tuple(at) for at in outcomes])
    if complete:
        found = [[outcomes[n][item] for n, item in enumerate(seed)] for seed in complete]
        right = np.array([[correct(item) for item in seed] for seed in found])
        predicted = np.array([[item.predicted for item in seed] for seed in found])
        tables.failures.extend(failure_rows(severity_range, model, right, predicted))


_Place = tuple[str, str, str, float, float, str]


def _metric_row(place: _Place, outcomes: Sequence[Outcomes]) -> MetricRow:
    values: dict[str, float] = {}
    for metric in METRICS.values():
        values |= metric.values(outcomes)
    return MetricRow(*place, len(outcomes), len(outcomes[0].rank), values)


def _class_rows(
    place: _Place, correct: npt.NDArray[np.bool_], evaluation_set: EvaluationSet
) -> Iterator[ClassAccuracyRow]:
    """Yield the accuracy of every class that has images."""
    shares = correct.mean(axis=0, dtype=np.float64)
    for number, name in enumerate(evaluation_set.class_names):
        of_class = shares[evaluation_set.labels == number]
        if len(of_class):
            limits = astuple(share_interval(of_class, len(correct)))[:3]
            counts = len(correct), len(of_class)
            yield ClassAccuracyRow(*place, number, name, *counts, *limits)
