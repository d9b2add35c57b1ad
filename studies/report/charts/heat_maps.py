"""The matrix as two pictures: accuracies, and gains over training on clean images.

Every cell has its number, so both can be read without colours; and no colour is needed to tell a
gain from a loss, for they have signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.report.charts.style import Picture, draw_strip, rendered, styled, title_height
from studies.report.matrix.text import is_told_apart
from studies.report.sweep.text import points
from studies.stats.variance_components import Estimate
from studies.tables.matrix import Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize

MEAN, WORST = "mean of\nthe tests", "worst\ntest"

_GAP = 0.22  # between groups of rows, and before the columns over all tests; a cell is 1
_CELL_WIDTH, _CELL_HEIGHT = 0.86, 0.46  # inches
_LEFT, _FRAME, _LEAST = 1.75, 2.15, 4.5  # beside, above and below the cells; their width at least
_TITLE, _NOTE = 10, 12.5  # letters an inch
_LETTERS = 12  # of a label below a column


@dataclass(frozen=True, slots=True)
class _Mark:
    """One cell as it is drawn: what colours it, its text, whether it stands out."""

    value: float
    text: str
    bold: bool
    framed: bool


_Cells = Mapping[tuple[str, str], _Mark]


def draw_accuracies(
    matrix: Matrix, title: str, examples: Mapping[str, npt.NDArray[np.uint8]]
) -> Picture:
    """Draw every training on every test, with the mean and the worst of each training.

    The best of a column is bold; where a training is tested on its own corruption, the cell has a
    frame.

    Parameters
    ----------
    matrix
        The numbers.
    title
        Heading of the picture.
    examples
        Label of a test -> an image under it, ``(h, w)`` or ``(h, w, 3)``; may be empty.
    """
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    found = {place: cell.accuracy.value for place, cell in matrix.cells.items()}
    for label, standing in matrix.summaries.items():
        found[label, MEAN], found[label, WORST] = standing.mean.value, standing.worst.value
    best: dict[str, float] = {}
    for (_, column), value in found.items():
        best[column] = max(value, best.get(column, 0.0))
    cells = {
        (row, column): _Mark(value, f"{100 * value:.1f}", value == best[column], row == column)
        for (row, column), value in found.items()
    }
    lowest = np.floor(10 * min(found.values())) / 10
    look = colormaps["Blues"], Normalize(min(lowest, 0.9), 1.12)  # the darkest is left to print
    note = (
        "Accuracy in percent. Bold: the best of its column. Framed: trained on what it is tested "
        "on."
    )
    return _draw("matrix", title, note, matrix, [MEAN, WORST], cells, look, examples)


def draw_gains(
    matrix: Matrix, title: str, examples: Mapping[str, npt.NDArray[np.uint8]]
) -> Picture | None:
    """Draw what each training gains over the one on clean images; None where nothing is known.

    Gains that are not told apart from zero are in brackets.

    Parameters
    ----------
    matrix, title, examples
        As of `draw_accuracies`.
    """
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    gains = {place: cell.gain for place, cell in matrix.cells.items() if cell.gain is not None}
    for label, standing in matrix.summaries.items():
        if standing.mean_gain is not None:
            gains[label, MEAN] = standing.mean_gain
    if not gains:
        return None
    cells = {place: _gain_mark(place, gain) for place, gain in gains.items()}
    most = max(0.01, *(abs(gain.value) for gain in gains.values()))
    look = colormaps["PuOr"], Normalize(-1.25 * most, 1.25 * most)
    note = (
        "Points of accuracy over training on clean images. In brackets: not told apart from zero. "
        "Framed: trained on what it is tested on."
    )
    return _draw("gains", title, note, matrix, [MEAN], cells, look, examples)


def _gain_mark(place: tuple[str, str], gain: Estimate) -> _Mark:
    told, text = is_told_apart(gain), points(gain.value)
    return _Mark(gain.value, text if told else f"({text})", told, place[0] == place[1])


def _draw(
    name: str,
    title: str,
    note: str,
    matrix: Matrix,
    over_all: Sequence[str],
    cells: _Cells,
    look: "tuple[Colormap, Normalize]",
    examples: Mapping[str, npt.NDArray[np.uint8]],
) -> Picture:
    from matplotlib.figure import Figure

    rows = _places([(item.label, item.kind) for item in matrix.trainings
                    if any(row == item.label for row, _ in cells)])  # fmt: skip
    tests = [(test.label, "") for test in matrix.tests]
    columns = _places([*tests, *((label, "over all") for label in over_all)])
    with styled():
        wide = max(_CELL_WIDTH * len(columns), _LEAST)
        heading = fill(title, int(_TITLE * wide))
        high = _FRAME + _CELL_HEIGHT * len(rows) + title_height(heading)
        figure = Figure(figsize=(_LEFT + wide, high), layout="constrained")
        panel = figure.subplots()
        _draw_cells(panel, rows, columns, cells, look)
        _name_axes(panel, rows, columns, fill(note, int(_NOTE * wide)))
        panel.set_title(heading)
        strip = [(columns[label], examples[label]) for label, _ in tests if label in examples]
        draw_strip(panel, strip)
        return rendered(name, figure)


def _places(items: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return label -> position, with a gap between groups."""
    places: dict[str, float] = {}
    last, position = items[0][1], 0.0
    for label, group in items:
        position += _GAP if group != last else 0.0
        places[label] = position
        last, position = group, position + 1
    return places


def _draw_cells(
    panel: "Axes",
    rows: Mapping[str, float],
    columns: Mapping[str, float],
    cells: _Cells,
    look: "tuple[Colormap, Normalize]",
) -> None:
    from matplotlib.patches import Rectangle

    colours, scale = look
    for (row, column), mark in cells.items():
        x, y = columns[column], rows[row]
        colour = colours(scale(mark.value))
        ink = "white" if _luminance(colour) < 0.5 else "#222222"
        panel.add_patch(
            Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5)
        )
        if mark.framed:
            panel.add_patch(Rectangle((x - 0.44, y - 0.4), 0.88, 0.8, fill=False, edgecolor=ink))
        weight = "bold" if mark.bold else "normal"
        panel.text(x, y, mark.text, ha="center", va="center", fontweight=weight, color=ink)


def _luminance(colour: Sequence[float]) -> float:
    """Return how light a colour is, in [0, 1] (Rec. 709, of the encoded values)."""
    red, green, blue = colour[:3]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _name_axes(
    panel: "Axes", rows: Mapping[str, float], columns: Mapping[str, float], note: str
) -> None:
    below = [label if label in {MEAN, WORST} else fill(label, _LETTERS) for label in columns]
    beside = [f"{label} images" if label == CLEAN else fill(label, 24) for label in rows]
    panel.set_xticks(list(columns.values()), below)
    panel.set_yticks(list(rows.values()), beside)
    panel.tick_params(length=0, labelsize=9.5, labelcolor="#222222")
    panel.grid(visible=False)
    for spine in panel.spines.values():
        spine.set_visible(False)
    panel.set_xlim(-0.5, max(columns.values()) + 0.5)
    panel.set_ylim(max(rows.values()) + 0.5, -0.5)
    panel.set_ylabel("trained on")
    panel.set_xlabel(f"tested on\n\n{note}", linespacing=1.35)
