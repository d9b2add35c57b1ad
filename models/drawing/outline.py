"""A model in the terminal: its layers line by line, and beside them which way the data take."""

from models.drawing.graph import Block, depths, format_shape

Lanes = list[list[tuple[int, int]]]
"""For each lane, nearest to the text first: the jumps it carries, as rows from and to."""


def outline(graph: tuple[Block, ...]) -> str:
    """Return a line for each layer: what it does, the shape of its output, its parameters.

    Data flow from line to line, except over an empty one, and along the arrows at the left.

    Parameters
    ----------
    graph
        As `models.drawing.graph.blocks` returns it.
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
    """Put rows in columns, words to the left and numbers to the right."""
    gutters, titles, shapes, numbers = (
        max(len(cell) for cell in column) for column in zip(*rows, strict=True)
    )
    return "\n".join(
        f"{gutter:>{gutters}}{title:{titles}}  {shape:>{shapes}}  {number:>{numbers}}".rstrip()
        for gutter, title, shape, number in rows
    )


def _order(graph: tuple[Block, ...]) -> list[int]:
    """Return the blocks in an order that finishes one branch before it begins the next.

    The longest branch into a block comes last, right before it.
    """
    far = depths(graph)
    order: dict[int, None] = {}
    used = {source for block in graph for source in block.sources}
    waiting = [block for block in reversed(range(len(graph))) if block not in used]
    while waiting:
        block = waiting[-1]
        missing = [source for source in graph[block].sources if source not in order]
        if missing:
            waiting.append(min(missing, key=lambda source: far[source]))
        else:
            order[waiting.pop()] = None
    return list(order)


def _lanes(graph: tuple[Block, ...], order: list[int]) -> Lanes:
    """Give every way that does not lead to the next row a lane in which it meets no other."""
    row = {block: position for position, block in enumerate(order)}
    jumps = sorted(
        (row[source], row[block])
        for block in order
        for source in graph[block].sources
        if row[source] + 1 < row[block]
    )
    lanes: Lanes = []
    for jump in jumps:
        free = next((lane for lane in lanes if lane[-1][1] <= jump[0]), None)
        if free is None:
            lanes.append([jump])
        else:
            free.append(jump)
    return lanes


def _gutter(lanes: Lanes, row: float, *, ends: bool = False, starts: bool = False) -> str:
    """Return what stands at the left of a line: lanes that pass it, end at it or start from it."""
    text, arriving, leaving = "", False, False
    for lane in reversed(lanes):
        end = ends and any(to == row for _, to in lane)
        start = starts and any(begin == row for begin, _ in lane)
        passing = any(begin < row < to for begin, to in lane)
        beside = arriving or leaving
        text += _SIGNS[end, start, passing, beside]
        arriving, leaving = arriving or end, leaving or start
        text += "─" if arriving or leaving else " "
    return text + ("▶ " if arriving else "─ " if leaving else "  ") if lanes else ""


_SIGNS = {
    # an end, a start, passing, a line from a lane further out
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
