"""A results folder as the page of curves shows it: each corruption a panel, each model a line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from studies.core.errors import StudyError
from studies.plan import Condition, Point
from studies.results.adaptive import CLEAN, Level
from studies.results.sweep_results import Swept, last_sweep
from studies.run.sweep import planned_keys
from studies.store.store import Store
from studies.tables.curves import Curve, Row, trace_curves
from studies.tables.levels import LevelRow, trace_levels


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
    swept
        The settings, the images and the models.
    panels
        The curves, corruption by corruption.
    finished, planned
        How many cells are stored, and how many were asked for.
    failures
        How many cells failed at the last try.
    """

    swept: Swept
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
        swept = last_sweep(store, path)
        planned = planned_keys(swept.plan, swept.evaluation_set.images, swept.digests)
        panels = _panels(store, swept)
        if not panels:
            raise StudyError(f"no cell is finished in {path} yet, so there is no curve to show")
        return Opened(
            swept=swept,
            panels=panels,
            finished=len(planned & store.finished_keys()),
            planned=len(planned),
            failures=sum(failure.key in planned for failure in store.failures()),
        )


def _panels(store: Store, swept: Swept) -> tuple[Panel, ...]:
    if swept.study.protocol is not None:
        return _protocol_panels(store, swept, swept.study.protocol)
    points = cast("Sequence[Point]", swept.plan)
    curves = trace_curves(store, points, swept.evaluation_set.images, swept.digests)
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

    def dot(row: Row) -> Dot:
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


def _protocol_panels(store: Store, swept: Swept, name: str) -> tuple[Panel, ...]:
    """Show published levels as curves that begin at the clean images."""
    from noiselib import protocols

    levels = cast("Sequence[Level]", swept.plan)
    rows = trace_levels(
        store, protocols.load(name), levels, swept.evaluation_set.images, swept.digests
    )
    conditions = {(level.corruption, level.number): level.conditions for level in levels}

    def line(corruption: str, model: str) -> Line:
        of_model = [row for row in rows if row.model == model]
        shown = [row for row in of_model if row.corruption in {CLEAN, corruption}]
        return Line(model, tuple(_level_dot(row, conditions) for row in shown))

    panels = []
    for corruption in dict.fromkeys(row.corruption for row in rows if row.corruption != CLEAN):
        models = dict.fromkeys(row.model for row in rows if row.corruption == corruption)
        lines = tuple(line(corruption, model) for model in models)
        title = corruption.replace("_", " ").capitalize()
        last = max(level.number for level in levels if level.corruption == corruption)
        axis = "published level; 0 is clean"
        panels.append(Panel(corruption, title, axis, (0.0, float(last)), lines))
    return tuple(panels)


def _level_dot(row: LevelRow, conditions: Mapping[tuple[str, int], tuple[Condition, ...]]) -> Dot:
    where = f"level {row.level}" if row.level else "clean"
    return _dot(row, float(row.level), where, conditions[row.corruption, row.level])


def _dot(row: Row | LevelRow, x: float, where: str, conditions: tuple[Condition, ...]) -> Dot:
    return Dot(x, where, row.accuracy, row.low, row.high, row.images, row.seeds, conditions)
