"""Resizing by matrices along each side: there and back again as Pillow does it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.operations.linear import (
    Matrix,
    as_planes,
    from_planes,
    matmul_columns,
    matmul_rows,
    on_grid,
)

__all__ = ["coarse_side", "down_up_matrix", "pixelate"]

SUPPORT = {"box": 0.5, "bilinear": 1.0}


def coarse_side(side: int, fraction: float) -> int:
    """Give how many pixels are left of a side: its fraction, rounded down, but 1 at least."""
    return max(1, int(side * fraction + 1e-9))


def pixelate(images: Images, fraction: float) -> Images:
    """Take means of the pixels whose centres lie in a large one, and repeat them.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        In whole sixteenths of a level.
    fraction : float
        What is left of each side.
    """
    n, h, w, c = images.shape
    (rows, down), (columns, right) = (large_pixels(side, fraction) for side in (h, w))
    # Fewer rows first: only what is left has to be cut into planes.
    few = np.rint(matmul_rows(rows, images.reshape(n, h, w * c)))
    planes = as_planes(few.reshape(n, len(rows), w, c))
    small = matmul_columns(planes.reshape(-1, w), columns).reshape(n * c, len(rows), len(columns))
    return from_planes(small, images).take(right, axis=2).take(down, axis=1)


@lru_cache(maxsize=128)
def large_pixels(side: int, fraction: float) -> tuple[Matrix, NDArray[np.intp]]:
    """Give the matrix of means over large pixels, and which of these each pixel lies in."""
    coarse = coarse_side(side, fraction)
    means = on_grid(resize_matrix(side, coarse, "box"))
    means.flags.writeable = False
    return means, resize_matrix(coarse, side, "box").argmax(axis=1)


@lru_cache(maxsize=128)
def down_up_matrix(side: int, fraction: float) -> Matrix:
    """Give the matrix that resizes a side to a fraction of it and back, bilinearly."""
    coarse = coarse_side(side, fraction)
    rows = on_grid(
        resize_matrix(coarse, side, "bilinear") @ resize_matrix(side, coarse, "bilinear")
    )
    rows.flags.writeable = False
    return rows


def resize_matrix(before: int, after: int, method: str) -> NDArray[np.float64]:
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
