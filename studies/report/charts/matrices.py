"""Confusion matrices and the scores of each class as pictures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from studies.report.charts.style import (
    COLOURS,
    MARKERS,
    NUMBERED,
    Picture,
    in_percent,
    name_classes,
    rendered,
    styled,
    title_height,
)
from studies.stats.confusion import ClassScore, Counts, row_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LIGHT_UNTIL = 0.5  # where the cells are dark enough for white figures


def draw_confusion(
    name: str, title: str, counts: Counts, class_names: Sequence[str], *, as_shares: bool
) -> Picture:
    """Draw a confusion matrix, coloured by the share of the true class.

    Parameters
    ----------
    name, title
        File name and heading of the picture.
    counts
        ``(classes, classes)``; rows are true classes.
    class_names
        One a class.
    as_shares
        Whether the cells show shares of their rows, in percent, rather than counts.
    """
    from matplotlib.figure import Figure

    shares = row_shares(counts)
    with styled():
        figure = Figure(figsize=(4.6, 4.3 + title_height(title)), layout="constrained")
        panel = figure.subplots()
        cells = panel.imshow(
            np.nan_to_num(shares), cmap="Blues", vmin=0, vmax=1, interpolation="nearest"
        )
        if len(counts) <= NUMBERED:
            _write_numbers(panel, counts, shares, as_shares=as_shares)
        else:
            figure.colorbar(cells, ax=panel, label="share of the true class", shrink=0.7)
        _name_axes(panel, class_names)
        panel.set_title(title)
        return rendered(name, figure)


def draw_class_scores(
    name: str,
    title: str,
    scores: Sequence[ClassScore],
    class_names: Sequence[str],
    *,
    lowest: float,
) -> Picture:
    """Draw precision, recall and F1 of every class, one line a class.

    Parameters
    ----------
    name, title
        File name and heading of the picture.
    scores, class_names
        One a class.
    lowest
        Where the axis begins, in [0, 1): pictures to be compared have one in common.
    """
    from matplotlib.figure import Figure

    kinds = ("precision", "recall", "f1")
    with styled():
        height = 1.3 + min(0.26 * len(scores), 12) + title_height(title)
        figure = Figure(figsize=(4.6, height), layout="constrained")
        panel = figure.subplots()
        places = np.arange(len(scores))
        for number, kind in enumerate(kinds):
            values = [getattr(score, kind) for score in scores]
            panel.plot(
                [np.nan if value is None else value for value in values],
                places + 0.22 * (number - 1),  # side by side where they agree
                color=COLOURS[number],
                marker=MARKERS[number],
                markersize=4.5,
                linestyle="none",
                label="F1" if kind == "f1" else kind,
                clip_on=False,
            )
        name_classes(panel.yaxis, class_names, turned=False)
        panel.set_ylim(len(scores) - 0.4, -0.6)
        panel.set_xlim(lowest, 1)
        in_percent(panel.xaxis)
        panel.set_title(title)
        figure.legend(loc="outside lower left", ncols=3)
        return rendered(name, figure)


def _write_numbers(
    panel: "Axes", counts: Counts, shares: "np.typing.NDArray[np.float64]", *, as_shares: bool
) -> None:
    for (row, column), count in np.ndenumerate(counts):
        if count == 0:
            continue
        share = shares[row, column]
        panel.text(
            column,
            row,
            cell_text(float(share)) if as_shares else f"{count}",
            ha="center",
            va="center",
            fontsize=7.5,
            color="white" if share > LIGHT_UNTIL else "#222222",
        )


def cell_text(share: float) -> str:
    """Return a share in percent, short enough for a cell: ``97``, ``2.1``, ``<0.1``."""
    percent = 100 * share
    if percent >= 9.95:
        return f"{percent:.0f}"
    return f"{percent:.1f}" if percent >= 0.05 else "<0.1"


def _name_axes(panel: "Axes", class_names: Sequence[str]) -> None:
    name_classes(panel.xaxis, class_names, turned=True)
    name_classes(panel.yaxis, class_names, turned=False)
    panel.tick_params(length=0)
    panel.grid(visible=False)
    panel.set_xlabel("predicted class")
    panel.set_ylabel("true class")
    for spine in panel.spines.values():
        spine.set_visible(False)
