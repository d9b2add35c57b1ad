"""Rain: drops that fall along lines, added only to the pixels that they cross."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.linear import Matrix, matmul_columns, on_grid
from noiselib.operations.motion import motion_line
from noiselib.operations.precipitation import ANGLES, streak_angles

__all__ = ["rain_streaks"]

Layer = NDArray[np.float32]  # (n, h, w)


def rain_streaks(
    numbers: NDArray[np.uint16],
    part: float,
    which: NDArray[np.intp],
    radius: int,
    degrees: tuple[float, float],
    size: float,
    sides: tuple[int, int],
) -> Layer:
    """Let a fraction of the points fall as drops, each along the line of its layer; see `streak`.

    Parameters
    ----------
    numbers : ndarray of uint16, shape (n, rows, columns)
        Uniform; the smallest ones are drops. The points span a layer that extends beyond the
        images, 2 radius above and on either side.
    part : float
        The fraction.
    which : ndarray of intp, shape (n,)
        Which of the 16 angles of the range `degrees`.
    radius : int
        A streak has ``2 radius + 1`` pixels.
    degrees : tuple of float
        The range of angles, clockwise from the right.
    size : float
        Half the width of a streak, in pixels, where its brightness reaches 0.
    sides : tuple of int
        (h, w) of the images.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        In [0, 1].
    """
    n, rows, columns = numbers.shape
    h, w = sides[0] + 2 * radius, sides[1] + 4 * radius
    paths, weights = streak_paths(h, w, radius, degrees)
    drops = np.flatnonzero(numbers < round(part * 2**16))
    image, point = np.divmod(drops, rows * columns)
    row, column = np.divmod(point, columns)
    first = (image * h + spaced_pixels(rows, h)[row]) * w + spaced_pixels(columns, w)[column]
    # Drops are few: only the pixels that they cross are computed. A path that leaves a layer at its
    # bottom or sides continues in pixels of the margins, which are cut off.
    places = first[:, None] + paths[which[image]]
    light = np.bincount(places.ravel(), weights[which[image]].ravel(), n * h * w + paths.max())
    visible = light[: n * h * w].reshape(n, h, w)[:, 2 * radius :, 2 * radius : w - 2 * radius]
    brightness = np.float32(size * size * (radius + 0.5))
    layer: Layer = np.minimum(widen(visible.astype(np.float32), size) * brightness, 1)
    return layer


def spaced_pixels(count: int, side: int) -> NDArray[np.intp]:
    """Return the pixels of so many points that span a side."""
    spacing = (side - 1) / max(1, count - 1)
    pixels: NDArray[np.intp] = np.rint(np.arange(count) * spacing).astype(np.intp)
    return pixels


def widen(layers: Layer, size: float) -> Layer:
    """Spread every pixel sideways over those within `size`, with linearly decreasing weights.

    The layers and the weights are multiples of 1/4096, and none of their sums exceeds 1: so float32
    holds them exactly.
    """
    if size == 1:
        return layers
    n, h, w = layers.shape
    return matmul_columns(layers.reshape(n * h, w), triangle_matrix(w, size)).reshape(n, h, w)


@lru_cache(maxsize=64)
def triangle_matrix(side: int, size: float) -> Matrix:
    """Return the matrix of a triangular mean along one side, border ``nearest``."""
    weights, places, reach = np.zeros((side, side)), np.arange(side), math.ceil(size) - 1
    for offset in range(-reach, reach + 1):
        sources = np.clip(places + offset, 0, side - 1)
        weights[places, sources] += 1 - abs(offset) / size
    rows = on_grid(weights / weights.sum(axis=1, keepdims=True))
    rows.flags.writeable = False
    return rows


@lru_cache(maxsize=64)
def streak_paths(
    h: int, w: int, radius: int, degrees: tuple[float, float]
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the offsets of the pixels that a drop crosses, in a flat layer, and their weights.

    Shape (16, points of a streak); the weights are on the grid of `noiselib.operations.linear`.
    """
    lines = [
        motion_line(h, w, radius, radius + 0.5, angle)
        for angle in streak_angles(np.arange(ANGLES), degrees)
    ]
    longest = max(len(line.taps) for line in lines)
    paths, weights = np.zeros((ANGLES, longest), np.intp), np.zeros((ANGLES, longest))
    for which, line in enumerate(lines):
        down, right, weight = np.array(line.taps).T
        back = (line.reach.top - down) * w + line.reach.left - right
        paths[which, : len(back)], weights[which, : len(back)] = back, weight
    return paths, weights
