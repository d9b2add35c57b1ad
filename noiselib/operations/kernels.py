"""Kernels of the box and defocus blurs.

The sums computed by matrix products are of integers, and so exact in any order. The other sums add
one shifted plane after the other, in a fixed order, and need no grid.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from noiselib.images import Images
from noiselib.operations.linear import GRID, Matrix, on_grid
from noiselib.operations.neighbourhood import (
    Block,
    Margins,
    filter_planes,
    shifted_view,
    weighted_sum,
)

__all__ = ["box_matrix", "disk_blur"]


@lru_cache(maxsize=128)
def box_matrix(length: int, width: float) -> Matrix:
    """Return the matrix of a mean over `width` pixels along one side, border ``reflect``.

    The window is centred; its two end pixels are weighted by the fraction of them that it covers.
    """
    reach = math.ceil((width - 1) / 2)
    # Rounded cumulative sums from the centre: so the kernel is symmetric and sums to 1.
    offsets = np.arange(1, reach + 1)
    sums = np.rint(np.minimum(offsets, (width - 1) / 2) / width * GRID)
    side = np.diff(sums, prepend=0)
    kernel = np.concatenate([side[::-1], [GRID - 2 * side.sum()], side]) / GRID
    rows = np.zeros((length, length), np.float32)
    places = np.arange(length)
    for offset, weight in zip(range(-reach, reach + 1), kernel, strict=True):
        folded = np.mod(places + offset, 2 * length)
        rows[places, np.minimum(folded, 2 * length - 1 - folded)] += np.float32(weight)
    rows.flags.writeable = False
    return rows


def disk_blur(images: Images, radius: float, edge: float) -> Images:
    """Average over a disk of pixels, then blur by a short Gaussian; border ``mirror``.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    radius : float
        Pixels whose centres lie within it have equal weights.
    edge : float
        Standard deviation of the Gaussian that softens the disk: 3 taps for radii up to 8, 5 taps
        for larger ones.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    widths = disk_widths(radius)
    taps = short_gaussian(edge, 1 if radius <= 8 else 2)
    h, w = images.shape[1:3]
    soft = len(taps) // 2
    reach = len(widths) - 1 + soft
    weight = np.float32(1 / (2 * sum(2 * width + 1 for width in widths) - (2 * widths[0] + 1)))

    def average(block: Block) -> Block:
        mean = disk_sums(block, (h + 2 * soft, w + 2 * soft), widths)
        mean *= weight
        if soft:
            mean = weighted_sum(mean, (h, w + 2 * soft), [(k, 0, g) for k, g in enumerate(taps)])
            mean = weighted_sum(mean, (h, w), [(0, k, g) for k, g in enumerate(taps)])
        return mean

    return filter_planes(images, Margins(reach, reach, reach, reach), "mirror", average)


@lru_cache(maxsize=64)
def disk_widths(radius: float) -> tuple[int, ...]:
    """Return how far a disk extends sideways in its middle row, the next row, and so on."""
    square = radius * radius
    return tuple(math.isqrt(int(square - row * row)) for row in range(int(radius) + 1))


@lru_cache(maxsize=64)
def short_gaussian(sigma: float, reach: int) -> tuple[float, ...]:
    """Return 2 reach + 1 weights of a Gaussian, on the grid; a single 1 if the others are 0."""
    distance = np.arange(-reach, reach + 1) / max(sigma, 1e-3)
    weights = np.exp(-(distance**2) / 2)
    rounded = on_grid((weights / weights.sum())[None])[0].tolist()
    return tuple(rounded) if rounded[reach] < 1 else (1.0,)


def disk_sums(block: Block, size: tuple[int, int], widths: tuple[int, ...]) -> Block:
    """Sum over a disk, row by row: rows of equal width share their sums."""
    reach = len(widths) - 1
    height, width = size
    tall = (height + 2 * reach, width)
    row = shifted_view(block, tall, 0, reach).copy()
    total = np.zeros((block.shape[0], height, width, block.shape[3]), block.dtype)
    for extent in range(max(widths) + 1):
        if extent:
            row += shifted_view(block, tall, 0, reach - extent)
            row += shifted_view(block, tall, 0, reach + extent)
        for distance, half_width in enumerate(widths):
            if half_width == extent:
                for down in sorted({reach - distance, reach + distance}):
                    total += shifted_view(row, size, down, 0)
    return total
