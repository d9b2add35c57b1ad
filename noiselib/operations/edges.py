"""Canny edges of every plane of a batch at once, as scikit-image computes them by default."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images
from noiselib.operations.linear import (
    WHITE,
    as_planes,
    from_planes,
    matmul_columns,
    matmul_rows,
    to_sixteenths,
)

__all__ = ["canny"]

SIGMA = 1.0  # pixels
LOW, HIGH = 0.1, 0.2  # thresholds of the gradient of images in [0, 1]
WEIGHT_STEPS = 2.0**20  # per weight: two passes over integer levels are then exact in float64


def canny(images: Images) -> Images:
    """Return 1 at the edges of every plane, 0 elsewhere.

    Smooth by a Gaussian of 1 pixel (at the border, weights outside the image are left out and the
    others are scaled up), take the Sobel gradient, keep the pixels where it is no less than on
    either side along its direction, and of these the connected components that reach `HIGH` and are
    nowhere below `LOW`. Pixels at the border are never edges.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        In [0, 1].

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    n, h, w, c = images.shape
    down, right = sobel(smooth(as_planes(images)))
    size = np.sqrt(down * down + right * right)
    inside = np.zeros((n * c, h + 2, w + 2), bool)
    inside[:, 2:-2, 2:-2] = True
    pixels = suppress_non_maxima(down, right, size, inside.ravel(), w + 2)
    framed = np.zeros(inside.size, np.float32)
    framed[hysteresis(pixels, size[pixels] >= np.float32(HIGH), w + 2, inside.size)] = 1
    return from_planes(framed.reshape(inside.shape)[:, 1:-1, 1:-1], images)


@lru_cache(maxsize=64)
def smoothing_matrix(length: int) -> NDArray[np.float64]:
    """Return the Gaussian along one side, in integer steps, its first and last row repeated."""
    place = np.arange(length)
    distance = place[:, None] - place
    weights = np.exp(-(distance**2) / (2 * SIGMA**2)) * (abs(distance) <= round(4 * SIGMA))
    steps = np.rint(weights / weights.sum(axis=1, keepdims=True) * WEIGHT_STEPS)
    rows = np.pad(steps, ((1, 1), (0, 0)), "edge")
    rows.flags.writeable = False
    return rows


def smooth(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smooth planes (k, h, w) and pad them by one pixel with their edge; in [0, 1]."""
    k, h, w = planes.shape
    levels = to_sixteenths(planes).astype(np.float64).reshape(k * h, w)
    across = matmul_columns(levels, smoothing_matrix(w)).reshape(k, h, w + 2)
    result = matmul_rows(smoothing_matrix(h), across)
    result *= 1 / (WHITE * WEIGHT_STEPS * WEIGHT_STEPS)
    unit: NDArray[np.float32] = result.astype(np.float32)
    return unit


def sobel(planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the Sobel differences downwards and to the right, flat; undefined in the padding."""
    width = planes.shape[2]
    flat = np.pad(planes.ravel(), width + 1)  # so that neighbours are slices
    over, under = flat[: -2 * width], flat[2 * width :]
    vertical = under - over
    down = vertical[:-2] + 2 * vertical[1:-1] + vertical[2:]
    columns = over + 2 * flat[width:-width] + under
    return down, columns[2:] - columns[:-2]


def suppress_non_maxima(
    down: NDArray[np.float32],
    right: NDArray[np.float32],
    size: NDArray[np.float32],
    inside: NDArray[np.bool_],
    width: int,
) -> NDArray[np.intp]:
    """Return the pixels whose gradient is no less than on either side along its direction.

    On either side, the gradient is interpolated between the next pixel in the row or column,
    whichever is closer to the direction, and the next pixel on the diagonal.
    """
    pixels = np.flatnonzero((size >= np.float32(LOW)) & inside)
    y, x, here = (values.take(pixels, mode="clip") for values in (down, right, size))
    tall, wide = np.abs(y), np.abs(x)
    # Four cases: steep or not, and along the main diagonal or not; a table, as np.where is slow.
    case = (tall > wide) + 2 * (y * x >= 0)
    straight = np.array([1, -width, 1, width]).take(case, mode="clip")
    diagonal = np.array([1 - width, 1 - width, width + 1, width + 1]).take(case, mode="clip")
    slope = np.minimum(tall, wide) / np.maximum(tall, wide)
    flat = 1 - slope
    kept = np.ones(len(pixels), bool)
    for sign in (1, -1):
        neighbour = size.take(pixels + sign * straight, mode="clip")
        corner = size.take(pixels + sign * diagonal, mode="clip")
        kept &= corner * slope + neighbour * flat <= here
    return pixels[kept]


def hysteresis(
    pixels: NDArray[np.intp], strong: NDArray[np.bool_], width: int, count: int
) -> NDArray[np.intp]:
    """Return those of the pixels that are connected to a strong one, also diagonally."""
    from scipy.ndimage import label

    weak = np.zeros(count, bool)
    weak[pixels] = True
    # No pixel of the padding is among them, so all planes can be one tall image.
    labels, components = label(weak.reshape(-1, width), np.ones((3, 3)))
    which = labels.ravel()[pixels]
    good = np.zeros(components + 1, bool)
    good[which[strong]] = True
    result: NDArray[np.intp] = pixels[good[which]]
    return result
