"""Kernels of the box, defocus and motion blurs.

Sums that are left to matrix products are of whole numbers, and so exact in any order. Elsewhere
pixels are added up one shifted plane after the other, in a fixed order, which needs no grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.linear import (
    GRID,
    Matrix,
    as_planes,
    from_levels,
    from_planes,
    in_levels,
    on_grid,
)
from noiselib.operations.neighbourhood import (
    Block,
    Reach,
    Tap,
    border_index,
    extended,
    filtered,
    shifted,
    weighted,
)

__all__ = ["box_rows", "disk", "motion", "motions"]

SMALL = 64 * 64  # up to so many pixels, the shifted images of one image fit the cache


@lru_cache(maxsize=128)
def box_rows(length: int, width: float) -> Matrix:
    """Give the matrix of a mean over `width` pixels along one side, border ``reflect``.

    The window is centred; its two end pixels count by the part of them that it covers.
    """
    reach = math.ceil((width - 1) / 2)
    # Rounded sums from the middle outwards: so the kernel is even, and adds up to 1.
    whole = np.arange(1, reach + 1)
    sums = np.rint(np.minimum(whole, (width - 1) / 2) / width * GRID)
    side = np.diff(sums, prepend=0)
    kernel = np.concatenate([side[::-1], [GRID - 2 * side.sum()], side]) / GRID
    rows = np.zeros((length, length), np.float32)
    places = np.arange(length)
    for offset, weight in zip(range(-reach, reach + 1), kernel, strict=True):
        folded = np.mod(places + offset, 2 * length)
        rows[places, np.minimum(folded, 2 * length - 1 - folded)] += np.float32(weight)
    rows.flags.writeable = False
    return rows


def disk(images: Images, radius: float, edge: float) -> Images:
    """Average over a disk of pixels, then blur by a short Gaussian; border ``mirror``.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    radius : float
        Pixels whose centres lie within it count, all alike.
    edge : float
        Standard deviation of the Gaussian that softens the disk: of 3 taps for radii up to 8,
        of 5 above.
    """
    half = disk_widths(radius)
    taps = short_gaussian(edge, 1 if radius <= 8 else 2)
    h, w = images.shape[1:3]
    soft = len(taps) // 2
    reach = len(half) - 1 + soft
    share = np.float32(1 / (2 * sum(2 * width + 1 for width in half) - (2 * half[0] + 1)))

    def mix(block: Block) -> Block:
        mean = disk_sums(block, (h + 2 * soft, w + 2 * soft), half)
        mean *= share
        if soft:
            mean = weighted(mean, (h, w + 2 * soft), [(k, 0, g) for k, g in enumerate(taps)])
            mean = weighted(mean, (h, w), [(0, k, g) for k, g in enumerate(taps)])
        return mean

    return filtered(images, Reach(reach, reach, reach, reach), "mirror", mix)


@lru_cache(maxsize=64)
def disk_widths(radius: float) -> tuple[int, ...]:
    """Give how far a disk reaches sideways in its middle row, the next one, and so on."""
    square = radius * radius
    return tuple(math.isqrt(int(square - row * row)) for row in range(int(radius) + 1))


@lru_cache(maxsize=64)
def short_gaussian(sigma: float, reach: int) -> tuple[float, ...]:
    """Give 2 reach + 1 weights of a Gaussian, on the grid; a single 1 where the others vanish."""
    distance = np.arange(-reach, reach + 1) / max(sigma, 1e-3)
    weights = np.exp(-(distance**2) / 2)
    on = on_grid((weights / weights.sum())[None])[0].tolist()
    return tuple(on) if on[reach] < 1 else (1.0,)


def disk_sums(block: Block, size: tuple[int, int], half: tuple[int, ...]) -> Block:
    """Sum over a disk, row by row: rows of equal width share their sums."""
    reach = len(half) - 1
    height, width = size
    tall = (height + 2 * reach, width)
    row = shifted(block, tall, 0, reach).copy()
    total = np.zeros((block.shape[0], height, width, block.shape[3]), block.dtype)
    for grown in range(max(half) + 1):
        if grown:
            row += shifted(block, tall, 0, reach - grown)
            row += shifted(block, tall, 0, reach + grown)
        for distance, reached in enumerate(half):
            if reached == grown:
                for down in sorted({reach - distance, reach + distance}):
                    total += shifted(row, size, down, 0)
    return total


class Motion(NamedTuple):
    """What a line of motion looks at, and with which weights."""

    reach: Reach
    taps: tuple[Tap, ...]


def motion(images: Images, radius: int, sigma: float, degrees: float) -> Images:
    """Average along a line that begins at each pixel, with the weights of half a Gaussian.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    radius : int
        The line has 2 radius + 1 pixels.
    sigma : float
        Standard deviation of the Gaussian, in pixels along the line.
    degrees : float
        Direction of the line, clockwise from the right.
    """
    h, w = images.shape[1:3]
    line = motion_line(h, w, radius, sigma, degrees)
    if len(line.taps) == 1:
        return images.copy()

    def mix(block: Block) -> Block:
        return weighted(block, (h, w), line.taps)

    return filtered(images, line.reach, "nearest", mix)


@lru_cache(maxsize=256)
def motion_line(h: int, w: int, radius: int, sigma: float, degrees: float) -> Motion:
    """Give the pixels of a line of motion, each within an image's side, and their weights."""
    along = np.arange(2 * radius + 1)
    weights = np.exp(-np.square(along / max(sigma, 1e-3)) / 2)
    angle = np.deg2rad(degrees)
    # Half a pixel rounds down, after the last bits of sine and cosine are gone.
    down = np.ceil(np.round(along * np.sin(angle), 9) - 0.5).astype(int)
    right = np.ceil(np.round(along * np.cos(angle), 9) - 0.5).astype(int)
    down, right = np.clip(down, 1 - h, h - 1), np.clip(right, 1 - w, w - 1)
    taps: dict[tuple[int, int], float] = {}
    for *place, weight in zip(
        down.tolist(), right.tolist(), on_grid((weights / weights.sum())[None])[0], strict=True
    ):
        if weight:
            taps[tuple(place)] = taps.get(tuple(place), 0) + float(weight)
    downs, rights = zip(*taps, strict=True)
    reach = Reach(-min(0, *downs), max(0, *downs), -min(0, *rights), max(0, *rights))
    return Motion(reach, tuple((y + reach.top, x + reach.left, taps[y, x]) for y, x in taps))


