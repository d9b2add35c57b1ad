"""A model as text: one line for each layer, with lines at the left that show connections."""

from models.drawing.graph import Block, depths, format_shape

Lanes = list[list[tuple[int, int]]]
"""For each lane, nearest to the text first: its connections, as rows from and to."""


def outline(graph: tuple[Block, ...]) -> str:
    """Return a line for each layer: what it does, the shape of its output, its parameters.

    Data flow from each line to the next, except across an empty line, and along the arrows at the
    left.

    Parameters
    ----------
    graph : tuple of Block
        As `models.drawing.graph.blocks` returns it.

    Returns
    -------
    str
        Several lines.
    """
    order = _order(graph)
    lanes = _lanes(graph, order)
    rows = [("", "layer", "output", "parameters")]
    for row, block in enumerate(order):
        if row > 0 and order[row - 1] not in graph[block].sources:
            rows.append((_gutter(lanes, row - 0.5), "", "", ""))
        layers = graph[block].layers
        for number, layer in enumerate(layers):
            ends, starts = number == 0, number == len(layers) - 1
            gutter = _gutter(lanes, row, ends=ends, starts=starts)
            numbers = f"{layer.parameters:,}" if layer.parameters else ""
            rows.append((gutter, layer.title, format_shape(layer.shape), numbers))
    return _table(rows)


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    """Align rows in columns, text at the left and numbers at the right."""
    gutters, titles, shapes, numbers = (
        max(len(cell) for cell in column) for column in zip(*rows, strict=True)
    )
    return "\n".join(
        f"{gutter:>{gutters}}{title:{titles}}  {shape:>{shapes}}  {number:>{numbers}}".rstrip()
        for gutter, title, shape, number in rows
    )


def _order(graph: tuple[Block, ...]) -> list[int]:
    """Return the blocks in an order that finishes each branch before the next one begins.

    The longest branch into a block comes last, directly before the block.
    """
    depth = depths(graph)
    order: dict[int, None] = {}
    used = {source for block in graph for source in block.sources}
    pending = [block for block in reversed(range(len(graph))) if block not in used]
    while pending:
        block = pending[-1]
        missing = [source for source in graph[block].sources if source not in order]
        if missing:
            pending.append(min(missing, key=lambda source: depth[source]))
        else:
            order[pending.pop()] = None
    return list(order)


def _lanes(graph: tuple[Block, ...], order: list[int]) -> Lanes:
    """Assign connections that skip rows to lanes, so that those in a lane do not overlap."""
    row = {block: position for position, block in enumerate(order)}
    skipping = sorted(
        (row[source], row[block])
        for block in order
        for source in graph[block].sources
        if row[source] + 1 < row[block]
    )
    lanes: Lanes = []
    for connection in skipping:
        free = next((lane for lane in lanes if lane[-1][1] <= connection[0]), None)
        if free is None:
            lanes.append([connection])
        else:
            free.append(connection)
    return lanes


def _gutter(lanes: Lanes, row: float, *, ends: bool = False, starts: bool = False) -> str:
    """Return the characters at the left of a line: lanes that pass it, end at it or start there."""
    text, arriving, leaving = "", False, False
    for lane in reversed(lanes):
        end = ends and any(to == row for _, to in lane)
        start = starts and any(begin == row for begin, _ in lane)
        passing = any(begin < row < to for begin, to in lane)
        crossed = arriving or leaving
        text += _SIGNS[end, start, passing, crossed]
        arriving, leaving = arriving or end, leaving or start
        text += "─" if arriving or leaving else " "
    return text + ("▶ " if arriving else "─ " if leaving else "  ") if lanes else ""


_SIGNS = {
    # whether a connection ends, starts or passes here, and whether another crosses
    (False, False, False, False): " ",
    (False, False, False, True): "─",
    (False, False, True, False): "│",
    (False, False, True, True): "┼",
    (True, False, False, False): "╰",
    (True, False, False, True): "┴",
    (False, True, False, False): "╭",
    (False, True, False, True): "┬",
    (True, True, False, False): "├",
    (True, True, False, True): "╬",
}
