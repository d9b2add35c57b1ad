"""Accuracy against strength: one panel for each corruption, one line for each model."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill, wrap
from typing import TYPE_CHECKING

from studies.core.files import slug
from studies.report.blocks import Drawing, Figure, code
from studies.report.charts import style
from studies.report.format import percent, strength_text, with_limits
from studies.report.images import StripImage, Strips, thumbnail
from studies.tables.curves import Curve, CurveRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, LEFT, RIGHT = 360.0, 40.0, 352.0
_INSET = 24.0  # half an image of the strip, so that none stands out of the panel
_IMAGE = 42.0
_PANEL = 180.0  # height of the plane
_LINE = 14.0
_LETTERS = 54  # of a label that fit on a line


@dataclass(frozen=True, slots=True)
class _DrawnCurve:
    """One curve as SVG: coordinates of the line and of its intervals, places and texts of marks."""

    look: int
    line: str
    band: str
    marks: Sequence[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class _PanelDrawing:
    """One panel, in units of a drawing `WIDTH` wide; each image has its left edge and address."""

    models: Sequence[str]
    height: float
    top: float
    bottom: float
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    label: Sequence[str]
    chance: float
    curves: Sequence[_DrawnCurve]
    images: Sequence[tuple[float, str]]


def make_panel_drawing(
    curves: Sequence[Curve],
    strip: Sequence[StripImage],
    *,
    models: Sequence[str],
    chance: float,
    side: int,
) -> _PanelDrawing:
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
    return _PanelDrawing(
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


def _curve(curve: Curve, look: int, x: Sequence[float], y: Callable[[float], float]) -> _DrawnCurve:
    def points(places: Sequence[float], heights: Sequence[float]) -> str:
        return " ".join(f"{a:g},{b:g}" for a, b in zip(places, heights, strict=True))

    middle = [y(row.accuracy) for row in curve.rows]
    upper = [y(row.high) for row in curve.rows]
    lower = [y(row.low) for row in curve.rows]
    texts = [
        f"{curve.model}: {with_limits(row.accuracy, row)} at {strength_text(row)}"
        for row in curve.rows
    ]
    return _DrawnCurve(
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


MOST_PANELS = 24
"""With more corruptions than this, a grid of panels is taller than anyone looks at."""


def draw_overview(curves: Sequence[Curve], strips: Strips, *, chance: float, title: str) -> Figure:
    """Draw all corruptions, one panel each, as a figure named ``accuracy``.

    Parameters
    ----------
    curves : sequence of Curve
        At least one.
    strips : Strips
        Images to show above the panels, each over its strength; may be empty.
    chance : float
        Accuracy of a random prediction, drawn as a dotted line.
    title : str
        Heading of the figure.
    """
    from matplotlib.patches import Patch

    corruptions = list(dict.fromkeys(curve.corruption for curve in curves))
    with style.styled():
        figure, panels = style.grid_of_panels(len(corruptions), columns=3, width=3.6, height=3.4)
        for panel, corruption in zip(panels, corruptions, strict=True):
            _draw_panel(panel, _of(curves, corruption), _models(curves), chance)
            _draw_images(panel, strips.get(corruption, ()))
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        handles, labels = panels[0].get_legend_handles_labels()
        handles.append(Patch(color="#888888", alpha=0.3, linewidth=0))
        labels.append("95 % interval")
        per_line = 2 * min(3, len(corruptions))
        figure.legend(handles, labels, loc="outside lower left", ncols=per_line)
        return style.rendered("accuracy", figure)


def draw_panels(
    curves: Sequence[Curve], strips: Strips, *, chance: float, side: int = 40
) -> list[Figure]:
    """Draw each corruption as a figure for a phone, named ``accuracy-01-gaussian_noise`` and so on.

    Parameters
    ----------
    curves : sequence of Curve
        The curves; those of one corruption share a figure.
    strips : Strips
        Images to show above the panels, each over its strength; may be empty.
    chance : float
        Accuracy of a random prediction, drawn as a dotted line.
    side : int
        Pixels of an image on a page, see `studies.report.images`.
    """
    figures = []
    models = _models(curves)
    for number, corruption in enumerate(dict.fromkeys(curve.corruption for curve in curves), 1):
        chosen, strip = _of(curves, corruption), strips.get(corruption, ())
        with style.styled():
            figure = style.canvas(style.PHONE_WIDTH, 4.0)
            panel = figure.subplots()
            _draw_panel(panel, chosen, models, chance)
            _draw_images(panel, strip)
            panel.set_ylabel("Accuracy")
            panel.legend(loc="best")
            picture = style.rendered(f"accuracy-{number:02d}-{slug(corruption)}", figure)
        drawing = make_panel_drawing(chosen, strip, models=models, chance=chance, side=side)
        title = chosen[0].title
        figures.append(
            picture.described(
                _alt(chosen),
                code(corruption) if corruption != title else "",
                title=title,
                anchor=f"c{number}",
                drawing=Drawing("curves", drawing),
            )
        )
    return figures


def _of(curves: Sequence[Curve], corruption: str) -> list[Curve]:
    return [curve for curve in curves if curve.corruption == corruption]


def _models(curves: Sequence[Curve]) -> list[str]:
    return list(dict.fromkeys(curve.model for curve in curves))


def _alt(curves: Sequence[Curve]) -> str:
    """Return what a panel shows, in words."""
    changes = [
        f"{curve.model} goes from {percent(curve.clean.accuracy)} to "
        f"{percent(curve.worst.accuracy)}"
        for curve in curves
    ]
    return f"Accuracy from the clean images to {curves[0].corruption}: {'; '.join(changes)}."


def _draw_panel(
    panel: "Axes", curves: Sequence[Curve], models: Sequence[str], chance: float
) -> None:
    finite = all(math.isfinite(row.strength) for curve in curves for row in curve.rows)
    for curve in curves:
        number = models.index(curve.model)
        x = [row.strength if finite else row.t for row in curve.rows]
        low, high = [row.low for row in curve.rows], [row.high for row in curve.rows]
        panel.fill_between(x, low, high, color=style.colour(number), alpha=0.18, linewidth=0)
        y, label = [row.accuracy for row in curve.rows], style.in_legend(curve.model)
        panel.plot(x, y, **style.line_look(number), linewidth=1.8, label=label)
    style.of_accuracy(panel, chance)
    every = [row.strength if finite else row.t for curve in curves for row in curve.rows]
    start, stop = every[0], max(every, key=lambda x: abs(x - every[0]))
    margin = 0.075 * (stop - start) or 0.075  # negative where the strength falls, as contrast does
    panel.set_xlim(start - margin, stop + margin)
    panel.set_title(fill(curves[0].title, width=38))
    label = curves[0].axis if finite else f"fraction of the range to {curves[0].corruption}"
    panel.set_xlabel(fill(label, width=54))


def _draw_images(panel: "Axes", strip: Sequence[StripImage]) -> None:
    """Put images above a panel, each over the strength at which it was corrupted."""
    finite = all(math.isfinite(item.row.strength) for item in strip)
    places = [item.row.strength if finite else item.row.t for item in strip]
    style.draw_strip(panel, list(zip(places, [item.image for item in strip], strict=True)))
