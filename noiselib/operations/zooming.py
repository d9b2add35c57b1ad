"""The average of an image and zooms of it, by one sparse operator or along each side."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images, round_to_uint8
from noiselib.operations.linear import (
    WHITE,
    Matrix,
    as_planes,
    from_planes,
    matmul_columns,
    sparse,
    sparse_operator,
    sparse_uint8,
    to_sixteenths,
    uint8_to_sixteenths,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["zoom_blur", "zoom_blur_uint8"]

WeightedPixels = tuple[NDArray[np.intp], NDArray[np.float64]]  # source pixels and their weights

SMALL = 64 * 64  # measured: up to this many pixels, one sparse operator for all images is faster


def zoom_blur(images: Images, factor: float, count: int) -> Images:
    """Average an image and `count` zooms of it, by 1 to `factor` in equal steps.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    factor : float
        The largest magnification.
    count : int
        The number of zooms; at most 31.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    h, w = images.shape[1:3]
    if h * w <= SMALL:
        return sparse(images, zoom_operator(h, w, factor, count))
    return from_planes(average_zooms(to_sixteenths(as_planes(images)), factor, count), images)


def zoom_blur_uint8(images: UInt8Images, factor: float, count: int) -> UInt8Images:
    """Apply `zoom_blur` to uint8 images, rounded as by `noiselib.images.from_unit`."""
    h, w = images.shape[1:3]
    if h * w <= SMALL:
        return sparse_uint8(images, zoom_operator(h, w, factor, count))
    unit = average_zooms(uint8_to_sixteenths(as_planes(images)), factor, count)
    return from_planes(round_to_uint8(unit), images)


def average_zooms(planes: Images, factor: float, count: int) -> Images:
    """Average planes (k, h, w), in sixteenths of a grey level, and their zooms; in [0, 1]."""
    k, h, w = planes.shape
    # Integers below 2**24: levels, times steps, times the number of images that are summed.
    steps = 2 ** int(math.log2(2**24 / (WHITE * (count + 1))))
    wide = matmul_columns(planes.reshape(k * h, w), row_matrix(w, factor, count, steps))
    np.rint(wide, out=wide)
    added = column_operator(h, factor, count, steps)
    total = np.stack([added @ plane for plane in wide.reshape(k, h * count, w)])
    total *= np.float32(1 / (WHITE * steps * (count + 1)))
    return total


@lru_cache(maxsize=16)
def zoom_operator(h: int, w: int, factor: float, count: int) -> csr_array:
    """Return the sparse operator of the average, on images of h * w pixels."""
    from scipy.sparse import coo_array

    pixels = np.arange(h * w)
    sources, weights = [pixels], [np.ones(h * w)]  # of the image itself
    sides = (zoom_taps(side, factor, count) for side in (h, w))
    for downwards, sideways in zip(*sides, strict=True):
        for row, row_weight in downwards:
            for column, column_weight in sideways:
                sources.append(np.add.outer(row * w, column).ravel())
                weights.append(np.outer(row_weight, column_weight).ravel())
    places = np.tile(pixels, len(sources)), np.concatenate(sources)
    total = coo_array((np.concatenate(weights), places), shape=(h * w, h * w)).tocsr()
    # tocsr has merged the pixels that several zooms share: pad every row to the longest one.
    used = np.diff(total.indptr)
    slots = np.repeat(pixels, used), np.arange(total.nnz) - np.repeat(total.indptr[:-1], used)
    shares, taken = np.zeros((h * w, used.max())), np.zeros((h * w, used.max()), np.intp)
    shares[slots], taken[slots] = total.data / (count + 1), total.indices
    return sparse_operator(shares, taken)


@lru_cache(maxsize=16)
def row_matrix(side: int, factor: float, count: int, steps: int) -> Matrix:
    """Return the matrix of all zooms along a row, one after the other."""
    rows = round_weights(zoom_matrices(side, factor, count), steps).reshape(count * side, side)
    rows /= np.float32(steps)
    rows.flags.writeable = False
    return rows


@lru_cache(maxsize=16)
def column_operator(side: int, factor: float, count: int, steps: int) -> csr_array:
    """Return the operator that sums the zooms along the columns, in integer steps.

    Its input has the zooms of a row one after the other, then those of the next row.
    """
    from scipy.sparse import csr_array

    rows = round_weights(zoom_matrices(side, factor, count), steps)
    rows[0] *= 2  # the first zoom is by 1, and the image itself counts too
    return csr_array(rows.transpose(1, 2, 0).reshape(side, side * count))


def round_weights(rows: NDArray[np.float64], steps: int) -> Matrix:
    """Round the weights of pairs of pixels to integer steps; each pair keeps its sum."""
    rounded = np.rint(rows * steps)
    first = rounded.argmax(axis=-1)[..., None]
    missing = steps - rounded.sum(axis=-1, keepdims=True)
    np.put_along_axis(rounded, first, np.take_along_axis(rounded, first, -1) + missing, -1)
    return rounded.astype(np.float32)


def zoom_matrices(side: int, factor: float, count: int) -> NDArray[np.float64]:
    """Return the matrices of zooms along one side, shape (count, side, side)."""
    rows, places = np.zeros((count, side, side)), np.arange(side)
    for matrix, taps in zip(rows, zoom_taps(side, factor, count), strict=True):
        for source, weight in taps:
            matrix[places, source] += weight
    return rows


def zoom_taps(
    side: int, factor: float, count: int
) -> Iterator[tuple[WeightedPixels, WeightedPixels]]:
    """Yield the two source pixels, with their weights, of each pixel of each zoom along one side.

    The middle ``ceil(side / z)`` pixels are stretched, ends to ends, over z times as many; of
    these, the middle `side` are kept.

    Yields
    ------
    tuple of WeightedPixels
        The first and the second source pixels.
    """
    places = np.arange(side)
    for z in np.linspace(1, factor, count):
        cut = math.ceil(side / z - 1e-9)
        stretched = math.floor(cut * z + 0.5 + 1e-9)  # ties are rounded up, whatever the last bits
        first = (stretched - side) // 2
        position = (places + first) * (cut - 1) / max(1, stretched - 1)
        before = np.minimum(np.floor(position).astype(np.intp), max(0, cut - 2))
        part, start = position - before, (side - cut) // 2
        after = np.minimum(start + before + 1, side - 1)
        yield (start + before, 1 - part), (after, part)
