"""Resizing by matrices along each side, down and up again, as Pillow does it."""

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
    """Return how many pixels are left of a side: its fraction, rounded down, but at least 1."""
    return max(1, int(side * fraction + 1e-9))


def pixelate(images: Images, fraction: float) -> Images:
    """Replace the pixels whose centres lie in a large pixel by their mean.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        In integer sixteenths of a level.
    fraction : float
        The fraction that is left of each side.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
        In sixteenths of a level.
    """
    n, h, w, c = images.shape
    (rows, down), (columns, right) = (large_pixels(side, fraction) for side in (h, w))
    # Reduce the rows first, so that fewer values must be rearranged to planes.
    few = np.rint(matmul_rows(rows, images.reshape(n, h, w * c)))
    planes = as_planes(few.reshape(n, len(rows), w, c))
    small = matmul_columns(planes.reshape(-1, w), columns).reshape(n * c, len(rows), len(columns))
    return from_planes(small, images).take(right, axis=2).take(down, axis=1)


@lru_cache(maxsize=128)
def large_pixels(side: int, fraction: float) -> tuple[Matrix, NDArray[np.intp]]:
    """Return the matrix of means over large pixels, and the large pixel of each pixel."""
    coarse = coarse_side(side, fraction)
    means = on_grid(resize_matrix(side, coarse, "box"))
    means.flags.writeable = False
    return means, resize_matrix(coarse, side, "box").argmax(axis=1)


@lru_cache(maxsize=128)
def down_up_matrix(side: int, fraction: float) -> Matrix:
    """Return the matrix that resizes a side to a fraction of it and back, bilinearly."""
    coarse = coarse_side(side, fraction)
    rows = on_grid(
        resize_matrix(coarse, side, "bilinear") @ resize_matrix(side, coarse, "bilinear")
    )
    rows.flags.writeable = False
    return rows


def resize_matrix(before: int, after: int, method: str) -> NDArray[np.float64]:
    """Return the matrix of Pillow's resize along one side, shape (after, before).

    A pixel takes the pixels whose centres the filter reaches; the filter is widened if the side
    shrinks; its weights sum to 1.
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
