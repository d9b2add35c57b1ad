"""Filters over the neighbourhood of each pixel, in blocks of planes that fit the cache.

A block has shape (a, h, w, b): many small images are interleaved along the last axis (a = 1), few
large ones are stacked along the first (b = 1). In both cases a shifted plane is a slice, and the
inner loops are long.
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

BLOCK_VALUES = 1 << 18  # values of a block, with its border: a few such arrays fit the cache
STRETCH = 1 << 18  # values of a flat slice: measured on networks of a hundred byte operations
LARGE = 64  # from this width on, the rows of one image are long enough inner loops


class Margins(NamedTuple):
    """How many pixels beyond the image a filter needs, on each side.

    Attributes
    ----------
    top, bottom, left, right : int
        In pixels.
    """

    top: int
    bottom: int
    left: int
    right: int


def filter_planes(
    images: Images, reach: Margins, border: str, mix: Callable[[Block], Block]
) -> Images:
    """Apply a filter to every plane of a batch.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    reach : Margins
        How far the filter extends.
    border : str
        The values there, as in scipy.ndimage: ``nearest``, ``reflect`` or ``mirror``.
    mix : callable
        Takes a block (a, top + h + bottom, left + w + right, b) and returns one (a, h, w, b); the
        result for a plane must not depend on the others.

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
    """Apply a filter to images of any dtype, flattened to one row of values with their border.

    Every shift is then a slice of that row, with the longest possible inner loops; results computed
    across an edge are discarded.

    Parameters
    ----------
    images : ndarray, shape (n, h, w, c)
    reach : Margins
        How far the filter extends.
    border : str
        As for `filter_planes`.
    mix : callable
        Takes a slice of values, and the number of values from a pixel to the one below and to the
        one on the right; returns the results for the slice without the margins.

    Returns
    -------
    ndarray of the dtype that `mix` returns, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    rows = border_index(h, reach.top, reach.bottom, border)
    columns = border_index(w, reach.left, reach.right, border)
    step = max(1, STRETCH // (len(rows) * len(columns) * c))
    results = []
    for start in range(0, n, step):
        part = images[start : start + step]
        if w < LARGE:  # interleave images, so that rows are long enough
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
    """Apply a filter to a block with its border, flattened to one row of values."""
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
    """Return the source pixel of each position from -before to side + after."""
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
    """Pad a block with its border."""
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
    """View the part of a block, of this size, at an offset down and right."""
    return block[:, down : down + size[0], right : right + size[1]]


def weighted_sum(block: Block, size: tuple[int, int], taps: Sequence[Tap]) -> Block:
    """Sum shifted parts of a block, each multiplied by its weight."""
    down, right, weight = taps[0]
    total = shifted_view(block, size, down, right) * np.float32(weight)
    product = np.empty_like(total)
    for down, right, weight in taps[1:]:
        np.multiply(shifted_view(block, size, down, right), np.float32(weight), out=product)
        total += product
    return total
