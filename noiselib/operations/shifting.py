"""Rows of images that move as a whole: shifts and shears, separately for each image.

A row that moves sideways is a slice of the memory of the image with another start: nothing is
looked up pixel by pixel, and each direction is one interpolation between two neighbours.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images, from_unit, to_unit
from noiselib.operations.neighbourhood import Block, Margins, border_index, pad_block

__all__ = ["shift_rows", "shift_rows_uint8"]

STEP = 1 << 16  # values at a time: they fit the cache with their intermediate results

Positions = NDArray[np.float64]  # (n, h), in pixels


def shift_rows(
    images: Images | UInt8Images, y: Positions, x: Positions, border: str, fill: float
) -> Images:
    """Take each row of the result from a row of its image, one pixel for every pixel.

    Parameters
    ----------
    images : ndarray of float32 or uint8, shape (n, h, w, c)
    y, x : ndarray of float64, shape (n, h)
        The source of the first pixel of each row of the result, in input pixels.
    border : str
        As for `noiselib.operations.bilinear.warp_to`.
    fill : float
        As for `noiselib.operations.bilinear.warp_to`, in the units of the images.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
        In [0, 1].
    """
    n, h, w, c = images.shape
    (top, down), (left, right) = (
        floor_and_fraction(y, h, 1, border),
        floor_and_fraction(x, w, w + 1, border),
    )
    margins = Margins(
        max(0, -int(top.min())),
        max(0, int(top.max()) + 2 - h),
        max(0, -int(left.min())),
        max(0, int(left.max()) + 1),
    )
    source = add_border(images, margins, border, fill)
    height, width = source.shape[1:3]
    starts = np.arange(n)[:, None] * height + top + margins.top
    starts = (starts * width + left + margins.left) * c
    starts, down, right = starts.ravel(), down.reshape(-1, 1), right.reshape(-1, 1)
    slices = sliding_window_view(source.ravel(), (w + 1) * c)
    result = np.empty((n * h, w * c), np.float32)
    step = max(1, STEP // (w * c))
    for first in range(0, n * h, step):
        chunk = slice(first, first + step)
        rows = in_unit(slices[starts[chunk]])
        if down[chunk].any():
            rows = interpolate(rows, in_unit(slices[starts[chunk] + width * c]), down[chunk])
        result[chunk] = interpolate(rows[:, :-c], rows[:, c:], right[chunk])
    return result.reshape(n, h, w, c)


def interpolate(
    before: NDArray[np.float32], after: NDArray[np.float32], fraction: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Interpolate linearly at the fraction `fraction`."""
    result = after - before
    result *= fraction
    result += before
    return result


def shift_rows_uint8(
    images: UInt8Images, y: Positions, x: Positions, border: str, fill: float
) -> UInt8Images | None:
    """Apply `shift_rows` to uint8 images; return None unless `fill` is 0, 1 or not used."""
    if border == "constant" and fill not in (0, 1):
        return None
    result = np.empty(images.shape, np.uint8)
    from_unit(shift_rows(images, y, x, border, 255 * fill), result)
    return result


def in_unit(values: NDArray[Any]) -> NDArray[np.float32]:
    """Convert uint8 to [0, 1]; floats have this range already."""
    return to_unit(values) if values.dtype == np.uint8 else values


def floor_and_fraction(
    position: Positions, side: int, length: int, border: str
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return the pixel before each position, and the fraction of the distance to the next one.

    Positions from which `length` pixels would not margins the image are moved as close as that.
    """
    if border == "reflect":
        position = position - 2 * side * np.floor(position / (2 * side))
    else:
        position = np.clip(position, -length, side)
    before: Positions = np.floor(position)
    fraction: NDArray[np.float32] = (position - before).astype(np.float32)
    return before.astype(np.intp), fraction


def add_border(images: Block, margins: Margins, border: str, fill: float) -> Block:
    """Pad images with a border."""
    n, h, w, c = images.shape
    if border == "constant":
        size = (n, margins.top + h + margins.bottom, margins.left + w + margins.right, c)
        source = np.full(size, fill, images.dtype)
        source[:, margins.top : margins.top + h, margins.left : margins.left + w] = images
        return source
    rows = border_index(h, margins.top, margins.bottom, border)
    columns = border_index(w, margins.left, margins.right, border)
    return pad_block(images, rows, columns, margins)
