"""Positions of the blocks of a model in a diagram: rows by depth, branches at the right."""

import math
from dataclasses import dataclass

from models.drawing.graph import Block, depths

LINE, PADDING, GAP = 0.19, 0.09, 0.32
"""Heights in inches: of the line of a layer, above and below the lines of a box, between boxes."""

LANE_WIDTH, COLUMN_GAP = 0.35, 0.7
"""Widths in inches: of a lane without boxes, between columns."""

LETTER, NUMBERS = 0.065, 1.7
"""Widths in inches in a box: of an average letter at 8 points, of the two columns of numbers."""

TALL, ASPECT = 8.0, 1.4
"""The height in inches from which a model is cut into columns, and their width over height."""


@dataclass(frozen=True)
class Box:
    """Position of a block, in inches; y is counted downwards from 0.

    Attributes
    ----------
    x : float
        Centre of the box.
    top : float
        Upper edge.
    bottom : float
        Lower edge.
    column : int
        Column of the diagram, from the left.
    lane : int
        Lane of the column; lane 0 holds the longest path through the model.
    """

    x: float
    top: float
    bottom: float
    column: int
    lane: int


@dataclass(frozen=True)
class Layout:
    """All positions, in inches.

    Attributes
    ----------
    boxes : tuple of Box
        One for each block.
    skip_lanes : dict
        x of the connections that skip rows, by (source, target).
    gaps : tuple of float
        x of the middle of the gap before each column, where lines between columns run.
    box_width : float
        Width of every box; the longest title fits.
    width : float
        Width of the diagram.
    height : float
        Height of the diagram.
    """

    boxes: tuple[Box, ...]
    skip_lanes: dict[tuple[int, int], float]
    gaps: tuple[float, ...]
    box_width: float
    width: float
    height: float


def arrange(graph: tuple[Block, ...]) -> Layout:
    """Compute the position of each block of a model.

    Each block is in the row of its depth. The longest path takes the first lane; other blocks, and
    connections that skip rows, take the next lane that is free in these rows. A long model is cut
    into columns at blocks that all data pass through.

    Parameters
    ----------
    graph : tuple of Block
        As `models.drawing.graph.blocks` returns it.

    Returns
    -------
    Layout
        The positions.
    """
    rows = depths(graph)
    lanes, connections = _lanes(graph, rows)
    box_width = NUMBERS + LETTER * max(len(one.title) for block in graph for one in block.layers)
    lefts, width = _lefts(set(lanes), 1 + max([*lanes, *connections.values()]), box_width)
    columns = _columns(graph, rows, width)
    positions, height = _positions(columns)
    pitch = width + COLUMN_GAP
    boxes = tuple(
        Box(
            x=positions[row][0] * pitch + lefts[lane] + box_width / 2,
            top=positions[row][1],
            bottom=positions[row][1] + _height(block),
            column=positions[row][0],
            lane=lane,
        )
        for block, row, lane in zip(graph, rows, lanes, strict=True)
    )
    skip_lanes = {
        (source, target): boxes[source].x
        if lanes[source]
        else boxes[target].column * pitch + lefts[lane] + LANE_WIDTH / 2
        for (source, target), lane in connections.items()
    }
    gaps = tuple(number * pitch - COLUMN_GAP / 2 for number in range(len(columns)))
    return Layout(boxes, skip_lanes, gaps, box_width, len(columns) * pitch - COLUMN_GAP, height)


def _height(block: Block) -> float:
    """Return the height of a box."""
    return LINE * len(block.layers) + 2 * PADDING


def _lefts(boxed: set[int], count: int, box_width: float) -> tuple[list[float], float]:
    """Return the left edge of each lane, and the width of all lanes."""
    lefts, right = [], -LANE_WIDTH
    for lane in range(count):
        lefts.append(right + LANE_WIDTH)
        right = lefts[-1] + (box_width if lane in boxed else LANE_WIDTH)
    return lefts, right


def _positions(columns: list[dict[int, float]]) -> tuple[dict[int, tuple[int, float]], float]:
    """Return the column and the top of each row, and the height of the highest column."""
    positions, highest = {}, 0.0
    for number, column in enumerate(columns):
        top = 0.0
        for row, height in column.items():
            positions[row] = (number, top)
            top += height + GAP
        highest = max(highest, top - GAP)
    return positions, highest


def _lanes(
    graph: tuple[Block, ...], rows: tuple[int, ...]
) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return the lane of each block, and of each connection that skips rows."""
    connections = [
        (source, target) for target, block in enumerate(graph) for source in block.sources
    ]
    main_path = _longest_path(graph, rows)
    last_rows = list(rows)  # a block occupies its lane until the row before its last target
    for source, target in connections:
        last_rows[source] = max(last_rows[source], rows[target] - 1)
    intervals: list[tuple[int, int, int | tuple[int, int]]] = [
        (rows[block], last_rows[block], block)
        for block in range(len(graph))
        if block not in main_path
    ]
    skipping = [pair for pair in connections if rows[pair[0]] + 1 < rows[pair[1]]]
    intervals += [
        (rows[source] + 1, rows[target] - 1, (source, target))
        for source, target in skipping
        if source in main_path
    ]
    occupied_until: list[int] = []  # for each lane after the first
    assigned: dict[int | tuple[int, int], int] = dict.fromkeys(main_path, 0)
    for first, last, item in sorted(intervals, key=lambda interval: interval[:2]):
        free = (lane for lane, end in enumerate(occupied_until) if end < first)
        lane = next(free, len(occupied_until))
        occupied_until[lane : lane + 1] = [last]
        assigned[item] = lane + 1
    lanes = [assigned[block] for block in range(len(graph))]
    return lanes, {pair: assigned.get(pair, lanes[pair[0]]) for pair in skipping}


def _longest_path(graph: tuple[Block, ...], rows: tuple[int, ...]) -> set[int]:
    """Return the blocks on a longest path through the model."""
    block = max(range(len(graph)), key=lambda number: rows[number])
    path = {block}
    while graph[block].sources:
        block = max(graph[block].sources, key=lambda source: rows[source])
        path.add(block)
    return path


def _columns(
    graph: tuple[Block, ...], rows: tuple[int, ...], width: float
) -> list[dict[int, float]]:
    """Cut the rows, with their heights, into columns of about the same height.

    A cut is possible only where the rest depends on a single block.
    """
    heights = [0.0] * (max(rows) + 1)
    for block, row in zip(graph, rows, strict=True):
        heights[row] = max(heights[row], _height(block))
    total = sum(heights) + GAP * (len(heights) - 1)
    wanted = max(1, round(math.sqrt(total / width * ASPECT))) if total > TALL else 1
    columns: list[dict[int, float]] = [{}]
    for row, height in enumerate(heights):
        filled = sum(columns[-1].values()) + GAP * len(columns[-1])
        enough = len(columns) < wanted and filled >= 0.85 * total / wanted
        if enough and len(_inputs_from_above(graph, rows, row)) == 1:
            columns.append({})
        columns[-1][row] = height
    return columns


def _inputs_from_above(graph: tuple[Block, ...], rows: tuple[int, ...], row: int) -> set[int]:
    """Return the blocks above a row whose outputs are used in it or below."""
    return {
        source
        for target, block in enumerate(graph)
        for source in block.sources
        if rows[source] < row <= rows[target]
    }
