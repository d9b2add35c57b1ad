"""What all pictures share: style, colours, strips of images, and bytes that are always the same."""

import io
import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure


# Okabe and Ito's colours, told apart by readers of every colour vision, the yellow left out as
# too pale on white; lines and markers differ too, so that a grey print can be read.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)))

_DOTS_PER_INCH = 160

STRIP_HEIGHT = 31  # points; six of them fit above a panel

_STYLE: dict[Any, Any] = {  # matplotlib types the keys as one huge Literal
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same picture everywhere
    "font.size": 10,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 8,
    "axes.labelsize": 9,
    "axes.labelcolor": "#444444",
    "axes.edgecolor": "#999999",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "xtick.color": "#666666",
    "ytick.color": "#666666",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "svg.hashsalt": "studies",  # without it, names inside the file differ at each writing
    "svg.fonttype": "path",
    "figure.constrained_layout.h_pad": 0.08,
    "figure.constrained_layout.w_pad": 0.06,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture in both formats; the same curves give the same bytes."""

    name: str
    png: bytes
    svg: bytes

    def files(self) -> dict[str, bytes]:
        """Return both files, by their names in a results folder."""
        return {f"figures/{self.name}.png": self.png, f"figures/{self.name}.svg": self.svg}


def picture_files(pictures: Iterable[Picture]) -> dict[str, bytes]:
    """Return the files of some pictures, by their names in a results folder."""
    return {name: content for item in pictures for name, content in item.files().items()}


def line_look(number: int) -> dict[str, Any]:
    """Return colour, dashes and markers of the line of that number, as matplotlib names them."""
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": LINES[number % len(LINES)],
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }


def in_legend(name: str) -> str:
    """Return a model's name as a label that matplotlib shows: it hides those that begin with _."""
    return f" {name}" if name.startswith("_") else name


def styled() -> AbstractContextManager[None]:
    """Draw in our style, whatever the user's own settings are."""
    from matplotlib import rc_context

    return rc_context(_STYLE)


def grid_of_panels(
    count: int, *, columns: int, width: float, height: float
) -> "tuple[Figure, list[Axes]]":
    """Return a figure with so many panels in rows, which share their vertical axis.

    Parameters
    ----------
    count
        How many panels; at least 1.
    columns
        How many in a row at most.
    width, height
        Of one panel with its labels, in inches.
    """
    from matplotlib.figure import Figure

    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(0.6 + width * columns, 0.9 + height * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    for number, panel in enumerate(panels):
        panel.tick_params(labelleft=True)
        if number % columns == 0:
            panel.set_ylabel("Accuracy")
        if number >= count:
            panel.remove()
    return figure, list(panels[:count])


def draw_strip(panel: "Axes", images: Sequence[tuple[float, npt.NDArray[np.uint8]]]) -> None:
    """Put images above a panel, each over its place on the horizontal axis."""
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    if not images:
        return
    for place, image in images:
        zoom = STRIP_HEIGHT / max(image.shape[:2])
        shown = OffsetImage(
            image, zoom=zoom, cmap="gray", interpolation="nearest", norm=_eight_bits()
        )
        panel.add_artist(
            AnnotationBbox(
                shown,
                (place, 1),
                xybox=(0, 5),
                xycoords=("data", "axes fraction"),
                boxcoords="offset points",
                box_alignment=(0.5, 0),
                frameon=False,
                pad=0,
                annotation_clip=False,
            )
        )
    panel.set_title(panel.get_title("left"), pad=STRIP_HEIGHT + 12)


def _eight_bits() -> "Normalize":
    from matplotlib.colors import Normalize

    return Normalize(0, 255)


def rendered(name: str, figure: "Figure") -> Picture:
    """Return a figure in both formats."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasAgg(figure)  # the layout measures texts as it draws them
    # Laid out once and drawn once a format: savefig would draw everything five times.
    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
    png, svg = io.BytesIO(), io.BytesIO()
    # No date and no version: equal curves are to give equal bytes.
    in_lines: Any = FigureCanvasSVG(figure)  # matplotlib declares no types for these
    in_lines.print_svg(svg, metadata={"Date": None, "Creator": None})
    figure.set_dpi(_DOTS_PER_INCH)
    in_dots: Any = FigureCanvasAgg(figure)
    in_dots.print_png(png, metadata={"Software": None})
    return Picture(name, png.getvalue(), svg.getvalue())


NAMED = 40
"""Up to this many classes, every class has its name on an axis."""

NUMBERED = 12
"""Up to this many classes, every cell of a matrix has its number; more would not be legible."""

_LETTERS = 15  # of a name
_TITLE, _LABEL = 40, 50  # letters on a line
_LINE = 0.19  # inches


def shortened(text: str, limit: int = _LETTERS) -> str:
    """Return a name on one line, cut where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def titled(what: str, condition: str) -> str:
    """Return a title that says under which condition a picture holds, on lines that fit."""
    return f"{fill(what, _TITLE)}\n{fill(condition, _TITLE)}"


def title_height(title: str) -> float:
    """Return how much higher than with a single line a picture must be, in inches."""
    return _LINE * title.count("\n")


def labelled(text: str) -> str:
    """Return the label of a line, on as many lines as it needs below a picture."""
    return fill(text, _LABEL)


def name_classes(axis: "Axis", class_names: Sequence[str], *, turned: bool) -> None:
    """Write the names of the classes at 0, 1, ... where there are few enough.

    Parameters
    ----------
    axis
        Of classes.
    class_names
        One a class.
    turned
        Whether long names are to be turned upright.
    """
    if len(class_names) > NAMED:
        return
    names = [shortened(text) for text in class_names]
    upright = turned and max(map(len, names)) > 3
    size = 9 if len(names) <= NUMBERED else 6
    axis.set_ticks(range(len(names)), names, rotation=90 if upright else 0, fontsize=size)


def in_percent(axis: "Axis") -> None:
    """Write shares as percentages with no more decimals than they need."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=5))
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))


def in_decades(axis: "Axis", *, percent: bool = False) -> None:
    """Write a logarithmic axis in plain numbers: matplotlib's own powers need its mathematics."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    factor, unit = (100, " %") if percent else (1, "")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{factor * value:,.12g}{unit}"))
    axis.set_minor_formatter(NullFormatter())
