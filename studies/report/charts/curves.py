"""Curves -> pictures: accuracy against the strength, one panel a corruption, one line a model."""

import math
from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING

from studies.core.files import slug
from studies.report.charts.style import (
    COLOURS,
    Picture,
    draw_strip,
    grid_of_panels,
    in_legend,
    line_look,
    rendered,
    styled,
)
from studies.report.strips import Frame, Strips
from studies.report.sweep.overview import Overview, OverviewRow
from studies.tables.curves import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_overview(curves: Sequence[Curve], strips: Strips, *, chance: float, title: str) -> Picture:
    """Draw all corruptions, one panel each.

    Parameters
    ----------
    curves
        At least one.
    strips
        Images to show above the panels, each over its strength; may be empty.
    chance
        Accuracy of guessing, drawn as a dotted line.
    title
        Heading of the picture.

    Returns
    -------
    Picture
        Named ``accuracy``.
    """
    from matplotlib.patches import Patch

    corruptions = list(dict.fromkeys(curve.corruption for curve in curves))
    with styled():
        figure, panels = grid_of_panels(len(corruptions), columns=3, width=3.6, height=3.4)
        for panel, corruption in zip(panels, corruptions, strict=True):
            _draw_panel(panel, _of(curves, corruption), _models(curves), chance)
            _draw_frames(panel, strips.get(corruption, ()))
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        handles, labels = panels[0].get_legend_handles_labels()
        handles.append(Patch(color="#888888", alpha=0.3, linewidth=0))
        labels.append("95 % interval")
        per_line = 2 * min(3, len(corruptions))
        figure.legend(handles, labels, loc="outside lower left", ncols=per_line)
        return rendered("accuracy", figure)


def draw_panels(curves: Sequence[Curve], strips: Strips, *, chance: float) -> list[Picture]:
    """Draw each corruption as a picture of its own, narrow enough for a telephone.

    Parameters
    ----------
    curves
        The curves; those of one corruption share a picture.
    strips
        Images to show above the panels, each over its strength; may be empty.
    chance
        Accuracy of guessing, drawn as a dotted line.

    Returns
    -------
    list of Picture
        Named ``accuracy-01-gaussian_noise`` and so on, in the order of the corruptions.
    """
    from matplotlib.figure import Figure

    pictures = []
    corruptions = dict.fromkeys(curve.corruption for curve in curves)
    for number, corruption in enumerate(corruptions, start=1):
        with styled():
            figure = Figure(figsize=(4.6, 4.0), layout="constrained")
            panel = figure.subplots()
            _draw_panel(panel, _of(curves, corruption), _models(curves), chance)
            _draw_frames(panel, strips.get(corruption, ()))
            panel.set_ylabel("Accuracy")
            panel.legend(loc="best")
            pictures.append(rendered(f"accuracy-{number:02d}-{slug(corruption)}", figure))
    return pictures


def _of(curves: Sequence[Curve], corruption: str) -> list[Curve]:
    return [curve for curve in curves if curve.corruption == corruption]


def _models(curves: Sequence[Curve]) -> list[str]:
    return list(dict.fromkeys(curve.model for curve in curves))


def _draw_panel(
    panel: "Axes", curves: Sequence[Curve], models: Sequence[str], chance: float
) -> None:
    from matplotlib.ticker import PercentFormatter

    finite = all(math.isfinite(row.strength) for curve in curves for row in curve.rows)
    for curve in curves:
        number = models.index(curve.model)
        x = [row.strength if finite else row.t for row in curve.rows]
        colour = COLOURS[number % len(COLOURS)]
        low, high = [row.low for row in curve.rows], [row.high for row in curve.rows]
        panel.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        panel.plot(
            x,
            [row.accuracy for row in curve.rows],
            **line_look(number),
            linewidth=1.8,
            label=in_legend(curve.model),
        )
    panel.axhline(chance, color="#888888", linestyle=":", linewidth=1.2, label="guessing")
    every = [row.strength if finite else row.t for curve in curves for row in curve.rows]
    start, stop = every[0], max(every, key=lambda x: abs(x - every[0]))
    margin = 0.075 * (stop - start) or 0.075  # negative where the strength falls, as contrast does
    panel.set_xlim(start - margin, stop + margin)
    panel.set_ylim(-0.02, 1.02)
    panel.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    panel.set_title(fill(curves[0].title, width=38))
    label = curves[0].axis if finite else f"part of the way to {curves[0].corruption}"
    panel.set_xlabel(fill(label, width=54))


def _draw_frames(panel: "Axes", strip: Sequence[Frame]) -> None:
    """Put images above a panel, each over the strength at which it was corrupted."""
    finite = all(math.isfinite(frame.row.strength) for frame in strip)
    places = [frame.row.strength if finite else frame.row.t for frame in strip]
    images = [frame.image for frame in strip]
    draw_strip(panel, list(zip(places, images, strict=True)))


MOST_PANELS = 24
"""With more corruptions than this, a grid of panels is taller than anyone looks at."""

_LETTERS = 60  # of a pipeline's spec that fit beside the plane
_LINE = 0.24  # inches


def draw_means(overview: Overview, *, chance: float, title: str) -> Picture:
    """Draw the mean accuracy from clean to worst of every corruption and model.

    Parameters
    ----------
    overview
        What each model keeps; at least one corruption.
    chance
        Accuracy of guessing, drawn as a dotted line.
    title
        Heading of the picture.

    Returns
    -------
    Picture
        Named ``accuracy``, as the grid of panels that it stands for.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    rows = [*([overview.whole] if overview.whole else []), *overview.rows]
    with styled():
        figure = Figure(figsize=(8.4, 1.6 + _LINE * len(rows)), layout="constrained")
        panel = figure.subplots()
        for look, model in enumerate(overview.models):
            _draw_model(panel, rows, look, model, shift=(look + 0.5) / len(overview.models) - 0.5)
        if overview.whole:
            panel.axhline(0.5, color="#BBBBBB", linewidth=0.8)
        panel.axvline(chance, color="#888888", linestyle=":", linewidth=1.2, label="guessing")
        panel.set_yticks(range(len(rows)), [_short(row.title) for row in rows])
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.set_xlim(-0.02, 1.02)
        panel.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        panel.set_xlabel("Mean accuracy on the way from clean to worst, with its 95 % interval")
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        figure.legend(loc="outside lower left", ncols=4)
        return rendered("accuracy", figure)


def _draw_model(
    panel: "Axes", rows: Sequence[OverviewRow], look: int, model: str, *, shift: float
) -> None:
    """Draw the marks of one model, a little above or below those of the others."""
    kept = [
        (place + shift / 2, item)
        for place, row in enumerate(rows)
        for item in row.kept
        if item is not None and item.model == model
    ]
    style = line_look(look) | {"linestyle": "none", "markersize": 6}
    panel.plot(
        [item.mean for _, item in kept], [y for y, _ in kept], **style, label=in_legend(model)
    )
    for y, item in kept:
        if item.low is not None and item.high is not None:
            panel.hlines(y, item.low, item.high, color=style["color"], linewidth=1.4)


def _short(title: str) -> str:
    return title if len(title) <= _LETTERS else title[: _LETTERS - 3] + "..."
