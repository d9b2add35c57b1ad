"""Linear image operators with exact arithmetic: separable (matrices) and sparse (any).

Weights are non-negative multiples of 1/4096, and each row sums to 1; images are held in sixteenths
of a grey level, integers from 0 to 4080. Every product and partial sum then has at most 24 bits,
which float32 holds exactly: the result does not depend on the order of the sums, and is the same on
every processor, for every batch and number of threads.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images, round_to_uint8
from noiselib.operations.banded import matmul_columns, matmul_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "as_planes",
    "from_planes",
    "from_sixteenths",
    "gaussian_matrix",
    "matmul_columns",
    "matmul_rows",
    "on_grid",
    "separable",
    "separable_product",
    "separable_uint8",
    "sixteenths_to_uint8",
    "sparse",
    "sparse_operator",
    "sparse_uint8",
    "to_sixteenths",
    "uint8_to_sixteenths",
]

GRID = 4096  # a weight is a multiple of 1 / GRID
WHITE = 16 * 255  # the value of white in sixteenths of a grey level

Matrix = NDArray[np.float32]


def on_grid(weights: NDArray[np.float64]) -> Matrix:
    """Round non-negative rows to the grid; each row keeps its sum, of at most 1.

    The rounding error of a row is corrected at its largest weight.
    """
    steps = np.rint(weights * GRID)
    missing = np.rint(weights.sum(axis=1) * GRID) - steps.sum(axis=1)
    steps[np.arange(len(steps)), steps.argmax(axis=1)] += missing
    return (steps / GRID).astype(np.float32)


def separable(images: Images, rows: Matrix, columns: Matrix) -> Images:
    """Multiply the rows and columns of every channel: ``rows @ image @ columns.T``.

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
    return from_planes(
        from_sixteenths(separable_product(to_sixteenths(as_planes(images)), rows, columns)), images
    )


def separable_uint8(images: UInt8Images, rows: Matrix, columns: Matrix) -> UInt8Images:
    """Apply `separable` to uint8 images, rounded as by `noiselib.images.from_unit`."""
    planes = uint8_to_sixteenths(as_planes(images))
    return from_planes(sixteenths_to_uint8(separable_product(planes, rows, columns)), images)


def as_planes(images: NDArray[Any]) -> NDArray[Any]:
    """Copy (n, h, w, c) to planes, (n * c, h, w)."""
    n, h, w, c = images.shape
    return np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(n * c, h, w)


def from_planes(planes: NDArray[Any], images: NDArray[Any]) -> NDArray[Any]:
    """Copy planes, (n * c, h', w'), to (n, h', w', c), with the n and c of `images`."""
    n, c = len(images), images.shape[3]
    if c == 1:
        return planes[..., None]
    result = np.empty((n, *planes.shape[1:], c), planes.dtype)
    for channel in range(c):  # several times faster than all at once, with inner loops of length c
        result[..., channel] = planes[channel::c]
    return result


def separable_product(planes: Images, rows: Matrix, columns: Matrix) -> Images:
    """Return ``rows @ plane @ columns.T`` for planes of integers, not rounded at the end.

    Parameters
    ----------
    planes : ndarray of float32, shape (k, h, w)
        Integers of magnitude at most 4080, or multiples of 1/2 of magnitude at most 2048.
    rows : ndarray of float32, shape (h', h)
        On the grid.
    columns : ndarray of float32, shape (w', w)
        On the grid.

    Returns
    -------
    ndarray of float32, shape (k, h', w')
    """
    k, h, w = planes.shape
    across = matmul_columns(planes.reshape(k * h, w), columns)
    np.rint(across, out=across)
    return matmul_rows(rows, across.reshape(k, h, len(columns)))


