"""Curves -> pictures: accuracy against the strength, one panel a corruption, one line a model."""

import io
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from studies.curves import Curve
from studies.strips import Frame, Strips

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize
    from matplotlib.figure import Figure

# Okabe and Ito's colours, told apart by readers of every colour vision, the yellow left out as
# too pale on white; lines and markers differ too, so that a grey print can be read.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_LINES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)))

_STRIP_HEIGHT = 31  # points; six of them fit above a panel

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


def draw_overview(curves: Sequence[Curve], strips: Strips, *, chance: float, title: str) -> Picture:
    """Draw all corruptions, one panel each.

    Parameters
    ----------
    curves
        At least one.
    strips
        Images to show above the panels, each over its strength; may be empty.
    chance
        Accuracy of guessing, drawn as a dotted line.
    title
        Heading of the picture.

    Returns
    -------
    Picture
        Named ``accuracy``.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    corruptions = list(dict.fromkeys(curve.corruption for curve in curves))
    columns = min(3, len(corruptions))
    rows = math.ceil(len(corruptions) / columns)
    with _styled():
        figure = Figure(figsize=(0.6 + 3.6 * columns, 0.9 + 3.4 * rows), layout="constrained")
        panels = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
        for panel, corruption in zip(panels, corruptions, strict=False):
            _draw_panel(panel, _of(curves, corruption), _models(curves), chance)
            _draw_strip(panel, strips.get(corruption, ()))
        for number, panel in enumerate(panels):
            panel.tick_params(labelleft=True)
            if number % columns == 0:
                panel.set_ylabel("Accuracy")
            if number >= len(corruptions):
                panel.remove()
        figure.suptitle(title, x=0.012, ha="left", fontsize=13, fontweight="bold")
        handles, labels = panels[0].get_legend_handles_labels()
        handles.append(Patch(color="#888888", alpha=0.3, linewidth=0))
        labels.append("95 % interval")
        per_line = max(1, 2 * columns)
        figure.legend(handles, labels, loc="outside lower left", ncols=per_line)
        return _rendered("accuracy", figure)


def draw_panels(curves: Sequence[Curve], strips: Strips, *, chance: float) -> list[Picture]:
    """Draw each corruption as a picture of its own, narrow enough for a telephone.

    Parameters
    ----------
    curves
        The curves; those of one corruption share a picture.
    strips
        Images to show above the panels, each over its strength; may be empty.
    chance
        Accuracy of guessing, drawn as a dotted line.

    Returns
    -------
    list of Picture
        Named ``accuracy-01-gaussian_noise`` and so on, in the order of the corruptions.
    """
    from matplotlib.figure import Figure

    pictures = []
    corruptions = dict.fromkeys(curve.corruption for curve in curves)
    for number, corruption in enumerate(corruptions, start=1):
        with _styled():
            figure = Figure(figsize=(4.6, 4.0), layout="constrained")
            panel = figure.subplots()
            _draw_panel(panel, _of(curves, corruption), _models(curves), chance)
            _draw_strip(panel, strips.get(corruption, ()))
            panel.set_ylabel("Accuracy")
            panel.legend(loc="best")
            pictures.append(_rendered(f"accuracy-{number:02d}-{_slug(corruption)}", figure))
    return pictures


def _styled() -> AbstractContextManager[None]:
    from matplotlib import rc_context

    return rc_context(_STYLE)


def _of(curves: Sequence[Curve], corruption: str) -> list[Curve]:
    return [curve for curve in curves if curve.corruption == corruption]


def _models(curves: Sequence[Curve]) -> list[str]:
    return list(dict.fromkeys(curve.model for curve in curves))


def _slug(corruption: str) -> str:
    names = (stage.partition("(")[0].strip() for stage in corruption.split("|"))
    slug = "-".join(names)
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in slug)[:60]


def _draw_panel(
    panel: "Axes", curves: Sequence[Curve], models: Sequence[str], chance: float
) -> None:
    from matplotlib.ticker import PercentFormatter

    finite = all(math.isfinite(row.strength) for curve in curves for row in curve.rows)
    for curve in curves:
        number = models.index(curve.model)
        x = [row.strength if finite else row.t for row in curve.rows]
        colour = _COLOURS[number % len(_COLOURS)]
        low, high = [row.low for row in curve.rows], [row.high for row in curve.rows]
        panel.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
        panel.plot(
            x,
            [row.accuracy for row in curve.rows],
            color=colour,
            linestyle=_LINES[number % len(_LINES)],
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=4.5,
            markeredgecolor="white",
            markeredgewidth=0.6,
            linewidth=1.8,
            label=curve.model,
        )
    panel.axhline(chance, color="#888888", linestyle=":", linewidth=1.2, label="guessing")
    every = [row.strength if finite else row.t for curve in curves for row in curve.rows]
    start, stop = every[0], max(every, key=lambda x: abs(x - every[0]))
    margin = 0.075 * (stop - start) or 0.075  # negative where the strength falls, as contrast does
    panel.set_xlim(start - margin, stop + margin)
    panel.set_ylim(-0.02, 1.02)
    panel.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    panel.set_title(fill(curves[0].title, width=38))
    label = curves[0].axis if finite else f"part of the way to {curves[0].corruption}"
    panel.set_xlabel(fill(label, width=54))


def _draw_strip(panel: "Axes", strip: Sequence[Frame]) -> None:
    """Put images above a panel, each over the strength at which it was corrupted."""
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    if not strip:
        return
    finite = all(math.isfinite(frame.row.strength) for frame in strip)
    for frame in strip:
        zoom = _STRIP_HEIGHT / max(frame.image.shape[:2])
        image = OffsetImage(
            frame.image, zoom=zoom, cmap="gray", interpolation="nearest", norm=_eight_bits()
        )
        place = frame.row.strength if finite else frame.row.t
        panel.add_artist(
            AnnotationBbox(
                image,
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
    panel.set_title(panel.get_title("left"), pad=_STRIP_HEIGHT + 12)


def _eight_bits() -> "Normalize":
    from matplotlib.colors import Normalize

    return Normalize(0, 255)


def _rendered(name: str, figure: "Figure") -> Picture:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the layout is made; each format would make it again
    png, svg = io.BytesIO(), io.BytesIO()
    # No date and no version: equal curves are to give equal bytes.
    figure.savefig(png, format="png", dpi=160, metadata={"Software": None})
    figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(name, png.getvalue(), svg.getvalue())
