"""A results folder as the page of curves shows it: each corruption a panel, each model a line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import Condition, Point
from studies.results.sweep_results import SweepResults
from studies.store.store import Store
from studies.tables.curves import Curve, CurveRow, LevelRow, make_curves, make_level_rows


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line.

    Attributes
    ----------
    x
        Place on the horizontal axis.
    where
        The same in words, as ``sigma 0.25`` or ``level 3``.
    accuracy, low, high
        Share of correct answers, and the limits of its 95 % interval.
    images, seeds
        How many images, and how many draws of the corruption.
    conditions
        What happened to the images, one a draw.
    """

    x: float
    where: str
    accuracy: float
    low: float
    high: float
    images: int
    seeds: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """How one model fares under one corruption."""

    model: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One corruption.

    Attributes
    ----------
    corruption
        Its spec at its worst, or its published name.
    title, axis
        What stands above and below.
    ends
        Where the horizontal axis begins, at the clean images, and where it ends.
    lines
        One a model that has a point.
    """

    corruption: str
    title: str
    axis: str
    ends: tuple[float, float]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a results folder holds of its last sweep.

    Attributes
    ----------
    results
        The settings, the images and the models; the store is closed.
    panels
        The curves, corruption by corruption.
    finished, planned
        How many cells are stored, and how many were asked for.
    failures
        How many cells failed at the last try.
    """

    results: SweepResults
    panels: tuple[Panel, ...]
    finished: int
    planned: int
    failures: int

    @property
    def models(self) -> tuple[str, ...]:
        """The models that have a line."""
        return tuple(dict.fromkeys(line.model for panel in self.panels for line in panel.lines))


def open_folder(path: Path) -> Opened:
    """Read the curves of the last sweep in a folder, as far as it came.

    Raises
    ------
    StudyError
        When the folder holds no results, or its database is damaged or of another program; the
        message names it.
    """
    with Store(path) as store:
        results = SweepResults.of_last_sweep(store)
        panels = _panels(results)
        if not panels:
            raise StudyError(f"no cell is finished in {path} yet, so there is no curve to show")
        return Opened(
            results=results,
            panels=panels,
            finished=results.finished,
            planned=len(results.planned_keys),
            failures=len(results.failures()),
        )


def _panels(results: SweepResults) -> tuple[Panel, ...]:
    if results.study.protocol is not None:
        return _protocol_panels(results, results.study.protocol)
    points = results.points
    curves = make_curves(results)
    return tuple(
        _sweep_panel(
            [curve for curve in curves if curve.corruption == corruption],
            {point.t: point for point in points if point.corruption == corruption},
        )
        for corruption in dict.fromkeys(curve.corruption for curve in curves)
    )


def _sweep_panel(curves: Sequence[Curve], points: Mapping[float, Point]) -> Panel:
    """Show one corruption; the points, by t, are those that were asked for."""
    first = curves[0]
    finite = all(math.isfinite(point.strength) for point in points.values())

    def dot(row: CurveRow) -> Dot:
        conditions = points[row.t].conditions
        if not finite:
            return _dot(row, row.t, f"t {row.t:.4g}", conditions)
        value = f"{row.strength:.4g} {row.unit}".rstrip()
        where = value if row.parameter == row.unit else f"{row.parameter} {value}"
        return _dot(row, row.strength, where, conditions)

    begin, end = points[min(points)], points[max(points)]
    return Panel(
        corruption=first.corruption,
        title=first.title,
        axis=first.axis if finite else f"part of the way to {first.corruption}",
        ends=(begin.strength, end.strength) if finite else (begin.t, end.t),
        lines=tuple(Line(curve.model, tuple(map(dot, curve.rows))) for curve in curves),
    )


def _protocol_panels(results: SweepResults, name: str) -> tuple[Panel, ...]:
    """Show published levels as curves that begin at the clean images."""
    from noiselib import protocols

    rows = make_level_rows(results, protocols.load(name))
    conditions = {(point.corruption, point.level): point.conditions for point in results.points}

    def line(corruption: str, model: str) -> Line:
        of_model = [row for row in rows if row.model == model]
        shown = [row for row in of_model if row.corruption in {CLEAN, corruption}]
        return Line(model, tuple(_level_dot(row, conditions) for row in shown))

    panels = []
    for corruption in dict.fromkeys(row.corruption for row in rows if row.corruption != CLEAN):
        models = dict.fromkeys(row.model for row in rows if row.corruption == corruption)
        lines = tuple(line(corruption, model) for model in models)
        title = corruption.replace("_", " ").capitalize()
        last = max(point.t for point in results.points if point.corruption == corruption)
        axis = "published level; 0 is clean"
        panels.append(Panel(corruption, title, axis, (0.0, last), lines))
    return tuple(panels)


def _level_dot(
    row: LevelRow, conditions: Mapping[tuple[str, int | None], tuple[Condition, ...]]
) -> Dot:
    where = f"level {row.level}" if row.level else "clean"
    return _dot(row, float(row.level), where, conditions[row.corruption, row.level])


def _dot(row: CurveRow | LevelRow, x: float, where: str, conditions: tuple[Condition, ...]) -> Dot:
    return Dot(x, where, row.accuracy, row.low, row.high, row.images, row.seeds, conditions)
