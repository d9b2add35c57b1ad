"""Confusion matrices and the scores of each class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from studies.report.blocks import LIGHT_TEXT_ABOVE, Figure
from studies.report.charts import style
from studies.stats.classification import ClassScore, Counts, row_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_confusion(
    name: str, title: str, counts: Counts, class_names: Sequence[str], *, as_shares: bool
) -> Figure:
    """Draw a confusion matrix, coloured by the share of the true class.

    Parameters
    ----------
    name, title : str
        File name and heading of the figure.
    counts : ndarray of int
        ``(classes, classes)``; rows are true classes.
    class_names : sequence of str
        One for each class.
    as_shares : bool
        Whether the cells show shares of their rows, in percent, rather than counts.
    """
    shares = row_shares(counts)
    with style.styled():
        figure = style.canvas(style.PHONE_WIDTH, 4.3 + style.title_height(title))
        panel = figure.subplots()
        cells = panel.imshow(
            np.nan_to_num(shares), cmap="Blues", vmin=0, vmax=1, interpolation="nearest"
        )
        if len(counts) <= style.NUMBERED:
            _write_numbers(panel, counts, shares, as_shares=as_shares)
        else:
            figure.colorbar(cells, ax=panel, label="share of the true class", shrink=0.7)
        _name_axes(panel, class_names)
        panel.set_title(title)
        return style.rendered(name, figure)


def draw_class_scores(
    name: str,
    title: str,
    scores: Sequence[ClassScore],
    class_names: Sequence[str],
    *,
    lowest: float,
) -> Figure:
    """Draw precision, recall and F1 of every class, one line for each class.

    Parameters
    ----------
    name, title : str
        File name and heading of the figure.
    scores : sequence of ClassScore
        One for each class.
    class_names : sequence of str
        One for each class.
    lowest : float
        Where the axis begins, in [0, 1): figures to be compared have one in common.
    """
    kinds = ("precision", "recall", "f1")
    with style.styled():
        height = 1.3 + min(0.26 * len(scores), 12) + style.title_height(title)
        figure = style.canvas(style.PHONE_WIDTH, height)
        panel = figure.subplots()
        places = np.arange(len(scores))
        for number, kind in enumerate(kinds):
            values = [getattr(score, kind) for score in scores]
            x = [np.nan if value is None else value for value in values]
            y = places + 0.22 * (number - 1)  # side by side where they agree
            look: dict[str, Any] = {"color": style.COLOURS[number], "marker": style.MARKERS[number]}
            look |= {"markersize": 4.5, "linestyle": "none", "clip_on": False}
            panel.plot(x, y, **look, label="F1" if kind == "f1" else kind)
        style.name_classes(panel.yaxis, class_names, turned=False)
        panel.set_ylim(len(scores) - 0.4, -0.6)
        panel.set_xlim(lowest, 1)
        style.in_percent(panel.xaxis)
        panel.set_title(title)
        figure.legend(loc="outside lower left", ncols=3)
        return style.rendered(name, figure)


def _write_numbers(
    panel: "Axes", counts: Counts, shares: "np.typing.NDArray[np.float64]", *, as_shares: bool
) -> None:
    for (row, column), count in np.ndenumerate(counts):
        if count == 0:
            continue
        share = shares[row, column]
        text = cell_text(float(share)) if as_shares else f"{count}"
        ink = "white" if share > LIGHT_TEXT_ABOVE else "#222222"
        panel.text(column, row, text, ha="center", va="center", fontsize=7.5, color=ink)


def cell_text(share: float) -> str:
    """Return a share in percent, short enough for a cell: ``97``, ``2.1``, ``<0.1``."""
    percent = 100 * share
    if percent >= 9.95:
        return f"{percent:.0f}"
    return f"{percent:.1f}" if percent >= 0.05 else "<0.1"


def _name_axes(panel: "Axes", class_names: Sequence[str]) -> None:
    style.name_classes(panel.xaxis, class_names, turned=True)
    style.name_classes(panel.yaxis, class_names, turned=False)
    panel.tick_params(length=0)
    panel.grid(visible=False)
    panel.set_xlabel("predicted class")
    panel.set_ylabel("true class")
    for spine in panel.spines.values():
        spine.set_visible(False)
