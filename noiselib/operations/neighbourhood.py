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
SLICE_VALUES = 1 << 18  # values of a flat slice: measured on networks of a hundred byte operations
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
    images: Images, margins: Margins, border: str, function: Callable[[Block], Block]
) -> Images:
    """Apply a filter to every plane of a batch.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    margins : Margins
        How far the filter extends.
    border : str
        The values there, as in scipy.ndimage: ``nearest``, ``reflect`` or ``mirror``.
    function : callable
        Takes a block (a, top + h + bottom, left + w + right, b) and returns one (a, h, w, b); the
        result for a plane must not depend on the others.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    rows = border_index(h, margins.top, margins.bottom, border)
    columns = border_index(w, margins.left, margins.right, border)
    step = max(1, BLOCK_VALUES // (c * len(rows) * len(columns)))
    result = np.empty_like(images)
    for start in range(0, n, step):
        batch = images[start : start + step]
        axes = (1, 2, 0, 3) if w < LARGE else (0, 3, 1, 2)
        shape = (1, h, w, len(batch) * c) if w < LARGE else (len(batch) * c, h, w, 1)
        block = np.ascontiguousarray(batch.transpose(axes)).reshape(shape)
        filtered = function(pad_block(block, rows, columns, margins))
        target = result[start : start + step].transpose(axes)
        target[...] = filtered.reshape(target.shape)
    return result


def filter_flat(
    images: Block, margins: Margins, border: str, function: Callable[[Block, int, int], Block]
) -> Block:
    """Apply a filter to images of any dtype, flattened to one row of values with their border.

    Every shift is then a slice of that row, with the longest possible inner loops; results computed
    across an edge are discarded.

    Parameters
    ----------
    images : ndarray, shape (n, h, w, c)
    margins : Margins
        How far the filter extends.
    border : str
        As for `filter_planes`.
    function : callable
        Takes a slice of values, and the number of values from a pixel to the one below and to the
        one on the right; returns the results for the slice without the margins.

    Returns
    -------
    ndarray of the dtype that `function` returns, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    rows = border_index(h, margins.top, margins.bottom, border)
    columns = border_index(w, margins.left, margins.right, border)
    step = max(1, SLICE_VALUES // (len(rows) * len(columns) * c))
    results = []
    for start in range(0, n, step):
        batch = images[start : start + step]
        if w < LARGE:  # interleave images, so that rows are long enough
            batch = np.ascontiguousarray(batch.transpose(1, 2, 0, 3)).reshape(1, h, w, -1)
        padded = pad_block(batch, rows, columns, margins)
        inside = filter_block_flat(padded, h, w, function)[:, :h, :w]
        if w < LARGE:
            inside = inside.reshape(h, w, -1, c).transpose(2, 0, 1, 3)
        results.append(np.ascontiguousarray(inside))
    return np.concatenate(results)


def filter_block_flat(
    padded: Block, h: int, w: int, function: Callable[[Block, int, int], Block]
) -> Block:
    """Apply a filter to a block with its border, flattened to one row of values."""
    values, right = padded.reshape(-1), padded.shape[3]
    down = padded.shape[2] * right
    beyond = (padded.shape[1] - h) * down + (padded.shape[2] - w) * right
    results = [
        function(values[start : start + SLICE_VALUES + beyond], down, right)
        for start in range(0, len(values) - beyond, SLICE_VALUES)
    ]
    results.append(np.empty(beyond, results[0].dtype))
    return np.concatenate(results).reshape(padded.shape)


@lru_cache(maxsize=256)
def border_index(side: int, before: int, after: int, border: str) -> NDArray[np.intp]:
    """Return the source pixel of each position from -before to side + after."""
    position = np.arange(-before, side + after)
    if border == "nearest":
        return np.clip(position, 0, side - 1)
    # reflect repeats the edge pixel, mirror does not
    period = 2 * side if border == "reflect" else max(1, 2 * side - 2)
    folded = np.mod(position, period)
    inside: NDArray[np.intp] = np.minimum(folded, period - (border == "reflect") - folded)
    return inside


def pad_block(
    block: Block, rows: NDArray[np.intp], columns: NDArray[np.intp], margins: Margins
) -> Block:
    """Pad a block with its border."""
    a, h, w, b = block.shape
    if len(rows) == h and len(columns) == w:
        return block
    result = np.empty((a, len(rows), len(columns), b), block.dtype)
    middle, right = slice(margins.top, margins.top + h), margins.left + w
    result[:, middle, margins.left : right] = block
    result[:, middle, : margins.left] = block[:, :, columns[: margins.left]]
    result[:, middle, right:] = block[:, :, columns[right:]]
    result[:, : margins.top] = result[:, margins.top + rows[: margins.top]]
    result[:, middle.stop :] = result[:, margins.top + rows[middle.stop :]]
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
