"""Motion blur, a mean along a line: by one operator for many small images, otherwise tap by tap."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.operations.linear import (
    as_planes,
    from_planes,
    from_sixteenths,
    on_grid,
    sixteenths_to_uint8,
    sparse,
    sparse_operator,
    sparse_uint8,
    to_sixteenths,
    uint8_to_sixteenths,
)
from noiselib.operations.neighbourhood import Block, Margins, Tap, border_index, pad_block

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["apply_by_angle", "motion_blur", "motion_blur_uint8", "motion_line"]

SMALL = 64 * 64  # measured: up to this many pixels, one sparse operator for all images is faster


class MotionLine(NamedTuple):
    """The pixels along a line of motion.

    Attributes
    ----------
    reach : Margins
        How far the line extends beyond its first pixel.
    taps : tuple of Tap
        The pixels and their weights.
    """

    reach: Margins
    taps: tuple[Tap, ...]


def motion_blur(images: Images, degrees: float, *, radius: int, sigma: float) -> Images:
    """Average along a line that begins at each pixel, with the weights of half a Gaussian.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    degrees : float
        Direction of the line, clockwise from the right.
    radius : int
        The line has ``2 radius + 1`` pixels.
    sigma : float
        Standard deviation of the Gaussian, in pixels along the line.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    h, w = images.shape[1:3]
    if h * w <= SMALL:
        return sparse(images, motion_operator(h, w, radius, sigma, degrees))
    line = motion_line(h, w, radius, sigma, degrees)
    return from_planes(
        from_sixteenths(sum_along_line(to_sixteenths(as_planes(images)), line)), images
    )


def motion_blur_uint8(
    images: UInt8Images, degrees: float, *, radius: int, sigma: float
) -> UInt8Images:
    """Apply `motion_blur` to uint8 images, rounded as by `noiselib.images.from_unit`."""
    h, w = images.shape[1:3]
    if h * w <= SMALL:
        return sparse_uint8(images, motion_operator(h, w, radius, sigma, degrees))
    line = motion_line(h, w, radius, sigma, degrees)
    return from_planes(
        sixteenths_to_uint8(sum_along_line(uint8_to_sixteenths(as_planes(images)), line)), images
    )


def apply_by_angle(
    images: Block, degrees: NDArray[np.float64], move: Callable[[Block, float], Block]
) -> Block:
    """Apply a function to images, to all those of one direction at a time.

    Parameters
    ----------
    images : ndarray, shape (n, h, w, c)
    degrees : ndarray of float64, shape (n,)
        The direction for each image, with few different values.
    move : callable
        Takes images and their direction, and returns images of the same shape and dtype.

    Returns
    -------
    ndarray, shape (n, h, w, c)
    """
    result = np.empty_like(images)
    for angle in np.unique(degrees):
        rows = np.flatnonzero(degrees == angle)
        result[rows] = move(images[rows], float(angle))
    return result


def sum_along_line(planes: Images, line: MotionLine) -> Images:
    """Sum planes (k, h, w) of integers along a line; exact, as the sums are integers, too."""
    from scipy.linalg.blas import saxpy  # a product and a sum in one pass

    k, h, w = planes.shape
    rows = border_index(h, line.reach.top, line.reach.bottom, "nearest")
    columns = border_index(w, line.reach.left, line.reach.right, "nearest")
    framed = pad_block(planes[..., None], rows, columns, line.reach).reshape(k, -1)
    # In a padded plane, flattened, a shifted plane is one contiguous slice.
    width = len(columns)
    total = np.zeros((k, h * width), np.float32)
    for plane, out in zip(framed, total, strict=True):
        for down, right, weight in line.taps:
            stretch = plane[down * width + right :]
            count = min(len(stretch), h * width)
            saxpy(stretch, out, n=count, a=weight)
    return total.reshape(k, h, width)[..., :w]


@lru_cache(maxsize=128)
def motion_operator(h: int, w: int, radius: int, sigma: float, degrees: float) -> csr_array:
    """Return the sparse operator of a motion on images of h * w pixels."""
    reach, taps = motion_line(h, w, radius, sigma, degrees)
    rows = border_index(h, reach.top, reach.bottom, "nearest")
    columns = border_index(w, reach.left, reach.right, "nearest")
    sources = [
        np.add.outer(rows[down : down + h] * w, columns[right : right + w]).ravel()
        for down, right, _ in taps
    ]
    weights = np.broadcast_to([weight for *_, weight in taps], (h * w, len(taps)))
    return sparse_operator(weights, np.stack(sources, axis=-1))


@lru_cache(maxsize=256)
def motion_line(h: int, w: int, radius: int, sigma: float, degrees: float) -> MotionLine:
    """Return the pixels of a line of motion, within one image side, and their weights."""
    steps = np.arange(2 * radius + 1)
    weights = np.exp(-np.square(steps / max(sigma, 1e-3)) / 2)
    angle = np.deg2rad(degrees)
    # Half a pixel is rounded down, after the last bits of sine and cosine are dropped.
    down = np.ceil(np.round(steps * np.sin(angle), 9) - 0.5).astype(int)
    right = np.ceil(np.round(steps * np.cos(angle), 9) - 0.5).astype(int)
    down, right = np.clip(down, 1 - h, h - 1), np.clip(right, 1 - w, w - 1)
    taps: dict[tuple[int, int], float] = {}
    for *place, weight in zip(
        down.tolist(), right.tolist(), on_grid((weights / weights.sum())[None])[0], strict=True
    ):
        if weight:
            taps[tuple(place)] = taps.get(tuple(place), 0) + float(weight)
    downs, rights = zip(*taps, strict=True)
    reach = Margins(-min(0, *downs), max(0, *downs), -min(0, *rights), max(0, *rights))
    return MotionLine(reach, tuple((y + reach.top, x + reach.left, taps[y, x]) for y, x in taps))
