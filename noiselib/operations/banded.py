"""Products with band matrices, block by block, skipping most of the zeros."""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

__all__ = ["bands", "matmul_columns", "matmul_rows"]

BAND = 32  # rows of a band matrix that are multiplied at a time
MIN_SIDE = 64  # measured: below this side, one dense product is faster

Bands = list[tuple[slice, slice]]

_BANDS: dict[int, tuple[ref[NDArray[Any]], Bands]] = {}  # by the id() of the matrix


def matmul_columns(lines: NDArray[Any], columns: NDArray[Any]) -> NDArray[Any]:
    """Return ``lines @ columns.T``, skipping zeros: the sums are exact in any order.

    Parameters
    ----------
    lines : ndarray, shape (k, w)
    columns : ndarray of the same dtype, shape (w', w)

    Returns
    -------
    ndarray of the same dtype, shape (k, w')
    """
    result: NDArray[Any]
    if max(columns.shape) < MIN_SIDE:
        result = lines @ columns.T
        return result
    result = np.empty((len(lines), len(columns)), lines.dtype)
    for out, taken in bands(columns):
        np.matmul(lines[:, taken], columns[out, taken].T, out=result[:, out])
    return result


def matmul_rows(rows: NDArray[Any], planes: NDArray[Any]) -> NDArray[Any]:
    """Return ``rows @ plane`` for every plane, skipping zeros.

    Parameters
    ----------
    rows : ndarray, shape (h', h)
    planes : ndarray of the same dtype, shape (k, h, w)

    Returns
    -------
    ndarray of the same dtype, shape (k, h', w)
    """
    result: NDArray[Any]
    if max(rows.shape) < MIN_SIDE:
        result = np.matmul(rows, planes)
        return result
    result = np.empty((len(planes), len(rows), planes.shape[2]), planes.dtype)
    for out, taken in bands(rows):
        np.matmul(rows[out, taken], planes[:, taken], out=result[:, out])
    return result


def bands(matrix: NDArray[Any]) -> Bands:
    """Split a matrix into blocks of rows, each with its range of non-zero columns.

    The result for a read-only matrix is cached.
    """
    cached = _BANDS.get(id(matrix))
    if cached and cached[0]() is matrix:
        return cached[1]
    height = BAND if len(matrix) >= matrix.shape[1] else BAND // 2
    cuts = []
    for start in range(0, len(matrix), height):
        used = np.flatnonzero(matrix[start : start + height].any(axis=0))
        first, last = (used[0], used[-1]) if len(used) else (0, 0)
        cuts.append((slice(start, start + height), slice(first, last + 1)))
    if not matrix.flags.writeable:
        _BANDS[id(matrix)] = (ref(matrix, partial(forget, id(matrix))), cuts)
    return cuts


def forget(matrix: int, _: object) -> None:
    """Drop the cached bands of a matrix that was garbage collected, by its id()."""
    _BANDS.pop(matrix, None)
