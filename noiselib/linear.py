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

__all__ = ["gaussian_rows", "on_grid", "separable", "sparse", "sparse_operator"]

GRID = 4096  # steps of a weight
LEVELS = 16 * 255  # steps of an image

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
    n, h, w, c = images.shape
    planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(n * c * h, w)
    across = in_levels(planes) @ columns.T
    across = np.rint(across, out=across).reshape(n * c, h, len(columns))
    down = np.matmul(rows, across).reshape(n, c, len(rows), len(columns))
    return np.ascontiguousarray(from_levels(down).transpose(0, 2, 3, 1))


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
def gaussian_rows(length: int, sigma: float) -> Matrix:
    """Give the matrix of a Gaussian blur along one side, border `reflect`, shape (length, length).

    The kernel ends at 4 sigma, as scipy.ndimage has it.
    """
    from scipy.ndimage import gaussian_filter1d

    matrix: Any = np.eye(length)
    if round(4 * sigma) > 0:  # below, the kernel is one pixel, and exp would divide by nearly zero
        matrix = gaussian_filter1d(matrix, sigma, axis=0, mode="reflect", truncate=4.0)
    rows = on_grid(matrix)
    rows.flags.writeable = False
    return rows
