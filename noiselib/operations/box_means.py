"""Means over windows and blocks, by sums of whole numbers that are doubled up to their width.

The sums are exact, in uint16 as in float32, and so are their means: bytes come out as floats do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, Levels
from noiselib.operations.linear import LEVELS, in_levels
from noiselib.operations.neighbourhood import Block, Reach, slid

__all__ = ["BLOCKS", "WINDOWS", "block_means", "window_means", "window_means_of_levels"]

WINDOWS = range(3, 16, 2)  # widths, such that uint16 holds the sum of a square of levels
BLOCKS = (1, 2, 4, 8, 16)  # sides, likewise; means of sixteenths of a level are whole in each


def window_means(images: Images, width: int) -> Images:
    """Give means over squares, border ``reflect``, of float32 images in sixteenths of a level."""
    count = np.float32(LEVELS * width * width)

    def mix(stretch: Block, down: int, right: int) -> Block:
        sums = running_sums(running_sums(stretch, down, width), right, width)
        return np.divide(sums, count, dtype=np.float32)

    return slid(in_levels(images), reach(width), "reflect", mix)


def window_means_of_levels(levels: Levels, width: int) -> Levels:
    """Give means over squares, border ``reflect``, rounded; an odd number of levels has no ties."""

    def mix(stretch: Block, down: int, right: int) -> Block:
        sums = running_sums(stretch.astype(np.uint16), down, width)
        return rounded_quotient(running_sums(sums, right, width), width * width)

    return slid(levels, reach(width), "reflect", mix)


def reach(width: int) -> Reach:
    """Give how far a square of an odd width reaches."""
    return Reach(*[width // 2] * 4)


def block_means(levels: Levels, height: int, width: int) -> Levels:
    """Give each pixel the mean of its block, rounded, ties up; blocks fill the images.

    Parameters
    ----------
    levels : ndarray of uint8, shape (n, h, w, c)
    height, width : int
        Sides of a block, of `BLOCKS`.
    """
    w, c = levels.shape[2:]
    lines = np.add.reduce(levels.reshape(-1, height, w * c), axis=1, dtype=np.uint16)
    sums = np.zeros_like(lines)
    running = running_sums(lines.reshape(-1), c, width)
    sums.reshape(-1)[: len(running)] = running
    small = sums.reshape(len(lines), w // width, width, c)[:, :, 0]
    wide = np.repeat(rounded_quotient(small, height * width), width, axis=1)
    return np.repeat(wide, height, axis=0).reshape(levels.shape)


def running_sums(values: Block, step: int, count: int) -> Block:
    """Sum so many values, each a step from the one before, from every place on that has them."""
    length = len(values) - (count - 1) * step
    pieces, taken, runs, power = [], 0, values, 1
    while True:
        if count & power:
            pieces.append(runs[taken * step :][:length])
            taken += power
        if taken == count:
            return sum(pieces[1:], start=pieces[0])
        runs = runs[: -power * step] + runs[power * step :]
        power *= 2


def rounded_quotient(sums: NDArray[np.uint16], count: int) -> Levels:
    """Divide and round, halves up."""
    return ((sums + np.uint16(count // 2)) // np.uint16(count)).astype(np.uint8)
