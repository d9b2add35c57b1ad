"""Lines drawn across images: the brightness of each pixel, by its distance from a line's height.

Lines are defined in a frame of 28 x 28 cells that is stretched over the image, so that they look
alike at every size and are those of MNIST-C at 28 x 28. In the frame, the centre of the cell (0, 0)
is at 0. Heights are counted in integer steps of 1/1024 cell: integers are the same on every
processor.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.exact import drop_last_bits

__all__ = [
    "FRAME",
    "NOWHERE",
    "cell_centres",
    "draw_lines",
    "straight_heights",
    "to_steps",
    "zigzag_heights",
]

FRAME = 28
STEPS = 1024  # per cell
REACH = 2.3  # cells; the distance at which the logarithm of the profile diverges
NOWHERE = np.intp(1 << 30)  # the height of a line in a column that it does not cross

Heights = NDArray[np.intp]
Floats = NDArray[np.float64]


def cell_centres(side: int) -> NDArray[np.float64]:
    """Return the position of the centre of each pixel in the frame, shape (side,)."""
    return (np.arange(side) + 0.5) * FRAME / side - 0.5


def to_steps(heights: Any) -> Heights:
    """Round heights in the frame to integer steps."""
    steps: Heights = np.rint(np.asarray(heights) * STEPS).astype(np.intp)
    return steps


def draw_lines(heights: Heights, h: int) -> NDArray[np.float32]:
    """Draw lines: ``sum over k of max(0, 1 + ln(1 - d_k / 2.3))``, d_k the distance in height.

    Parameters
    ----------
    heights : ndarray of intp, shape (n, k, w)
        The height, in steps, of each of k lines in each column; `NOWHERE` if it does not cross it.
    h : int
        The height of the images, in pixels.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
    """
    rows, profile = to_steps(cell_centres(h))[:, None], line_profile()
    lines = []
    for k in range(heights.shape[1]):
        distance = rows - heights[:, k, None]
        np.abs(distance, out=distance)
        lines.append(profile.take(distance, mode="clip"))  # the last entry is 0
    return sum(lines[1:], start=lines[0])


@lru_cache(maxsize=1)
def line_profile() -> NDArray[np.float32]:
    """Return the brightness at each distance in steps; the last entry is 0."""
    end = int(REACH * STEPS * (1 - np.exp(-1))) + 2
    distance = np.arange(end) / STEPS
    profile = drop_last_bits(np.maximum(1 + np.log(1 - distance / REACH), 0)).astype(np.float32)
    profile.flags.writeable = False
    return profile


def straight_heights(left: Floats, right: Floats, first: Floats, last: Floats, w: int) -> Heights:
    """Return the heights of straight lines, in steps, shape (n, 1, w).

    Parameters
    ----------
    left, right : ndarray of float64, shape (n,)
        The cell in which each begins, and the one before which it ends.
    first, last : ndarray of float64, shape (n,)
        Its heights there, in cells.
    w : int
        The width of the images, in pixels.

    Returns
    -------
    ndarray of intp, shape (n, 1, w)
    """
    x, left, right = cell_centres(w), left[:, None], right[:, None]
    heights = to_steps((last - first)[:, None] / (right - left) * (x - left) + first[:, None])
    crossed = (x >= left - 0.5) & (x < right - 0.5)
    return np.where(crossed, heights, NOWHERE)[:, None]


@lru_cache(maxsize=16)
def zigzag_heights(w: int, falls: tuple[int, ...]) -> Heights:
    """Return the heights of zigzags that start at height 0 and fall by a number of cells in all.

    Parameters
    ----------
    w : int
        The width of the images, in pixels.
    falls : tuple of int
        One for each zigzag.

    Returns
    -------
    ndarray of intp, shape (len(falls), k, w)
        In steps; segments that overlap in a column have different k.
    """
    zigzags = [polyline_heights(zigzag_corners(fall), w) for fall in falls]
    count = max(len(heights) for heights in zigzags)
    result = np.full((len(falls), count, w), NOWHERE)
    for one, heights in zip(result, zigzags, strict=True):
        one[: len(heights)] = heights
    result.flags.writeable = False
    return result


def zigzag_corners(fall: int) -> Floats:
    """Return the corners (x, y) of a zigzag from column 2 to column 25, shape (corners, 2).

    It swings by 2 cells to either side of a straight line, with a period of 4 along it; its last
    segment is short, and ends where that of MNIST-C ends.
    """
    first, last, swing, half = 2.0, 25.0, 2.0, 2.0
    angle = np.arctan(fall / (last - first))
    length = (last - first) / np.cos(angle)
    swings = int((length - half) // (2 * half)) + 1
    along = [0.0, *((2 * i + 1) * half for i in range(swings)), length]
    across = [0.0, *((-1) ** i * swing for i in range(swings))]
    over = length - 2 * half * (length // (2 * half))
    across.append(across[-1] / (2 * over))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return drop_last_bits(np.stack([along, across], axis=-1) @ turn + np.array([first, 0.0]))


def polyline_heights(corners: NDArray[np.float64], w: int) -> Heights:
    """Return the heights of a polyline by column, shape (k, w): k segments may share a column.

    A segment covers the columns from the cell in which it begins to the last that it enters.
    """
    x = cell_centres(w)
    heights = []
    for (x0, y0), (x1, y1) in pairwise(corners):
        covered = (x >= np.floor(x0) - 0.5) & (x < np.ceil(x1) - 0.5)
        height = to_steps((y1 - y0) / (x1 - x0) * (x - x0) + y0)
        heights.append(np.where(covered, height, NOWHERE))
    several = np.sort(heights, axis=0)  # NOWHERE is sorted to the end
    count = max(1, int((several < NOWHERE).sum(axis=0).max()))
    result: Heights = several[:count]
    return result
