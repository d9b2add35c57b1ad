"""Resizing by matrices along each side: there and back again as Pillow does it, and zooms."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.linear import (
    LEVELS,
    Matrix,
    as_planes,
    from_planes,
    in_levels,
    mixed_columns,
    mixed_rows,
    on_grid,
)

__all__ = ["coarse_rows", "zooms"]

SUPPORT = {"box": 0.5, "bilinear": 1.0}


def coarse_side(side: int, fraction: float) -> int:
    """Give how many pixels are left of a side: its fraction, rounded down, but 1 at least."""
    return max(1, int(side * fraction + 1e-9))


@lru_cache(maxsize=128)
def coarse_rows(side: int, fraction: float, method: str) -> Matrix:
    """Give the matrix that resizes a side to a fraction of it and back, shape (side, side)."""
    coarse = coarse_side(side, fraction)
    rows = on_grid(resizing(coarse, side, method) @ resizing(side, coarse, method))
    rows.flags.writeable = False
    return rows


def resizing(before: int, after: int, method: str) -> NDArray[np.float64]:
    """Give the matrix of Pillow's resize along one side, shape (after, before).

    A pixel takes from all whose centres the filter reaches, which is widened where the side
    shrinks; its weights add up to 1.
    """
    scale = before / after
    widening = max(scale, 1.0)
    support = SUPPORT[method] * widening
    weights = np.zeros((after, before))
    for row in range(after):
        centre = (row + 0.5) * scale
        first = max(0, int(centre - support + 0.5))
        last = min(before, int(centre + support + 0.5))
        distance = (np.arange(first, last) - centre + 0.5) / widening
        if method == "box":
            weights[row, first:last] = (distance > -0.5) & (distance <= 0.5)
        else:
            weights[row, first:last] = np.maximum(0, 1 - np.abs(distance))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def zooms(images: Images, factor: float, count: int) -> Images:
    """Average an image and `count` zooms of it, by 1 to `factor` in equal steps.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    factor : float
        The greatest magnification.
    count : int
        How many zooms; at most 31.
    """
    n, h, w, c = images.shape
    # Whole numbers below 2**24: levels, times steps, times the images that are added up.
    steps = 2 ** int(math.log2(2**24 / (LEVELS * (count + 1))))
    across = zoom_rows(w, factor, count, steps).reshape(count * w, w)
    times = np.ones((count, 1, 1), np.float32)
    times[0] = 2  # the first zoom is by 1, and the image itself counts too
    down = steps * times * zoom_rows(h, factor, count, steps)
    wide = mixed_columns(in_levels(as_planes(images)).reshape(n * c * h, w), across)
    np.rint(wide, out=wide)
    # The zooms of a row lie one after the other: so the matrix that adds them up is a band.
    added = np.ascontiguousarray(down.transpose(1, 2, 0)).reshape(h, h * count)
    total = mixed_rows(added, wide.reshape(n * c, h * count, w))
    total *= np.float32(1 / (LEVELS * steps * (count + 1)))
    return from_planes(total, images)


@lru_cache(maxsize=64)
def zoom_rows(side: int, factor: float, count: int, steps: int) -> NDArray[np.float32]:
    """Give the matrices of zooms along one side, shape (count, side, side), in so many steps.

    The middle ``ceil(side / z)`` pixels are stretched, ends to ends, over z times as
    many; of these, the middle `side` are kept.
    """
    rows = np.zeros((count, side, side))
    places = np.arange(side)
    for zoom, z in enumerate(np.linspace(1, factor, count)):
        cut = math.ceil(side / z - 1e-9)
        stretched = math.floor(cut * z + 0.5 + 1e-9)  # halves go up, whatever their last bits
        first = (stretched - side) // 2
        position = (places + first) * (cut - 1) / max(1, stretched - 1)
        before = np.minimum(np.floor(position).astype(int), max(0, cut - 2))
        after = np.rint((position - before) * steps) / steps
        start = (side - cut) // 2
        rows[zoom, places, start + before] = 1 - after
        rows[zoom, places, np.minimum(start + before + 1, side - 1)] += after
    result = rows.astype(np.float32)
    result.flags.writeable = False
    return result
