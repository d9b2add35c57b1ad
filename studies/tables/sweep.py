"""One pass over the stored cells of a sweep -> every table but the curves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import (
    CorrectPredictions,
    SeverityRange,
    SweepResults,
    complete_seeds,
)
from studies.stats.metrics import correct
from studies.tables.areas import AreaRow, CompleteCurve, area_rows, complete_curve, overall_row
from studies.tables.comparisons import AreaComparisons, ComparisonRow, compare_points
from studies.tables.failures import FailureRow, failure_rows
from studies.tables.metrics import ClassRow, MetricRow, class_rows, metric_row
from studies.tables.rows import to_csv

_RESAMPLED_TOGETHER = 2**24  # counts: 64 MiB as float32


@dataclass(frozen=True, slots=True)
class SweepTables:
    """What the cells of a sweep say, as rows."""

    areas: list[AreaRow] = field(default_factory=list)
    comparisons: list[ComparisonRow] = field(default_factory=list)
    metrics: list[MetricRow] = field(default_factory=list)
    failures: list[FailureRow] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        """Return the rows as CSV, by file name."""
        return {
            "areas.csv": to_csv(AreaRow, self.areas),
            "comparisons.csv": to_csv(ComparisonRow, self.comparisons),
            "metrics.csv": to_csv(MetricRow, self.metrics),
            "failures.csv": to_csv(FailureRow, self.failures),
            "classes.csv": to_csv(ClassRow, self.classes),
        }


def make_tables(results: SweepResults, *, threshold: float | None) -> SweepTables:
    """Return what the stored cells of a sweep say, as far as they go.

    Parameters
    ----------
    results : SweepResults
        The cells.
    threshold : float or None
        The accuracy at which a curve counts as failed; None for half-way from clean to chance.
    """
    tables = SweepTables()
    ranges = results.severity_ranges
    totals = _Totals(results.models, len(ranges))
    waiting: list[CompleteCurve] = []
    for severity_range in ranges:
        predictions = {
            model: list(_add_rows(tables, results, severity_range, model))
            for model in results.models
        }
        tables.comparisons.extend(compare_points(severity_range, predictions))
        curves = (complete_curve(severity_range, *item) for item in predictions.items())
        waiting.extend(curve for curve in curves if curve is not None)
        together = sum(curve.counts.size for curve in waiting)
        if severity_range is ranges[-1] or together > _RESAMPLED_TOGETHER:
            tables.areas.extend(area_rows(waiting, threshold=threshold, chance=results.chance))
            totals.add(waiting)
            waiting.clear()
    tables.areas.extend(totals.area_rows())
    tables.comparisons.extend(totals.comparison_rows())
    return tables


class _Totals:
    """The areas of each image, compared path by path and summed over all paths."""

    def __init__(self, models: Sequence[str], ranges: int) -> None:
        self._ranges = ranges
        self._comparisons = AreaComparisons(models)
        self._sums: dict[str, npt.NDArray[np.float64]] = {}
        self._seeds = dict.fromkeys(models, 0)
        self._curves = dict.fromkeys(models, 0)

    def add(self, curves: Sequence[CompleteCurve]) -> None:
        """Add every curve without a gap of some paths."""
        self._comparisons.add(curves)
        for curve in curves:
            held = self._sums.get(curve.model)
            self._sums[curve.model] = curve.by_image if held is None else held + curve.by_image
            self._seeds[curve.model] += int(curve.seeds.sum())
            self._curves[curve.model] += 1

    def _means(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return the mean areas over all paths; none over a single one or one that has a gap."""
        whole = [m for m, count in self._curves.items() if count == self._ranges > 1]
        return {model: self._sums[model] / self._ranges for model in whole}

    def area_rows(self) -> list[AreaRow]:
        """Return the mean areas over all paths."""
        return [overall_row(m, mean, self._seeds[m]) for m, mean in self._means().items()]

    def comparison_rows(self) -> list[ComparisonRow]:
        """Return the comparisons of areas, over each path and over all of them."""
        return self._comparisons.rows(self._means())


def _add_rows(
    tables: SweepTables, results: SweepResults, severity_range: SeverityRange, model: str
) -> Iterator[CorrectPredictions | None]:
    """Add what one curve says by itself, and yield the correct predictions at each point."""
    outcomes = [results.outcomes_at(point, model) for point in severity_range.points]
    for point, at in zip(severity_range.points, outcomes, strict=True):
        if not at:
            yield None
            continue
        right = np.stack([correct(item) for item in at.values()])
        tables.metrics.append(metric_row(severity_range, point, model, list(at.values())))
        tables.classes.extend(
            class_rows(severity_range, point, model, right, results.evaluation_set)
        )
        yield CorrectPredictions(tuple(at), right)
    complete = complete_seeds(severity_range.points, [tuple(at) for at in outcomes])
    if complete:
        found = [[outcomes[n][item] for n, item in enumerate(seed)] for seed in complete]
        right = np.array([[correct(item) for item in seed] for seed in found])
        predicted = np.array([[item.predicted for item in seed] for seed in found])
        tables.failures.extend(failure_rows(severity_range, model, right, predicted))
