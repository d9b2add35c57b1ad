"""Learning curves and reliability diagrams."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from studies.report.charts.style import (
    COLOURS,
    LINES,
    Picture,
    in_decades,
    in_legend,
    in_percent,
    labelled,
    line_look,
    rendered,
    styled,
    title_height,
)
from studies.run.diagnosis import History
from studies.stats.calibration import Reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_learning(name: str, history: History) -> Picture:
    """Draw loss and accuracy after each epoch, in training and on the images set aside.

    Parameters
    ----------
    name
        File name of the picture.
    history
        With at least one epoch.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with styled():
        figure = Figure(figsize=(4.6, 5.2), layout="constrained")
        loss, accuracy = figure.subplots(2, 1, sharex=True)
        for number, (prefix, label) in enumerate((("", "training"), ("validation_", "set aside"))):
            for panel, quantity in ((loss, "loss"), (accuracy, "accuracy")):
                points = [
                    (epoch["epoch"], epoch[prefix + quantity])
                    for epoch in history.epochs
                    if prefix + quantity in epoch
                ]
                if points:
                    _draw_line(panel, points, number, label)
        if history.kept_epoch < len(history.epochs):
            for panel in (loss, accuracy):
                panel.axvline(history.kept_epoch, color="#888888", linestyle=":", linewidth=1.2)
            accuracy.plot([], [], color="#888888", linestyle=":", label="epoch that was kept")
        loss.set_title(f"Learning curves of {history.model}")
        loss.set_ylabel("loss (nats)")
        loss.set_ylim(bottom=0)
        accuracy.set_ylabel("accuracy")
        accuracy.set_xlabel("epoch")
        accuracy.xaxis.set_major_locator(MaxNLocator(integer=True))
        in_percent(accuracy.yaxis)
        accuracy.legend(loc="lower right")
        return rendered(name, figure)


def draw_reliability(name: str, title: str, lines: Sequence[tuple[str, Reliability]]) -> Picture:
    """Draw accuracy against confidence, and below it how many predictions there are.

    Parameters
    ----------
    name, title
        File name and heading of the picture.
    lines
        Labels and what they stand for; at least one.
    """
    from matplotlib.figure import Figure

    with styled():
        figure = Figure(
            figsize=(4.6, 5.2 + 0.2 * len(lines) + title_height(title)), layout="constrained"
        )
        panel, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        panel.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)
        for number, (label, item) in enumerate(lines):
            error = 100 * item.expected_calibration_error
            filled = item.counts > 0
            points = list(zip(item.confidence[filled], item.accuracy[filled], strict=True))
            _draw_line(panel, points, number, labelled(f"{label}: ECE {error:.1f} %"))
            edges = np.linspace(0, 1, len(item.counts) + 1)
            below.stairs(
                item.counts,
                edges,
                color=COLOURS[number % len(COLOURS)],
                linestyle=LINES[number % len(LINES)],
                linewidth=1.3,
            )
        panel.set_ylabel("accuracy")
        panel.set_ylim(-0.02, 1.02)
        panel.set_xlim(0, 1.01)
        panel.set_title(title)
        in_percent(panel.yaxis)
        in_percent(below.xaxis)
        below.set_yscale("symlog", linthresh=1)
        in_decades(below.yaxis)
        below.set_ylim(bottom=0)
        below.set_ylabel("predictions")
        below.set_xlabel("confidence")
        figure.legend(*panel.get_legend_handles_labels(), loc="outside lower left")
        return rendered(name, figure)


def _draw_line(
    panel: "Axes", points: Sequence[tuple[float, float]], number: int, label: str
) -> None:
    panel.plot(
        *zip(*points, strict=True),
        **line_look(number),
        linewidth=1.8,
        label=in_legend(label),
    )
