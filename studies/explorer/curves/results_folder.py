"""Results folders as charts: one chart for each corruption, one line for each model."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import Condition, Point
from studies.report.images import Originals, find_originals
from studies.results.sweep_results import SweepResults
from studies.run.engine import corruption_of
from studies.store.store import Store
from studies.tables.curves import Curve, CurveRow, LevelRow, make_curves, make_level_rows

if TYPE_CHECKING:
    from models.data import Dataset


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point of a line.

    Attributes
    ----------
    x : float
        Place on the horizontal axis.
    strength : str
        The same in words, as ``sigma 0.25`` or ``level 3``.
    accuracy, low, high : float
        Accuracy, and the limits of its 95 % interval.
    conditions : tuple of Condition
        How the images are corrupted, for each noise seed.
    """

    x: float
    strength: str
    accuracy: float
    low: float
    high: float
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ChartLine:
    """The accuracy of one model under one corruption."""

    model: str
    points: tuple[ChartPoint, ...]


@dataclass(frozen=True, slots=True)
class CorruptionChart:
    """The accuracy of all models under one corruption.

    Attributes
    ----------
    corruption : str
        Its spec at maximum severity, or its published name.
    title, axis : str
        The texts above and below the chart.
    ends : tuple of float
        The ends of the horizontal axis, that of the clean images first.
    lines : tuple of ChartLine
        One for each model that has a point.
    """

    corruption: str
    title: str
    axis: str
    ends: tuple[float, float]
    lines: tuple[ChartLine, ...]


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """The last sweep of a results folder, whose store is closed, and its numbers of cells.

    The failures are the cells that failed at the last try.
    """

    results: SweepResults
    charts: tuple[CorruptionChart, ...]
    finished: int
    planned: int
    failures: int

    @property
    def models(self) -> tuple[str, ...]:
        """The models that have a line."""
        return tuple(dict.fromkeys(line.model for chart in self.charts for line in chart.lines))


def open_folder(path: Path) -> ResultsFolder:
    """Read the last sweep in a folder, as far as it is finished.

    Raises
    ------
    StudyError
        When the folder has no results, or its database is damaged or not a results database.
    """
    with Store(path) as store:
        results = SweepResults.of_last_sweep(store)
        charts = _charts(results)
        if not charts:
            raise StudyError(f"no cell is finished in {path} yet, so there is no curve to show")
        planned, failures = len(results.planned_keys), len(results.failures())
        return ResultsFolder(results, charts, results.finished, planned, failures)


def original_images(results: SweepResults, loaded: "Dataset | None") -> Originals:
    """Return the images of a sweep, from the loaded data set if it is that of the sweep."""
    if loaded is not None and loaded.digest == results.evaluation_set.images.digest:
        return Originals(loaded.test_images)
    return find_originals(results.study, results.evaluation_set)


def corrupted_images(
    originals: Originals, condition: Condition, numbers: list[int]
) -> npt.NDArray[np.uint8]:
    """Return images (n, h, w, c) as the models saw them under a condition.

    Raises
    ------
    StudyError
        When the images cannot be read.
    """
    from models.data import DataError

    reason = originals.reason
    try:
        if originals.images is not None:
            images = originals.images[numbers]
            return corruption_of(condition)(images, np.array(numbers, np.uint64))
    except DataError as error:
        reason = str(error)
    raise StudyError(f"the images of this sweep are not available: {reason}")


def _charts(results: SweepResults) -> tuple[CorruptionChart, ...]:
    if results.study.protocol is not None:
        return _protocol_charts(results, results.study.protocol)
    curves: dict[str, list[Curve]] = {}
    for curve in make_curves(results):
        curves.setdefault(curve.corruption, []).append(curve)
    return tuple(
        _sweep_chart(found, {p.t: p for p in results.points if p.corruption == corruption})
        for corruption, found in curves.items()
    )


def _sweep_chart(curves: Sequence[Curve], points: Mapping[float, Point]) -> CorruptionChart:
    """Return the chart of one corruption from its curves and its planned points by t."""
    first = curves[0]
    finite = all(math.isfinite(point.strength) for point in points.values())

    def chart_point(row: CurveRow) -> ChartPoint:
        conditions = points[row.t].conditions
        if not finite:
            return _chart_point(row, row.t, f"t {row.t:.4g}", conditions)
        value = f"{row.strength:.4g} {row.unit}".rstrip()
        strength = value if row.parameter == row.unit else f"{row.parameter} {value}"
        return _chart_point(row, row.strength, strength, conditions)

    begin, end = points[min(points)], points[max(points)]
    return CorruptionChart(
        corruption=first.corruption,
        title=first.title,
        axis=first.axis if finite else f"fraction of the severity range of {first.corruption}",
        ends=(begin.strength, end.strength) if finite else (begin.t, end.t),
        lines=tuple(ChartLine(item.model, tuple(map(chart_point, item.rows))) for item in curves),
    )


def _protocol_charts(results: SweepResults, name: str) -> tuple[CorruptionChart, ...]:
    """Return published levels as charts whose lines start at the clean images."""
    from noiselib import protocols

    rows = make_level_rows(results, protocols.load(name))
    conditions = {(point.corruption, point.level): point.conditions for point in results.points}

    def line(corruption: str, model: str) -> ChartLine:
        shown = (
            row for row in rows if row.model == model and row.corruption in {CLEAN, corruption}
        )
        return ChartLine(model, tuple(map(level_point, shown)))

    def level_point(row: LevelRow) -> ChartPoint:
        strength = f"level {row.level}" if row.level else "clean"
        return _chart_point(row, row.level, strength, conditions[row.corruption, row.level])

    charts = []
    for corruption in dict.fromkeys(row.corruption for row in rows if row.corruption != CLEAN):
        models = dict.fromkeys(row.model for row in rows if row.corruption == corruption)
        lines = tuple(line(corruption, model) for model in models)
        title = corruption.replace("_", " ").capitalize()
        last = max(point.t for point in results.points if point.corruption == corruption)
        axis = "published level; 0 is clean"
        charts.append(CorruptionChart(corruption, title, axis, (0.0, last), lines))
    return tuple(charts)


def _chart_point(
    row: CurveRow | LevelRow, x: float, strength: str, conditions: tuple[Condition, ...]
) -> ChartPoint:
    return ChartPoint(x, strength, row.accuracy, row.low, row.high, conditions)
