"""One pass over the stored cells of a sweep -> every tidy table but the curves themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, Point
from studies.results.sweep_results import (
    PointAnswers,
    Reader,
    SeverityRange,
    severity_ranges,
    whole_draws,
)
from studies.stats import metrics
from studies.stats.predictions import Outcomes
from studies.store.records import EvaluationSet
from studies.store.store import Store
from studies.tables.areas import AreaRow, WholeCurve, area_rows, overall_row, whole_curve
from studies.tables.comparisons import AreaComparisons, ComparisonRow, compare_points
from studies.tables.failures import PathRow, path_rows
from studies.tables.metrics import ClassRow, MetricRow, class_rows, metric_row
from studies.tables.rows import to_csv

_TOGETHER = 2**24  # counts that are resampled at once: 64 MiB as float32


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the cells of a sweep say, as tidy rows."""

    areas: list[AreaRow] = field(default_factory=list)
    comparisons: list[ComparisonRow] = field(default_factory=list)
    metrics: list[MetricRow] = field(default_factory=list)
    paths: list[PathRow] = field(default_factory=list)
    classes: list[ClassRow] = field(default_factory=list)

    def tables(self) -> dict[str, bytes]:
        """Return the rows as CSV, by file name."""
        return {
            "areas.csv": to_csv(AreaRow, self.areas),
            "comparisons.csv": to_csv(ComparisonRow, self.comparisons),
            "metrics.csv": to_csv(MetricRow, self.metrics),
            "paths.csv": to_csv(PathRow, self.paths),
            "classes.csv": to_csv(ClassRow, self.classes),
        }


def analyse(
    store: Store,
    points: Sequence[Point],
    evaluation_set: EvaluationSet,
    digests: Mapping[str, str],
    *,
    threshold: float | None,
) -> Analysis:
    """Return what the stored cells of a sweep say, as far as they go.

    Parameters
    ----------
    store
        Where the cells are.
    points
        The plan: the points of every curve.
    evaluation_set
        Which images, with their classes.
    digests
        Model name -> model digest; of two models, the one that comes first is the baseline.
    threshold
        The accuracy at which a curve counts as lost; None for half-way from clean to chance.
    """
    reader, models = Reader(store, evaluation_set.images), list(digests)
    paths, found = severity_ranges(points), Analysis()
    totals = _Totals(models, len(paths))
    chance = 1 / len(evaluation_set.class_names)
    waiting: list[WholeCurve] = []
    for path in paths:
        answers = {
            model: _add_rows(
                found, path, model, evaluation_set, _outcomes_along(reader, path, digest)
            )
            for model, digest in digests.items()
        }
        found.comparisons.extend(compare_points(path, answers))
        curves = (whole_curve(path, model, answers[model]) for model in models)
        waiting.extend(curve for curve in curves if curve is not None)
        if path is paths[-1] or sum(curve.counts.size for curve in waiting) > _TOGETHER:
            found.areas.extend(area_rows(waiting, threshold=threshold, chance=chance))
            totals.add(waiting)
            waiting.clear()
    found.areas.extend(totals.area_rows())
    found.comparisons.extend(totals.comparison_rows())
    return found


class _Totals:
    """The areas of each image, compared path by path and summed over all paths."""

    def __init__(self, models: Sequence[str], paths: int) -> None:
        self._paths = paths
        self._comparisons = AreaComparisons(models)
        self._sums: dict[str, npt.NDArray[np.float64]] = {}
        self._draws = dict.fromkeys(models, 0)
        self._curves = dict.fromkeys(models, 0)

    def add(self, curves: Sequence[WholeCurve]) -> None:
        """Add every curve without a gap of some paths."""
        self._comparisons.add(curves)
        for curve in curves:
            held = self._sums.get(curve.model)
            self._sums[curve.model] = curve.by_image if held is None else held + curve.by_image
            self._draws[curve.model] += int(curve.draws.sum())
            self._curves[curve.model] += 1

    def _means(self) -> dict[str, npt.NDArray[np.float64]]:
        """Return the mean areas over all paths; none over a single one or one that has a gap."""
        whole = [m for m, count in self._curves.items() if count == self._paths > 1]
        return {model: self._sums[model] / self._paths for model in whole}

    def area_rows(self) -> list[AreaRow]:
        """Return the mean areas over all paths."""
        return [overall_row(m, mean, self._draws[m]) for m, mean in self._means().items()]

    def comparison_rows(self) -> list[ComparisonRow]:
        """Return the comparisons of areas, over each path and over all of them."""
        return self._comparisons.rows(self._means())


def _outcomes_along(
    reader: Reader, path: SeverityRange, digest: str
) -> list[dict[Condition, Outcomes]]:
    return [reader.outcomes_at(point, digest) for point in path.points]


def _add_rows(
    found: Analysis,
    path: SeverityRange,
    model: str,
    evaluation_set: EvaluationSet,
    outcomes: Sequence[Mapping[Condition, Outcomes]],
) -> list[PointAnswers | None]:
    """Add what one curve says by itself, and return which images were recognised."""
    answers: list[PointAnswers | None] = []
    for point, at in zip(path.points, outcomes, strict=True):
        if not at:
            answers.append(None)
            continue
        correct = np.stack([metrics.correct(item) for item in at.values()])
        answers.append(PointAnswers(tuple(at), correct))
        found.metrics.append(metric_row(path, point, model, list(at.values())))
        found.classes.extend(
            class_rows(
                path, point, model, correct, evaluation_set.labels, evaluation_set.class_names
            )
        )
    draws = whole_draws(path.points, [tuple(at) for at in outcomes])
    if draws:
        seen = [[outcomes[n][item] for n, item in enumerate(draw)] for draw in draws]
        correct = np.array([[metrics.correct(item) for item in draw] for draw in seen])
        predicted = np.array([[item.predicted for item in draw] for draw in seen])
        found.paths.extend(path_rows(path, model, correct, predicted))
    return answers
