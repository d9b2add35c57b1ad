"""Bilinear resampling with a separate map for each image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images

__all__ = ["split_positions", "warp_grid", "warp_to"]

LANES = 4  # channels that are copied together: four floats take the time of one and a half
FRAME = 3  # extra pixels along each side: one before, two after
STEP = 1 << 14  # positions at a time: their pixels fit the cache

Positions = NDArray[np.float32]  # (n, h, w), in pixels


def warp_to(images: Images, y: Positions, x: Positions, border: str, fill: float) -> Images:
    """Resample each image at its own positions.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    y, x : ndarray of float32, shape (n, h, w)
        The source of each output pixel, in input pixels; finite.
    border : str
        The value outside: `constant` (`fill`; interpolated towards it within one pixel, as the mode
        ``grid-constant`` of scipy), `nearest`, or `reflect` (with the edge pixel repeated).
    fill : float
        The value outside, in [0, 1], if `border` is `constant`.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    (top, down), (left, right) = split_positions(y, h, border), split_positions(x, w, border)
    top *= np.int32(w + FRAME)
    top += left
    top += np.arange(n, dtype=np.int32)[:, None, None] * np.int32((h + FRAME) * (w + FRAME))
    index, down, right = top.ravel().astype(np.intp), down.ravel(), right.ravel()
    result = np.empty((n * h * w, c), np.float32)
    for first in range(0, c, LANES):
        pixels = add_frame(images, first, border, fill)
        for start in range(0, len(index), STEP):
            part = slice(start, start + STEP)
            out = result[part, first : first + LANES]
            blend(pixels, w + FRAME, index[part], down[part], right[part], out)
    return result.reshape(images.shape)


def warp_grid(
    images: Images, y: NDArray[np.float64], x: NDArray[np.float64], border: str, fill: float
) -> Images:
    """Resample each image at positions that form a grid: first its rows, then its columns.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    y, x : ndarray of float64, shapes (n, h) and (n, w)
        The sources of the rows and columns of the result, in input pixels; finite.
    border : str
        As for `warp_to`.
    fill : float
        As for `warp_to`.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    (top, down), (left, right) = split_positions(y, h, border), split_positions(x, w, border)
    top += np.arange(n, dtype=np.int32)[:, None] * np.int32(h + FRAME)
    first_of_row = np.arange(0, n * h * (w + FRAME), w + FRAME).reshape(n, h, 1)
    index, part = first_of_row + left[:, None], down.astype(np.float32).reshape(-1, 1)
    result = np.empty(images.shape, np.float32)
    for first in range(0, c, LANES):
        lines = add_frame(images, first, border, fill).reshape(-1, w + FRAME)
        upper, lower = (lines.take(top.ravel() + after, axis=0) for after in (0, 1))
        interpolate(upper.view(np.float32), lower.view(np.float32), part)
        items = upper.ravel()
        before, after = items.take(index, mode="clip"), items[1:].take(index, mode="clip")
        lanes = items.itemsize // 4
        columns = np.repeat(right.astype(np.float32), lanes, axis=1)[:, None]
        interpolate(before.view(np.float32), after.view(np.float32), columns)
        mixed = before.view(np.float32).reshape(n, h, w, lanes)
        for channel in range(first, min(first + LANES, c)):
            result[..., channel] = mixed[..., channel - first]
    return result


def add_frame(images: Images, first: int, border: str, fill: float) -> NDArray[Any]:
    """Put a frame around the channels from `first` on, and return one item for each pixel.

    An item is float32 for a single channel, otherwise four channels as one complex128. If fewer
    than four are left, the last lanes hold values of the next pixel, which are not used.
    """
    n, h, w, c = images.shape
    if c == 1:
        items, outside = images[..., 0], np.float32(fill)
    else:
        spare = np.zeros(images.size + LANES, np.float32)
        spare[: images.size] = images.ravel()
        strides = tuple(4 * count for count in (h * w * c, w * c, c))
        items = np.ndarray((n, h, w), np.complex128, spare, 4 * first, strides)
        outside = np.full(LANES, fill, np.float32).view(np.complex128)[0]
    pixels = np.empty((n, h + FRAME, w + FRAME), items.dtype)
    pixels[:, 1 : h + 1, 1 : w + 1] = items
    if border == "constant":
        pixels[:, 0] = pixels[:, h + 1 :] = pixels[:, :, 0] = pixels[:, :, w + 1 :] = outside
    else:
        pixels[:, :, 0], pixels[:, :, w + 1 :] = pixels[:, :, 1], pixels[:, :, w : w + 1]
        pixels[:, 0], pixels[:, h + 1 :] = pixels[:, 1], pixels[:, h : h + 1]
    return pixels.ravel()


def blend(
    pixels: NDArray[Any], width: int, index: NDArray[np.intp], down: Any, right: Any, out: Images
) -> None:
    """Write interpolations between the four neighbours that begin at `index` to `out`, (k, c)."""

    def neighbour(offset: int) -> NDArray[np.float32]:
        taken: NDArray[Any] = pixels[offset:].take(index, mode="clip")
        return taken.view(np.float32).reshape(len(index), -1)

    top, bottom = neighbour(0), neighbour(width)
    part = right[:, None] if top.shape[1] == 1 else repeat_lanes(right)
    interpolate(top, neighbour(1), part)
    interpolate(bottom, neighbour(width + 1), part)
    for channel in range(out.shape[1]):
        step = bottom[:, channel] - top[:, channel]
        step *= down
        np.add(top[:, channel], step, out=out[:, channel])


def interpolate(before: NDArray[np.float32], after: NDArray[np.float32], part: Any) -> None:
    """Interpolate linearly at the fraction `part`, in place: `before` becomes the result."""
    after -= before
    after *= part
    before += after


def repeat_lanes(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Repeat each number four times, shape (k, 4): as bits of integers, which is twice as fast."""
    twice = values.view(np.uint32).astype(np.uint64)
    twice *= np.uint64(2**32 + 1)
    result = np.empty((len(values), LANES // 2), np.uint64)
    for column in range(LANES // 2):
        result[:, column] = twice
    return result.view(np.float32)


def split_positions(
    position: NDArray[Any], side: int, border: str
) -> tuple[NDArray[np.int32], NDArray[Any]]:
    """Return the neighbour before each position, and the fraction of the distance to the next one.

    Neighbours are counted in a frame of one pixel: 0 is outside, 1 the first pixel, `side` the
    last; beyond it, the result is ``side + 1`` and the fraction 0.
    """
    one = position.dtype.type(1)
    if border == "reflect":
        half, period = one / 2, position.dtype.type(2 * side)
        folded = abs(position + half)
        folded -= period * np.floor(folded / period)  # np.mod is several times slower
        position = np.minimum(folded, period - folded) - half
    framed = position + one
    np.clip(framed, 0, side + 1, out=framed)
    integer_part = np.floor(framed)
    framed -= integer_part
    return integer_part.astype(np.int32), framed
