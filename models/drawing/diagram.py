"""A diagram of a model: layers in boxes, with shapes and parameters, and their connections."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.drawing.graph import Block, format_shape
from models.drawing.layout import COLUMN_GAP, GAP, LINE, PADDING, Box, Layout, arrange
from models.errors import UserError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as MplPath

ENDINGS = (".png", ".svg")
MARGIN, TITLE = 0.25, 0.55
CORNER_RADIUS = 0.1
INK, LINES = "#222222", "#666666"
COLOURS = {"InputLayer": "#e6e6e6", "Conv": "#d3e4f4", "Dense": "#fbe3c4"}
JOINING, OTHER = "#d9efd2", "#f3f3f3"

Point = tuple[float, float]


class DiagramError(UserError, ValueError):
    """A diagram that cannot be written."""


def draw(graph: tuple[Block, ...], title: str, path: str | Path) -> Path:
    """Draw a model into an image file.

    Parameters
    ----------
    graph : tuple of Block
        As `models.drawing.graph.blocks` returns it.
    title : str
        Printed above the diagram.
    path : str or Path
        Path of the file, ending in ``.png`` or ``.svg``.

    Returns
    -------
    Path
        The same, with the home folder in place of ``~``.

    Raises
    ------
    DiagramError
        When the name has another ending or the file cannot be written.
    """
    path = Path(path).expanduser()
    if path.suffix.lower() not in ENDINGS:
        raise DiagramError(f"a diagram's file name must end in {' or '.join(ENDINGS)}, got {path}")

    import matplotlib as mpl
    from matplotlib.figure import Figure

    layout = arrange(graph)
    size = (layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + TITLE)
    figure = Figure(figsize=size)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-MARGIN, layout.width + MARGIN)
    axes.set_ylim(layout.height + MARGIN, -MARGIN - TITLE)
    axes.text(0, -TITLE, title, size=11, weight="bold", color=INK, va="center")
    for target, block in enumerate(graph):
        _draw_box(axes, block, layout.boxes[target], layout.box_width)
        for source in block.sources:
            _draw_connection(axes, layout, source, target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": "diagram", "svg.fonttype": "none"}):
            figure.savefig(
                path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None
            )
    except OSError as error:
        raise DiagramError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def _draw_box(axes: "Axes", block: Block, box: Box, width: float) -> None:
    """Draw a box with a line for each layer: its title, its output, its parameters."""
    from matplotlib.patches import FancyBboxPatch

    left = box.x - width / 2
    axes.add_patch(
        FancyBboxPatch(
            (left, box.top),
            width,
            box.bottom - box.top,
            boxstyle=f"round,pad=0,rounding_size={CORNER_RADIUS}",
            facecolor=_colour(block),
            edgecolor=LINES,
            linewidth=0.8,
        )
    )
    for number, layer in enumerate(block.layers):
        y = box.top + PADDING + LINE * (number + 0.5)
        style: dict[str, Any] = {"size": 8, "color": INK, "va": "center_baseline"}
        axes.text(left + 0.1, y, layer.title, **style)
        axes.text(left + width - 0.75, y, format_shape(layer.shape), ha="right", **style)
        numbers = f"{layer.parameters:,}" if layer.parameters else ""
        axes.text(left + width - 0.1, y, numbers, ha="right", **style)


def _colour(block: Block) -> str:
    """Return the colour of the largest layer in a block."""
    for prefix, colour in COLOURS.items():
        if any(layer.kind.startswith(prefix) for layer in block.layers):
            return colour
    return JOINING if len(block.sources) > 1 else OTHER


def _draw_connection(axes: "Axes", layout: Layout, source: int, target: int) -> None:
    """Draw an arrow with rounded corners from one box to another."""
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            path=_rounded(_corners(layout, source, target)),
            arrowstyle="-|>",
            mutation_scale=8,
            color=LINES,
            linewidth=1.0,
            zorder=0.5,
        )
    )


def _corners(layout: Layout, source: int, target: int) -> list[Point]:
    """Return the corners of a connection, including its ends.

    It leaves a box at the bottom, or at the right of its last line if it runs in a lane at the
    right; it enters a box at the top, or at the right of its first line if it comes from there.
    """
    begin, end = layout.boxes[source], layout.boxes[target]
    lane_x = layout.skip_lanes.get((source, target))
    points: list[Point] = [(begin.x, begin.bottom)]
    at_the_right = begin.lane == 0 and (lane_x is not None or end.lane > 0)
    if begin.column != end.column:
        gap = layout.gaps[end.column]
        main_x = gap + (COLUMN_GAP + layout.box_width) / 2
        below = begin.bottom + GAP / 2
        points += [(begin.x, below), (gap, below), (gap, -GAP / 2), (main_x, -GAP / 2)]
    elif at_the_right:
        points = [(begin.x + layout.box_width / 2, begin.bottom - PADDING - LINE / 2)]
    if at_the_right:
        points.append((end.x if lane_x is None else lane_x, points[-1][1]))
    across = points[-1][0]
    if end.lane == 0 and across != end.x:
        line = end.top + PADDING + LINE / 2
        return [*points, (across, line), (end.x + layout.box_width / 2, line)]
    if across != end.x:
        points += [(across, end.top - GAP / 2), (end.x, end.top - GAP / 2)]
    return [*points, (end.x, end.top)]


def _rounded(corners: list[Point]) -> "MplPath":
    """Return a path with rounded corners."""
    from matplotlib.path import Path as MplPath

    points, codes = [corners[0]], [MplPath.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        points += [_toward(corner, before), corner, _toward(corner, after)]
        codes += [MplPath.LINETO, MplPath.CURVE3, MplPath.CURVE3]
    return MplPath([*points, corners[-1]], [*codes, MplPath.LINETO])


def _toward(corner: Point, other: Point) -> Point:
    """Return a point at a short distance from a corner, at most half-way to the other corner."""
    length = math.dist(corner, other)
    share = min(CORNER_RADIUS / length, 0.5) if length else 0.0
    return corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1])
