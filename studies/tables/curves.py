"""Accuracy at each strength and published level: the rows of ``curves.csv``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from studies.config.study import CLEAN
from studies.plan import Condition, Point
from studies.results.sweep_results import SweepResults
from studies.stats.intervals import accuracy_interval, area_under_curve
from studies.stats.metrics import by_image_metrics, correct
from studies.tables.rows import Columns, PointRow, to_csv

if TYPE_CHECKING:
    from noiselib.protocols import Protocol


def _metric_names() -> list[str]:
    return [metric.name for metric in by_image_metrics()]


@dataclass(frozen=True, slots=True)
class CurveRow:
    """One point of the curve of one model; the columns of ``curves.csv``.

    Attributes
    ----------
    corruption, parameter, unit, t, strength, model
        As for `PointRow`.
    pipeline : str
        Spec at that strength.
    seeds, images : int
        Number of noise seeds, and of images.
    accuracy, low, high, effective_images : float
        Share of correct predictions, the limits of its 95 % interval and the sample size of that.
    metrics : mapping of str to float
        Every other metric that is a mean over images.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    pipeline: str
    model: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    metrics: Annotated[Mapping[str, float], Columns(_metric_names)]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One model at one published level; the columns of ``curves.csv`` of a protocol.

    Attributes
    ----------
    corruption : str
        Published name, or ``clean`` for the clean images.
    level : int
        Published level from 1, an index and not a dose; 0 for the clean images.
    fidelity : str
        How close the level is to the published one; empty for the clean images.
    benchmark : bool
        Whether the corruption enters the mCE.
    pipeline, model, seeds, images, accuracy, low, high, effective_images, metrics
        As for `CurveRow`.
    """

    corruption: str
    level: int
    fidelity: str
    benchmark: bool
    pipeline: str
    model: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    metrics: Annotated[Mapping[str, float], Columns(_metric_names)]


@dataclass(frozen=True, slots=True)
class Curve:
    """Accuracy of one model over the severity range of one corruption.

    Attributes
    ----------
    corruption : str
        Spec at maximum severity.
    title, axis : str
        Title of its chart, and label of the horizontal axis.
    model : str
    rows : tuple of CurveRow
        At least one, in increasing severity.
    """

    corruption: str
    title: str
    axis: str
    model: str
    rows: tuple[CurveRow, ...]

    @property
    def clean(self) -> CurveRow:
        """The first point: clean images."""
        return self.rows[0]

    @property
    def worst(self) -> CurveRow:
        """The last point: maximum severity."""
        return self.rows[-1]

    @property
    def mean_accuracy(self) -> float:
        """Area under accuracy against t, divided by the length of the range."""
        t = [row.t for row in self.rows]
        accuracy = [row.accuracy for row in self.rows]
        return area_under_curve(t, accuracy) / (t[-1] - t[0]) if len(t) > 1 else accuracy[0]


class _Measured:
    """The measured columns of each set of cells, computed once for all curves that share them."""

    def __init__(self, results: SweepResults) -> None:
        self._results = results
        self._columns: dict[tuple[str, tuple[Condition, ...]], tuple[Any, ...]] = {}

    def at(self, point: Point, model: str) -> tuple[Any, ...] | None:
        """Return the columns from ``pipeline`` on; None without a stored cell."""
        conditions = self._results.stored(point, model)
        if not conditions:
            return None
        if (model, conditions) not in self._columns:
            outcomes = [self._results.outcomes(item, model) for item in conditions]
            accuracy = accuracy_interval(np.stack([correct(item) for item in outcomes]))
            counts = len(outcomes), len(outcomes[0].rank)
            metrics = {metric.name: metric.value(outcomes) for metric in by_image_metrics()}
            self._columns[model, conditions] = *counts, *astuple(accuracy), metrics
        return point.conditions[0].pipeline, model, *self._columns[model, conditions]


def make_curves(results: SweepResults) -> list[Curve]:
    """Return the curves of a sweep, ordered by corruption, then by model.

    Points without a stored cell are left out.
    """
    measured = _Measured(results)
    curves = []
    titles = _titles([item.corruption for item in results.severity_ranges])
    for severity_range in results.severity_ranges:
        title, label = titles[severity_range.corruption]
        for model in results.models:
            rows = [
                CurveRow(*PointRow.place(severity_range, point, model)[:-1], *columns)
                for point in severity_range.points
                if (columns := measured.at(point, model)) is not None
            ]
            if rows:
                curves.append(Curve(severity_range.corruption, title, label, model, tuple(rows)))
    return curves


def make_level_rows(results: SweepResults, protocol: "Protocol") -> list[LevelRow]:
    """Return the levels of a protocol, ordered by corruption, then by model, then by level.

    Levels without a stored cell are left out.
    """
    measured = _Measured(results)
    rows = []
    for corruption, points in results.points_by_corruption().items():
        entry = None if corruption == CLEAN else protocol[corruption]
        facts = ("", False) if entry is None else (entry.fidelity, entry.benchmark)
        for model in results.models:
            for point in points:
                columns = measured.at(point, model)
                if columns is not None and point.level is not None:
                    rows.append(LevelRow(corruption, point.level, *facts, *columns))
    return rows


def _titles(corruptions: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the title of each corruption, and the label of its axis."""
    import noiselib

    names = {spec: spec.partition("(")[0] for spec in corruptions}
    counts = Counter(names.values())
    titles = {}
    for spec, name in names.items():
        axis = noiselib.parse(spec).axis
        plain = axis.name != "t" and counts[name] == 1  # the axis of a pipeline is t
        title = name.replace("_", " ").capitalize() if plain else spec
        prefix = "" if axis.name == axis.unit else f"{axis.name}: "
        unit = f" ({axis.unit})" if axis.unit else ""
        titles[spec] = title, f"{prefix}{axis.description}{unit}"
    return titles


def curves_csv(curves: Sequence[Curve]) -> bytes:
    """Return the curves as CSV, one line for each point."""
    return to_csv(CurveRow, (row for curve in curves for row in curve.rows))
