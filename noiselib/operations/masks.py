"""Masks of rectangles and grids: the part of each pixel that is covered, along one side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["covered", "covered_by_stripes"]


def covered(side: int, centre: NDArray[np.float64], half: Any) -> NDArray[np.float32]:
    """Give the part of each pixel within `half` of a centre, shape (n, side).

    Parameters
    ----------
    side : int
        In pixels.
    centre : ndarray, shape (n,)
        In pixels from the edge.
    half : float or ndarray of n values
        In pixels.
    """
    edges = np.arange(side + 1, dtype=np.float32)
    middle = centre.astype(np.float32)[:, None]
    half = np.asarray(half, np.float32).reshape(-1, 1)
    within = np.clip(edges, middle - half, middle + half)
    parts: NDArray[np.float32] = np.diff(within, axis=1)
    return parts


def covered_by_stripes(
    side: int, start: NDArray[np.float64], period: float, part: Any
) -> NDArray[np.float32]:
    """Give the part of each pixel covered by stripes about `start` + k `period`, (n, side).

    Parameters
    ----------
    side : int
        In pixels.
    start : ndarray of float64, shape (n,)
        In pixels from the edge; rounded down to whole ones.
    period : float
        In pixels.
    part : float or ndarray of n values
        Width of a stripe, in periods.
    """
    part = np.asarray(part).reshape(-1, 1)
    cells = (np.arange(side + 1) - np.floor(start)[:, None]) / period + 0.5
    before = np.floor(cells)
    inside = np.clip(cells - before, 0.5 - part / 2, 0.5 + part / 2) - (0.5 - part / 2)
    lengths = np.diff(before * part + inside, axis=1) * period
    parts: NDArray[np.float32] = lengths.astype(np.float32)
    return parts
