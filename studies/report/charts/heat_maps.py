"""Heat maps of a train-by-test matrix: accuracies, and gains over training on clean images.

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
from studies.report.blocks import Figure
from studies.report.charts.style import canvas, draw_strip, rendered, styled, title_height
from studies.report.format import points
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
class _HeatCell:
    """One cell as it is drawn: the value of its colour, its text, whether it stands out."""

    value: float
    text: str
    bold: bool
    framed: bool


_Cells = Mapping[tuple[str, str], _HeatCell]


def is_significant(gain: Estimate) -> bool:
    """Tell whether the interval of a gain excludes zero."""
    return gain.low > 0 or gain.high < 0


def draw_accuracies(
    matrix: Matrix, title: str, examples: Mapping[str, npt.NDArray[np.uint8]]
) -> Figure:
    """Draw the accuracy of every training on every test, with the mean and the lowest of each.

    The best of a column is bold; where a training is tested on its own corruption, the cell has a
    frame.

    Parameters
    ----------
    matrix : Matrix
        The numbers.
    title : str
        Heading of the figure.
    examples : mapping of str to ndarray of uint8
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
        (row, column): _HeatCell(value, f"{100 * value:.1f}", value == best[column], row == column)
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
) -> Figure | None:
    """Draw the gain of each training over the one on clean images; None without any gain.

    Gains that do not differ significantly from zero are in brackets. The parameters are those of
    `draw_accuracies`.
    """
    from matplotlib import colormaps
    from matplotlib.colors import Normalize

    gains = {place: cell.gain for place, cell in matrix.cells.items() if cell.gain is not None}
    for label, standing in matrix.summaries.items():
        if standing.mean_gain is not None:
            gains[label, MEAN] = standing.mean_gain
    if not gains:
        return None
    cells = {place: _gain_cell(place, gain) for place, gain in gains.items()}
    most = max(0.01, *(abs(gain.value) for gain in gains.values()))
    look = colormaps["PuOr"], Normalize(-1.25 * most, 1.25 * most)
    note = (
        "Points of accuracy over training on clean images. In brackets: no significant difference "
        "from zero. Framed: trained on what it is tested on."
    )
    return _draw("gains", title, note, matrix, [MEAN], cells, look, examples)


def _gain_cell(place: tuple[str, str], gain: Estimate) -> _HeatCell:
    significant, text = is_significant(gain), points(gain.value)
    return _HeatCell(
        gain.value, text if significant else f"({text})", significant, place[0] == place[1]
    )


def _draw(
    name: str,
    title: str,
    note: str,
    matrix: Matrix,
    over_all: Sequence[str],
    cells: _Cells,
    look: "tuple[Colormap, Normalize]",
    examples: Mapping[str, npt.NDArray[np.uint8]],
) -> Figure:
    rows = _places([(item.label, item.kind) for item in matrix.trainings
                    if any(row == item.label for row, _ in cells)])  # fmt: skip
    tests = [(test.label, "") for test in matrix.tests]
    columns = _places([*tests, *((label, "over all") for label in over_all)])
    with styled():
        wide = max(_CELL_WIDTH * len(columns), _LEAST)
        heading = fill(title, int(_TITLE * wide))
        high = _FRAME + _CELL_HEIGHT * len(rows) + title_height(heading)
        figure = canvas(_LEFT + wide, high)
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
    for (row, column), cell in cells.items():
        x, y = columns[column], rows[row]
        colour = colours(scale(cell.value))
        ink = "white" if _luminance(colour) < 0.5 else "#222222"
        panel.add_patch(
            Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5)
        )
        if cell.framed:
            panel.add_patch(Rectangle((x - 0.44, y - 0.4), 0.88, 0.8, fill=False, edgecolor=ink))
        weight = "bold" if cell.bold else "normal"
        panel.text(x, y, cell.text, ha="center", va="center", fontweight=weight, color=ink)


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
