"""The picture of a study with many corruptions: one line each, hardest first, a mark a model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.reporting.drawing import Picture, in_legend, line_look, rendered, styled
from studies.reporting.overview import Overview, OverviewRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
