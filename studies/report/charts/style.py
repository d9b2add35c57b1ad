"""What all charts share: style, colours, axes, strips of images, and reproducible bytes."""

import io
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studies.core.files import slug
from studies.report.blocks import Figure
from studies.report.format import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure as Canvas


# The colours of Okabe and Ito, which differ for readers of every colour vision, without the yellow,
# too pale on white; lines and markers differ too, so that a grey print can be read.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
LINES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)))

PHONE_WIDTH = 4.6
"""Inches of a figure that can be read on a phone."""

NAMED, NUMBERED = 40, 12
"""Up to how many classes each has its name on an axis, and each cell of a matrix its number."""

_DOTS_PER_INCH = 160
_STRIP_HEIGHT = 31  # points; six of them fit above a panel
_TITLE, _LABEL = 40, 50  # letters on a line
_LINE = 0.19  # inches

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


def figure_name(kind: str, models: Sequence[str], model: str, ending: str = "") -> str:
    """Return the name of a figure of one model: ``confusion-01-mlp-clean``."""
    parts = [kind, f"{list(models).index(model) + 1:02d}", slug(model) or "model", ending]
    return "-".join(part for part in parts if part)


def colour(number: int) -> str:
    """Return the colour of that number; after the last one comes the first again."""
    return COLOURS[number % len(COLOURS)]


def line_colour(number: int) -> dict[str, Any]:
    """Return colour and dashes of the line of that number, as matplotlib names them."""
    return {"color": colour(number), "linestyle": LINES[number % len(LINES)]}


def line_look(number: int) -> dict[str, Any]:
    """Return colour, dashes and markers of the line of that number, as matplotlib names them."""
    return line_colour(number) | {
        "marker": MARKERS[number % len(MARKERS)],
        "markersize": 4.5,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }


def in_legend(name: str) -> str:
    """Return the label of a model that matplotlib shows: it hides those that begin with _."""
    return f" {name}" if name.startswith("_") else name


def styled(settings: Mapping[Any, Any] | None = None) -> AbstractContextManager[None]:
    """Draw in the style of this project, with these settings, whatever those of the user are."""
    from matplotlib import rc_context

    return rc_context(_STYLE | dict(settings or {}))


def canvas(width: float, height: float) -> "Canvas":
    """Return an empty canvas of that size in inches, whose parts make room for one another."""
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(width, height), layout="constrained")


def grid_of_panels(
    count: int, *, columns: int, width: float, height: float
) -> "tuple[Canvas, list[Axes]]":
    """Return a canvas with so many panels in rows, which share their vertical axis.

    Parameters
    ----------
    count : int
        How many panels; at least 1.
    columns : int
        How many in a row at most.
    width, height : float
        Of one panel with its labels, in inches.
    """
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    figure = canvas(0.6 + width * columns, 0.9 + height * rows)
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
    from matplotlib.colors import Normalize
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    if not images:
        return
    for place, image in images:
        zoom = _STRIP_HEIGHT / max(image.shape[:2])
        shown = OffsetImage(
            image, zoom=zoom, cmap="gray", interpolation="nearest", norm=Normalize(0, 255)
        )
        box = AnnotationBbox(
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
        panel.add_artist(box)
    panel.set_title(panel.get_title("left"), pad=_STRIP_HEIGHT + 12)


def rendered(name: str, figure: "Canvas") -> Figure:
    """Return what is drawn on a canvas in both formats."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    FigureCanvasAgg(figure)  # the layout measures texts as it draws them
    # Laid out once and drawn once for each format: savefig would draw everything five times.
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
    return Figure(name, png.getvalue(), svg.getvalue())


def titled(what: str, condition: str) -> str:
    """Return a title that says under which condition a figure holds, on lines that fit."""
    return f"{fill(what, _TITLE)}\n{fill(condition, _TITLE)}"


def title_height(title: str) -> float:
    """Return by how many inches a figure is higher than with a title of one line."""
    return _LINE * title.count("\n")


def labelled(text: str) -> str:
    """Return the label of a line, on as many lines as it needs below a figure."""
    return fill(text, _LABEL)


def name_classes(axis: "Axis", class_names: Sequence[str], *, turned: bool) -> None:
    """Write the names of the classes at 0, 1, ... where there are few enough.

    Parameters
    ----------
    axis : Axis
        The axis of the classes.
    class_names : sequence of str
        One for each class.
    turned : bool
        Whether long names are turned upright.
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


def of_accuracy(panel: "Axes", chance: float) -> None:
    """Let the vertical axis be the accuracy, and draw the chance level."""
    panel.axhline(chance, color="#888888", linestyle=":", linewidth=1.2, label="chance level")
    panel.set_ylim(-0.02, 1.02)
    in_whole_percent(panel.yaxis)


def in_whole_percent(axis: "Axis") -> None:
    """Write shares as percentages without decimals."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))


def in_decades(axis: "Axis", *, percent: bool = False) -> None:
    """Write a logarithmic axis in plain numbers: the powers of matplotlib need its mathematics."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    factor, unit = (100, " %") if percent else (1, "")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{factor * value:,.12g}{unit}"))
    axis.set_minor_formatter(NullFormatter())
