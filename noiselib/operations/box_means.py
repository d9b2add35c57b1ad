"""Means over windows and blocks, by running sums of integers whose length is doubled step by step.

The sums are exact, in uint16 as in float32, and so are the means: uint8 images have the bytes that
float images have.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.operations.linear import WHITE, to_sixteenths
from noiselib.operations.neighbourhood import Block, Margins, filter_flat

__all__ = ["BLOCKS", "WINDOWS", "block_means", "window_means", "window_means_uint8"]

WINDOWS = range(3, 16, 2)  # widths for which uint16 holds the sum of a square of levels
BLOCKS = (1, 2, 4, 8, 16)  # sides, likewise; block means are integers in sixteenths of a level


def window_means(images: Images, width: int) -> Images:
    """Return means over squares of float32 images, in sixteenths of a level; border ``reflect``."""
    count = np.float32(WHITE * width * width)

    def average(values: Block, down: int, right: int) -> Block:
        sums = running_sums(running_sums(values, down, width), right, width)
        return np.divide(sums, count, dtype=np.float32)

    return filter_flat(to_sixteenths(images), window_margins(width), "reflect", average)


def window_means_uint8(images: UInt8Images, width: int) -> UInt8Images:
    """Return means over squares, rounded; border ``reflect``. Odd counts have no ties."""

    def average(values: Block, down: int, right: int) -> Block:
        sums = running_sums(values.astype(np.uint16), down, width)
        return rounded_quotient(running_sums(sums, right, width), width * width)

    return filter_flat(images, window_margins(width), "reflect", average)


def window_margins(width: int) -> Margins:
    """Return the margins of a square window of an odd width."""
    return Margins(*[width // 2] * 4)


def block_means(images: UInt8Images, height: int, width: int) -> UInt8Images:
    """Replace each pixel by the mean of its block, rounded, ties up; the blocks tile the images.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w, c)
    height, width : int
        Sides of a block, from `BLOCKS`.

    Returns
    -------
    ndarray of uint8, shape (n, h, w, c)
    """
    w, c = images.shape[2:]
    lines = np.add.reduce(images.reshape(-1, height, w * c), axis=1, dtype=np.uint16)
    sums = np.zeros_like(lines)
    running = running_sums(lines.reshape(-1), c, width)
    sums.reshape(-1)[: len(running)] = running
    small = sums.reshape(len(lines), w // width, width, c)[:, :, 0]
    wide = np.repeat(rounded_quotient(small, height * width), width, axis=1)
    return np.repeat(wide, height, axis=0).reshape(images.shape)


def running_sums(values: Block, step: int, count: int) -> Block:
    """Sum `count` values that are `step` apart, from every position that has so many."""
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


def rounded_quotient(sums: NDArray[np.uint16], count: int) -> UInt8Images:
    """Divide and round, ties up."""
    return ((sums + np.uint16(count // 2)) // np.uint16(count)).astype(np.uint8)
