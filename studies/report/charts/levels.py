"""Levels of a protocol: a panel for each corruption, and bars of corruption errors."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.files import slug
from studies.report.blocks import Figure
from studies.report.charts import style
from studies.report.format import percent
from studies.report.images import corrupted
from studies.stats.corruption_error import ErrorRatio
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
    rows : sequence of LevelRow
        Say which corruptions and levels there are.
    example : ndarray of uint8
        ``(h, w, c)``; with neither 1 nor 3 channels there is nothing to show.
    number, seed : int
        The number of the image in the data, and the noise seed.

    Returns
    -------
    LevelStrips
        For each corruption the clean image and one image for each level.
    """
    if example.shape[2] not in {1, 3}:
        return {}
    pipelines: dict[str, dict[int, str]] = {}
    for row in rows:
        pipelines.setdefault(row.corruption, {0: "identity"})[row.level] = row.pipeline
    return {
        corruption: [
            (float(level), corrupted(pipeline, example, number, seed))
            for level, pipeline in sorted(of_level.items())
        ]
        for corruption, of_level in pipelines.items()
        if corruption != CLEAN
    }


DAGGER = "\N{DAGGER}"
FAITHFUL = {"exact", "distribution"}
"""The fidelities that are no approximation of what was published."""

_AXIS = "published level: an index, not a dose"
_MARKS = (
    f"bars: 95 % intervals; {DAGGER}: approximates the published corruption; "
    "in parentheses: not in the mCE"
)
_DODGE = 0.3  # of a level: the room in which the marks of several models stand side by side


def marked(section: CorruptionScores) -> str:
    """Return a name with a dagger if it is an approximation, in parentheses if not in the mCE."""
    name = section.corruption + ("" if section.fidelity in FAITHFUL else DAGGER)
    return name if section.counts else f"({name})"


def mean_name(benchmark: Benchmark) -> str:
    """Return ``mCE``, with a dagger where approximations are in it."""
    return "mCE" + (DAGGER if benchmark.approximations else "")


def missing_text(score: ErrorRatio) -> str:
    """Return why a ratio of errors has no value."""
    return "missing" if score.missing else "undefined"


def draw_levels(
    rows: Sequence[LevelRow],
    benchmark: Benchmark,
    strips: LevelStrips,
    *,
    chance: float,
    title: str,
) -> Figure:
    """Draw all corruptions, one panel each, as a figure named ``accuracy``.

    Parameters
    ----------
    rows : sequence of LevelRow
        The levels of all corruptions and models, clean images among them.
    benchmark : Benchmark
        Says which corruptions there are, in which order, and how close to the published ones.
    strips : LevelStrips
        Images to show above the panels, each over its level; may be empty.
    chance : float
        Accuracy of a random prediction, drawn as a dotted line.
    title : str
        Heading of the figure.
    """
    with style.styled():
        count = len(benchmark.corruptions)
        figure, panels = style.grid_of_panels(count, columns=4, width=3.3, height=3.1)
        for panel, section in zip(panels, benchmark.corruptions, strict=True):
            _draw_panel(panel, rows, section, benchmark, chance)
            style.draw_strip(panel, strips.get(section.corruption, ()))
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        marks = _MARKS if count > 1 else None  # wider than a single panel
        look: dict[str, Any] = {"title": marks, "title_fontsize": 9, "alignment": "left"}
        look |= {"loc": "outside lower left", "ncols": 2 * min(4, count)}
        figure.legend(*panels[0].get_legend_handles_labels(), **look)
        return style.rendered("accuracy", figure)


def draw_level_panels(
    rows: Sequence[LevelRow], benchmark: Benchmark, strips: LevelStrips, *, chance: float
) -> list[Figure]:
    """Draw each corruption as a figure for a phone, named ``accuracy-01-shot_noise`` and so on.

    The parameters are those of `draw_levels`.
    """
    figures = []
    for number, section in enumerate(benchmark.corruptions, start=1):
        with style.styled():
            figure, (panel,) = style.grid_of_panels(1, columns=1, width=4.0, height=3.1)
            _draw_panel(panel, rows, section, benchmark, chance)
            style.draw_strip(panel, strips.get(section.corruption, ()))
            panel.legend(loc="best")
            name = f"accuracy-{number:02d}-{slug(section.corruption)}"
            figures.append(style.rendered(name, figure).described(_alt(section, rows)))
    return figures


def _alt(section: CorruptionScores, rows: Sequence[LevelRow]) -> str:
    """Return what a panel shows, in words."""
    texts = [
        f"{model} {', '.join(percent(row.accuracy) for row in of_model)}"
        for model in dict.fromkeys(row.model for row in rows)
        if (of_model := [r for r in rows if (r.model, r.corruption) == (model, section.corruption)])
    ]
    return f"Accuracy at each level of {section.corruption}: {'; '.join(texts) or 'none'}."


def _draw_panel(
    panel: "Axes",
    rows: Sequence[LevelRow],
    section: CorruptionScores,
    benchmark: Benchmark,
    chance: float,
) -> None:
    models = [item.model for item in benchmark.overall]
    for number, model in enumerate(models):
        mine = [row for row in rows if row.model == model]
        shift = _DODGE * ((number + 0.5) / len(models) - 0.5)
        clean = [row for row in mine if row.corruption == CLEAN]
        levels = [row for row in mine if row.corruption == section.corruption]
        # No line joins the clean images to level 1: there is no level in between.
        _draw_marks(panel, clean, number, shift, label=None)
        _draw_marks(panel, levels, number, shift, label=style.in_legend(model))
    style.of_accuracy(panel, chance)
    panel.set_xticks(range(section.levels + 1), ["clean", *map(str, range(1, section.levels + 1))])
    panel.set_xlim(-0.5, section.levels + 0.5)
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
    places, errors = [row.level + shift for row in rows], np.stack([below, above]).clip(min=0)
    look = style.line_look(number) | {"linewidth": 1.3, "elinewidth": 1.3}
    panel.errorbar(places, accuracy, yerr=errors, **look, label=label)
