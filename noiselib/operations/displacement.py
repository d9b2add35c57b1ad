"""Local random displacement: every pixel takes its value from a pixel nearby."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images

__all__ = ["displace", "displacements"]

Offsets = NDArray[np.int32]  # (n, h, w), in pixels

UNIFORM_STEPS = 64  # of each of the two uniform numbers whose difference is triangular


def displacements(words: NDArray[np.uint32], reach: float, share: float) -> tuple[Offsets, Offsets]:
    """Convert one word for each pixel to displacements down and to the right.

    Four numbers of 6 bits give two triangular ones on (-1, 1), which are scaled and rounded; the
    last 8 bits decide whether the pixel moves.

    Parameters
    ----------
    words : ndarray of uint32, shape (n, h, w)
        Uniform.
    reach : float
        The displacement of 1, in pixels.
    share : float
        Fraction of the pixels that move, in steps of 1/256.

    Returns
    -------
    down : ndarray of int32, shape (n, h, w)
        In pixels.
    right : ndarray of int32, shape (n, h, w)
        In pixels.
    """
    scale = np.int32(round(reach / UNIFORM_STEPS * 2**16))
    moving = (words >> np.uint32(24)) < np.uint32(round(share * 256))
    pair = []
    for shift in (0, 12):
        first = (words >> np.uint32(shift)) & np.uint32(UNIFORM_STEPS - 1)
        second = (words >> np.uint32(shift + 6)) & np.uint32(UNIFORM_STEPS - 1)
        signed = first.view(np.int32) - second.view(np.int32)
        signed *= scale
        signed += np.int32(2**15)
        signed >>= np.int32(16)
        signed *= moving
        pair.append(signed)
    return pair[0], pair[1]


def displace(planes: Images, down: Offsets, right: Offsets) -> Images:
    """Replace every pixel by the one at its displacement, or the nearest on the edge.

    Parameters
    ----------
    planes : ndarray of float32, shape (n, c, h, w)
    down, right : ndarray of int32, shape (n, h, w)
        In pixels.

    Returns
    -------
    ndarray of float32, shape (n, c, h, w)
    """
    c, h, w = planes.shape[1:]
    rows: Offsets = np.arange(h, dtype=np.int32)[:, None]
    columns: Offsets = np.arange(w, dtype=np.int32)
    row, column = down + rows, right + columns
    np.clip(row, 0, h - 1, out=row)
    np.clip(column, 0, w - 1, out=column)
    row *= np.int32(w)
    row += column
    first = np.arange(0, planes.size, c * h * w, dtype=np.intp)
    index = row + first[:, None, None]
    result = np.empty_like(planes)
    for channel in range(c):
        result[:, channel] = planes.ravel()[channel * h * w :].take(index, mode="clip")
    return result
