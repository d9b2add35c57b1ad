"""Where the blocks of a model go in a picture: a row for each step, branches at the right."""

import math
from dataclasses import dataclass

from models.drawing.graph import Block, depths

LINE, PADDING, GAP = 0.19, 0.09, 0.32
"""Heights in inches: of a layer's line, above and below the lines of a box, between boxes."""

LANE_WIDTH, COLUMN_GAP = 0.35, 0.7
"""Widths in inches: of a branch without boxes, between columns."""

LETTER, NUMBERS = 0.065, 1.7
"""Widths in inches of what is in a box: of a letter of the titles, of the two columns of numbers.
The letters are those of 8 points, on the average."""

TALL, ASPECT = 8.0, 1.4
"""From which height in inches a model is cut into columns, and width over height of the result."""


@dataclass(frozen=True)
class Box:
    """Where a block goes, in inches; heights are counted downwards, from 0.

    Parameters
    ----------
    x
        Middle of the box.
    top, bottom
        Its edges.
    column
        Of the picture, from the left.
    lane
        Of the column: 0 holds the longest way through the model.
    """

    x: float
    top: float
    bottom: float
    column: int
    lane: int


@dataclass(frozen=True)
class Layout:
    """All places, in inches.

    Parameters
    ----------
    boxes
        One a block.
    ways
        For each pair of source and block where the source's output passes other blocks: where the
        line runs down.
    gaps
        Middle of the gap before each column; nothing is there but lines between columns.
    box_width
        Of every box; the longest title fits.
    width, height
        Of the whole.
    """

    boxes: tuple[Box, ...]
    ways: dict[tuple[int, int], float]
    gaps: tuple[float, ...]
    box_width: float
    width: float
    height: float


def arrange(graph: tuple[Block, ...]) -> Layout:
    """Place the blocks of a model.

    Each goes to the row of its depth. The longest way takes the first lane; other blocks, and
    connections that pass rows, take the next lane that is free in these rows. Long models go on in
    another column, where a single block separates what was from what comes.
    """
    rows = depths(graph)
    lanes, connections = _lanes(graph, rows)
    box_width = NUMBERS + LETTER * max(len(one.title) for block in graph for one in block.layers)
    lefts, width = _lefts(set(lanes), 1 + max([*lanes, *connections.values()]), box_width)
    columns = _columns(graph, rows, width)
    places, height = _places(columns)
    pitch = width + COLUMN_GAP
    boxes = tuple(
        Box(
            x=places[row][0] * pitch + lefts[lane] + box_width / 2,
            top=places[row][1],
            bottom=places[row][1] + _height(block),
            column=places[row][0],
            lane=lane,
        )
        for block, row, lane in zip(graph, rows, lanes, strict=True)
    )
    ways = {
        (source, at): boxes[source].x
        if lanes[source]
        else boxes[at].column * pitch + lefts[lane] + LANE_WIDTH / 2
        for (source, at), lane in connections.items()
    }
    gaps = tuple(number * pitch - COLUMN_GAP / 2 for number in range(len(columns)))
    return Layout(boxes, ways, gaps, box_width, len(columns) * pitch - COLUMN_GAP, height)


def _height(block: Block) -> float:
    """Return the height of a box."""
    return LINE * len(block.layers) + 2 * PADDING


def _lefts(boxed: set[int], count: int, box_width: float) -> tuple[list[float], float]:
    """Return where each of so many lanes begins, and the width of all."""
    lefts, right = [], -LANE_WIDTH
    for lane in range(count):
        lefts.append(right + LANE_WIDTH)
        right = lefts[-1] + (box_width if lane in boxed else LANE_WIDTH)
    return lefts, right


def _places(columns: list[dict[int, float]]) -> tuple[dict[int, tuple[int, float]], float]:
    """Return column and top of each row, and the height of the highest column."""
    places, highest = {}, 0.0
    for number, column in enumerate(columns):
        top = 0.0
        for row, height in column.items():
            places[row] = (number, top)
            top += height + GAP
        highest = max(highest, top - GAP)
    return places, highest


def _lanes(
    graph: tuple[Block, ...], rows: tuple[int, ...]
) -> tuple[list[int], dict[tuple[int, int], int]]:
    """Return the lane of each block, and of each connection that passes rows."""
    connections = [(source, at) for at, block in enumerate(graph) for source in block.sources]
    spine = _longest_way(graph, rows)
    until = {at: rows[at] for at in range(len(graph))}
    for source, at in connections:
        until[source] = max(until[source], rows[at] - 1)
    wanted: list[tuple[int, int, int | tuple[int, int]]] = [
        (rows[at], until[at], at) for at in range(len(graph)) if at not in spine
    ]
    passing = [(source, at) for source, at in connections if rows[source] + 1 < rows[at]]
    wanted += [
        (rows[source] + 1, rows[at] - 1, (source, at)) for source, at in passing if source in spine
    ]
    taken: list[int] = []
    given: dict[int | tuple[int, int], int] = dict.fromkeys(spine, 0)
    for first, last, what in sorted(wanted, key=lambda want: want[:2]):
        lane = next((n for n, end in enumerate(taken) if end < first), len(taken))
        taken[lane : lane + 1] = [last]
        given[what] = lane + 1
    lanes = [given[at] for at in range(len(graph))]
    return lanes, {way: given.get(way, lanes[way[0]]) for way in passing}


def _longest_way(graph: tuple[Block, ...], rows: tuple[int, ...]) -> set[int]:
    """Return the blocks on a longest way through the model."""
    block = max(range(len(graph)), key=lambda at: rows[at])
    way = {block}
    while graph[block].sources:
        block = max(graph[block].sources, key=lambda source: rows[source])
        way.add(block)
    return way


def _columns(
    graph: tuple[Block, ...], rows: tuple[int, ...], width: float
) -> list[dict[int, float]]:
    """Cut the rows, with their heights, into columns about equally high.

    A cut is made only where one block alone feeds the rest.
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
        if enough and len(_feeding(graph, rows, row)) == 1:
            columns.append({})
        columns[-1][row] = height
    return columns


def _feeding(graph: tuple[Block, ...], rows: tuple[int, ...], row: int) -> set[int]:
    """Return the blocks above a row whose outputs are used in it or below."""
    return {
        source
        for at, block in enumerate(graph)
        for source in block.sources
        if rows[source] < row <= rows[at]
    }
