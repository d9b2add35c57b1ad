"""Levels of a protocol -> pictures: a panel a corruption, and bars of corruption errors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.files import slug
from studies.report.benchmark.text import DAGGER, marked, mean_name
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
from studies.report.strips import shown
from studies.tables.benchmark import Benchmark, CorruptionScores
from studies.tables.curves import LevelRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes


LevelStrips = Mapping[str, Sequence[tuple[float, npt.NDArray[np.uint8]]]]
"""Corruption -> images, each with its level."""


def make_level_strips(
    rows: Sequence[LevelRow], example: npt.NDArray[np.uint8], *, number: int, seed: int
) -> LevelStrips:
    """Corrupt one image at every level that was computed for any model.

    Parameters
    ----------
    rows
        Say which corruptions and levels there are.
    example
        ``(h, w, c)`` uint8; with neither 1 nor 3 channels there is nothing to show.
    number
        The image's own number in the data.
    seed
        Corruption seed; with the number it makes the image exactly what the models saw.

    Returns
    -------
    LevelStrips
        The clean image and one a level, for each corruption.
    """
    if example.shape[2] not in {1, 3}:
        return {}
    pipelines: dict[str, dict[int, str]] = {}
    for row in rows:
        pipelines.setdefault(row.corruption, {0: "identity"})[row.level] = row.pipeline
    return {
        corruption: [
            (float(level), shown(pipeline, example, number, seed))
            for level, pipeline in sorted(of_level.items())
        ]
        for corruption, of_level in pipelines.items()
        if corruption != CLEAN
    }


_AXIS = "published level: an index, not a dose"
_MARKS = (
    f"bars: 95 % intervals; {DAGGER}: a stand-in for the published corruption; "
    "in parentheses: not in the mCE"
)
_DODGE = 0.3  # of a level: the room in which the marks of several models stand side by side


def draw_levels(
    rows: Sequence[LevelRow],
    benchmark: Benchmark,
    strips: LevelStrips,
    *,
    chance: float,
    title: str,
) -> Picture:
    """Draw all corruptions, one panel each.

    Parameters
    ----------
    rows
        The levels of all corruptions and models, clean images among them.
    benchmark
        Says which corruptions there are, in which order, and how near they are to the published.
    strips
        Images to show above the panels, each over its level; may be empty.
    chance
        Accuracy of guessing, drawn as a dotted line.
    title
        Heading of the picture.

    Returns
    -------
    Picture
        Named ``accuracy``.
    """
    with styled():
        count = len(benchmark.corruptions)
        figure, panels = grid_of_panels(count, columns=4, width=3.3, height=3.1)
        for panel, section in zip(panels, benchmark.corruptions, strict=True):
            _draw_panel(panel, rows, section, benchmark, chance)
            draw_strip(panel, strips.get(section.corruption, ()))
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="outside lower left",
            ncols=2 * min(4, count),
            title=_MARKS if count > 1 else None,  # wider than a single panel
            title_fontsize=9,
            alignment="left",
        )
        return rendered("accuracy", figure)


def draw_level_panels(
    rows: Sequence[LevelRow], benchmark: Benchmark, strips: LevelStrips, *, chance: float
) -> list[Picture]:
    """Draw each corruption as a picture of its own, narrow enough for a telephone.

    Parameters
    ----------
    rows, benchmark, strips, chance
        As for `draw_levels`.

    Returns
    -------
    list of Picture
        Named ``accuracy-01-shot_noise`` and so on, in the order of the benchmark's sections.
    """
    pictures = []
    for number, section in enumerate(benchmark.corruptions, start=1):
        with styled():
            figure, (panel,) = grid_of_panels(1, columns=1, width=4.0, height=3.1)
            _draw_panel(panel, rows, section, benchmark, chance)
            draw_strip(panel, strips.get(section.corruption, ()))
            panel.legend(loc="best")
            name = f"accuracy-{number:02d}-{slug(section.corruption)}"
            pictures.append(rendered(name, figure))
    return pictures


def draw_corruption_errors(benchmark: Benchmark) -> Picture | None:
    """Draw the CE of every model but the reference as bars, with their intervals.

    Returns
    -------
    Picture or None
        Named ``corruption-error``; None without a model beside the reference.
    """
    from matplotlib.ticker import PercentFormatter

    models = [item.model for item in benchmark.overall]
    others = [model for model in models if model != benchmark.reference]
    if not others:
        return None
    labels = [mean_name(benchmark), *(marked(section) for section in benchmark.corruptions)]
    with styled():
        figure, (panel,) = grid_of_panels(
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
        panel.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        panel.set_xlabel(f"errors for each error of {benchmark.reference}, over all levels")
        panel.set_ylabel("")
        panel.set_title(f"Corruption error (CE) on {benchmark.title}")
        figure.legend(loc="outside lower left", ncols=3)
        return rendered("corruption-error", figure)


def _draw_bars(
    panel: "Axes", benchmark: Benchmark, model: str, number: int, place: int, count: int
) -> None:
    standings = [
        next(item for item in group if item.model == model)
        for group in (benchmark.overall, *(section.scores for section in benchmark.corruptions))
    ]
    thickness = 0.76 / count
    for line, standing in enumerate(standings):
        score = standing.corruption_error
        height = line + (place - (count - 1) / 2) * thickness
        if score.value is None:
            word = "missing" if score.missing else "undefined"
            panel.annotate(word, (0, height), (4, 0), textcoords="offset points", va="center",
                           fontsize=8, color="#666666")  # fmt: skip
            continue
        panel.barh(
            height,
            score.value,
            height=thickness * 0.92,
            color=COLOURS[number % len(COLOURS)],
            label=in_legend(model) if line == 0 else None,
        )
        if score.low is not None and score.high is not None:
            panel.plot([score.low, score.high], [height, height], color="black", linewidth=1)


def _draw_panel(
    panel: "Axes",
    rows: Sequence[LevelRow],
    section: CorruptionScores,
    benchmark: Benchmark,
    chance: float,
) -> None:
    from matplotlib.ticker import PercentFormatter

    models = [item.model for item in benchmark.overall]
    for number, model in enumerate(models):
        mine = [row for row in rows if row.model == model]
        shift = _DODGE * ((number + 0.5) / len(models) - 0.5)
        clean = [row for row in mine if row.corruption == CLEAN]
        levels = [row for row in mine if row.corruption == section.corruption]
        # No line joins the clean images to level 1: there is no level in between.
        _draw_marks(panel, clean, number, shift, label=None)
        _draw_marks(panel, levels, number, shift, label=in_legend(model))
    panel.axhline(chance, color="#888888", linestyle=":", linewidth=1.2, label="guessing")
    panel.set_xticks(range(section.levels + 1), ["clean", *map(str, range(1, section.levels + 1))])
    panel.set_xlim(-0.5, section.levels + 0.5)
    panel.set_ylim(-0.02, 1.02)
    panel.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    panel.grid(visible=False, axis="x")
    panel.set_title(marked(section))
    panel.set_title(section.fidelity, loc="right", fontsize=8, fontweight="normal", color="#666666")
    panel.set_xlabel(_AXIS if section.levels > 1 else "one published level")


def _draw_marks(
    panel: "Axes", rows: Sequence[LevelRow], number: int, shift: float, *, label: str | None
) -> None:
    if not rows:
        return
    accuracy = np.array([row.accuracy for row in rows])
    below = accuracy - [row.low for row in rows]
    above = [row.high for row in rows] - accuracy
    panel.errorbar(
        [row.level + shift for row in rows],
        accuracy,
        yerr=np.stack([below, above]).clip(min=0),
        **line_look(number),
        linewidth=1.3,
        elinewidth=1.3,
        label=label,
    )
