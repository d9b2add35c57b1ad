"""The median of a square window, by a network of minima and maxima on shifted planes.

The columns of a window are sorted once for all windows that share them, and merged in pairs once
for all windows that share the pair. Merging goes on until one list is left, after dropping the
values that can no longer be the median. Comparisons that the result does not depend on are left
out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.neighbourhood import Block, Margins, filter_flat

__all__ = ["median"]

MIN_PAIRED_SIDE = 5  # from this side of the window on, merging columns in pairs is faster

Comparison = tuple[np.ufunc, int, int]  # minimum or maximum, of two wires


class NetworkPlan(NamedTuple):
    """The comparisons to compute, in order.

    Attributes
    ----------
    steps : list of tuple
        The number of a wire, its comparison, and the wires that are not needed afterwards.
    outputs : list of int
        The wires that hold the result.
    """

    steps: list[tuple[int, Comparison, list[int]]]
    outputs: list[int]


class Network:
    """A network of comparisons; wires are numbered, inputs first.

    Parameters
    ----------
    inputs : int
        The number of inputs.
    """

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.steps: list[Comparison] = []

    def compare(self, first: int, second: int) -> tuple[int, int]:
        """Return the wires of the minimum and the maximum of two."""
        self.steps += [(np.minimum, first, second), (np.maximum, first, second)]
        last = self.inputs + len(self.steps)
        return last - 2, last - 1

    def merge(self, first: list[int], second: list[int]) -> list[int]:
        """Merge two sorted lists of any lengths (odd-even merge of Batcher)."""
        if not first or not second:
            return first + second
        if len(first) == len(second) == 1:
            return list(self.compare(first[0], second[0]))
        even = self.merge(first[::2], second[::2])
        odd = self.merge(first[1::2], second[1::2])
        result = even[:1]
        for low, high in zip(odd, even[1:], strict=False):
            result += self.compare(low, high)
        pairs = min(len(odd), len(even) - 1)
        return result + odd[pairs:] + even[1 + pairs :]

    def sort(self, wires: list[int]) -> list[int]:
        """Sort wires."""
        if len(wires) < 2:
            return wires
        half = len(wires) // 2
        return self.merge(self.sort(wires[:half]), self.sort(wires[half:]))

    def plan(self, outputs: list[int]) -> NetworkPlan:
        """Return the comparisons that some wires depend on, and no others."""
        alive = set(outputs)
        steps: list[tuple[int, Comparison, list[int]]] = []
        for wire in range(self.inputs + len(self.steps) - 1, self.inputs - 1, -1):
            if wire in alive:
                step = self.steps[wire - self.inputs]
                last = [one for one in step[1:] if one not in alive and one >= self.inputs]
                alive.update(step[1:])
                steps.append((wire, step, last))
        return NetworkPlan(steps[::-1], outputs)


@lru_cache(maxsize=16)
def column_network(side: int) -> NetworkPlan:
    """Return the plan that sorts one column, in ascending order."""
    network = Network(side)
    return network.plan(network.sort(list(range(side))))


@lru_cache(maxsize=16)
def pair_network(side: int) -> NetworkPlan:
    """Return the plan that merges two sorted columns."""
    network = Network(2 * side)
    return network.plan(network.merge(list(range(side)), list(range(side, 2 * side))))


@lru_cache(maxsize=16)
def median_network(lengths: tuple[int, ...]) -> NetworkPlan:
    """Return the plan that finds the median of sorted lists of these lengths.

    After each merge, the values with more than half of all values below or above them are dropped.
    """
    network, half = Network(sum(lengths)), sum(lengths) // 2
    starts = [sum(lengths[:k]) for k in range(len(lengths))]
    # Wires in order, and how many values were dropped below and above them.
    lists = [
        trim(list(range(start, start + length)), 0, 0, half)
        for start, length in zip(starts, lengths, strict=True)
    ]
    while len(lists) > 1:
        lists.sort(key=lambda one: len(one[0]))
        (first, below, above), (second, *fallen) = lists[:2]
        merged = network.merge(first, second)
        lists = [trim(merged, below + fallen[0], above + fallen[1], half), *lists[2:]]
    wires, below, _ = lists[0]
    return network.plan([wires[half - below]])


def trim(wires: list[int], below: int, above: int, half: int) -> tuple[list[int], int, int]:
    """Drop wires that have more than half of all values below or above them."""
    low = max(0, len(wires) + above - 1 - half)
    high = max(0, len(wires) + below - 1 - half)
    return wires[low : len(wires) - high], below + low, above + high


def evaluate(plan: NetworkPlan, inputs: list[Block]) -> list[Block]:
    """Evaluate a network on arrays; memory that is no longer needed is reused."""
    wires: dict[int, NDArray[Any]] = dict(enumerate(inputs))
    spare: list[NDArray[Any]] = []
    for wire, (extremum, first, second), unused in plan.steps:
        out = spare.pop() if spare else np.empty(wires[first].shape, wires[first].dtype)
        wires[wire] = extremum(wires[first], wires[second], out=out)
        spare += [wires.pop(one) for one in unused]
    return [wires[wire] for wire in plan.outputs]


def median(images: Block, radius: int) -> Block:
    """Take the median of a window of ``2 radius + 1`` pixels each way; border ``reflect``.

    Parameters
    ----------
    images : ndarray of any dtype, shape (n, h, w, c)
        The fewer bytes a value has, the faster.
    radius : int
        In pixels.

    Returns
    -------
    ndarray of the same shape and dtype
    """
    side = 2 * radius + 1

    def window_median(values: Block, down: int, right: int) -> Block:
        high = len(values) - 2 * radius * down
        wide = high - 2 * radius * right
        columns = evaluate(column_network(side), shifted_views([values], down, range(side), high))
        if side < MIN_PAIRED_SIDE:
            lists = shifted_views(columns, right, range(side), wide)
            return evaluate(median_network((side,) * side), lists)[0]
        pairs = evaluate(pair_network(side), shifted_views(columns, right, range(2), high - right))
        lists = shifted_views(pairs, right, range(0, 2 * radius, 2), wide)
        lists += shifted_views(columns, right, range(2 * radius, side), wide)
        return evaluate(median_network((2 * side,) * radius + (side,)), lists)[0]

    return filter_flat(images, Margins(radius, radius, radius, radius), "reflect", window_median)


def shifted_views(arrays: list[Block], step: int, places: range, length: int) -> list[Block]:
    """Return views of all arrays from each position on, for one position after the other."""
    return [array[k * step :][:length] for k in places for array in arrays]