def motions(images: Images, radius: int, sigma: float, degrees: Sequence[float]) -> Images:
    """Average each image along a line of its own direction; see `motion`.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    radius, sigma
        As for `motion`.
    degrees : sequence of float
        One direction an image.
    """
    n, h, w, c = images.shape
    if h * w > SMALL:
        each = zip(images, degrees, strict=True)
        return np.concatenate([motion(one[None], radius, sigma, angle) for one, angle in each])
    lines = {angle: motion_line(h, w, radius, sigma, angle) for angle in set(degrees)}
    reach = Reach(*np.max([line.reach for line in lines.values()], axis=0).tolist())
    rows = border_index(h, reach.top, reach.bottom, "nearest")
    columns = border_index(w, reach.left, reach.right, "nearest")
    planes = in_levels(as_planes(images))[..., None]
    framed = extended(planes, rows, columns, reach).reshape(n, c, -1)
    # In a framed image of one row after the other, a shifted image is a stretch of it; all
    # stretches of a line are added up by one matrix product, exact as they are whole numbers.
    width = len(columns)
    length = (h - 1) * width + w
    stretches = sliding_window_view(framed, length, axis=2)
    starts = {angle: starts_of(line, width, reach) for angle, line in lines.items()}
    result = np.zeros((n, c, h * width), np.float32)
    for stretch, angle, out in zip(stretches, degrees, result, strict=True):
        first, weights = starts[angle]
        for channel in range(c):
            np.matmul(weights, stretch[channel][first], out=out[channel, :length])
    return from_planes(from_levels(result.reshape(n * c, h, width)[..., :w]), images)


def starts_of(line: Motion, width: int, frame: Reach) -> tuple[NDArray[np.intp], Matrix]:
    """Give where the taps of a line begin in rows of a framed image, and their weights."""
    down, right, weights = np.array(line.taps).T
    down += frame.top - line.reach.top
    right += frame.left - line.reach.left
    return (down * width + right).astype(np.intp), weights.astype(np.float32)
