"""The data: classes, pixel values, and the first two principal components."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studies.report.blocks import Figure
from studies.report.charts import style
from studies.report.format import shortened
from studies.tables.diagnosis_images import HISTOGRAM_BINS, Brightness, Projection

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path


def draw_labels(
    name: str, sets: Sequence[tuple[str, npt.NDArray[np.int64]]], class_names: Sequence[str]
) -> Figure:
    """Draw how many images of each class there are, one panel for each set.

    Parameters
    ----------
    name : str
        File name of the figure.
    sets : sequence of tuple of str and ndarray of int
        Titles and labels.
    class_names : sequence of str
        One for each class.
    """
    places = np.arange(len(class_names))
    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 2.1 * len(sets) + 0.3)
        panels = figure.subplots(len(sets), 1, sharex=True, squeeze=False).ravel()
        for number, (panel, (title, labels)) in enumerate(zip(panels, sets, strict=True)):
            counts = np.bincount(labels, minlength=len(class_names))
            bars = panel.bar(places, counts, color=style.COLOURS[number], width=0.75)
            if len(class_names) <= 10:
                panel.bar_label(bars, fontsize=7.5, color="#444444", padding=1)
            panel.set_title(title)
            panel.set_ylabel("images")
            panel.grid(visible=False, axis="x")
            panel.margins(y=0.12)
        style.name_classes(panels[-1].xaxis, class_names, turned=True)
        return style.rendered(name, figure)


def draw_histogram(name: str, views: Sequence[Brightness]) -> Figure:
    """Draw the shares of the pixel values, one line for each view, on a logarithmic axis."""
    edges = np.linspace(0, 256, HISTOGRAM_BINS + 1)
    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 3.3)
        panel = figure.subplots()
        for number, view in enumerate(views):
            shares = np.where(view.histogram > 0, view.histogram, np.nan)
            look = style.line_colour(number) | {"linewidth": 1.8}
            panel.stairs(shares, edges, **look, label=style.labelled(view.title))
        panel.set_yscale("log")
        style.in_decades(panel.yaxis, percent=True)
        panel.set_xlim(0, 256)
        panel.set_xlabel("pixel value, 0 (black) to 255 (white)")
        panel.set_ylabel("share of the pixels")
        panel.set_title("Pixel values")
        figure.legend(*panel.get_legend_handles_labels(), loc="outside lower left")
        return style.rendered(name, figure)


def draw_class_brightness(
    name: str, views: Sequence[Brightness], class_names: Sequence[str]
) -> Figure:
    """Draw mean and standard deviation of the pixels of every class."""
    places = np.arange(len(class_names))
    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 4.4)
        panels = figure.subplots(2, 1, sharex=True)
        quantities = (("mean", "Mean of the pixels"), ("deviation", "Standard deviation"))
        for panel, (quantity, title) in zip(panels, quantities, strict=True):
            for number, view in enumerate(views):
                look: dict[str, Any] = {"marker": style.MARKERS[number], "markersize": 5.5}
                look |= {"color": style.COLOURS[number], "linestyle": "none"}
                label = style.labelled(view.title)
                panel.plot(places, getattr(view, quantity), **look, label=label)
            panel.set_title(title)
            panel.set_ylabel("pixel value / 255")
            panel.set_ylim(0, 1.15 * np.nanmax([getattr(view, quantity) for view in views]) or 1)
            panel.grid(visible=False, axis="x")
        style.name_classes(panels[1].xaxis, class_names, turned=True)
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower left")
        return style.rendered(name, figure)


def draw_projection(
    name: str,
    title: str,
    projected: Projection,
    view: int,
    labels: npt.NDArray[np.int64],
    class_names: Sequence[str],
) -> Figure:
    """Draw where the images of one view lie; each class has its own colour and number."""
    points, classes = projected.points[view], labels[projected.numbers]
    every = np.concatenate(projected.points)  # so that all views have the same axes
    with style.styled():
        rows = -(-len(class_names) // 3) if len(class_names) <= style.NAMED else 0
        figure = style.canvas(style.PHONE_WIDTH, 4.2 + 0.2 * rows + style.title_height(title))
        panel = figure.subplots()
        for number, class_name in enumerate(class_names):
            of_class = points[classes == number]
            panel.scatter(
                of_class[:, 0],
                of_class[:, 1],
                s=24 if number < 10 else 60,  # a marker is fitted into it: more digits are smaller
                color=style.colour(number),
                marker=_number_as_path(number),
                linewidth=0,
                label=shortened(class_name),
                alpha=0.75,
            )
        if len(class_names) <= style.NUMBERED:
            _mark_centres(panel, points, classes, len(class_names))
        for limits, values in ((panel.set_xlim, every[:, 0]), (panel.set_ylim, every[:, 1])):
            margin = 0.05 * (np.ptp(values) or 1)
            limits(values.min() - margin, values.max() + margin)
        panel.set_xlabel(f"first component ({100 * projected.explained[0]:.0f} % of the variance)")
        panel.set_ylabel(f"second component ({100 * projected.explained[1]:.0f} %)")
        panel.set_title(title)
        if rows and [str(n) for n in range(len(class_names))] != list(class_names):
            figure.legend(loc="outside lower left", ncols=3, fontsize=8)
        return style.rendered(name, figure)


def _number_as_path(number: int) -> "Path":
    """Return the digits of a number as a marker."""
    from matplotlib.path import Path
    from matplotlib.textpath import TextPath

    digits = TextPath((0, 0), str(number))
    middle = digits.get_extents().get_points().mean(axis=0)
    return Path(digits.vertices - middle, digits.codes)


def _mark_centres(
    panel: "Axes", points: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], classes: int
) -> None:
    """Write the number of each class large where its images lie on average."""
    from matplotlib.patheffects import withStroke

    for number in range(classes):
        if not (labels == number).any():
            continue
        x, y = points[labels == number].mean(axis=0)
        look: dict[str, Any] = {"color": style.colour(number), "ha": "center", "va": "center"}
        look |= {"path_effects": [withStroke(linewidth=3, foreground="white")]}
        panel.text(x, y, str(number), fontsize=15, fontweight="bold", **look)
