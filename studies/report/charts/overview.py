"""The mean accuracy of each model under each corruption, as one figure: hardest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studies.report.blocks import Drawing, Figure
from studies.report.charts.style import (
    canvas,
    in_legend,
    in_whole_percent,
    line_look,
    rendered,
    styled,
)
from studies.report.format import percent, with_limits
from studies.tables.areas import ALL, AreaRow
from studies.tables.curves import Curve, CurveRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DRAWN = 12  # corruptions in the drawing of a page: more would not fit on a screen
_LETTERS = 60  # of the spec of a pipeline that fit beside the panel
_LINE = 0.24  # inches


@dataclass(frozen=True, slots=True)
class MeanAccuracy:
    """The mean accuracy of one model over one severity range.

    Attributes
    ----------
    look : int
        Number of the model, which decides colour, dashes and marker.
    model : str
        Name of the model.
    mean : float
        The mean, which is the area under the curve.
    low, high : float or None
        Limits of its 95 % interval; None where a point of the curve is missing.
    worst : CurveRow or None
        The point at maximum severity; None over all corruptions.
    """

    look: int
    model: str
    mean: float
    low: float | None
    high: float | None
    worst: CurveRow | None

    @property
    def text(self) -> str:
        """The mean with its interval."""
        if self.low is None:
            return f"{percent(self.mean)} (incomplete)"
        return with_limits(self.mean, self)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One corruption and the mean accuracy of each model; None where a model has no cell of it."""

    title: str
    corruption: str
    number: int
    means: Sequence[MeanAccuracy | None]

    @property
    def mean(self) -> float:
        """The mean over the models, which orders the rows."""
        means = [item.mean for item in self.means if item]
        return sum(means) / len(means)


@dataclass(frozen=True, slots=True)
class Overview:
    """All corruptions, hardest first, and the mean over all of them, if there is one."""

    models: Sequence[str]
    rows: Sequence[OverviewRow]
    overall: OverviewRow | None
    chance: float

    @property
    def drawn(self) -> list[OverviewRow]:
        """The rows that a page draws."""
        return [*([self.overall] if self.overall else []), *self.rows[:_DRAWN]]

    @property
    def alt(self) -> str:
        """What a page draws, in words."""
        rows = [
            f"{row.title}: {', '.join(f'{k.model} {k.text}' for k in row.means if k)}"
            for row in self.drawn
        ]
        return f"Mean accuracy over the severity range. {'; '.join(rows)}."

    @property
    def caption(self) -> str:
        """How to read what a page draws."""
        total = len(self.rows)
        cut = f" (the first {_DRAWN} of {total})" if total > _DRAWN else ""
        return (
            "Mean accuracy of each model from the clean images to maximum severity, the most "
            f"harmful corruption first{cut}. The bar behind a mark is its 95\N{NO-BREAK SPACE}% "
            "interval."
        )


def make_overview(curves: Sequence[Curve], areas: Sequence[AreaRow], *, chance: float) -> Overview:
    """Return the mean accuracy of each model under each corruption.

    Parameters
    ----------
    curves : sequence of Curve
        At least one.
    areas : sequence of AreaRow
        Of those curves that have no gap, and over all of them.
    chance : float
        Accuracy of a random prediction.
    """
    models = list(dict.fromkeys(curve.model for curve in curves))
    of_areas = {(row.corruption, row.model): row for row in areas}
    titles = {curve.corruption: curve.title for curve in curves}
    of_curves = {(curve.corruption, curve.model): curve for curve in curves}

    def means(corruption: str) -> list[MeanAccuracy | None]:
        places = [(corruption, model) for model in models]
        return [
            _mean(look, place[1], of_curves.get(place), of_areas.get(place))
            for look, place in enumerate(places)
        ]

    rows = [
        OverviewRow(title, corruption, number, means(corruption))
        for number, (corruption, title) in enumerate(titles.items(), start=1)
    ]
    overall = OverviewRow("All corruptions", "", 0, means(ALL))
    hardest_first = sorted(rows, key=lambda row: row.mean)
    return Overview(models, hardest_first, overall if any(overall.means) else None, chance)


def _mean(look: int, model: str, curve: Curve | None, area: AreaRow | None) -> MeanAccuracy | None:
    worst = None if curve is None else curve.worst
    if area is not None:
        return MeanAccuracy(look, model, area.area, area.low, area.high, worst)
    if curve is None:
        return None
    return MeanAccuracy(look, model, curve.mean_accuracy, None, None, worst)


def as_drawn_on_page(figure: Figure, overview: Overview) -> Figure:
    """Return a figure of all corruptions with the drawing of the mean accuracies for a page."""
    return figure.described(overview.alt, overview.caption, drawing=Drawing("means", overview))


def draw_means(overview: Overview, *, title: str) -> Figure:
    """Draw the mean accuracy of every corruption and model, named ``accuracy`` as the panels are.

    Parameters
    ----------
    overview : Overview
        At least one corruption.
    title : str
        Heading of the figure.
    """
    rows = [*([overview.overall] if overview.overall else []), *overview.rows]
    with styled():
        figure = canvas(8.4, 1.6 + _LINE * len(rows))
        panel = figure.subplots()
        for look, model in enumerate(overview.models):
            _draw_model(panel, rows, look, model, shift=(look + 0.5) / len(overview.models) - 0.5)
        if overview.overall:
            panel.axhline(0.5, color="#BBBBBB", linewidth=0.8)
        dotted: dict[str, Any] = {"color": "#888888", "linestyle": ":", "linewidth": 1.2}
        panel.axvline(overview.chance, **dotted, label="chance level")
        panel.set_yticks(range(len(rows)), [_short(row.title) for row in rows])
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.set_xlim(-0.02, 1.02)
        in_whole_percent(panel.xaxis)
        panel.set_xlabel("Mean accuracy over the severity range, with its 95 % interval")
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        figure.legend(loc="outside lower left", ncols=4)
        return rendered("accuracy", figure)


def _draw_model(
    panel: "Axes", rows: Sequence[OverviewRow], look: int, model: str, *, shift: float
) -> None:
    """Draw the marks of one model, a little above or below those of the others."""
    means = [
        (place + shift / 2, item)
        for place, row in enumerate(rows)
        for item in row.means
        if item is not None and item.model == model
    ]
    style = line_look(look) | {"linestyle": "none", "markersize": 6}
    panel.plot(
        [item.mean for _, item in means], [y for y, _ in means], **style, label=in_legend(model)
    )
    for y, item in means:
        if item.low is not None and item.high is not None:
            panel.hlines(y, item.low, item.high, color=style["color"], linewidth=1.4)


def _short(title: str) -> str:
    return title if len(title) <= _LETTERS else title[: _LETTERS - 3] + "..."
