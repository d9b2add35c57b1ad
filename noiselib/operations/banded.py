"""Products of matrices that are 0 but for a band, block by block, without most of what is 0."""

from __future__ import annotations

from functools import partial
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

__all__ = ["bands", "matmul_columns", "matmul_rows"]

BAND = 32  # rows of a band matrix that are multiplied at a time
MIN_SIDE = (
    64  # below this many rows and columns, cutting a matrix into bands costs more than it saves
)

Bands = list[tuple[slice, slice]]

_BANDS: dict[int, tuple[ref[NDArray[Any]], Bands]] = {}  # by the id of the matrix


def matmul_columns(lines: NDArray[Any], columns: NDArray[Any]) -> NDArray[Any]:
    """Give ``lines @ columns.T``, leaving out what is 0 anyway: the sums are exact in any order.

    Parameters
    ----------
    lines : ndarray, shape (k, w)
    columns : ndarray of the same dtype, shape (w', w)
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
    """Give ``rows @ plane`` for every plane, leaving out what is 0 anyway.

    Parameters
    ----------
    rows : ndarray, shape (h', h)
    planes : ndarray of the same dtype, shape (k, h, w)
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
    """Cut a matrix into blocks of rows, each with the range of columns that is not 0.

    A matrix that cannot be written to is looked through once.
    """
    known = _BANDS.get(id(matrix))
    if known and known[0]() is matrix:
        return known[1]
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
    """Forget the bands of a matrix that is gone, by its id."""
    _BANDS.pop(matrix, None)
