"""Linear image operators with exact arithmetic: separable (matrices) and sparse (any).

Weights are non-negative and lie on a grid of 1/4096, each row summing to 1; images are held in
sixteenths of a grey level, whole numbers from 0 to 4080. Every product and partial sum then has at
most 24 bits, which float32 holds exactly: so the result does not depend on the order of the sums,
and is the same on every processor, for every batch and number of threads.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "as_planes",
    "blended",
    "from_levels",
    "from_planes",
    "gaussian_rows",
    "in_levels",
    "mixed_columns",
    "mixed_rows",
    "on_grid",
    "separable",
    "sparse",
    "sparse_operator",
]

GRID = 4096  # steps of a weight
LEVELS = 16 * 255  # steps of an image
BAND = 32  # rows of a band matrix that are multiplied at a time
LONG = 64  # below this many rows, cutting a matrix into bands costs more than it saves

Matrix = NDArray[np.float32]


def on_grid(weights: NDArray[np.float64]) -> Matrix:
    """Round non-negative rows to the grid, each row keeping its sum (of at most 1).

    What rounding adds to or takes from a row is put right at its greatest weight.
    """
    steps = np.rint(weights * GRID)
    missing = np.rint(weights.sum(axis=1) * GRID) - steps.sum(axis=1)
    steps[np.arange(len(steps)), steps.argmax(axis=1)] += missing
    return (steps / GRID).astype(np.float32)


def separable(images: Images, rows: Matrix, columns: Matrix) -> Images:
    """Mix rows and columns of every channel: ``rows @ image @ columns.T``.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        In [0, 1].
    rows : ndarray of float32, shape (h', h)
        On the grid (see `on_grid`).
    columns : ndarray of float32, shape (w', w)
        On the grid.

    Returns
    -------
    ndarray of float32, shape (n, h', w', c)
        In steps of 1/4080.
    """
    return from_planes(from_levels(blended(in_levels(as_planes(images)), rows, columns)), images)


def as_planes(images: Images) -> Images:
    """Copy (n, h, w, c) to planes, (n * c, h, w)."""
    n, h, w, c = images.shape
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(n * c, h, w)


def from_planes(planes: Images, images: Images) -> Images:
    """Copy planes, (n * c, h', w'), to (n, h', w', c), with the n and c of `images`."""
    n, c = len(images), images.shape[3]
    return np.ascontiguousarray(planes.reshape(n, c, *planes.shape[1:]).transpose(0, 2, 3, 1))


def blended(planes: Images, rows: Matrix, columns: Matrix) -> Images:
    """Mix rows and columns of planes of whole steps; not rounded at the end.

    Parameters
    ----------
    planes : ndarray of float32, shape (k, h, w)
        Whole numbers up to 4080 in size, or multiples of 1/2 up to 2048.
    rows, columns
        As for `separable`.
    """
    k, h, w = planes.shape
    across = mixed_columns(planes.reshape(k * h, w), columns)
    np.rint(across, out=across)
    return mixed_rows(rows, across.reshape(k, h, len(columns)))


def mixed_columns(lines: NDArray[Any], columns: NDArray[Any]) -> NDArray[Any]:
    """Give ``lines @ columns.T``, leaving out what is 0 anyway: the sums are exact in any order.

    Parameters
    ----------
    lines : ndarray, shape (k, w)
    columns : ndarray of the same dtype, shape (w', w)
    """
    result: NDArray[Any]
    if len(columns) < LONG:
        result = lines @ columns.T
        return result
    result = np.empty((len(lines), len(columns)), lines.dtype)
    for out, taken in bands(columns):
        np.matmul(lines[:, taken], columns[out, taken].T, out=result[:, out])
    return result


def mixed_rows(rows: NDArray[Any], planes: NDArray[Any]) -> NDArray[Any]:
    """Give ``rows @ plane`` for every plane, leaving out what is 0 anyway.

    Parameters
    ----------
    rows : ndarray, shape (h', h)
    planes : ndarray of the same dtype, shape (k, h, w)
    """
    result: NDArray[Any]
    if len(rows) < LONG:
        result = np.matmul(rows, planes)
        return result
    result = np.empty((len(planes), len(rows), planes.shape[2]), planes.dtype)
    for out, taken in bands(rows):
        np.matmul(rows[out, taken], planes[:, taken], out=result[:, out])
    return result


def bands(matrix: NDArray[Any]) -> list[tuple[slice, slice]]:
    """Cut a matrix into blocks of rows, each with the range of columns that is not 0."""
    cuts = []
    for start in range(0, len(matrix), BAND):
        used = np.flatnonzero(matrix[start : start + BAND].any(axis=0))
        first, last = (used[0], used[-1]) if len(used) else (0, 0)
        cuts.append((slice(start, start + BAND), slice(first, last + 1)))
    return cuts


def sparse(images: Images, operator: csr_array, constant: Matrix | None = None) -> Images:
    """Mix the pixels of every channel by one operator.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        In [0, 1].
    operator : csr_array of float32, shape (h * w, h * w)
        On the grid (see `sparse_operator`).
    constant : ndarray of float32, shape (h * w,), optional
        Added to every image, in [0, 1].

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    # Pixels first: then every step of the sparse product runs along the batch.
    pixels = np.ascontiguousarray(in_levels(images).reshape(n, h * w, c).transpose(1, 0, 2))
    mixed = from_levels(operator @ pixels.reshape(h * w, n * c))
    if constant is not None:
        mixed = mixed + constant[:, None]
    return np.ascontiguousarray(mixed.reshape(h * w, n, c).transpose(1, 0, 2)).reshape(images.shape)


def sparse_operator(weights: NDArray[np.float64], sources: NDArray[np.intp]) -> csr_array:
    """Make an operator from the few pixels that each pixel takes from.

    Parameters
    ----------
    weights : ndarray of float64, shape (pixels, k)
        Non-negative; row sums at most 1; put on the grid here.
    sources : ndarray of intp, shape (pixels, k)
        Which pixel each weight is for; any number where the weight is 0.
    """
    from scipy.sparse import coo_array

    data = on_grid(weights)
    targets = np.broadcast_to(np.arange(len(data))[:, None], data.shape)
    kept = data > 0
    size = (len(data), len(data))
    operator = coo_array((data[kept], (targets[kept], sources[kept])), shape=size).tocsr()
    operator.sum_duplicates()
    return operator


def in_levels(images: Images) -> Images:
    """Go from [0, 1] to whole sixteenths of a grey level."""
    levels: Images = images * np.float32(LEVELS)
    return np.rint(levels, out=levels)


def from_levels(levels: Images) -> Images:
    """Go from sixteenths of a grey level to [0, 1]."""
    result: Images = levels * np.float32(1 / LEVELS)
    return result


@lru_cache(maxsize=128)
def gaussian_rows(
    length: int, sigma: float, border: str = "reflect", truncate: float = 4.0
) -> Matrix:
    """Give the matrix of a Gaussian along one side, shape (length, length), on the grid.

    The kernel ends at `truncate` sigma; borders are named and treated as scipy.ndimage does.
    """
    from scipy.ndimage import gaussian_filter1d

    matrix: Any = np.eye(length)
    if int(truncate * sigma + 0.5) > 0:  # else the kernel is one pixel, and exp would overflow
        matrix = gaussian_filter1d(matrix, sigma, axis=0, mode=border, truncate=truncate)
    rows = on_grid(matrix)
    rows.flags.writeable = False
    return rows
