"""Masks of rectangles and grids: the part of each row and column that is covered, and painting."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, Levels, across_channels, from_unit, to_unit

__all__ = ["LARGE", "Part", "covered", "covered_by_stripes", "levels_painted", "painted"]

Part = NDArray[np.float32]  # of each row or column, what is covered

LARGE = 64  # from this width on, rows are long enough to work on bytes


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


def painted(images: Images, mask: NDArray[np.float32], fill: float) -> Images:
    """Mix `fill` in where the mask, (n, h, w), has it."""
    mask = across_channels(mask, images.shape[3])
    result: Images = images + mask * (np.float32(fill) - images)
    return result


def levels_painted(levels: Levels, rows: Part, columns: Part, fill: float) -> Levels | None:
    """Mix `fill` into uint8 images where rows and columns are covered.

    What is covered as a whole takes operations on bytes; rows and columns that are covered in part
    go by `painted`, one by one.
    """
    c = levels.shape[3]
    hidden = level_where_covered(fill)
    if hidden is None:
        return None
    across = np.repeat(columns == 1, c, axis=1)
    both = (rows == 1)[:, :, None].view(np.uint8) * across[:, None].view(np.uint8)
    mask = np.negative(both).reshape(levels.shape)  # all bits
    result: Levels = levels & ~mask
    if hidden:
        result |= mask & hidden
    for axis, along, beside in ((1, rows, columns), (2, columns, rows)):
        image, line = np.nonzero((along > 0) & (along < 1))
        if len(image):
            mixed = along[image, line, None] * beside[image]
            lines = levels.swapaxes(1, axis)[image, line][:, None]
            result.swapaxes(1, axis)[image, line] = lines_painted(lines, mixed, fill)[:, 0]
    return result


def lines_painted(lines: Levels, mask: Part, fill: float) -> Levels:
    """Mix `fill` into lines, (k, 1, w, c), where the mask, (k, w), has it."""
    result = np.empty_like(lines)
    from_unit(np.clip(painted(to_unit(lines), mask[:, None], fill), 0, 1), result)
    return result


@lru_cache(maxsize=16)
def level_where_covered(fill: float) -> np.uint8 | None:
    """Give the level that is left where all is covered; None if that depends on what is."""
    all_levels = np.arange(256, dtype=np.uint8).reshape(1, 1, 256, 1)
    left = np.unique(lines_painted(all_levels, np.ones((1, 256), np.float32), fill))
    return left[0] if len(left) == 1 else None
