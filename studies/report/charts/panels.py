"""Curves -> what a page needs to draw them itself: a few kilobytes, in the colours of the page.

The lines, dashes and markers are those of `studies.report.charts.curves`, but as SVG inside the
page: its text is text, it follows a dark screen, and sixty of them weigh as much as two pictures.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from studies.report.format import place, with_interval
from studies.report.images import thumbnail
from studies.report.strips import Frame
from studies.tables.curves import Curve, CurveRow

WIDTH, LEFT, RIGHT = 360.0, 40.0, 352.0
_INSET = 24.0  # half an image of the strip, so that none stands out of the panel
_IMAGE = 42.0
_PLOT = 180.0  # height of the plane
_LINE = 14.0
LETTERS = 54  # of a label that fit on a line


@dataclass(frozen=True, slots=True)
class Mark:
    """One point: where it is drawn, and what it says when pointed at."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """One model's curve: the number of its look, its points and its band, as SVG has them."""

    look: int
    model: str
    points: str
    band: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Chart:
    """One panel: everything in units of a drawing `WIDTH` wide and ``height`` high."""

    height: float
    top: float
    bottom: float
    across: Sequence[tuple[float, str]]
    upward: Sequence[tuple[float, str]]
    label: Sequence[str]
    guessing: float
    lines: Sequence[Line]
    images: Sequence[tuple[float, str]]


def make_chart(
    curves: Sequence[Curve],
    strip: Sequence[Frame],
    *,
    models: Sequence[str],
    chance: float,
    side: int,
) -> Chart:
    """Lay out the panel of one corruption.

    Parameters
    ----------
    curves
        Of one corruption; at least one.
    strip
        Images to show above the panel, each over its strength; may be empty.
    models
        All models of the page, each of which keeps its look.
    chance
        Accuracy of guessing.
    side
        Pixels of an image, see `studies.report.images`.
    """
    rows = [row for curve in curves for row in curve.rows]
    finite = all(math.isfinite(row.strength) for row in rows)
    where: Callable[[CurveRow], float] = (
        (lambda row: row.strength) if finite else (lambda row: row.t)
    )
    start = where(rows[0])  # the path may fall: contrast goes from 1 to 0
    stop = max(map(where, rows), key=lambda value: abs(value - start))
    top = _IMAGE + 10 if strip else 10.0
    bottom = top + _PLOT

    def x(value: float) -> float:
        room = RIGHT - LEFT - 2 * _INSET
        return round(LEFT + _INSET + room * (value - start) / ((stop - start) or 1), 1)

    def y(share: float) -> float:
        return round(bottom - _PLOT * share, 1)

    text = curves[0].axis if finite else f"part of the way to {curves[0].corruption}"
    label = wrap(text, LETTERS)
    return Chart(
        height=bottom + 22 + _LINE * len(label),
        top=top,
        bottom=bottom,
        across=[(x(tick), f"{tick:g}") for tick in _ticks(start, stop)],
        upward=[(y(tick / 100), f"{tick}\N{NO-BREAK SPACE}%") for tick in range(0, 101, 20)],
        label=label,
        guessing=y(chance),
        lines=[
            _line(curve, models.index(curve.model), [x(where(row)) for row in curve.rows], y)
            for curve in curves
        ],
        images=[
            (x(where(frame.row)) - _IMAGE / 2, thumbnail(frame.image, side)) for frame in strip
        ],
    )


def _line(curve: Curve, look: int, x: Sequence[float], y: Callable[[float], float]) -> Line:
    def points(places: Sequence[float], heights: Sequence[float]) -> str:
        return " ".join(f"{a:g},{b:g}" for a, b in zip(places, heights, strict=True))

    middle = [y(row.accuracy) for row in curve.rows]
    upper = [y(row.high) for row in curve.rows]
    lower = [y(row.low) for row in curve.rows]
    return Line(
        look,
        curve.model,
        points(x, middle),
        f"{points(x, upper)} {points(x[::-1], lower[::-1])}",
        [
            Mark(a, b, f"{curve.model}: {with_interval(row)} at {place(row)}")
            for a, b, row in zip(x, middle, curve.rows, strict=True)
        ],
    )


def _ticks(start: float, stop: float) -> list[float]:
    """Return about five round numbers from one to the other, whichever is larger."""
    from matplotlib.ticker import MaxNLocator

    low, high = min(start, stop), max(start, stop)
    if low == high:
        return [low]
    slack = 1e-9 * (high - low)
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 3, 5, 10]).tick_values(low, high)
    return [float(round(t, 12)) for t in ticks if low - slack <= t <= high + slack]