def sparse(images: Images, operator: csr_array, constant: Matrix | None = None) -> Images:
    """Multiply the pixels of every channel by one sparse operator.

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
    mixed = matmul_pixels(to_sixteenths(pixels_first(images)), operator, constant)
    return pixels_last(mixed, images)


def sparse_uint8(
    images: UInt8Images, operator: csr_array, constant: Matrix | None = None
) -> UInt8Images:
    """Apply `sparse` to uint8 images, rounded as by `noiselib.images.from_unit`."""
    unit = matmul_pixels(uint8_to_sixteenths(pixels_first(images)), operator, constant)
    return pixels_last(round_to_uint8(unit), images)


def matmul_pixels(pixels: Images, operator: csr_array, constant: Matrix | None) -> Images:
    """Multiply pixels in sixteenths of a grey level, (h * w, n * c), and convert to [0, 1]."""
    mixed = from_sixteenths(operator @ pixels)
    if constant is not None:
        mixed += constant[:, None]
    return mixed


def pixels_first(images: NDArray[Any]) -> NDArray[Any]:
    """Copy (n, h, w, c) to (h * w, n * c), so that a sparse product runs along the batch."""
    n, h, w, c = images.shape
    first = images.reshape(n, h * w, c).transpose(1, 0, 2)
    return np.ascontiguousarray(first).reshape(h * w, n * c)


def pixels_last(pixels: NDArray[Any], images: NDArray[Any]) -> NDArray[Any]:
    """Copy (h * w, n * c) back to the shape of `images`."""
    n, h, w, c = images.shape
    last = pixels.reshape(h * w, n, c).transpose(1, 0, 2)
    return np.ascontiguousarray(last).reshape(images.shape)


def sparse_operator(weights: NDArray[np.float64], sources: NDArray[np.intp]) -> csr_array:
    """Return a sparse operator, from the few source pixels of each pixel.

    Parameters
    ----------
    weights : ndarray of float64, shape (pixels, k)
        Non-negative, with row sums of at most 1; rounded to the grid here.
    sources : ndarray of intp, shape (pixels, k)
        The source pixel of each weight; any number if the weight is 0.

    Returns
    -------
    csr_array of float32, shape (pixels, pixels)
    """
    from scipy.sparse import coo_array

    data = on_grid(weights)
    targets = np.broadcast_to(np.arange(len(data))[:, None], data.shape)
    kept = data > 0
    size = (len(data), len(data))
    operator = coo_array((data[kept], (targets[kept], sources[kept])), shape=size).tocsr()
    operator.sum_duplicates()
    return operator


def to_sixteenths(images: Images) -> Images:
    """Convert from [0, 1] to integer sixteenths of a grey level."""
    levels: Images = images * np.float32(WHITE)
    return np.rint(levels, out=levels)


def from_sixteenths(levels: Images) -> Images:
    """Convert from sixteenths of a grey level to [0, 1]."""
    result: Images = levels * np.float32(1 / WHITE)
    return result


def uint8_to_sixteenths(images: UInt8Images) -> Images:
    """Convert uint8 images as `to_sixteenths` converts ``images / 255``."""
    result: Images = np.multiply(images, np.float32(16), dtype=np.float32)
    return result


def sixteenths_to_uint8(mixed: Images) -> UInt8Images:
    """Convert from sixteenths of a grey level, 0 to 4080, to uint8, rounded as floats are."""
    return round_to_uint8(from_sixteenths(mixed))


@lru_cache(maxsize=128)
def gaussian_matrix(
    length: int, sigma: float, border: str = "reflect", truncate: float = 4.0
) -> Matrix:
    """Return the matrix of a Gaussian along one side, shape (length, length), on the grid.

    The kernel ends at `truncate` sigma; `border` is a mode of `scipy.ndimage`.
    """
    from scipy.ndimage import gaussian_filter1d

    matrix: Any = np.eye(length)
    if int(truncate * sigma + 0.5) > 0:  # otherwise the kernel is one pixel, and exp overflows
        matrix = gaussian_filter1d(matrix, sigma, axis=0, mode=border, truncate=truncate)
    rows = on_grid(matrix)
    rows.flags.writeable = False
    return rows
