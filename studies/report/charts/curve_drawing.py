"""Curves as a page draws them itself: a few kilobytes, in the colours of the page.

The lines, dashes and markers are those of `studies.report.charts.curves`, but as SVG inside the
page: its text is text, it follows a dark screen, and sixty of them weigh as much as two pictures.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from studies.report.format import strength_text, with_limits
from studies.report.images import StripImage, thumbnail
from studies.tables.curves import Curve, CurveRow

WIDTH, LEFT, RIGHT = 360.0, 40.0, 352.0
_INSET = 24.0  # half an image of the strip, so that none stands out of the panel
_IMAGE = 42.0
_PANEL = 180.0  # height of the plane
_LINE = 14.0
_LETTERS = 54  # of a label that fit on a line


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """The curve of one model, as SVG has it.

    Attributes
    ----------
    look : int
        Number of the model, which decides colour, dashes and marker.
    line, band : str
        Coordinates of the line and of the outline of its intervals.
    marks : sequence of tuple of float, float and str
        Where each point is drawn, and its text.
    """

    look: int
    line: str
    band: str
    marks: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class PanelDrawing:
    """One panel, in units of a drawing `WIDTH` wide and ``height`` high.

    Attributes
    ----------
    models : sequence of str
        All models of the page, for the legend.
    height, top, bottom : float
        Of the drawing, and the edges of the plane.
    x_ticks, y_ticks : sequence of tuple of float and str
        Places and texts.
    label : sequence of str
        Lines of the label of the horizontal axis.
    chance : float
        Height of the chance level.
    curves : sequence of DrawnCurve
        One for each model.
    images : sequence of tuple of float and str
        Left edges and data URIs.
    """

    models: Sequence[str]
    height: float
    top: float
    bottom: float
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    label: Sequence[str]
    chance: float
    curves: Sequence[DrawnCurve]
    images: Sequence[tuple[float, str]]


def make_panel_drawing(
    curves: Sequence[Curve],
    strip: Sequence[StripImage],
    *,
    models: Sequence[str],
    chance: float,
    side: int,
) -> PanelDrawing:
    """Lay out the panel of one corruption.

    Parameters
    ----------
    curves : sequence of Curve
        Of one corruption; at least one.
    strip : sequence of StripImage
        Images to show above the panel, each over its strength; may be empty.
    models : sequence of str
        All models of the page, each with a look of its own.
    chance : float
        Accuracy of a random prediction.
    side : int
        Pixels of an image, see `studies.report.images`.
    """
    rows = [row for curve in curves for row in curve.rows]
    finite = all(math.isfinite(row.strength) for row in rows)
    position: Callable[[CurveRow], float] = (
        (lambda row: row.strength) if finite else (lambda row: row.t)
    )
    start = position(rows[0])  # the strength may fall: contrast goes from 1 to 0
    stop = max(map(position, rows), key=lambda value: abs(value - start))
    top = _IMAGE + 10 if strip else 10.0
    bottom = top + _PANEL

    def x(value: float) -> float:
        room = RIGHT - LEFT - 2 * _INSET
        return round(LEFT + _INSET + room * (value - start) / ((stop - start) or 1), 1)

    def y(share: float) -> float:
        return round(bottom - _PANEL * share, 1)

    label = curves[0].axis if finite else f"fraction of the range to {curves[0].corruption}"
    lines = wrap(label, _LETTERS)
    return PanelDrawing(
        models=models,
        height=bottom + 22 + _LINE * len(lines),
        top=top,
        bottom=bottom,
        x_ticks=[(x(tick), f"{tick:g}") for tick in _ticks(start, stop)],
        y_ticks=[(y(tick / 100), f"{tick}\N{NO-BREAK SPACE}%") for tick in range(0, 101, 20)],
        label=lines,
        chance=y(chance),
        curves=[
            _curve(curve, models.index(curve.model), [x(position(row)) for row in curve.rows], y)
            for curve in curves
        ],
        images=[
            (x(position(item.row)) - _IMAGE / 2, thumbnail(item.image, side)) for item in strip
        ],
    )


def _curve(curve: Curve, look: int, x: Sequence[float], y: Callable[[float], float]) -> DrawnCurve:
    def points(places: Sequence[float], heights: Sequence[float]) -> str:
        return " ".join(f"{a:g},{b:g}" for a, b in zip(places, heights, strict=True))

    middle = [y(row.accuracy) for row in curve.rows]
    upper = [y(row.high) for row in curve.rows]
    lower = [y(row.low) for row in curve.rows]
    texts = [
        f"{curve.model}: {with_limits(row.accuracy, row)} at {strength_text(row)}"
        for row in curve.rows
    ]
    return DrawnCurve(
        look,
        points(x, middle),
        f"{points(x, upper)} {points(x[::-1], lower[::-1])}",
        list(zip(x, middle, texts, strict=True)),
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
