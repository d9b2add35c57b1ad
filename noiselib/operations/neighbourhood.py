"""Filters that look at a pixel's neighbourhood, in blocks of planes that fit the cache.

A block has shape (a, h, w, b): many small images lie interleaved along the last axis (a = 1), few
large ones apart along the first (b = 1). Either way a shifted plane is a slice, and the inner loops
are long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images

__all__ = [
    "Block",
    "Margins",
    "Tap",
    "border_index",
    "filter_flat",
    "filter_planes",
    "pad_block",
    "shifted_view",
    "weighted_sum",
]

Block = NDArray[Any]  # (a, h, w, b)
Tap = tuple[int, int, float]  # how far down, how far right, and the weight

BLOCK_VALUES = 1 << 18  # values of a block, border included: a few such arrays fit the cache
STRETCH = 1 << 18  # values of a stretch: measured on networks of a hundred operations on bytes
LARGE = 64  # from this width on, the rows of one image are long enough inner loops


class Margins(NamedTuple):
    """How many pixels beyond the image are looked at, on each side."""

    top: int
    bottom: int
    left: int
    right: int


def filter_planes(
    images: Images, reach: Margins, border: str, mix: Callable[[Block], Block]
) -> Images:
    """Put every plane of a batch through a filter.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    reach : Reach
        How far the filter looks.
    border : str
        What it sees there, as scipy.ndimage has it: ``nearest``, ``reflect`` or ``mirror``.
    mix : callable
        Takes a block (a, top + h + bottom, left + w + right, b) and gives one (a, h, w, b); what a
        plane gives must not depend on the others.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    rows = border_index(h, reach.top, reach.bottom, border)
    columns = border_index(w, reach.left, reach.right, border)
    step = max(1, BLOCK_VALUES // (c * len(rows) * len(columns)))
    result = np.empty_like(images)
    for start in range(0, n, step):
        part = images[start : start + step]
        axes = (1, 2, 0, 3) if w < LARGE else (0, 3, 1, 2)
        shape = (1, h, w, len(part) * c) if w < LARGE else (len(part) * c, h, w, 1)
        block = np.ascontiguousarray(part.transpose(axes)).reshape(shape)
        mixed = mix(pad_block(block, rows, columns, reach))
        there = result[start : start + step].transpose(axes)
        there[...] = mixed.reshape(there.shape)
    return result


def filter_flat(
    images: Block, reach: Margins, border: str, mix: Callable[[Block, int, int], Block]
) -> Block:
    """Put images of any dtype through a filter, as one row of values with the border in it.

    So every shift is a slice of that row, and inner loops are as long as can be; what is computed
    across an edge is thrown away.

    Parameters
    ----------
    images : ndarray, shape (n, h, w, c)
    reach, border
        As for `filter_planes`.
    mix : callable
        Takes a stretch of values and how many of them lie between a pixel and the one below, and
        between it and the one to the right; gives the results for the stretch but for the reach.

    Returns
    -------
    ndarray of the dtype that `mix` gives, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    rows = border_index(h, reach.top, reach.bottom, border)
    columns = border_index(w, reach.left, reach.right, border)
    step = max(1, STRETCH // (len(rows) * len(columns) * c))
    results = []
    for start in range(0, n, step):
        part = images[start : start + step]
        if w < LARGE:  # interleaved, so that rows are long enough
            part = np.ascontiguousarray(part.transpose(1, 2, 0, 3)).reshape(1, h, w, -1)
        framed = pad_block(part, rows, columns, reach)
        inside = filter_block_flat(framed, h, w, mix)[:, :h, :w]
        if w < LARGE:
            inside = inside.reshape(h, w, -1, c).transpose(2, 0, 1, 3)
        results.append(np.ascontiguousarray(inside))
    return np.concatenate(results)


def filter_block_flat(
    framed: Block, h: int, w: int, mix: Callable[[Block, int, int], Block]
) -> Block:
    """Put a block with its border, as one row of values, through a filter."""
    values, right = framed.reshape(-1), framed.shape[3]
    down = framed.shape[2] * right
    beyond = (framed.shape[1] - h) * down + (framed.shape[2] - w) * right
    results = [
        mix(values[start : start + STRETCH + beyond], down, right)
        for start in range(0, len(values) - beyond, STRETCH)
    ]
    results.append(np.empty(beyond, results[0].dtype))
    return np.concatenate(results).reshape(framed.shape)


@lru_cache(maxsize=256)
def border_index(side: int, before: int, after: int, border: str) -> NDArray[np.intp]:
    """Give the pixel seen at each place from -before to side + after."""
    place = np.arange(-before, side + after)
    if border == "nearest":
        return np.clip(place, 0, side - 1)
    # reflect repeats the edge pixel, mirror does not
    period = 2 * side if border == "reflect" else max(1, 2 * side - 2)
    folded = np.mod(place, period)
    inside: NDArray[np.intp] = np.minimum(folded, period - (border == "reflect") - folded)
    return inside


def pad_block(
    block: Block, rows: NDArray[np.intp], columns: NDArray[np.intp], reach: Margins
) -> Block:
    """Put the border around a block."""
    a, h, w, b = block.shape
    if len(rows) == h and len(columns) == w:
        return block
    result = np.empty((a, len(rows), len(columns), b), block.dtype)
    middle, right = slice(reach.top, reach.top + h), reach.left + w
    result[:, middle, reach.left : right] = block
    result[:, middle, : reach.left] = block[:, :, columns[: reach.left]]
    result[:, middle, right:] = block[:, :, columns[right:]]
    result[:, : reach.top] = result[:, reach.top + rows[: reach.top]]
    result[:, middle.stop :] = result[:, reach.top + rows[middle.stop :]]
    return result


def shifted_view(block: Block, size: tuple[int, int], down: int, right: int) -> Block:
    """View the part of a block, of this size, that begins so far down and right."""
    return block[:, down : down + size[0], right : right + size[1]]


def weighted_sum(block: Block, size: tuple[int, int], taps: Sequence[Tap]) -> Block:
    """Add up shifted parts of a block, each times its weight."""
    down, right, weight = taps[0]
    total = shifted_view(block, size, down, right) * np.float32(weight)
    product = np.empty_like(total)
    for down, right, weight in taps[1:]:
        np.multiply(shifted_view(block, size, down, right), np.float32(weight), out=product)
        total += product
    return total
