"""The median of a square window, by a network of minima and maxima on shifted planes.

The columns of the window are sorted once for all windows that share them, then the rows of that
square. Many places of it can no longer hold the median; the rest are merged. Of the comparisons
only those are made on which the median depends.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.linear import from_levels, in_levels
from noiselib.operations.neighbourhood import Block, Reach, filtered, shifted

__all__ = ["median"]

Step = tuple[np.ufunc, int, int]  # the least or the greatest of two wires


class Plan(NamedTuple):
    """What to compute, in order: each wire, how, and which wires are then of no more use."""

    steps: list[tuple[int, Step, list[int]]]
    outputs: list[int]


class Network:
    """A network of comparisons; wires are numbered, inputs first."""

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.steps: list[Step] = []

    def compared(self, first: int, second: int) -> tuple[int, int]:
        """Give the wires of the lesser and the greater of two."""
        self.steps += [(np.minimum, first, second), (np.maximum, first, second)]
        last = self.inputs + len(self.steps)
        return last - 2, last - 1

    def merged(self, first: list[int], second: list[int]) -> list[int]:
        """Merge two sorted lists of any lengths (Batcher's odd-even merge)."""
        if not first or not second:
            return first + second
        if len(first) == len(second) == 1:
            return list(self.compared(first[0], second[0]))
        even = self.merged(first[::2], second[::2])
        odd = self.merged(first[1::2], second[1::2])
        result = even[:1]
        for low, high in zip(odd, even[1:], strict=False):
            result += self.compared(low, high)
        pairs = min(len(odd), len(even) - 1)
        return result + odd[pairs:] + even[1 + pairs :]

    def ordered(self, wires: list[int]) -> list[int]:
        """Sort wires."""
        if len(wires) < 2:
            return wires
        half = len(wires) // 2
        return self.merged(self.ordered(wires[:half]), self.ordered(wires[half:]))

    def plan(self, outputs: list[int]) -> Plan:
        """Plan the steps that some wires depend on, and no others."""
        alive = set(outputs)
        steps: list[tuple[int, Step, list[int]]] = []
        for wire in range(self.inputs + len(self.steps) - 1, self.inputs - 1, -1):
            if wire in alive:
                step = self.steps[wire - self.inputs]
                last = [one for one in step[1:] if one not in alive and one >= self.inputs]
                alive.update(step[1:])
                steps.append((wire, step, last))
        return Plan(steps[::-1], outputs)


@lru_cache(maxsize=16)
def column_network(side: int) -> Plan:
    """Plan to sort one column, from the least to the greatest."""
    network = Network(side)
    return network.plan(network.ordered(list(range(side))))


@lru_cache(maxsize=16)
def square_network(side: int) -> Plan:
    """Plan to find the median of a square whose columns are sorted.

    The inputs are the square's places, row by row. With its rows sorted too, the value at (i, j)
    has (i + 1) (j + 1) values, itself included, that are no greater, and (side - i) (side - j)
    that are no less: where either is more than half of all, it is not the median. As many values
    fall away above as below.
    """
    network = Network(side * side)
    half = side * side // 2 + 1
    runs = []
    for i in range(side):
        row = network.ordered(list(range(i * side, (i + 1) * side)))
        able = [
            row[j]
            for j in range(side)
            if (i + 1) * (j + 1) <= half and (side - i) * (side - j) <= half
        ]
        runs.append(able)
    while len(runs) > 1:
        runs.sort(key=len)
        runs = [network.merged(runs[0], runs[1]), *runs[2:]]
    return network.plan([runs[0][len(runs[0]) // 2]])


def run(plan: Plan, inputs: list[Block]) -> list[Block]:
    """Send arrays through a network; memory that is no longer needed is used again."""
    wires: dict[int, NDArray[Any]] = dict(enumerate(inputs))
    spare: list[NDArray[Any]] = []
    for made, (rank, first, second), last in plan.steps:
        out = spare.pop() if spare else np.empty(wires[first].shape, wires[first].dtype)
        wires[made] = rank(wires[first], wires[second], out=out)
        spare += [wires.pop(wire) for wire in last]
    return [wires[wire] for wire in plan.outputs]


def median(images: Images, radius: int) -> Images:
    """Take the median of a window of 2 radius + 1 pixels each way; border ``reflect``.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    radius : int

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
        In sixteenths of a grey level.
    """
    h, w = images.shape[1:3]
    side = 2 * radius + 1
    tall = (h, w + 2 * radius)

    def mix(block: Block) -> Block:
        levels = in_levels(block).astype(np.uint16)
        columns = run(column_network(side), [shifted(levels, tall, k, 0) for k in range(side)])
        square = [shifted(row, (h, w), 0, k) for row in columns for k in range(side)]
        (middle,) = run(square_network(side), square)
        return from_levels(middle.astype(np.float32))

    return filtered(images, Reach(radius, radius, radius, radius), "reflect", mix)
