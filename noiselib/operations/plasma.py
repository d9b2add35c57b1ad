"""Plasma clouds by the diamond-square algorithm, on a torus, for images of any size.

The map is a torus of ``2**levels`` points a side. Each level puts a point into the middle of every
square and every edge: the mean of its four neighbours, and noise that is weaker by ``decay**2``
from level to level. All points of the coarse levels are computed, and only the needed ones of the
fine levels. Images are along the last axis here, which keeps the inner loops of numpy long.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.exact import drop_last_bits
from noiselib.operations.linear import separable_product
from noiselib.operations.smooth import interpolation_matrix

__all__ = ["clouds", "noise_count"]

# All points of so many levels are computed, and their minimum and maximum scale the map.
COMPLETE_LEVELS = 5
SHADES = 2048  # steps of a cloud that must be resampled

Points = NDArray[np.float32]  # (rows, columns, n)
Index = NDArray[np.intp]  # (rows, columns)
Ranges = list[tuple[int, int]]  # of rows and of columns


class PlasmaLevel(NamedTuple):
    """How the points of a level are computed, along the rows and along the columns.

    Attributes
    ----------
    coarse : ndarray of intp, shape (rows, columns)
        The neighbours of its points: points of the level before, counted row by row.
    noise : ndarray of intp, shape (rows, columns)
        Which of the numbers drawn for the level is the noise of each point.
    drawn : int
        How many numbers are drawn for the level.
    kept : tuple of slice
        Which of the computed points are kept.
    sets_range : bool
        Whether its minimum and maximum scale the map.
    """

    coarse: Index
    noise: Index
    drawn: int
    kept: tuple[slice, slice]
    sets_range: bool


def noise_count(h: int, w: int, view: float) -> int:
    """Return how many random numbers `clouds` needs for an image."""
    return sum(level.drawn for level in plan_levels(h, w, view))


def clouds(numbers: NDArray[np.uint16], h: int, w: int, view: float, decay: float) -> Points:
    """Make clouds of mean about 1/2 within [0, 1], from uniform numbers.

    Parameters
    ----------
    numbers : ndarray of uint16, shape (n, noise_count(h, w, view))
        Uniform in 0..65535.
    h, w : int
        The sides of the images; the longer one spans `view` of the torus.
    view : float
        In (0, 1].
    decay : float
        1 or more; noise is weaker by its square from level to level.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
    """
    noise = np.subtract(numbers.T, np.float32(32767.5), dtype=np.float32)
    points = np.zeros((1, 1, len(numbers)), np.float32)
    start, lowest, highest = 0, np.float32(np.inf), np.float32(-np.inf)
    for number, level in enumerate(plan_levels(h, w, view)):
        drawn = noise[start : start + level.drawn].take(level.noise, axis=0, mode="clip")
        drawn *= np.float32(4 * drop_last_bits(decay ** (-2.0 * number)))
        points = refine(points, level, drawn)
        start += level.drawn
        if level.sets_range:
            lowest = np.minimum(lowest, points.min(axis=(0, 1)))
            highest = np.maximum(highest, points.max(axis=(0, 1)))
    points = points - lowest
    points *= 1 / np.maximum(highest - lowest, np.float32(1e-6))
    return resample(points, h, w, view)


def refine(points: Points, level: PlasmaLevel, noise: Points) -> Points:
    """Compute the next level; `noise` is four times as strong as what is added."""
    flat = points.reshape(-1, points.shape[-1])
    corners = flat.take(level.coarse, axis=0, mode="clip")
    computed = np.empty_like(noise)
    pairs = corners[:-1] + corners[1:]
    centres = pairs[:, :-1] + pairs[:, 1:]
    centres += noise[::2, ::2]
    centres *= np.float32(0.25)
    computed[::2, ::2] = centres
    computed[1::2, 1::2] = corners[1:-1, 1:-1]
    edges = pairs[:, 1:-1] + centres[:, :-1]
    edges += centres[:, 1:]
    edges += noise[::2, 1::2]
    np.multiply(edges, np.float32(0.25), out=computed[::2, 1::2])
    edges = corners[1:-1, :-1] + corners[1:-1, 1:]
    edges += centres[:-1]
    edges += centres[1:]
    edges += noise[1::2, ::2]
    np.multiply(edges, np.float32(0.25), out=computed[1::2, ::2])
    return computed[level.kept]


def resample(points: Points, h: int, w: int, view: float) -> NDArray[np.float32]:
    """Interpolate the points of the finest level at the pixels, shape (n, h, w)."""
    spacing = torus_side(h, w, view) * view / max(h, w)
    planes = np.ascontiguousarray(points.transpose(2, 0, 1))
    if spacing == 1:
        return planes[:, :h, :w]
    planes *= np.float32(SHADES)
    np.rint(planes, out=planes)
    rows, columns = (
        interpolation_matrix(side, count, spacing)
        for side, count in zip((h, w), planes.shape[1:], strict=True)
    )
    return separable_product(planes, rows, columns) * np.float32(1 / SHADES)


def torus_side(h: int, w: int, view: float) -> int:
    """Return the side of the torus, in points of the finest level: at least one for each pixel."""
    return 1 << max(1, math.ceil(math.log2(max(h, w) / view) - 1e-9))


@lru_cache(maxsize=64)
def plan_levels(h: int, w: int, view: float) -> tuple[PlasmaLevel, ...]:
    """Return the levels, coarsest first."""
    points = torus_side(h, w, view)
    spacing = points * view / max(h, w)
    complete = min(points, 2**COMPLETE_LEVELS)
    required = [
        (0, points if points == complete else math.ceil((side - 1) * spacing) + 1)
        for side in (h, w)
    ]
    levels = []
    while points > 1:
        needed = [coarser_range(*span, points) for span in required]
        levels.append(make_level(required, needed, points, sets_range=points >= complete))
        required, points = needed, points // 2
    return tuple(reversed(levels))


def coarser_range(start: int, end: int, points: int) -> tuple[int, int]:
    """Return the range of points of the level before that is needed; all of a coarse level."""
    first, last = (start - 1) // 2, (end + 1) // 2 + 1
    if points <= 2 ** (COMPLETE_LEVELS + 1) or last - first >= points // 2:
        return 0, points // 2
    return first, last


def make_level(required: Ranges, needed: Ranges, points: int, *, sets_range: bool) -> PlasmaLevel:
    """Return how to compute a range of points (start, end) from a range of the level before."""
    coarse, noise, drawn, kept = [], [], [], []
    for (start, end), (first, last) in zip(required, needed, strict=True):
        low, high = (start - 1) // 2, (end + 1) // 2
        neighbours = np.arange(low, high + 1)
        wraps = (first, last) == (0, points // 2)
        coarse.append(neighbours % (points // 2) if wraps else neighbours - first)
        computed = np.arange(2 * low + 1, 2 * high)
        complete = (start, end) == (0, points)
        noise.append(computed % points if complete else computed - computed[0])
        drawn.append(points if complete else len(computed))
        kept.append(slice(start - computed[0], end - computed[0]))
    row = needed[1][1] - needed[1][0]
    return PlasmaLevel(
        coarse=coarse[0][:, None] * row + coarse[1],
        noise=noise[0][:, None] * drawn[1] + noise[1],
        drawn=drawn[0] * drawn[1],
        kept=(kept[0], kept[1]),
        sets_range=sets_range,
    )
