"""Masks of rectangles and grids: the covered fraction of each row and column, and painting."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images, from_unit, repeat_channels, to_unit

__all__ = ["LARGE", "Coverage", "coverage", "paint", "paint_uint8", "stripe_coverage"]

Coverage = NDArray[np.float32]  # the covered fraction of each row or column

LARGE = 64  # from this width on, rows are long enough to be processed as bytes


def coverage(side: int, centre: NDArray[np.float64], half: Any) -> NDArray[np.float32]:
    """Return the fraction of each pixel within `half` of a centre, shape (n, side).

    Parameters
    ----------
    side : int
        In pixels.
    centre : ndarray, shape (n,)
        In pixels from the edge.
    half : float or ndarray of n values
        In pixels.

    Returns
    -------
    ndarray of float32, shape (n, side)
    """
    edges = np.arange(side + 1, dtype=np.float32)
    middle = centre.astype(np.float32)[:, None]
    half = np.asarray(half, np.float32).reshape(-1, 1)
    within = np.clip(edges, middle - half, middle + half)
    parts: NDArray[np.float32] = np.diff(within, axis=1)
    return parts


def stripe_coverage(
    side: int, start: NDArray[np.float64], period: float, part: Any
) -> NDArray[np.float32]:
    """Return the fraction of each pixel covered by stripes centred at ``start + k * period``.

    Parameters
    ----------
    side : int
        In pixels.
    start : ndarray of float64, shape (n,)
        In pixels from the edge; rounded down to integers.
    period : float
        In pixels.
    part : float or ndarray of n values
        Width of a stripe, in periods.

    Returns
    -------
    ndarray of float32, shape (n, side)
    """
    part = np.asarray(part).reshape(-1, 1)
    cells = (np.arange(side + 1) - np.floor(start)[:, None]) / period + 0.5
    before = np.floor(cells)
    inside = np.clip(cells - before, 0.5 - part / 2, 0.5 + part / 2) - (0.5 - part / 2)
    lengths = np.diff(before * part + inside, axis=1) * period
    parts: NDArray[np.float32] = lengths.astype(np.float32)
    return parts


def paint(images: Images, mask: NDArray[np.float32], fill: float) -> Images:
    """Blend `fill` into images where the mask, (n, h, w), covers them."""
    mask = repeat_channels(mask, images.shape[3])
    result: Images = images + mask * (np.float32(fill) - images)
    return result


def paint_uint8(
    images: UInt8Images, rows: Coverage, columns: Coverage, fill: float
) -> UInt8Images | None:
    """Blend `fill` into uint8 images where rows and columns are covered.

    Completely covered pixels take bit operations; rows and columns that are covered in part are
    processed by `paint`, one by one.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w, c)
    rows, columns : ndarray of float32, shapes (n, h) and (n, w)
        The covered fractions.
    fill : float
        In [0, 1].

    Returns
    -------
    ndarray of uint8, shape (n, h, w, c), or None
        None if the result of full coverage depends on the covered value.
    """
    c = images.shape[3]
    level = level_if_covered(fill)
    if level is None:
        return None
    across = np.repeat(columns == 1, c, axis=1)
    both = (rows == 1)[:, :, None].view(np.uint8) * across[:, None].view(np.uint8)
    mask = np.negative(both).reshape(images.shape)  # 0 or 255: all bits
    result: UInt8Images = images & ~mask
    if level:
        result |= mask & level
    for axis, along, other in ((1, rows, columns), (2, columns, rows)):
        image, line = np.nonzero((along > 0) & (along < 1))
        if len(image):
            mixed = along[image, line, None] * other[image]
            lines = images.swapaxes(1, axis)[image, line][:, None]
            result.swapaxes(1, axis)[image, line] = paint_lines(lines, mixed, fill)[:, 0]
    return result


def paint_lines(lines: UInt8Images, mask: Coverage, fill: float) -> UInt8Images:
    """Blend `fill` into lines, (k, 1, w, c), where the mask, (k, w), covers them."""
    result = np.empty_like(lines)
    from_unit(np.clip(paint(to_unit(lines), mask[:, None], fill), 0, 1), result)
    return result


@lru_cache(maxsize=16)
def level_if_covered(fill: float) -> np.uint8 | None:
    """Return the level of completely covered pixels; None if it depends on the covered value."""
    all_levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    results = np.unique(paint_lines(all_levels, np.ones((1, 256), np.float32), fill))
    return results[0] if len(results) == 1 else None
