"""Learning curves, reliability diagrams, and bars of corruption errors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from studies.report.blocks import Figure
from studies.report.charts import style
from studies.report.charts.levels import marked, mean_name, missing_text
from studies.report.format import percent
from studies.run.diagnosis import History
from studies.stats.classification import Reliability
from studies.tables.benchmark import Benchmark

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_learning(name: str, history: History) -> Figure:
    """Draw loss and accuracy after each epoch, in training and in validation.

    Parameters
    ----------
    name : str
        File name of the figure.
    history : History
        With at least one epoch.
    """
    from matplotlib.ticker import MaxNLocator

    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 5.2)
        loss, accuracy = figure.subplots(2, 1, sharex=True)
        for number, (prefix, label) in enumerate((("", "training"), ("validation_", "validation"))):
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
        style.in_percent(accuracy.yaxis)
        accuracy.legend(loc="lower right")
        return style.rendered(name, figure)


def calibration_text(item: Reliability) -> str:
    """Return how far confidence is from accuracy: ``1.3 points overconfident (ECE 1.5 %)``."""
    error = percent(item.expected_calibration_error)
    gap = item.mean_confidence - item.mean_accuracy
    points = f"{abs(100 * gap):.1f} points"
    if points == "0.0 points":
        return f"neither overconfident nor underconfident (ECE {error})"
    return f"{points} {'over' if gap > 0 else 'under'}confident (ECE {error})"


def draw_reliability(name: str, title: str, lines: Sequence[tuple[str, Reliability]]) -> Figure:
    """Draw accuracy against confidence, and below it how many predictions there are.

    Parameters
    ----------
    name, title : str
        File name and heading of the figure.
    lines : sequence of tuple of str and Reliability
        Labels and what they stand for; at least one.
    """
    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 5.2 + 0.2 * len(lines) + style.title_height(title))
        panel, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        panel.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1.2)
        for number, (label, item) in enumerate(lines):
            error = 100 * item.expected_calibration_error
            filled = item.counts > 0
            points = list(zip(item.confidence[filled], item.accuracy[filled], strict=True))
            _draw_line(panel, points, number, style.labelled(f"{label}: ECE {error:.1f} %"))
            edges = np.linspace(0, 1, len(item.counts) + 1)
            below.stairs(item.counts, edges, **style.line_colour(number), linewidth=1.3)
        panel.set_ylabel("accuracy")
        panel.set_ylim(-0.02, 1.02)
        panel.set_xlim(0, 1.01)
        panel.set_title(title)
        style.in_percent(panel.yaxis)
        style.in_percent(below.xaxis)
        below.set_yscale("symlog", linthresh=1)
        style.in_decades(below.yaxis)
        below.set_ylim(bottom=0)
        below.set_ylabel("predictions")
        below.set_xlabel("confidence")
        figure.legend(*panel.get_legend_handles_labels(), loc="outside lower left")
        return style.rendered(name, figure)


def _draw_line(
    panel: "Axes", points: Sequence[tuple[float, float]], number: int, label: str
) -> None:
    x, y = zip(*points, strict=True)
    panel.plot(x, y, **style.line_look(number), linewidth=1.8, label=style.in_legend(label))


def draw_corruption_errors(benchmark: Benchmark) -> Figure | None:
    """Draw the CE of every model but the reference as bars; None where there is no other."""
    models = [item.model for item in benchmark.overall]
    others = [model for model in models if model != benchmark.reference]
    if not others:
        return None
    labels = [mean_name(benchmark), *(marked(section) for section in benchmark.corruptions)]
    with style.styled():
        figure, (panel,) = style.grid_of_panels(
            1, columns=1, width=6.8, height=0.8 + len(labels) * (0.12 + 0.16 * len(others))
        )
        for place, model in enumerate(others):
            _draw_bars(panel, benchmark, model, models.index(model), place, len(others))
        panel.axvline(1, color="#444444", linewidth=1.2, label=f"{benchmark.reference} (reference)")
        panel.set_yticks(range(len(labels)), labels)
        panel.set_ylim(len(labels) - 0.5, -0.5)  # the first label on top
        panel.set_xlim(left=0)
        panel.grid(visible=False, axis="y")
        for border in {0.5, len(benchmark.counted) + 0.5}:
            panel.axhline(border, color="#999999", linewidth=0.8)
        style.in_whole_percent(panel.xaxis)
        panel.set_xlabel(f"errors for each error of {benchmark.reference}, over all levels")
        panel.set_ylabel("")
        panel.set_title(f"Corruption error (CE) on {benchmark.title}")
        figure.legend(loc="outside lower left", ncols=3)
        return style.rendered("corruption-error", figure)


def _draw_bars(
    panel: "Axes", benchmark: Benchmark, model: str, number: int, place: int, count: int
) -> None:
    standings = [
        next(item for item in group if item.model == model)
        for group in (benchmark.overall, *(section.scores for section in benchmark.corruptions))
    ]
    thickness = 0.76 / count
    look: dict[str, Any]
    for line, standing in enumerate(standings):
        score = standing.corruption_error
        height = line + (place - (count - 1) / 2) * thickness
        if score.value is None:
            look = {"va": "center", "fontsize": 8, "color": "#666666"}
            panel.annotate(
                missing_text(score), (0, height), (4, 0), textcoords="offset points", **look
            )
            continue
        label = style.in_legend(model) if line == 0 else None
        look = {"height": thickness * 0.92, "color": style.colour(number), "label": label}
        panel.barh(height, score.value, **look)
        if score.low is not None and score.high is not None:
            panel.plot([score.low, score.high], [height, height], color="black", linewidth=1)
